"""Rounding of token arrays: the promised error, valid JSON, and the same with and without NumPy."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.writing.output.rounded_numbers import MAX_PRECISION, array_texts, round_number

FLOATS = st.floats(width=64) | st.floats(-20, 0, width=32) | st.floats(-1e-2, 1e-2)
SLACK = 1 + 1e-6


def read(text: bytes) -> list[float]:
    return [float(x) for x in json.loads(b"[" + text + b"]")]


def within(value: float, back: float, precision: int) -> bool:
    """Whether a number is as near as the rule says; NaN and infinities have to be themselves."""
    if math.isnan(value) or math.isinf(value):
        return repr(value) == repr(back)
    # What is written may be exactly as far off as promised, and is read as the float next to it.
    error = abs(value - back) - math.ulp(value)
    return error <= 0.5 * 10.0**-precision * SLACK and error <= 5.0 * 10.0**-precision * abs(value) * SLACK


def test_a_number_halfway_is_as_near_as_promised_and_one_beyond_is_not() -> None:
    halfway = 67108864.765625
    (text,) = array_texts([np.asarray([halfway])], 5)
    assert text in {b"67108864.76562", b"67108864.76563"}
    assert within(halfway, read(text)[0], 5)
    assert not within(halfway, 67108864.7656, 5)
    assert not within(0.125, 0.119, 2)


@settings(max_examples=examples(150), deadline=None)
@given(
    st.lists(st.lists(FLOATS, min_size=1, max_size=30), min_size=1, max_size=8), st.integers(1, MAX_PRECISION)
)
def test_every_number_is_as_near_as_promised(lists: list[list[float]], precision: int) -> None:
    arrays = [np.asarray(values) for values in lists]
    found = array_texts(arrays, precision)
    assert len(found) == len(lists)
    for values, text in zip(lists, found, strict=True):
        back = read(text)
        assert len(back) == len(values)
        for value, other in zip(values, back, strict=True):
            assert within(value, other, precision), (value, other)


@settings(max_examples=examples(150), deadline=None)
@given(FLOATS, st.integers(1, MAX_PRECISION))
def test_the_same_rule_without_numpy(value: float, precision: int) -> None:
    assert within(value, round_number(value, precision), precision)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([0.0, -0.0, 1.0, -2.0], "0,0,1,-2"),
        ([-0.12345, -0.5, -8.12345, -12.0004], "-0.123,-0.5,-8.123,-12"),
        ([-0.012345, -0.0012345, -1.2345e-5, 9.996e-4], "-0.0123,-123e-5,-123e-7,1000e-6"),
        ([1234.5678, 999999.9996], "1234.568,1000000"),
        ([math.nan, math.inf, -math.inf, -0.25], "NaN,Infinity,-Infinity,-0.25"),
        ([1e20, -1e-300, 5e-324, 0.1], "1e+20,-1e-300,5e-324,0.1"),
    ],
)
def test_how_numbers_look(values: list[float], text: str) -> None:
    assert array_texts([np.asarray(values)], 3) == [text.encode()]


def test_narrow_floats_are_rounded_like_the_numbers_that_they_hold() -> None:
    for dtype in (np.float16, np.float32):
        array: np.ndarray[tuple[int, ...], np.dtype[np.floating[Any]]] = np.asarray(
            [-0.1234, -7.75, -0.00321], dtype
        )
        assert all(
            within(value, back, 3)
            for value, back in zip(array.tolist(), read(array_texts([array], 3)[0]), strict=True)
        )


def test_arrays_longer_than_a_block_and_many_short_ones() -> None:
    draw = np.random.default_rng(1)
    sizes = (200_000, 1, 70_000, *([3] * 500))
    arrays = [np.asarray(-draw.exponential(1.0, size), np.float64) for size in sizes]
    for array, text in zip(arrays, array_texts(arrays, 4), strict=True):
        np.testing.assert_allclose(read(text), array, atol=0.5e-4 * SLACK, rtol=0)


def test_order_of_nearby_numbers_is_kept() -> None:
    numbers = np.sort(-np.random.default_rng(2).exponential(0.01, 5_000))
    assert np.all(np.diff(read(array_texts([numbers], 3)[0])) >= 0)
