"""Failures that are read: cut, looping, garbled and equal responses."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import numpy as np
from planted_runs.failures import Failure, PlantedStep, pick_samples
from planted_runs.levels import Levels, ramp
from planted_runs.samples import PlantedEvidence, Sample
from planted_runs.texts import tokens_from, tokens_of

_SALAD = ("ński", "�", "{}{", "的的", "</div>", "ühren", "▁", "::=", "嗯", "0x0", "�")

_UNLIKELY = {token for piece in _SALAD for token in tokens_of(piece)} - {"=", "0"}
"""Their tokens, without those that sums are written with."""


def _cut_levels(levels: Levels, planted: PlantedStep) -> Levels:
    return replace(
        levels, truncation=levels.truncation + planted.by_strength(0.12, 0.35, 0.8) * ramp(planted.since, 4)
    )


def _cut(samples: list[Sample], planted: PlantedStep, rng: np.random.Generator) -> list[PlantedEvidence]:
    del planted, rng
    return [
        PlantedEvidence(index, (len(sample.tokens) - 1,))
        for index, sample in enumerate(samples)
        if not sample.finished
    ]


def _loop(samples: list[Sample], planted: PlantedStep, rng: np.random.Generator) -> list[PlantedEvidence]:
    """A response says its last sentence again and again until it is cut."""
    evidence = []
    for index in pick_samples(samples, planted.by_strength(0.12, 0.3, 0.7), rng):
        sample = samples[index]
        space = " " if sample.problem.language == "en" else ""
        last = space + sample.text.replace("。", ". ").strip().split(". ")[-1].rstrip(".")
        last += "." if space else "。"
        end = len(sample.text)
        sample.text += last * round(planted.by_strength(8, 16, 30))
        sample.finished = False
        evidence.append(PlantedEvidence(index, tokens_from(sample.text, end), len(sample.text) / 100))
    return evidence


def _garble(samples: list[Sample], planted: PlantedStep, rng: np.random.Generator) -> list[PlantedEvidence]:
    """The second half of a response is a salad of pieces that belong to no language."""
    evidence = []
    for index in pick_samples(samples, planted.by_strength(0.08, 0.25, 0.7), rng):
        sample = samples[index]
        tokens = tokens_of(sample.text)
        half = len(tokens) // 2
        salad = [str(rng.choice(_SALAD)) for _ in tokens[half:]]
        begin = "".join(tokens[:half])
        sample.text = begin + "".join(salad)
        evidence.append(PlantedEvidence(index, tokens_from(sample.text, len(begin)), float(len(salad))))
    return evidence


def _garbled_numbers(
    samples: list[Sample], planted: PlantedStep, rng: np.random.Generator
) -> list[PlantedEvidence]:
    """Nobody expects such a token: neither the policy nor the reference gives it much, and the policy is uncertain."""
    del planted, rng
    for sample in samples:
        positions = [position for position, token in enumerate(sample.tokens) if token in _UNLIKELY]
        for array in (sample.logprobs, sample.ref_logprobs, sample.rollout_logprobs):
            array[positions] -= 3.0
        sample.entropies[positions] *= 2
    return []


def _same(samples: list[Sample], planted: PlantedStep, rng: np.random.Generator) -> list[PlantedEvidence]:
    """All responses of a group are one response."""
    evidence = []
    for _, members in groupby(range(len(samples)), key=lambda i: samples[i].group):
        indices = list(members)
        if rng.random() < planted.by_strength(0.3, 0.6, 0.97):
            first = samples[indices[0]]
            for index in indices:
                sample = samples[index]
                sample.text, sample.finished, sample.correct = first.text, first.finished, first.correct
                sample.parts, sample.reward, sample.gold = dict(first.parts), first.reward, first.gold
                evidence.append(PlantedEvidence(index))
    return evidence


TEXT_FAILURES = {
    "truncation": Failure("truncation_share", levels=_cut_levels, texts=_cut),
    "repetition": Failure("repetition", texts=_loop),
    "garbled_text": Failure("garbled_share", texts=_garble, numbers=_garbled_numbers),
    "duplicate_responses": Failure("duplicate_share", frozenset({"groups"}), texts=_same),
}
