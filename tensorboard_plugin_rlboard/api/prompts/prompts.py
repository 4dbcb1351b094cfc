"""Answers about prompts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.api.values import Value


@dataclass(frozen=True)
class Threshold:
    """The reward from which on a sample is a success, and why it is this one."""

    value: float
    rule: str


@dataclass(frozen=True)
class Prompts:
    """Answer of /prompts."""

    total: int
    split: str
    is_complete: bool
    threshold: Threshold
    by: str
    counts: Mapping[str, int]
    kinds_total: int
    kinds_mixed: int
    kinds: Mapping[str, Sequence[Value]]
    columns: Mapping[str, Sequence[Value]]
    lines: Sequence[PromptLine]


@dataclass(frozen=True)
class PromptLine:
    """The mean reward of a prompt along the steps: at most 32 points, each of one visit or of some that follow each other."""

    step: Sequence[int]
    reward: Sequence[Value]


@dataclass(frozen=True)
class Rendering:
    """One text that a prompt was logged with."""

    prompt_key: str
    samples: int
    first_step: int
    last_step: int
    prompt: str
    id: str


@dataclass(frozen=True)
class Prompt:
    """Answer of /prompt."""

    identity: str
    split: str
    threshold: Threshold
    status: str
    never_beats_reference: bool
    prompt: str
    asked: str
    numbers: Mapping[str, Value]
    renderings_total: int
    renderings: Sequence[Rendering]
    steps: Mapping[str, Sequence[Value]]
    steps_total: int
    samples: Mapping[str, Sequence[Value]]
    samples_total: int


@dataclass(frozen=True)
class PassAtK:
    """Answer of /pass_at_k."""

    split: str
    is_complete: bool
    threshold: Threshold
    step: Sequence[int]
    k: Sequence[int]
    prompts: Sequence[Sequence[int]]
    pass_at_k: Sequence[Sequence[Value]]
    avg_at_k: Sequence[Sequence[Value]]
