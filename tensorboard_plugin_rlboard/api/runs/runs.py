"""Answers about runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.api.values import Value


@dataclass(frozen=True)
class MetricInfo:
    """A metric as the frontend needs it to label and colour it; `origin` is `joined` where its values came later."""

    name: str
    kind: str
    unit: str
    origin: str = ""


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
class Joined:
    """A file or run whose rows were joined to the samples of a run by key."""

    what: str
    source: str
    matched: int
    unmatched: int
    columns: Sequence[str]


@dataclass(frozen=True)
class TextRulesInfo:
    """What is cut from a run's texts when they are shown: padding, and the system prompt up to its end."""

    pad: Sequence[str] = ()
    system_end: str = ""


@dataclass(frozen=True)
class Notice:
    """A notice on something a user should know before believing a run's curves.

    Attributes:
        kind: stable name: http_api.md lists them.
        text: one sentence that says it, with the remedy.
        values: what the sentence is filled with, so that a client may say it in another language; empty where the text
            is all there is.
    """

    kind: str
    text: str
    values: Mapping[str, str] = field(default_factory=dict)


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
    config_sources: Mapping[str, str] = field(default_factory=dict)
    mapping: Mapping[str, str] | None = None
    mapping_guessed: bool = False
    mapping_toml: str = ""
    mapping_sources: Mapping[str, str] = field(default_factory=dict)
    mapping_alternatives: Mapping[str, Sequence[str]] = field(default_factory=dict)
    mapping_doubt: str = ""
    mapping_shape: str = "sample"
    scalar_pairing: str = "none"
    scalar_choices: Sequence[str] = ()
    joined: Sequence[Joined] = ()
    text_rules: TextRulesInfo = TextRulesInfo()
    notices: Sequence[Notice] = ()
    same_as: str = ""
    unusable: Mapping[str, str] = field(default_factory=dict)
    changed_at: float | None = None
    last_reward: float | None = None
    findings: Mapping[str, int] | None = None


@dataclass(frozen=True)
class IgnoredFile:
    """A file that could be a log and is not shown, and why."""

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
    settings_problems: Sequence[str] = ()
