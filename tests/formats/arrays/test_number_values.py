"""Numbers as trainers write them, and what is only nearly one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.formats.arrays.number_values import (
    are_numbers,
    floats_of_values,
    list_from_text,
    not_a_number,
    not_an_array,
    number_from_value,
    numbers_from_list,
    shortened,
    without_batch_dimension,
)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1, 1.0),
        (True, 1.0),
        ("1.0", 1.0),
        (" 1 ", 1.0),
        ("-.5e-3", -0.0005),
        ("3.", 3.0),
        ("+7\n", 7.0),
        ("True", 1.0),
        ("False", 0.0),
        (" true", 1.0),
        ("FALSE", 0.0),
        ("-inf", -math.inf),
        ("Infinity", math.inf),
        (10**400, math.inf),
        (-(10**400), -math.inf),
    ],
)
def test_numbers_and_texts_that_hold_one(value: object, number: float) -> None:
    assert number_from_value(value) == number


def test_nan_as_text_is_nan() -> None:
    assert [math.isnan(number_from_value(text) or 0.0) for text in ("nan", "NaN", " -nan ")] == [True] * 3


@pytest.mark.parametrize(
    "value",
    [
        *(
            "1_000",
            "１",
            "٣",
            "1,5",
            "0x10",
            "1e",
            "e5",
            ".",
            "",
            " ",
            "yes",
            "None",
            "1 2",
            "1\u00a0",
            "--1",
        ),
        *("tensor(1.0)", "np.float64(1.0)", "nano", "infinit", None, [1.0], {"a": 1.0}, b"1"),
    ],
)
def test_what_is_no_number(value: object) -> None:
    assert number_from_value(value) is None


@given(st.floats(allow_nan=False))
def test_every_number_is_read_from_its_text(number: float) -> None:
    assert number_from_value(repr(number)) == number


def test_a_long_text_is_refused_in_no_time() -> None:
    assert number_from_value("1" * 200_000 + "x") is None


def listed(value: list[object], *, strict: bool) -> list[float | None] | None:
    found = numbers_from_list(value, strict=strict)
    if found is None:
        return None
    nulls = np.zeros(len(found.values), bool) if found.nulls is None else found.nulls
    return [None if null else x for x, null in zip(found.values.tolist(), nulls, strict=True)]


@pytest.mark.parametrize("strict", [True, False])
def test_lists_of_numbers(*, strict: bool) -> None:
    assert listed([0.5, 1, True], strict=strict) == [0.5, 1.0, 1.0]
    assert listed([0.5, None], strict=strict) == [0.5, None]
    assert listed([[0.1], [None]], strict=strict) == [0.1, None]
    assert listed([None, None], strict=strict) == [None, None]
    assert listed([10**400, 0.5], strict=strict) == [math.inf, 0.5]
    assert listed([{"a": 1}], strict=strict) is None
    assert listed([[1.0, 2.0], [3.0, 4.0]], strict=strict) is None
    assert listed([[1.0, 2.0], [3.0]], strict=strict) is None  # of two turns: 3 is not the second token's
    assert listed(["a", "b"], strict=strict) is None


def test_a_known_array_takes_texts_and_names_what_is_none() -> None:
    assert listed(["0.5", "x", None], strict=False) == [0.5, None, None]
    assert listed(["0.5"], strict=True) is None
    found = numbers_from_list([0.5, {"a": 1}, "y"], strict=False)
    assert found is not None
    assert found.odd == {"a": 1}


def test_lists_written_as_text() -> None:
    assert list_from_text("[0.1, -2, null, NaN]") is not None
    assert list_from_text(" [1]") == [1]
    for text in (
        "[]",
        "[true]",
        '["a"]',
        "[[1]]",
        "0.1",
        "[0.1",
        "[0.1 0.2]",
        "array([1])",
        "",
        "[" * 100_000,
    ):
        assert list_from_text(text) is None, text


def test_what_cannot_be_used_is_quoted_with_its_remedy() -> None:
    found = not_a_number("reward", "tensor(1.0)")
    assert '"tensor(1.0)"' in found
    assert "value.item()" in found
    assert "item" not in not_a_number("reward", "good")
    found = not_an_array("logprobs", "tensor([-0.1, -0.2])")
    assert '"tensor([-0.1, -0.2])"' in found
    assert "values.tolist()" in found
    assert "tolist" in not_an_array("logprobs", ["np.float64(0.1)", "np.float64(0.2)"])
    assert "tolist" not in not_an_array("logprobs", {"a": 1})


def test_long_values_are_cut() -> None:
    for value in ("x" * 10_000, [0.5] * 10_000, {"a": "x" * 500}):
        assert len(shortened(value)) == 80
    assert shortened({"a": object()}).startswith('{"a": ')


def test_columns_of_numbers_and_texts_that_hold_one() -> None:
    found = floats_of_values([True, "1.0", 2, "False", "1.0"])
    assert found is not None
    assert found.tolist() == [1.0, 1.0, 2.0, 0.0, 1.0]
    assert floats_of_values(["1.0", "x"]) is None
    assert floats_of_values(["x", 1.0]) is None
    assert are_numbers(["1", 10**400, " true "])
    assert not are_numbers(["1", "1_0"])


@pytest.mark.parametrize(
    ("value", "without"),
    [
        ([[1, 2]], [1, 2]),
        ([[[0.5, None, -1]]], [0.5, None, -1]),
        ([["a", "b"]], ["a", "b"]),
        ([[5, "a"]], [[5, "a"]]),  # one token: its id and its text
        ([["a"]], [["a"]]),
        ([[1, 2], [3]], [[1, 2], [3]]),
        ([{"token": "a"}], [{"token": "a"}]),
        ([3], [3]),
        ([], []),
    ],
)
def test_a_batch_of_one(value: list[object], without: list[object]) -> None:
    assert without_batch_dimension(value) == without
