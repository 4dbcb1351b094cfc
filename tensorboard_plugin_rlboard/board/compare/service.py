"""Answers /compare."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_rlboard.api import ComparedSide, Comparison, DifferenceCounts, Estimate
from tensorboard_plugin_rlboard.board.compare.listed_prompts import listed_prompts
from tensorboard_plugin_rlboard.board.compare.question import SORTS, CompareQuestion
from tensorboard_plugin_rlboard.board.compare.shared_prompts import SharedPrompts, SideCounts, shared_prompts
from tensorboard_plugin_rlboard.board.lru_cache import LruCache
from tensorboard_plugin_rlboard.board.prompts.identity_cache import PromptIdentities
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.metrics.prompts.bootstrap import (
    CONFIDENCE,
    RESAMPLES,
    Interval,
    mean_interval,
    win_rate,
    win_rate_interval,
)
from tensorboard_plugin_rlboard.metrics.segments import Floats

MAX_LIMIT, MAX_BINS = 100, 500
_CACHE_BYTES = 24 * 1024 * 1024
"""Of compared prompts, so that turning a page does not compare anew: 300,000 prompts."""


class ComparisonService:
    """Compares runs; every method may be called from any thread."""

    def __init__(self, identities: PromptIdentities) -> None:
        """Starts empty; `identities` tells prompts apart."""
        self._identities = identities
        self._cache: LruCache[SharedPrompts] = LruCache(_CACHE_BYTES, lambda found: found.size)

    def compare(self, a: RunSession, b: RunSession, question: CompareQuestion) -> Comparison:
        """Two selections on the prompts that they share.

        Args:
            a: the run of one side.
            b: that of the other, with the same cursor.
            question: what is compared.

        Raises:
            ArgumentError: an unknown metric or order, numbers out of range, or a selection that cannot be answered.
            StoppedError: the question was given up.
        """
        _check(question)
        made_of = question.a, question.b, question.metric
        key = (a.run.version, b.run.version, made_of)
        with a.snapshot():
            found = self._cache.get_or_compute(key, lambda: shared_prompts(a, b, self._identities, *made_of))
            prompts = listed_prompts(a, b, question, found)
        difference = found.a - found.b
        wins, losses = int((difference > 0).sum()), int((difference < 0).sum())
        ties, seed = len(difference) - wins - losses, question.seed
        mean = float(difference.mean()) if len(difference) else None
        return Comparison(
            metric=question.metric,
            a=_side(question.a.run, found.of_a, found.shared),
            b=_side(question.b.run, found.of_b, found.shared),
            shared=found.shared,
            compared=len(difference),
            wins=wins,
            ties=ties,
            losses=losses,
            win_rate=_estimate(win_rate(wins, ties, losses), win_rate_interval(wins, ties, losses, seed)),
            mean_difference=_estimate(mean, mean_interval(difference, seed)),
            confidence=CONFIDENCE,
            resamples=RESAMPLES,
            seed=seed,
            differences=difference_counts(difference, question.bins),
            prompts=prompts,
        )


def difference_counts(difference: Floats, bins: int) -> DifferenceCounts:
    """The histogram of differences that are not 0: equally wide bins, as many below 0 as above it."""
    changed = difference[difference != 0]
    most = float(np.abs(changed).max()) if len(changed) else 1.0
    edges = np.linspace(-most, most, 2 * ((bins + 1) // 2) + 1)
    edges[len(edges) // 2] = 0.0
    return DifferenceCounts(edges.tolist(), np.histogram(changed, edges)[0].tolist())


def _check(question: CompareQuestion) -> None:
    if question.sort not in SORTS:
        raise ArgumentError(f"sort={question.sort[:40]} is not known: it takes {', '.join(SORTS)}.")
    if not 1 <= question.bins <= MAX_BINS:
        raise ArgumentError(f"bins takes 1 to {MAX_BINS}.")
    if not 0 < question.limit <= MAX_LIMIT or question.offset < 0:
        raise ArgumentError(f"limit takes 1 to {MAX_LIMIT} and offset 0 or more.")
    if question.seed < 0:
        raise ArgumentError("seed takes 0 or more.")


def _side(run: str, counts: SideCounts, shared: int) -> ComparedSide:
    return ComparedSide(
        run=run,
        split=counts.split,
        samples=counts.samples,
        prompts=counts.prompts,
        only_here=counts.prompts - shared,
        without_prompt=counts.without_prompt,
        nonfinite=counts.nonfinite,
        mean=counts.mean,
    )


def _estimate(value: float | None, interval: Interval | None) -> Estimate | None:
    if value is None or interval is None:
        return None
    return Estimate(value, interval.low, interval.high, interval.method)
