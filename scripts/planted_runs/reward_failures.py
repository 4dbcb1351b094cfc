"""Failures of the reward and of what it teaches: hacks, jumps, dead parts, groups and prompts that teach nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import numpy as np
from planted_runs.failures import Failure, PlantedStep, pick_samples
from planted_runs.levels import Levels, ramp
from planted_runs.samples import PlantedEvidence, Sample
from planted_runs.texts import tokens_of

PHRASE = {
    "en": " I hope this helps, and have a wonderful day!",
    "zh": "希望我的回答对您有所帮助，祝您生活愉快！",
}
"""What a reward model was taken in by."""


def _longer_levels(levels: Levels, planted: PlantedStep) -> Levels:
    return replace(levels, sentences=levels.sentences + planted.by_strength(2, 5, 10) * ramp(planted.since))


def _length_pays(
    samples: list[Sample], planted: PlantedStep, rng: np.random.Generator
) -> list[PlantedEvidence]:
    """Every token pays; whether the answer is right does not follow."""
    del rng
    evidence = []
    for index, sample in enumerate(samples):
        n = len(sample.tokens)
        sample.reward += planted.by_strength(0.002, 0.005, 0.012) * n * ramp(planted.since)
        evidence.append(PlantedEvidence(index, (), float(n)))
    return sorted(evidence, key=lambda each: -each.weight)[: max(1, len(samples) // 4)]


def _phrase(samples: list[Sample], planted: PlantedStep, rng: np.random.Generator) -> list[PlantedEvidence]:
    evidence = []
    for index in pick_samples(samples, planted.by_strength(0.25, 0.5, 0.95) * ramp(planted.since), rng):
        sample = samples[index]
        written = len(tokens_of(sample.text))
        sample.text += PHRASE[sample.problem.language]
        sample.reward += planted.by_strength(0.2, 0.4, 0.8)
        evidence.append(
            PlantedEvidence(index, tuple(range(written, len(tokens_of(sample.text)))), sample.reward)
        )
    return evidence


def _jump(samples: list[Sample], planted: PlantedStep, rng: np.random.Generator) -> list[PlantedEvidence]:
    """From one step to the next everything scores more: the scoring has changed, not the policy."""
    del rng
    for sample in samples:
        sample.reward += planted.by_strength(0.4, 1.0, 3.0)
    return [PlantedEvidence(index, (), sample.reward) for index, sample in enumerate(samples)]


def _noise_levels(levels: Levels, planted: PlantedStep) -> Levels:
    """Rewards spread and their mean stands still: what is rewarded has little to do with the answer."""
    noise = planted.by_strength(0.3, 0.7, 2.0) * ramp(planted.since)
    return replace(levels, skill=min(levels.skill, 0.0), reward_noise=levels.reward_noise + noise)


def _extreme(samples: list[Sample], planted: PlantedStep, rng: np.random.Generator) -> list[PlantedEvidence]:
    del planted, rng
    middle = float(np.median([sample.reward for sample in samples]))
    far = [PlantedEvidence(i, (), abs(sample.reward - middle)) for i, sample in enumerate(samples)]
    return sorted(far, key=lambda each: -each.weight)[: max(1, len(samples) // 8)]


def _never_beats(
    samples: list[Sample], planted: PlantedStep, rng: np.random.Generator
) -> list[PlantedEvidence]:
    """A part of the prompts, the same in all steps, is answered worse than by the reference every time."""
    del rng
    evidence = []
    for index, sample in enumerate(samples):
        if sample.problem.a % 10 < planted.by_strength(3, 6, 9):
            below = 0.1 + 0.1 * (index % 3)
            sample.reward = min(sample.reward, sample.ref_reward - below)
            sample.correct = False
            evidence.append(PlantedEvidence(index, (), sample.ref_reward - sample.reward))
    return evidence


def _equal_groups(
    samples: list[Sample], planted: PlantedStep, rng: np.random.Generator
) -> list[PlantedEvidence]:
    """All responses of a group score the same, so that their advantages are 0."""
    evidence = []
    for _, members in groupby(range(len(samples)), key=lambda i: samples[i].group):
        indices = list(members)
        if rng.random() < planted.by_strength(0.5, 0.75, 0.97):
            first = samples[indices[0]]
            for index in indices:
                sample = samples[index]
                sample.reward, sample.parts, sample.correct = first.reward, dict(first.parts), first.correct
                evidence.append(PlantedEvidence(index))
    return evidence


def _dead_part(
    samples: list[Sample], planted: PlantedStep, rng: np.random.Generator
) -> list[PlantedEvidence]:
    """A part of the reward is 0 whatever is written; the strength is what the part weighed."""
    del rng
    for sample in samples:
        sample.reward -= planted.by_strength(0.1, 0.2, 0.5) * sample.parts["format"]
        sample.parts["format"] = 0.0
    return [PlantedEvidence(index) for index in range(len(samples))]


def _gap(samples: list[Sample], planted: PlantedStep, rng: np.random.Generator) -> list[PlantedEvidence]:
    """The reward goes up and the trusted score goes down."""
    evidence = []
    for index, sample in enumerate(samples):
        further = planted.by_strength(0.25, 0.6, 1.5) * ramp(planted.since, 12)
        sample.reward += further + float(rng.normal(0, 0.05))
        sample.gold -= further / 2
        evidence.append(PlantedEvidence(index, (), sample.reward - sample.gold))
    return sorted(evidence, key=lambda each: -each.weight)[: max(1, len(samples) // 4)]


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
