"""Statistics that a few odd steps do not move, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tensorboard_plugin_rlboard.findings.robust import (
    baseline,
    flagged_spans,
    frozen_baseline,
    median,
    noise,
    persistent_since,
    rise_start,
    rolling_median,
    smoothed,
    step_change,
)


def test_noise_is_of_neighbours_without_the_trend() -> None:
    # Differences 3, -1, 3, -1, 1: median 1, deviations 2, 2, 2, 2, 0, their median 2.
    assert noise(np.array([0.0, 3, 2, 5, 4, 5])) == pytest.approx(2 * 1.4826 / np.sqrt(2))
    assert noise(np.arange(20.0)) == 0
    assert noise(np.array([1.0, np.nan, 2])) == 0


def test_noise_is_the_standard_deviation_of_independent_numbers() -> None:
    x = np.random.default_rng(1).normal(0, 3, 20_000)
    assert noise(x) == pytest.approx(3, rel=0.05)
    assert noise(x + np.linspace(0, 500, len(x))) == pytest.approx(3, rel=0.05)


def test_a_frozen_baseline_is_the_first_quarter() -> None:
    x = np.concatenate([np.full(10, 1.0), np.full(30, 9.0)])
    assert frozen_baseline(x).level == 1
    assert frozen_baseline(x).steps == 10
    assert frozen_baseline(np.arange(8.0)).steps == 5, "five at least"
    assert frozen_baseline(np.arange(1000.0)).steps == 50, "fifty at most"
    assert frozen_baseline(np.zeros(0)).steps == 0
    assert baseline(np.array([1.0, np.nan, 5])).level == 3


def test_the_rolling_median_looks_back_only() -> None:
    found = rolling_median(np.array([1.0, 2, 3, 100, 5]), 3)
    assert np.isnan(found[:3]).all()
    assert found[3:].tolist() == [2, 3]
    assert rolling_median(np.zeros(0), 3).tolist() == []
    assert np.isnan(rolling_median(np.full(6, np.nan), 3)).all()


def test_stretches_are_joined_over_gaps() -> None:
    flags = np.array([True, False, True, False, False, True])
    assert flagged_spans(flags) == [(0, 0), (2, 2), (5, 5)]
    assert flagged_spans(flags, gap=1) == [(0, 2), (5, 5)]
    assert flagged_spans(np.zeros(3, bool)) == []


def test_what_persists_holds_to_the_end() -> None:
    assert persistent_since(np.array([False, True, False, True, True, True, True, True]), 0.8, 3) == 3
    assert persistent_since(np.array([True, True, True, False, False, False]), 0.8, 3) is None
    assert persistent_since(np.array([False, False, True, True]), 0.8, 3) is None
    assert persistent_since(np.zeros(0, bool), 0.8, 1) is None


def test_a_median_of_nothing_is_nothing() -> None:
    assert np.isnan(median(np.array([np.nan, np.nan])))


def test_the_clearest_change_of_level() -> None:
    x = np.array([1.0, 1, 1, 1, 5, 5, 5, np.nan, 5])
    change = step_change(x, 2.0, window=4)
    assert change is not None
    assert (change.index, change.before, change.after, change.size) == (4, 1, 5, 4)
    assert change.deviations == pytest.approx(4 / (2 * np.sqrt(1 / 4 + 1 / 3)))
    assert step_change(np.ones(5), 1.0) is None


def test_a_rise_began_where_it_left_the_level_for_good() -> None:
    x = np.array([0.0, 3, 0, 0, 2, 0, 2, 2, 2])
    assert rise_start(x, 1.0, 8) == 4, "one step below it does not end it, two do"
    assert smoothed(x, 3)[:2].tolist() == pytest.approx([np.nan, np.nan], nan_ok=True)
    assert smoothed(x, 3)[2] == 0
