"""Answers about samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.api.runs.runs import MetricInfo
from tensorboard_plugin_rlboard.api.values import Value


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
    """Padding that was cut from an array of a sample, and why."""

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
    """A sample of the same prompt at another step, with its reward where it has one."""

    step: int
    id: str
    reward: float | None


@dataclass(frozen=True)
class Neighbours:
    """Samples beside this one; `group_rewards` has one for each of `group`, None where there is none."""

    previous: str | None
    next: str | None
    group: Sequence[str]
    group_rewards: Sequence[float | None]
    prompt: Sequence[PromptVisit]


@dataclass(frozen=True)
class ToolCall:
    """A call of a tool that a message asks for; the arguments as text, JSON mostly."""

    name: str
    arguments: str


@dataclass(frozen=True)
class Message:
    """One message of a conversation; `sampled` where the policy wrote it, `reward` where its turn has one."""

    role: str
    content: str
    thinking: str = ""
    tool_calls: Sequence[ToolCall] = ()
    name: str = ""
    tool_call_id: str = ""
    sampled: bool = False
    reward: float | None = None


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
    prompt_key: str | None = None
    value_target: str | None = None
    gamma: float = 1.0
    lam: float = 1.0
    group: str | None = None
    prompt_tokens: Sequence[str] = ()
    prompt_logprobs: Sequence[float | None] = ()
