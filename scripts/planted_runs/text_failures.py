"""Failures that are read: cut, looping, garbled and equal responses."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import numpy as np
from planted_runs.failures import Failure, Moment, some
from planted_runs.levels import Levels, ramp
from planted_runs.samples import Sample, Shown
from planted_runs.texts import tokens_from, tokens_of

_SALAD = ("ński", "�", "{}{", "的的", "</div>", "ühren", "▁", "::=", "嗯", "0x0", "�")

_UNLIKELY = {token for piece in _SALAD for token in tokens_of(piece)} - {"=", "0"}
"""Their tokens, without those that sums are written with."""


def _cut_levels(levels: Levels, now: Moment) -> Levels:
    return replace(levels, truncation=levels.truncation + now.of(0.12, 0.35, 0.8) * ramp(now.since, 4))


def _cut(samples: list[Sample], now: Moment, rng: np.random.Generator) -> list[Shown]:
    del now, rng
    return [
        Shown(index, (len(sample.tokens) - 1,)) for index, sample in enumerate(samples) if not sample.finished
    ]


def _loop(samples: list[Sample], now: Moment, rng: np.random.Generator) -> list[Shown]:
    """A response says its last sentence again and again until it is cut."""
    shown = []
    for index in some(samples, now.of(0.12, 0.3, 0.7), rng):
        sample = samples[index]
        space = " " if sample.problem.language == "en" else ""
        last = space + sample.text.replace("。", ". ").strip().split(". ")[-1].rstrip(".")
        last += "." if space else "。"
        written = len(sample.text)
        sample.text += last * round(now.of(8, 16, 30))
        sample.finished = False
        shown.append(Shown(index, tokens_from(sample.text, written), len(sample.text) / 100))
    return shown


def _garble(samples: list[Sample], now: Moment, rng: np.random.Generator) -> list[Shown]:
    """The second half of a response is a salad of pieces that belong to no language."""
    shown = []
    for index in some(samples, now.of(0.08, 0.25, 0.7), rng):
        sample = samples[index]
        tokens = tokens_of(sample.text)
        kept = len(tokens) // 2
        salad = [str(rng.choice(_SALAD)) for _ in tokens[kept:]]
        begin = "".join(tokens[:kept])
        sample.text = begin + "".join(salad)
        shown.append(Shown(index, tokens_from(sample.text, len(begin)), float(len(salad))))
    return shown


def _garbled_numbers(samples: list[Sample], now: Moment, rng: np.random.Generator) -> list[Shown]:
    """Nobody expects such a token: neither the policy nor the reference gives it much, and the policy is uncertain."""
    del now, rng
    for sample in samples:
        places = [place for place, token in enumerate(sample.tokens) if token in _UNLIKELY]
        for array in (sample.logprobs, sample.ref_logprobs, sample.rollout_logprobs):
            array[places] -= 3.0
        sample.entropies[places] *= 2
    return []


def _same(samples: list[Sample], now: Moment, rng: np.random.Generator) -> list[Shown]:
    """All responses of a group are one response."""
    shown = []
    for _, members in groupby(range(len(samples)), key=lambda i: samples[i].group):
        indices = list(members)
        if rng.random() < now.of(0.3, 0.6, 0.97):
            first = samples[indices[0]]
            for index in indices:
                sample = samples[index]
                sample.text, sample.finished, sample.correct = first.text, first.finished, first.correct
                sample.parts, sample.reward, sample.gold = dict(first.parts), first.reward, first.gold
                shown.append(Shown(index))
    return shown


TEXT_FAILURES = {
    "truncation": Failure("truncation_share", levels=_cut_levels, texts=_cut),
    "repetition": Failure("repetition", texts=_loop),
    "garbled_text": Failure("garbled_share", texts=_garble, numbers=_garbled_numbers),
    "duplicate_responses": Failure("duplicate_share", frozenset({"groups"}), texts=_same),
}
