"""Steps that trainers write as numbers and texts, and numbers that are none."""

from __future__ import annotations

import pytest

from tensorboard_plugin_rlboard.formats.arrays.step_values import describe_non_steps, step_from_value


@pytest.mark.parametrize(
    ("value", "step"),
    [
        (3, 3),
        (3.5, 3.5),
        ("12", 12),
        ("step_10", 10),
        ("global_step_10", 10),
        ("Iter 0003", 3),
        ("iteration: 7", 7),
        ("epoch=2", 2),
        ("#5", 5),
        ("10/100", 10),
        ("step 10 of 100", 10),
        ("第3步", 3),
        ("epoch 0 step 3", 3),
        ("Epoch 2, global_step=40", 40),
        ("e1-iter7", 7),
        ("1,000", 1000),
        ("12,345,678", 12_345_678),
        ("3k", 3000),
        ("1.2K", 1200),
        ("2M", 2_000_000),
    ],
)
def test_what_says_a_step(value: object, step: float) -> None:
    assert step_from_value(value) == step


@pytest.mark.parametrize(
    "value",
    [
        True,
        "true",
        None,
        [3],
        "",
        "ten",
        "2025/11",
        "2025-11-30",
        "v1.2",
        "task_3",
        "0,500",
        "1,00",
        "3kg",
        "10/100/1000",
        "step_" + "9" * 80,
    ],
)
def test_what_says_none(value: object) -> None:
    assert step_from_value(value) is None


_SECOND = 1_764_460_000


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([_SECOND], "a Unix time"),
        ([_SECOND + 7 * n for n in range(5)], "a Unix time"),
        ([_SECOND + 0.25, _SECOND + 9.75], "a Unix time"),
        ([0.0, *(_SECOND + n for n in range(20))], "a Unix time"),
        ([(_SECOND + n) * 1000.0 for n in range(5)], "a Unix time in milliseconds"),
        ([(_SECOND + n) * 1e6 for n in range(5)], "a Unix time in microseconds"),
        ([(_SECOND + n) * 1e9 for n in range(5)], "a Unix time in nanoseconds"),
        ([20251130, 20251130, 20251201], "a date"),
        ([202511301205, 202511301305], "a date"),
        ([20251130120500, 20251130130500], "a date"),
        ([9e6, 3e6, 7e6, 1e6, 8e6], "an identifier"),
        ([3e17, 2e17, 1e17], "an identifier"),
    ],
)
def test_numbers_that_are_no_steps(numbers: list[float], said: str) -> None:
    assert describe_non_steps(numbers) == said


@pytest.mark.parametrize(
    "numbers",
    [
        [],
        [1, 2, 3],
        [float("nan"), float("inf")],
        [1_000_000_000],
        [1_500_000_000, 1_504_000_000],  # round numbers of tokens
        [4_194_304 * 400],
        [4_194_304 * n for n in range(350, 360)],
        [1_400_000_000 + 12_345 * n for n in range(5)],  # tokens of batches of any length
        [20_260_130, 20_269_999],  # there is no 99th of a month
        [5e6, 4e6, 5e6, 4e6, 5e6, 4e6],  # two ranks in turns
        [1e6, 2e6, 3e6, 1e6, 2e6, 3e6],  # started again
        [9e5, 3e5, 7e5, 1e5],
    ],
)
def test_numbers_that_may_be_steps(numbers: list[float]) -> None:
    assert describe_non_steps(numbers) == ""
