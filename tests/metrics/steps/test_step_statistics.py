"""Statistics over the samples of steps, by hand; and that neither the order of rows nor that of steps changes a digit."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints
from tensorboard_plugin_rlboard.metrics.step_statistics import (
    QUANTILES,
    STATISTICS,
    metric_statistics,
    step_segments,
)

NAN = math.nan


def ints(*numbers: int) -> Ints:
    return np.asarray(numbers, np.int64)


def floats(*numbers: float) -> Floats:
    return np.asarray(numbers, np.float64)


def of_one_step(*x: float) -> dict[str, float]:
    """The statistics of numbers of one step."""
    found = metric_statistics(step_segments((ints(*[3] * len(x)),)), floats(*x), floats(*[NAN] * len(x)))
    return {name: values.tolist()[0] for name, values in found.items()}


def test_by_hand() -> None:
    # 1, 2, 4, 9: mean 16 / 4 = 4, deviation √((9 + 4 + 0 + 25) / 4) = √9.5; the quartile lies at 0.25 · 3 = 0.75 between
    # the first and the second, the median half way between 2 and 4.
    found = of_one_step(9, 1, 4, 2)
    assert list(found) == list(STATISTICS)
    assert (found["count"], found["nonfinite"], found["sum"], found["mean"]) == (4, 0, 16, 4)
    assert (found["min"], found["max"], found["std"]) == (1, 9, math.sqrt(9.5))
    assert (found["p25"], found["p50"], found["p75"]) == (1.75, 3.0, 5.25)
    assert found["p01"] == pytest.approx(1.03)
    assert found["p05"] == pytest.approx(1.15)
    assert found["p95"] == pytest.approx(8.25)
    assert found["p99"] == pytest.approx(8.85)


def test_one_number_is_all_of_its_statistics() -> None:
    found = of_one_step(-2.5)
    assert (found["count"], found["sum"], found["mean"], found["std"]) == (1, -2.5, -2.5, 0)
    assert {found[name] for name in ("min", "max", *QUANTILES)} == {-2.5}


def test_equal_numbers_do_not_vary_by_what_their_mean_is_rounded_by() -> None:
    assert np.mean([0.1] * 3) != 0.1, "else this test shows nothing"
    assert of_one_step(0.1, 0.1, 0.1)["std"] == 0


def test_what_rounding_leaves_of_a_mean_of_nothing_is_nothing() -> None:
    gaps = (0.3 - 0.2, 0.1 - 0.2)
    assert sum(gaps) != 0, "else this test shows nothing"
    found = of_one_step(*gaps)
    assert (found["sum"], found["mean"]) == (0, 0)
    assert (found["min"], found["max"]) == tuple(sorted(gaps))
    # What is small beside the largest number, and more than its last digits, is a mean: 1e-12 / 2.
    assert of_one_step(1, -1 + 1e-12)["mean"] == pytest.approx(5e-13, rel=1e-3)
    assert of_one_step(2.5e-17, 2.5e-17)["mean"] == 2.5e-17


def test_what_rounding_leaves_of_a_mean_over_tokens_is_nothing() -> None:
    # Two samples of two tokens each, 0.3 - 0.2 twice and 0.1 - 0.2 twice.
    total = floats(2 * (0.3 - 0.2), 2 * (0.1 - 0.2))
    found = metric_statistics(
        step_segments((ints(1, 1),)),
        total / 2,
        floats(NAN, NAN),
        total=total,
        tokens=floats(2, 2),
        nonfinite=floats(0, 0),
    )
    assert (found["count"].tolist(), found["sum"].tolist(), found["mean"].tolist()) == ([4], [0], [0])


def test_steps_without_a_number_and_numbers_that_do_not_count() -> None:
    # Step 1 has 1 and 3 and one that does not count, step 2 nothing, step 5 only one that does not count.
    segments = step_segments((ints(5, 1, 2, 1, 1),))
    found = metric_statistics(segments, floats(NAN, 3, NAN, 1, NAN), floats(1, NAN, NAN, NAN, 1))
    assert found["count"].tolist() == [2, 0, 0]
    assert found["nonfinite"].tolist() == [1, 0, 1]
    for name, expected in {"sum": 4, "mean": 2, "min": 1, "max": 3, "std": 1, "p25": 1.5}.items():
        assert found[name].tolist()[0] == expected
        assert np.isnan(found[name][1:]).all()


def test_a_metric_of_tokens_is_weighted_by_them() -> None:
    # Step 1: 2 tokens of mean 5 and 3 of mean 10, sums 10 and 30: 40 / 5 = 8. Another sample's mean does not count, nor do
    # its 4 tokens, 1 of them not finite. Step 2: a sample without tokens.
    segments = step_segments((ints(1, 1, 1, 2),))
    found = metric_statistics(
        segments,
        x=floats(10, 5, NAN, NAN),
        odd=floats(NAN, NAN, 4, NAN),
        total=floats(30, 10, NAN, NAN),
        tokens=floats(3, 2, NAN, NAN),
        nonfinite=floats(0, 0, 1, NAN),
    )
    assert list(found) == list(STATISTICS)
    assert (found["count"].tolist(), found["sum"].tolist()[0], found["mean"].tolist()[0]) == ([5, 0], 40, 8)
    assert found["nonfinite"].tolist()[0] == 5
    assert (found["min"][0], found["max"][0], found["std"][0], found["p50"][0]) == (5, 10, 2.5, 7.5)
    assert all(math.isnan(found[name][1]) for name in STATISTICS if name != "count")


def test_rows_are_found_by_both_keys() -> None:
    segments = step_segments((ints(2, 1, 2, 1), ints(1, 2, 0, 1)))
    assert segments.order is not None
    assert segments.by_step(floats(0, 1, 2, 3)).tolist() == [3, 1, 2, 0]
    assert (segments.starts.tolist(), segments.sizes.tolist()) == ([0, 1, 2, 3], [1, 1, 1, 1])


def test_rows_in_order_are_left_as_they_are() -> None:
    segments = step_segments((ints(1, 1, 2, 3), ints(1, 2, 0, 0)))
    assert segments.order is None
    assert (segments.starts.tolist(), segments.sizes.tolist()) == ([0, 1, 2, 3], [1, 1, 1, 1])
    assert step_segments((ints(1, 1, 2),)).sizes.tolist() == [2, 1]
    assert step_segments((ints(1, 2, 2), ints(4, 3, 2))).order is not None


def test_no_rows_are_no_steps() -> None:
    segments = step_segments((ints(), ints()))
    assert (segments.order, segments.starts.tolist(), segments.sizes.tolist()) == (None, [], [])
    assert {len(values) for values in metric_statistics(segments, floats(), floats()).values()} == {0}


NUMBERS = st.floats(-1e150, 1e150, exclude_min=True, exclude_max=True) | st.just(NAN)


@given(rows=st.lists(st.tuples(st.integers(0, 4), NUMBERS), min_size=1, max_size=40), seed=st.integers(0, 9))
def test_neither_other_steps_nor_the_order_change_a_digit(rows: list[tuple[int, float]], seed: int) -> None:
    def found(some: list[tuple[int, float]]) -> dict[str, list[float]]:
        steps, x = ints(*(step for step, _ in some)), floats(*(number for _, number in some))
        return {
            name: values.tolist()
            for name, values in metric_statistics(step_segments((steps,)), x, np.full(len(x), NAN)).items()
        }

    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)
    whole = found(rows)
    np.testing.assert_equal(found(shuffled), whole)
    for place, step in enumerate(sorted({step for step, _ in rows})):
        alone = found([row for row in rows if row[0] == step])
        np.testing.assert_equal(alone, {name: [values[place]] for name, values in whole.items()})


def test_a_token_is_a_mean_and_none_is_not() -> None:
    """One token of 0.5 at step 1, none at step 2."""
    none = floats(NAN, NAN)
    tokens = {"total": floats(0.5, NAN), "tokens": floats(1, NAN), "nonfinite": floats(0, NAN)}
    found = metric_statistics(step_segments((ints(1, 2),)), floats(0.5, NAN), none, **tokens)
    np.testing.assert_equal(found["mean"], [0.5, NAN])
    np.testing.assert_equal(found["count"], [1, 0])
    np.testing.assert_equal(found["nonfinite"], [0, NAN])
