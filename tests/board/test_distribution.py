from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.distribution.histograms import density
from tensorboard_plugin_rlboard.board.distribution.question import DistributionQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.errors import ArgumentError

Open = Callable[[Path], Board]
Write = Callable[[Path, Iterable[Any]], Path]
ALL = Selection(".")


@pytest.fixture
def of(tmp_path: Path, open_board: Open, write_rows: Write) -> Callable[..., Board]:
    """A board over samples with the given rewards, all at step 1 unless given as (step, reward, reference)."""

    def make(*rewards: Any) -> Board:
        rows = []
        for reward in rewards:
            step, value, ref = reward if isinstance(reward, tuple) else (1, reward, None)
            rows.append({"step": step, "prompt": "p", "response": "a", "reward": value, "ref_reward": ref})
        write_rows(tmp_path / "a.jsonl", rows)
        return open_board(tmp_path)

    return make


def test_counts_and_numbers(of: Callable[..., Board]) -> None:
    found = of(0.0, 0.1, 0.5, 1.0, math.nan, math.inf, -math.inf, None).distribution(
        DistributionQuestion(ALL, "reward", bins=4)
    )
    assert found.edges == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert found.counts == [2, 0, 1, 1]
    assert (found.count, found.nonfinite) == (4, 3)
    finite = [0.0, 0.1, 0.5, 1.0]
    assert found.mean == pytest.approx(np.mean(finite))
    assert found.std == pytest.approx(np.std(finite))
    assert found.quantiles["p50"] == pytest.approx(0.3)
    assert (found.against_counts, found.against_mean, found.against_quantiles) == (None, None, None)


def test_both_sides_stand_on_the_same_edges(of: Callable[..., Board]) -> None:
    board = of((1, 0.0, 3.0), (1, 1.0, 2.0), (2, 5.0, 0.5))
    found = board.distribution(DistributionQuestion(ALL, "reward", bins=5, against="reference"))
    assert (found.edges[0], found.edges[-1]) == (0.0, 5.0)
    assert found.counts == [1, 1, 0, 0, 1]
    assert found.against_counts == [1, 0, 1, 1, 0]
    assert found.against_mean == pytest.approx(5.5 / 3)
    step = board.distribution(
        DistributionQuestion(Selection(".", step=1), "reward", bins=5, against="step:2")
    )
    assert (step.edges[0], step.edges[-1]) == (0.0, 5.0)
    assert (step.counts, step.against_counts) == ([1, 1, 0, 0, 0], [0, 0, 0, 0, 1])
    assert (step.count, step.against_count) == (2, 1)
    assert step.density.against_y is not None


def test_one_value_only(of: Callable[..., Board]) -> None:
    found = of(0.25, 0.25, 0.25).distribution(DistributionQuestion(ALL, "reward", bins=3))
    assert (found.edges[0], found.edges[-1]) == (-0.25, 0.75)
    assert sum(found.counts) == 3
    assert found.std == 0.0
    assert set(found.density.y) == {0.0}


def test_values_that_differ_in_the_last_digit_only(of: Callable[..., Board]) -> None:
    found = of(0.3, 0.1 + 0.2, 0.3).distribution(DistributionQuestion(ALL, "reward", bins=40))
    assert sum(found.counts) == 3
    assert all(math.isfinite(y) for y in found.density.y)


def test_empty_selection(of: Callable[..., Board]) -> None:
    board = of(0.5)
    for chosen in (Selection(".", step=9), Selection(".", search="nowhere"), Selection(".", split="eval")):
        found = board.distribution(DistributionQuestion(chosen, "reward", bins=2, against="step:8"))
        assert found.counts == found.against_counts == [0, 0]
        assert (found.count, found.mean, found.std) == (0, None, None)
        assert found.quantiles["p50"] is None
    for bound in ({"lo": 5.0}, {"hi": -5.0}):
        found = board.distribution(DistributionQuestion(Selection(".", step=9), "reward", bins=2, **bound))  # type: ignore[arg-type]  # mypy takes a bound for any argument
        assert found.edges[0] <= next(iter(bound.values())) <= found.edges[-1]


def test_only_values_that_are_not_finite(of: Callable[..., Board]) -> None:
    found = of(math.nan, math.inf).distribution(DistributionQuestion(ALL, "reward", bins=2))
    assert (found.count, found.nonfinite, sum(found.counts)) == (0, 2, 0)


def test_given_bounds_cut(of: Callable[..., Board]) -> None:
    found = of(0.0, 1.0, 2.0, 100.0).distribution(DistributionQuestion(ALL, "reward", bins=2, lo=0.0, hi=2.0))
    assert found.counts == [1, 2]
    assert found.count == 4, "the numbers are those of all values"
    assert found.mean == pytest.approx(25.75)


def test_bounds_outside_of_the_values(of: Callable[..., Board]) -> None:
    board = of(0.0, 1.0)
    assert sum(board.distribution(DistributionQuestion(ALL, "reward", lo=5.0, hi=6.0)).counts) == 0
    assert sum(board.distribution(DistributionQuestion(ALL, "reward", lo=5.0)).counts) == 0
    assert sum(board.distribution(DistributionQuestion(ALL, "reward", hi=-5.0)).counts) == 0


def test_arguments(of: Callable[..., Board]) -> None:
    board = of(0.0, 1.0)
    for arguments in (
        {"bins": 0},
        {"bins": 501},
        {"lo": 1.0, "hi": 0.0},
        {"against": "x"},
        {"against": "step:"},
        {"against": "step:²"},
        {"against": "step:" + "9" * 50},
    ):
        with pytest.raises(ArgumentError):
            board.distribution(DistributionQuestion(ALL, "reward", **arguments))
    with pytest.raises(ArgumentError, match="against=reference takes"):
        board.distribution(DistributionQuestion(ALL, "n_tokens", against="reference"))
    with pytest.raises(ArgumentError, match="not a metric"):
        board.distribution(DistributionQuestion(ALL, "step"))
    assert board.distribution(DistributionQuestion(ALL, "reward", against="step:-7")).against_count == 0


@settings(deadline=None, max_examples=examples(50))
@given(st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), min_size=2, max_size=50))
def test_density_has_the_area_of_one(values: list[float]) -> None:
    x = np.asarray(values)
    reach = 6 * float(x.std()) + 1.0
    grid = np.linspace(x.min() - reach, x.max() + reach, 2001)
    y = density(np.sort(x), grid)
    assert (y >= 0).all()
    if x.std() > 1e-3:
        width = float(grid[1] - grid[0])
        if width < float(x.std()) * len(x) ** -0.2:  # else the grid is too coarse to see the peaks
            assert float(y.sum()) * width == pytest.approx(1.0, abs=0.02)
