"""How equal two means are, which prompts count, and which samples are named of them: numbers by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rollout_log import TestLog, lines

from tensorboard_plugin_rlboard.api import Comparison
from tensorboard_plugin_rlboard.board.compare.question import CompareQuestion
from tensorboard_plugin_rlboard.board.compare.service import difference_counts
from tensorboard_plugin_rlboard.board.compare.shared_prompts import Renderings, SharedPrompts, SideCounts
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.errors import ArgumentError

Values = dict[str, list[Any]]
"""Rewards by prompt; each sample has a step of its own, from 1."""


def compared(folder: Path, a: Values, b: Values, *, one_step: bool = False, **asked: Any) -> Comparison:
    """Two runs with these rewards."""
    for name, side in (("a", a), ("b", b)):
        path = folder / name / "x.jsonl"
        path.parent.mkdir(parents=True)
        found = [(step, prompt, x) for prompt, values in side.items() for step, x in enumerate(values, 1)]
        rows = [
            {"step": 1 if one_step else step, "prompt": prompt, "response": "r", "reward": x}
            for step, prompt, x in found
        ]
        path.write_bytes(lines(*sorted(rows, key=lambda row: row["step"])))
    with TestLog(folder) as log:
        return log.open().compare(CompareQuestion(Selection("a"), Selection("b"), **asked))


def wins_ties_losses(folder: Path, a: list[Any], b: list[Any]) -> tuple[int, int, int]:
    found = compared(folder, {"p": a}, {"p": b})
    return found.wins, found.ties, found.losses


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([1.0 + 4e-12], [1.0], (0, 1, 0)),
        ([1.0 + 6e-12], [1.0], (1, 0, 0)),
        ([100.0 + 4e-10], [100.0], (0, 1, 0)),
        ([100.0 + 6e-10], [100.0], (1, 0, 0)),
        ([6.0, 6.0], [6.0 + 6e-12], (0, 0, 1)),
        ([100.0, -100.0], [3e-10], (0, 1, 0)),
        ([3e-10], [100.0, -100.0], (0, 1, 0)),
        ([3e-10], [2e-10], (1, 0, 0)),
        ([3e-250], [2e-250], (1, 0, 0)),
        ([0.0], [0.0], (0, 1, 0)),
    ],
)
def test_means_are_equal_to_twelve_digits_of_what_they_are_means_of(
    tmp_path: Path, a: list[float], b: list[float], expected: tuple[int, int, int]
) -> None:
    """Of 1 the twelfth digit is 1e-11, of 100 it is 1e-9, of 6 and 6 it is that of 6; of 100 and -100 as of 100, though
    their mean is 0. What is as small itself has its own."""
    assert wins_ties_losses(tmp_path, a, b) == expected


@pytest.mark.parametrize("empty", [None, math.nan])
def test_a_prompt_has_to_have_a_value_on_both_sides(tmp_path: Path, empty: float | None) -> None:
    found = compared(tmp_path, {"p": [1.0], "q": [2.0]}, {"p": [empty], "q": [1.0]})
    assert (found.shared, found.compared, found.wins) == (2, 1, 1)
    assert found.b.mean == 1.0


def test_sixteen_samples_of_a_prompt_are_named_the_nearest_to_its_mean_first(tmp_path: Path) -> None:
    """Of 0 to 16 the mean is 8; as far are 7 and 9, of which 9 is newer. 0 and 16 come last, and one is left out."""
    found = compared(tmp_path, {"p": [float(x) for x in range(17)]}, {"p": [0.0]})
    [values] = found.prompts.a_values
    assert values == [8.0, 9.0, 7.0, 10.0, 6.0, 11.0, 5.0, 12.0, 4.0, 13.0, 3.0, 14.0, 2.0, 15.0, 1.0, 16.0]
    assert found.prompts.a_steps == [[int(x) + 1 for x in values]]


def test_sixteen_are_named_of_each_prompt(tmp_path: Path) -> None:
    """Two prompts of nine: all of both, though together they are more."""
    nine = [float(x) for x in range(9)]
    found = compared(tmp_path, {"p": nine, "q": nine}, {"p": [0.0], "q": [0.0]})
    assert [sorted(values) for values in found.prompts.a_values] == [nine, nine]


def test_as_far_is_what_differs_behind_the_ninth_digit_only(tmp_path: Path) -> None:
    """The mean of 1, 0 and 0.5 + 3e-10 is 0.5 + 1e-10: 1 is nearer than 0 by 2e-10, and older."""
    found = compared(tmp_path, {"p": [1.0, 0.0, 0.5 + 3e-10]}, {"p": [0.0]})
    assert found.prompts.a_values == [[0.5 + 3e-10, 0.0, 1.0]]


def test_samples_are_named_of_a_metric_of_groups(tmp_path: Path) -> None:
    """Of the group of 1 and 3 they are one standard deviation below and above the mean, of 2 and 2 they are 0."""
    sides = {"p": [1.0, 3.0], "q": [5.0, 7.0]}, {"p": [2.0, 2.0]}
    found = compared(tmp_path, *sides, one_step=True, metric="advantage")
    [values] = found.prompts.a_values
    assert values == pytest.approx([-1.0, 1.0], abs=1e-5)
    assert found.prompts.b_values == [[0.0, 0.0]]


def test_the_bounds_of_what_may_be_asked(tmp_path: Path) -> None:
    found = compared(tmp_path / "few", {"p": [1.0]}, {"p": [0.0]}, bins=1, limit=1)
    assert (found.differences.edges, found.differences.counts) == ([-1.0, 0.0, 1.0], [0, 1])
    many = compared(tmp_path / "many", {"p": [1.0]}, {"p": [0.0]}, bins=500, limit=100)
    assert len(many.differences.counts) == 500
    with pytest.raises(ArgumentError, match="limit takes 1 to 100"):
        compared(tmp_path / "none", {"p": [1.0]}, {"p": [0.0]}, limit=0)


def test_bins_part_at_0() -> None:
    """From -0.9 in steps of 0.3 the middle would be -1.1e-16."""
    found = difference_counts(np.array([-1e-17, 0.0, 1e-17, 0.9]), 6)
    assert (found.edges[3], found.counts) == (0.0, [0, 0, 1, 1, 0, 1])


def test_what_is_kept_of_a_comparison_counts_its_bytes() -> None:
    """Two prompts of two numbers and two counts and an identity, 80 bytes; three and four keys of 16; and 1,000."""
    keys, few, more = (np.zeros(n, np.uint64) for n in (2, 3, 4))
    numbers, counts = np.zeros(2), np.zeros(2, np.int64)
    side = SideCounts("train", 2, 2, 0, 0, None)
    found = SharedPrompts(
        *(keys, numbers, numbers, counts, counts, side, side, 2),
        Renderings(few, few),
        Renderings(more, more),
    )
    assert found.size == 1000 + 80 + 48 + 64
