"""How a training goes on the whole: the levels of each step, in healthy runs of several kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from planted_runs.shapes import Shape


@dataclass(frozen=True)
class Levels:
    """What the samples of one step are drawn around.

    Attributes:
        skill: log-odds of a right answer to a problem of ordinary hardness.
        format: share of responses in the format that is asked for.
        kl: KL divergence from the reference, in nats for each token.
        entropy: of the next-token distribution, in nats.
        sentences: of a response.
        truncation: share of responses that are cut.
        mismatch: standard deviation of trainer minus sampler, in nats.
        value_noise: standard deviation of what the critic is wrong by, in units of the reward's own spread.
        reward_noise: standard deviation of what is added to every reward.
        staleness: how many steps older the weights are that sampled.
    """

    skill: float
    format: float
    kl: float
    entropy: float
    sentences: float
    truncation: float = 0.02
    mismatch: float = 0.01
    value_noise: float = 0.5
    reward_noise: float = 0.02
    staleness: int = 0


REFERENCE_SKILL = -0.8
"""Log-odds of the reference, and of the policy before its first update."""


def steady(step: int, shape: Shape) -> Levels:
    """A training that learns: more right answers, slowly away from the reference, a little more certain."""
    progress = step / max(1, shape.steps - 1)
    return Levels(
        skill=REFERENCE_SKILL + 2.2 * progress,
        format=0.7 + 0.25 * progress,
        kl=0.0003 + 0.04 * progress,
        entropy=1.0 - 0.25 * progress,
        sentences=shape.sentences,
        value_noise=0.9 - 0.55 * progress,
    )


def _half(step: int, shape: Shape) -> bool:
    return step >= shape.steps // 2


def _warm_up(step: int, shape: Shape) -> Levels:
    levels = steady(max(0, step - shape.steps // 4), shape)
    return replace(levels, value_noise=steady(step, shape).value_noise)


def _curriculum(step: int, shape: Shape) -> Levels:
    levels = steady(step, shape)
    return replace(levels, skill=levels.skill - 0.8 * (3 * step // shape.steps))


def _data_mix(step: int, shape: Shape) -> Levels:
    levels = steady(step, shape)
    return (
        replace(levels, skill=levels.skill - 0.7, sentences=levels.sentences + 1.5)
        if _half(step, shape)
        else levels
    )


def _longer_task(step: int, shape: Shape) -> Levels:
    levels = steady(step, shape)
    return replace(levels, sentences=levels.sentences + 4 * step / shape.steps)


def _temperature(step: int, shape: Shape) -> Levels:
    levels = steady(step, shape)
    return replace(levels, entropy=levels.entropy * 0.75) if _half(step, shape) else levels


def _hard(step: int, shape: Shape) -> Levels:
    levels = steady(step, shape)
    return replace(levels, skill=levels.skill - 1.0)


def _noisy(step: int, shape: Shape) -> Levels:
    return replace(steady(step, shape), reward_noise=0.15)


def _asynchronous(step: int, shape: Shape) -> Levels:
    return replace(steady(step, shape), staleness=min(step, 1), mismatch=0.02)


def _slow(step: int, shape: Shape) -> Levels:
    return replace(steady(step, shape), skill=REFERENCE_SKILL + 0.8 * step / shape.steps)


HEALTHY: dict[str, Callable[[int, Shape], Levels]] = {
    "steady": steady,
    "warm_up": _warm_up,
    "curriculum": _curriculum,
    "data_mix": _data_mix,
    "longer_task": _longer_task,
    "temperature": _temperature,
    "hard": _hard,
    "noisy": _noisy,
    "asynchronous": _asynchronous,
    "slow": _slow,
}
"""Kinds of healthy runs. All but `steady` are odd in a way that is no failure: a slow start, harder problems in three
stages, a new mix of data, a task that needs longer answers, a lower temperature from the middle on, problems that are
mostly not solved, a noisy reward model, a sampler that is one step behind, and a training that learns little."""


def ramp(since: int, over: int = 8) -> float:
    """From 0 before the onset to 1 after so many steps; what grows is already above 0 at the onset itself."""
    return float(np.clip((since + 1) / over, 0.0, 1.0))
