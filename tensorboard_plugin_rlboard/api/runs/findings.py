"""Answer of /findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.api.values import Number


@dataclass(frozen=True)
class FindingToken:
    """A token that shows a finding; `value` is None where the number is what is wrong, or missing."""

    id: str
    position: int
    value: float | None


@dataclass(frozen=True)
class FindingEvidence:
    """How the samples are found that show it: arguments of /samples, and the token metric that colours the tokens."""

    sort: str
    order: str
    where: str
    step_min: int
    step_max: int
    token_metric: str
    grouped: bool


@dataclass(frozen=True)
class FindingSymptom:
    """Another finding that follows from the same cause."""

    kind: str
    severity: str
    title: str
    summary: str
    steps: tuple[int, int]
    metric: str
    evidence: FindingEvidence


@dataclass(frozen=True)
class FindingInfo:
    """One thing that looks wrong; `sample_values` are those of `evidence.sort`, None for each where it is empty."""

    kind: str
    question: str
    severity: str
    title: str
    summary: str
    meaning: str
    next: str
    steps: tuple[int, int]
    onset: int
    is_open: bool
    metric: str
    statistic: str
    value: float
    threshold: float
    threshold_name: str
    unit: str
    source: str
    evidence: FindingEvidence
    samples: Sequence[str]
    sample_steps: Sequence[int]
    sample_values: Sequence[Number]
    tokens: Sequence[FindingToken]
    symptoms: Sequence[FindingSymptom]


@dataclass(frozen=True)
class NotChecked:
    """A kind that could not be looked for, what it is in words, and what it needs."""

    kind: str
    title: str
    needs: str


@dataclass(frozen=True)
class PastFinding:
    """A finding that was shown and is no more: the steps that showed it, and the step since which nothing does."""

    kind: str
    severity: str
    title: str
    steps: tuple[int, int]
    not_since: int


@dataclass(frozen=True)
class ThresholdInfo:
    """A threshold as it counts for this answer, and as it is unless somebody sets it."""

    name: str
    kind: str
    value: float
    default: float
    low: float
    high: float
    unit: str
    meaning: str
    source: str


@dataclass(frozen=True)
class Findings:
    """Answer of /findings."""

    state: str
    split: str
    n_steps: int
    n_samples: int
    findings: Sequence[FindingInfo]
    checked: Sequence[str]
    not_checked: Sequence[NotChecked]
    past: Sequence[PastFinding]
    problems: Sequence[str]
    thresholds: Sequence[ThresholdInfo]
