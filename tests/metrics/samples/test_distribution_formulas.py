"""The numbers of docs/metrics.md, "Distributions", and of http_api.md, worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
from rewards import rewarded

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.distribution.histograms import density
from tensorboard_plugin_rlboard.board.distribution.question import DistributionQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.errors import ArgumentError

Row = dict[str, Any]
BoardOf = Callable[[Iterable[Row]], Board]
ALL = Selection(".")


def test_quantiles_mean_and_standard_deviation(board_of: BoardOf) -> None:
    # As in the curves: position 4 q of 0, 10, 20, 30, 40 linearly; variance 200.
    rows = rewarded(30.0, 0.0, 40.0, math.nan, 10.0, 20.0, -math.inf, None)
    found = board_of(rows).distribution(DistributionQuestion(ALL, "reward"))
    assert found.quantiles == pytest.approx(
        {"p01": 0.4, "p05": 2.0, "p25": 10.0, "p50": 20.0, "p75": 30.0, "p95": 38.0, "p99": 39.6}
    )
    assert found.mean == 20.0
    assert found.std == pytest.approx(14.142135623730951)
    assert (found.count, found.nonfinite) == (5, 2)


def test_bins_hold_their_lower_edge_and_the_last_one_both(board_of: BoardOf) -> None:
    # Edges 0, 1, 2, 3, 4: 0 | 1, 1.5 | nothing | 3, 4, 4.
    found = board_of(rewarded(0.0, 1.0, 1.5, 3.0, 4.0, 4.0)).distribution(
        DistributionQuestion(ALL, "reward", bins=4)
    )
    assert (found.edges, found.counts) == ([0.0, 1.0, 2.0, 3.0, 4.0], [1, 2, 0, 3])


def test_bins_are_40_unless_asked_for_up_to_500(board_of: BoardOf) -> None:
    board = board_of(rewarded(0.0, 1.0))
    assert len(board.distribution(DistributionQuestion(ALL, "reward")).counts) == 40
    assert len(board.distribution(DistributionQuestion(ALL, "reward", bins=1)).counts) == 1
    assert len(board.distribution(DistributionQuestion(ALL, "reward", bins=500)).counts) == 500
    for bins in (0, 501):
        with pytest.raises(ArgumentError, match="bins takes"):
            board.distribution(DistributionQuestion(ALL, "reward", bins=bins))


def test_both_sides_share_the_edges_of_all_values(board_of: BoardOf) -> None:
    # Rewards 0, 4 and references 2, 8: edges 0, 2, 4, 6, 8.
    rows = [
        *rewarded(0.0, ref_reward=2.0),
        *rewarded(4.0, ref_reward=8.0),
        *rewarded(None, ref_reward=math.nan),
    ]
    board = board_of([*rows, {"step": 2, "response": "a", "reward": -8.0}])
    found = board.distribution(
        DistributionQuestion(Selection(".", step=1), "reward", bins=4, against="reference")
    )
    assert found.edges == [0.0, 2.0, 4.0, 6.0, 8.0]
    assert (found.counts, found.against_counts) == ([1, 0, 1, 0], [0, 1, 0, 1])
    assert (found.against_count, found.against_nonfinite) == (2, 1)
    assert (found.against_mean, found.against_std) == (5.0, 3.0)
    assert found.against_quantiles is not None
    assert found.against_quantiles["p25"] == 3.5  # 2 + 0.25 * 6
    # Step 2 has the one value -8: edges -8, -5, -2, 1, 4.
    step = board.distribution(
        DistributionQuestion(Selection(".", step=1), "reward", bins=4, against="step:2")
    )
    assert (step.counts, step.against_counts) == ([0, 0, 1, 1], [1, 0, 0, 0])
    assert step.against_quantiles is not None
    assert (step.against_std, step.against_quantiles["p75"]) == (0.0, -8.0)
    over = board.distribution(
        DistributionQuestion(Selection(".", step_min=1, step_max=1), "reward", against="step:2")
    )
    assert over.against_count == 1


def test_one_value_gets_a_bin_of_width_one(board_of: BoardOf) -> None:
    found = board_of(rewarded(3.0, 3.0)).distribution(DistributionQuestion(ALL, "reward", bins=2))
    assert (found.edges, found.counts) == ([2.5, 3.0, 3.5], [0, 2])


def test_no_value_at_all(board_of: BoardOf) -> None:
    found = board_of(rewarded(1.0)).distribution(
        DistributionQuestion(Selection(".", step=9), "reward", bins=2)
    )
    assert (found.edges, found.counts, found.mean, found.std) == ([0.0, 0.5, 1.0], [0, 0], None, None)
    assert found.quantiles["p50"] is None


@pytest.mark.parametrize(
    ("bounds", "edges", "counts"),
    [
        ({"lo": 1.0}, [1.0, 2.5, 4.0], [1, 1]),  # 2 | 4
        ({"hi": 2.0}, [0.0, 1.0, 2.0], [1, 1]),  # 0 | 2
        ({"lo": -4.0, "hi": 12.0}, [-4.0, 4.0, 12.0], [2, 1]),  # 0, 2 | 4
        ({"lo": 6.0}, [5.5, 6.0, 6.5], [0, 0]),  # beyond all values
        ({"hi": -2.0}, [-2.5, -2.0, -1.5], [0, 0]),
        ({"lo": 2.0, "hi": 2.0}, [1.5, 2.0, 2.5], [0, 1]),
    ],
)
def test_bounds(bounds: dict[str, float], edges: list[float], counts: list[int], board_of: BoardOf) -> None:
    found = board_of(rewarded(0.0, 2.0, 4.0)).distribution(
        DistributionQuestion(ALL, "reward", bins=2, **bounds)  # type: ignore[arg-type]  # mypy takes a bound for any argument
    )
    assert (found.edges, found.counts) == (edges, counts)
    assert (found.count, found.mean) == (3, 2.0), "numbers are of all values"


def test_bounds_that_are_none(board_of: BoardOf) -> None:
    board = board_of(rewarded(0.0))
    for lo, hi in ((1.0, 0.0), (-math.inf, 0.0), (0.0, math.inf), (math.nan, 1.0)):
        with pytest.raises(ArgumentError, match="lo and hi"):
            board.distribution(DistributionQuestion(ALL, "reward", lo=lo, hi=hi))


def test_values_from_1e150_on_have_no_variance(board_of: BoardOf) -> None:
    # Their squares would overflow: (1e150)² times a thousand samples is more than 1.8e308 allows for a sum of them.
    found = board_of(rewarded(0.0, 9.9e149, 1e150, -1e150)).distribution(DistributionQuestion(ALL, "reward"))
    assert (found.count, found.nonfinite) == (2, 2)


def test_density_by_scotts_rule() -> None:
    # Scott (1992), section 6.3.1: bandwidth σ n^(-1/5). For -1 and 1: σ = 1, bandwidth 2^(-1/5) = 0.870551.
    # At 0: exp(-(1 / 0.870551)² / 2) = exp(-0.659754) = 0.516979 for both, over 2 * 0.870551 * √(2π) = 4.364293:
    # 1.033957 / 4.364293 = 0.236913. At 1: (1 + exp(-(2 / 0.870551)² / 2)) / 4.364296 = 1.071431 / 4.364293 = 0.245499.
    # Each value is moved to the middle of its one of 2048 bins (http_api.md), here to ±(1 - 1/2048), which is 0.237065
    # at 0 and 0.245520 at 1, to all digits as below.
    found = density(np.asarray([-1.0, 1.0]), np.asarray([-1.0, 0.0, 1.0]))
    assert found.tolist() == pytest.approx([0.245499, 0.236913, 0.245499], rel=1e-3)
    assert found.tolist() == pytest.approx([0.24552049912694, 0.23706547295505, 0.24552049912694], rel=1e-11)


def test_density_counts_equal_values() -> None:
    # Of 0, 0, 0, 2: mean 1/2, variance 3/4, bandwidth 0.866025 * 4^(-1/5) = 0.656325. At 0, with z = 2 / 0.656325:
    # (3 + exp(-z² / 2)) / (4 * 0.656325 * √(2π)) = 3.009629 / 6.580646 = 0.457346.
    found = density(np.asarray([0.0, 0.0, 0.0, 2.0]), np.asarray([0.0]))
    assert found.tolist() == pytest.approx([0.457346], rel=1e-3)


def test_density_integrates_to_one_on_200_points(board_of: BoardOf) -> None:
    found = (
        board_of(rewarded(0.0, 1.0, 2.0, 10.0))
        .distribution(DistributionQuestion(ALL, "reward", lo=-20.0, hi=30.0))
        .density
    )
    assert (len(found.x), found.x[0], found.x[-1]) == (200, -20.0, 30.0)
    assert sum(found.y) * 50 / 199 == pytest.approx(1.0, abs=1e-3)


def test_density_of_what_does_not_vary_is_zero() -> None:
    grid = np.asarray([0.0, 0.3])
    for values in ([], [0.3], [0.3, 0.3], [0.3, 0.1 + 0.2]):
        assert density(np.sort(np.asarray(values, np.float64)), grid).tolist() == [0.0, 0.0]
    # From 2 * 2048 steps of the last digit on there are bins to tell values apart: 2^-52 of 1 is a step.
    for steps, some in ((4095, False), (4096, True)):
        assert density(np.asarray([1.0, 1.0 + steps * 2.0**-52]), np.asarray([1.0])).any() == some
    # The larger end decides: below 1 the steps are half as wide.
    below = 1.0 - 4095 * 2.0**-52
    for ends in ([below, below, 1.0], [-1.0, -below, -below]):
        assert density(np.asarray(ends), np.asarray(ends)).tolist() == [0.0, 0.0, 0.0]


def test_references_that_can_be_compared(board_of: BoardOf) -> None:
    rows = [
        {"step": 1, "response": "abc", "ref_response": "a", "reward": 1.0, "ref_reward": 0.5}
        | {"valid_reward": 4.0, "ref_valid_reward": 2.0}
    ]
    board = board_of(rows)
    for name, mean, other in (("reward", 1.0, 0.5), ("valid_reward", 4.0, 2.0), ("n_chars", 3.0, 1.0)):
        found = board.distribution(DistributionQuestion(ALL, name, against="reference"))
        assert (found.mean, found.against_mean) == (mean, other)
    for against, message in (
        ("reference", "takes the metrics"),
        ("epoch:1", "not known"),
        ("step:x", "not known"),
    ):
        with pytest.raises(ArgumentError, match=message):
            board.distribution(DistributionQuestion(ALL, "reward_gap", against=against))
    with pytest.raises(ArgumentError, match="is not a metric"):
        board.distribution(DistributionQuestion(ALL, "nothing"))


def test_group_metrics_have_a_distribution(board_of: BoardOf) -> None:
    # Group p has mean 1, group q mean 5.
    rows = [*rewarded(0.0, 2.0), *rewarded(4.0, 6.0, prompt="q")]
    assert board_of(rows).distribution(DistributionQuestion(ALL, "group_mean", bins=2)).counts == [2, 2]
