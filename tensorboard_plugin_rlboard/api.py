"""Every answer of the HTTP contract as a frozen dataclass. http_api.md describes them; the frontend decodes them.

Tables are columnar: one list for each field. None is a missing value; a float that is not finite is written as the
string "NaN", "Infinity" or "-Infinity".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Number = float | int | None
Value = float | int | str | bool | None


@dataclass(frozen=True)
class MetricInfo:
    """A metric as the frontend needs it to label and colour it."""

    name: str
    kind: str
    unit: str


@dataclass(frozen=True)
class StepSpan:
    """How many steps there are, and the lowest and highest of them."""

    count: int
    first: int | None
    last: int | None


@dataclass(frozen=True)
class AttemptInfo:
    """One attempt of a resumed training, with its lowest and highest step."""

    attempt: int
    first: int
    last: int


@dataclass(frozen=True)
class RunInfo:
    """One run: its files, how far they are indexed, and what is in them."""

    run: str
    formats: Sequence[str]
    state: str
    message: str
    files: int
    bytes: int
    indexed_bytes: int
    bytes_per_second: float
    samples: int
    steps: StepSpan
    splits: Sequence[str]
    attempts: Sequence[AttemptInfo]
    metrics: Sequence[MetricInfo]
    token_metrics: Sequence[MetricInfo]
    text_columns: Sequence[str]
    problems: int
    scalar_runs: Sequence[str]
    config: Mapping[str, Value]


@dataclass(frozen=True)
class IgnoredFile:
    """A .jsonl file that is no rollout log, and why."""

    file: str
    reason: str


@dataclass(frozen=True)
class Runs:
    """Answer of /runs."""

    runs: Sequence[RunInfo]
    ignored: Sequence[IgnoredFile]
    looked_in: Sequence[str]
    state: str
    message: str = ""


@dataclass(frozen=True)
class StepStatistics:
    """One metric over the samples of each step; lists are as long as `step`."""

    count: Sequence[Number]
    nonfinite: Sequence[Number]
    sum: Sequence[Number]
    mean: Sequence[Number]
    std: Sequence[Number]
    min: Sequence[Number]
    p01: Sequence[Number]
    p05: Sequence[Number]
    p25: Sequence[Number]
    p50: Sequence[Number]
    p75: Sequence[Number]
    p95: Sequence[Number]
    p99: Sequence[Number]
    max: Sequence[Number]


@dataclass(frozen=True)
class Steps:
    """Answer of /steps."""

    step: Sequence[int]
    metrics: Mapping[str, StepStatistics]
    step_metrics: Mapping[str, Sequence[Number]]


@dataclass(frozen=True)
class Samples:
    """Answer of /samples."""

    total: int
    columns: Mapping[str, Sequence[Value]]


@dataclass(frozen=True)
class Text:
    """A text as logged, and as the text rules of the run show it."""

    raw: str
    shown: str


@dataclass(frozen=True)
class TrimInfo:
    """What was cut from a sample and why."""

    what: str
    count: int
    reason: str


@dataclass(frozen=True)
class ProblemInfo:
    """A line, or a value of it, that could not be used."""

    file: str
    line: int | None
    offset: int | None
    kind: str
    reason: str


@dataclass(frozen=True)
class PromptVisit:
    """A sample of the same prompt at another step."""

    step: int
    id: str


@dataclass(frozen=True)
class Neighbours:
    """Samples beside this one."""

    previous: str | None
    next: str | None
    group: Sequence[str]
    prompt: Sequence[PromptVisit]


@dataclass(frozen=True)
class ToolCall:
    """A call of a tool that a message asks for; the arguments as text, JSON mostly."""

    name: str
    arguments: str


@dataclass(frozen=True)
class Message:
    """One message of a conversation; `sampled` where the policy wrote it."""

    role: str
    content: str
    thinking: str = ""
    tool_calls: Sequence[ToolCall] = ()
    name: str = ""
    tool_call_id: str = ""
    sampled: bool = False


@dataclass(frozen=True)
class Sample:
    """Answer of /sample."""

    id: str
    run: str
    step: int
    split: str
    attempt: int
    file: str
    line: int | None
    texts: Mapping[str, Text]
    scalars: Mapping[str, Value]
    messages: Sequence[Message] | None
    response_tokens: Sequence[str]
    raw_tokens: Sequence[str]
    token_metrics: Sequence[MetricInfo]
    missing: Mapping[str, Sequence[tuple[int, int]]]
    mask: Sequence[bool] | None
    trimmed: Sequence[TrimInfo]
    problems: Sequence[ProblemInfo]
    neighbours: Neighbours
    value_target: str | None = None
    gamma: float = 1.0
    lam: float = 1.0


@dataclass(frozen=True)
class Density:
    """A kernel density estimate on a shared grid."""

    x: Sequence[float]
    y: Sequence[float]
    against_y: Sequence[float] | None


@dataclass(frozen=True)
class Distribution:
    """Answer of /distribution: two sets of values on the same edges."""

    edges: Sequence[float]
    counts: Sequence[int]
    against_counts: Sequence[int] | None
    density: Density
    quantiles: Mapping[str, Number]
    against_quantiles: Mapping[str, Number] | None
    count: int
    nonfinite: int
    against_count: int | None
    against_nonfinite: int | None
    mean: Number
    std: Number
    against_mean: Number
    against_std: Number


@dataclass(frozen=True)
class WorstTokens:
    """Answer of /worst_tokens."""

    metric: MetricInfo
    by: str
    end: str
    samples: int
    samples_read: int
    complete: bool
    columns: Mapping[str, Sequence[Value]]


@dataclass(frozen=True)
class ProblemColumns:
    """Problems, one list for each field."""

    file: Sequence[str]
    line: Sequence[int | None]
    offset: Sequence[int | None]
    kind: Sequence[str]
    reason: Sequence[str]


@dataclass(frozen=True)
class Problems:
    """Answer of /problems."""

    total: int
    columns: ProblemColumns


@dataclass(frozen=True)
class ScalarTags:
    """Answer of /scalars without a tag: paired scalar run -> its tags."""

    tags: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class ScalarSeries:
    """One native scalar; TensorBoard keeps at most 1,000 points of it unless told otherwise."""

    step: Sequence[int]
    wall_time: Sequence[float]
    value: Sequence[Number]


@dataclass(frozen=True)
class Scalars:
    """Answer of /scalars with tags: tag -> series."""

    series: Mapping[str, ScalarSeries] = field(default_factory=dict)
