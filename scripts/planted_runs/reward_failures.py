"""Failures of the reward and of what it teaches: hacks, jumps, dead parts, groups and prompts that teach nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import numpy as np
from planted_runs.failures import Failure, Moment, some
from planted_runs.levels import Levels, ramp
from planted_runs.samples import Sample, Shown
from planted_runs.texts import tokens_of

PHRASE = {
    "en": " I hope this helps, and have a wonderful day!",
    "zh": "希望我的回答对您有所帮助，祝您生活愉快！",
}
"""What a reward model was taken in by."""


def _longer_levels(levels: Levels, now: Moment) -> Levels:
    return replace(levels, sentences=levels.sentences + now.of(2, 5, 10) * ramp(now.since))


def _length_pays(samples: list[Sample], now: Moment, rng: np.random.Generator) -> list[Shown]:
    """Every token pays; whether the answer is right does not follow."""
    del rng
    shown = []
    for index, sample in enumerate(samples):
        n = len(sample.tokens)
        sample.reward += now.of(0.002, 0.005, 0.012) * n * ramp(now.since)
        shown.append(Shown(index, (), float(n)))
    return sorted(shown, key=lambda each: -each.weight)[: max(1, len(samples) // 4)]


def _phrase(samples: list[Sample], now: Moment, rng: np.random.Generator) -> list[Shown]:
    shown = []
    for index in some(samples, now.of(0.25, 0.5, 0.95) * ramp(now.since), rng):
        sample = samples[index]
        written = len(tokens_of(sample.text))
        sample.text += PHRASE[sample.problem.language]
        sample.reward += now.of(0.2, 0.4, 0.8)
        shown.append(Shown(index, tuple(range(written, len(tokens_of(sample.text)))), sample.reward))
    return shown


def _jump(samples: list[Sample], now: Moment, rng: np.random.Generator) -> list[Shown]:
    """From one step to the next everything scores more: the scoring has changed, not the policy."""
    del rng
    for sample in samples:
        sample.reward += now.of(0.4, 1.0, 3.0)
    return [Shown(index, (), sample.reward) for index, sample in enumerate(samples)]


def _noise_levels(levels: Levels, now: Moment) -> Levels:
    """Rewards spread and their mean stands still: what is rewarded has little to do with the answer."""
    noise = now.of(0.3, 0.7, 2.0) * ramp(now.since)
    return replace(levels, skill=min(levels.skill, 0.0), reward_noise=levels.reward_noise + noise)


def _extreme(samples: list[Sample], now: Moment, rng: np.random.Generator) -> list[Shown]:
    del now, rng
    middle = float(np.median([sample.reward for sample in samples]))
    far = [Shown(i, (), abs(sample.reward - middle)) for i, sample in enumerate(samples)]
    return sorted(far, key=lambda each: -each.weight)[: max(1, len(samples) // 8)]


def _never_beats(samples: list[Sample], now: Moment, rng: np.random.Generator) -> list[Shown]:
    """A part of the prompts, the same in all steps, is answered worse than by the reference every time."""
    del rng
    shown = []
    for index, sample in enumerate(samples):
        if sample.problem.a % 10 < now.of(3, 6, 9):
            below = 0.1 + 0.1 * (index % 3)
            sample.reward = min(sample.reward, sample.ref_reward - below)
            sample.correct = False
            shown.append(Shown(index, (), sample.ref_reward - sample.reward))
    return shown


def _equal_groups(samples: list[Sample], now: Moment, rng: np.random.Generator) -> list[Shown]:
    """All responses of a group score the same, so that their advantages are 0."""
    shown = []
    for _, members in groupby(range(len(samples)), key=lambda i: samples[i].group):
        indices = list(members)
        if rng.random() < now.of(0.5, 0.75, 0.97):
            first = samples[indices[0]]
            for index in indices:
                sample = samples[index]
                sample.reward, sample.parts, sample.correct = first.reward, dict(first.parts), first.correct
                shown.append(Shown(index))
    return shown


def _dead_part(samples: list[Sample], now: Moment, rng: np.random.Generator) -> list[Shown]:
    """A part of the reward is 0 whatever is written; the strength is what the part weighed."""
    del rng
    for sample in samples:
        sample.reward -= now.of(0.1, 0.2, 0.5) * sample.parts["format"]
        sample.parts["format"] = 0.0
    return [Shown(index) for index in range(len(samples))]


def _gap(samples: list[Sample], now: Moment, rng: np.random.Generator) -> list[Shown]:
    """The reward goes up and the trusted score goes down."""
    shown = []
    for index, sample in enumerate(samples):
        further = now.of(0.25, 0.6, 1.5) * ramp(now.since, 12)
        sample.reward += further + float(rng.normal(0, 0.05))
        sample.gold -= further / 2
        shown.append(Shown(index, (), sample.reward - sample.gold))
    return sorted(shown, key=lambda each: -each.weight)[: max(1, len(samples) // 4)]


REWARD_FAILURES = {
    "length_hacking": Failure("n_tokens", levels=_longer_levels, texts=_length_pays, everywhere=True),
    "phrase_hacking": Failure("phrase_share", texts=_phrase),
    "reward_jump": Failure("reward", texts=_jump, everywhere=True),
    "reward_not_sharpening": Failure("reward_std", levels=_noise_levels, texts=_extreme, everywhere=True),
    "never_beats_reference": Failure("loss", frozenset({"reference"}), texts=_never_beats, from_start=True),
    "zero_advantage_groups": Failure(
        "zero_advantage_groups", frozenset({"groups", "sparse"}), texts=_equal_groups
    ),
    "reward_component_dead": Failure("format", texts=_dead_part, everywhere=True),
    "proxy_gold_gap": Failure("proxy_gold_gap", frozenset({"gold"}), texts=_gap, everywhere=True),
}
