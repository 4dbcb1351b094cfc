"""What a filter selects."""

from __future__ import annotations

import pytest
from filtered_rows import ALL, lines

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.distribution.question import DistributionQuestion
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.board.tokens.question import WorstTokensQuestion
from tensorboard_plugin_rlboard.texts import TextRules


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("reward > 0", [1, 4, 6]),
        ("reward >= 0 AND reward < 1", [2, 6]),
        ("reward = 1 OR reward = -2", [1, 5]),
        ("reward BETWEEN 0 AND 1", [1, 2, 6]),
        ("reward NOT BETWEEN 0 AND 1", [4, 5]),
        ("reward IN (1, 0.5, -2.0)", [1, 5, 6]),
        ("reward NOT IN (1, 0.5)", [2, 4, 5]),
        ("reward <> 1", [2, 4, 5, 6]),
        ("reward IS DISTINCT FROM 1", [2, 3, 4, 5, 6, 7]),
        ("reward IS NULL", [7]),
        ("reward IS NOT NULL", [1, 2, 3, 4, 5, 6]),
        ("isnan(reward)", [3]),
        ("isinf(reward)", [4]),
        ("isfinite(reward) AND NOT reward > 0", [2, 5]),
        ("coalesce(reward, 7) = 7", [7]),
        ("abs(reward) >= 1", [1, 4, 5]),
        ("-reward > 1", [5]),
        ("reward * 2 + 1 = 3", [1]),
        ("reward / 0 > 0", [1, 4, 6]),
        ("round(reward / 3) = -1", [5]),
        ("greatest(reward, 0) = 0 AND least(reward, 0) = 0", [2, 7]),
        ("ln(reward) = 0", [1]),
        ("sqrt(reward) > 0.7 AND sqrt(reward) < 0.8", [6]),
        ("exp(reward) < 1", [5]),
        ("response LIKE '%答案%'", [1]),
        ("response ILIKE '%NAN%'", [3]),
        ("response NOT LIKE '%e%'", [4, 6]),
        ("response LIKE '50%'", [4]),
        ("contains(response, '50% off_')", [4]),
        ("starts_with(response, 'no')", [2]),
        ("ends_with(lower(response), '4')", [1]),
        ("regexp_matches(response, '[0-9]')", [1, 4]),
        ("response SIMILAR TO '(a|b| )+'", [6]),
        ("length(response) < 5", [6]),
        ("note = 'it''s'", [1]),
        ("note = 'it' OR false", []),
        ("prompt IN ('q', 'r') AND step > 1", [4, 7]),
        ('"KL" > 8', [5]),
        ("KL = 1", [1]),
        ("kl = 5", [1]),
        ('"acc/mean" = 0.5', [2]),
        ("correct", [2]),
        ("NOT correct", [3]),
        ("correct = true", [2]),
        ("CAST(number AS DOUBLE) > 3", [4]),
        ("number::double > 3", [4]),
        ("step = 2 AND split = 'train' AND attempt = 1 AND line > 4", [5, 6]),
        ("k3_mean > 0", [6]),
        ("log_ratio_sum < -1.9 AND n_tokens = 2", [6]),
        ("perplexity > 7 AND perplexity < 7.5", [6]),
        ("group_mean = 0.5", [1, 2]),
        ("advantage > 0", [1, 6]),
        ("true", ALL),
        ("1 = 1", ALL),
        ("(((true)))", ALL),
    ],
)
def test_a_filter_selects(board: Board, where: str, expected: list[int]) -> None:
    assert lines(board, where) == expected


def test_nan_is_in_no_comparison(board: Board) -> None:
    """The database alone would call NaN the largest number of all."""
    for where in ("reward > 0", "reward <= 0", "NOT reward > 0", "reward = reward", "reward <> 0"):
        assert 3 not in lines(board, where), where


def test_a_filter_does_not_change_what_a_group_is(board: Board) -> None:
    whole = board.samples(SamplesQuestion(Selection(".", step=1), TextRules(), columns=("line", "advantage")))
    found = board.samples(
        SamplesQuestion(Selection(".", where="reward = 0"), TextRules(), columns=("line", "advantage"))
    )
    assert list(found.columns["line"]) == [2]
    assert found.columns["advantage"][0] == whole.columns["advantage"][1]


def test_every_aggregating_question_takes_it(board: Board) -> None:
    chosen = Selection(".", where="reward < 1")
    assert board.steps(StepsQuestion(chosen, ("reward",))).step == [1, 2]
    assert board.distribution(DistributionQuestion(chosen, "reward")).count == 3
    assert board.worst_tokens(WorstTokensQuestion(chosen, "k3")).samples == 1
    assert board.worst_tokens(WorstTokensQuestion(Selection(".", where="reward > 5"), "k3")).samples == 0
    grouped = Selection(".", where="advantage > 0")
    assert board.distribution(DistributionQuestion(grouped, "reward")).count == 2
    assert board.steps(StepsQuestion(grouped, ("reward",))).metrics["reward"].count == [1.0, 1.0]
