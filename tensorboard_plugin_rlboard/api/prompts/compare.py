"""Answer of /compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.api.values import Number


@dataclass(frozen=True)
class ComparedSide:
    """One side of a comparison: its samples, its prompts, and what of them could not be compared."""

    run: str
    split: str
    samples: int
    prompts: int
    only_here: int
    without_prompt: int
    nonfinite: int
    mean: Number


@dataclass(frozen=True)
class Estimate:
    """A number over the compared prompts with its interval; `method` says how that was found."""

    value: float
    low: float
    high: float
    method: str


@dataclass(frozen=True)
class DifferenceCounts:
    """How many prompts have a difference within each bin; equal ones are in none."""

    edges: Sequence[float]
    counts: Sequence[int]


@dataclass(frozen=True)
class ComparedPrompts:
    """Prompts of a comparison, one value each in every list; those of the samples are lists themselves."""

    identity: Sequence[str]
    prompt_key: Sequence[str]
    prompt: Sequence[str | None]
    a: Sequence[float]
    b: Sequence[float]
    difference: Sequence[float]
    a_count: Sequence[int]
    b_count: Sequence[int]
    a_ids: Sequence[Sequence[str]]
    b_ids: Sequence[Sequence[str]]
    a_values: Sequence[Sequence[float]]
    b_values: Sequence[Sequence[float]]
    a_steps: Sequence[Sequence[int]]
    b_steps: Sequence[Sequence[int]]


@dataclass(frozen=True)
class Comparison:
    """Answer of /compare."""

    metric: str
    a: ComparedSide
    b: ComparedSide
    shared: int
    compared: int
    wins: int
    ties: int
    losses: int
    win_rate: Estimate | None
    mean_difference: Estimate | None
    confidence: float
    resamples: int
    seed: int
    differences: DifferenceCounts
    prompts: ComparedPrompts
