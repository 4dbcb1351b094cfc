from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

import numpy as np
import pytest
from rollout_log import TestLog

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.distribution.question import DistributionQuestion
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.metrics.step_statistics import QUANTILES
from tensorboard_plugin_rlboard.metrics.tokens import k3
from tensorboard_plugin_rlboard.texts import TextRules

Open = Callable[[Path], Board]
Write = Callable[[Path, Iterable[Any]], Path]
REWARDS = [1.0, 0.5, 0.25, 0.0, math.nan, -math.inf, 2.0, 2.0]
REFS = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, math.nan, 0.0]


def row(step: int, i: int) -> dict[str, Any]:
    n = i + 1
    return {
        "step": step,
        "prompt": "pq"[i % 2],
        "response": "abcdefgh"[:n] if i < 6 else "same",
        "reward": REWARDS[i],
        "ref_reward": REFS[i],
        "response_tokens": list("abcdefgh"[:n]),
        "logprobs": [-0.5 * (i + 1)] * n,
        "ref_logprobs": [-1.0] * n,
        "finish_reason": "length" if i % 4 == 0 else "stop",
    }


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    rows = [row(3, i) for i in range(8)] + [row(1, 0), row(1, 2)]
    with TestLog(tmp_path_factory.mktemp("steps")) as log:
        log.write(*rows)
        yield log.open()


def test_statistics_of_a_sample_metric(board: Board) -> None:
    found = board.steps(StepsQuestion(Selection("."), ("reward",)))
    assert list(found.step) == [1, 3]
    reward = found.metrics["reward"]
    finite = [x for x in REWARDS if math.isfinite(x)]
    assert reward.count[1] == 6
    assert reward.nonfinite[1] == 2
    assert reward.sum[1] == math.fsum(finite)
    assert reward.mean[1] == fmean(finite)
    assert reward.std[1] == pytest.approx(pstdev(finite))
    assert (reward.min[1], reward.max[1]) == (0.0, 2.0)
    for name, level in QUANTILES.items():
        assert getattr(reward, name)[1] == pytest.approx(np.quantile(finite, level)), name
    assert reward.mean[0] == 0.625


def test_mean_of_a_token_metric_is_weighted_by_tokens(board: Board) -> None:
    found = board.steps(StepsQuestion(Selection("."), ("k3_mean",))).metrics["k3_mean"]
    tokens = [float(k3(np.array(-0.5 * (i + 1)), np.array(-1.0))) for i in range(8) for _ in range(i + 1)]
    assert found.count[1] == len(tokens)
    assert found.sum[1] == pytest.approx(math.fsum(tokens))
    assert found.mean[1] == pytest.approx(fmean(tokens))
    means = [float(k3(np.array(-0.5 * (i + 1)), np.array(-1.0))) for i in range(8)]
    assert found.mean[1] != pytest.approx(fmean(means)), "a mean of means would be another number"
    assert found.max[1] == pytest.approx(max(means))


def test_win_tie_loss_are_shares_of_the_finite_gaps(board: Board) -> None:
    table = board.steps(StepsQuestion(Selection("."))).step_metrics
    # gaps at step 3: .5, 0, -.25, -.5, NaN, -inf, NaN, 2
    assert table["win"][1] == pytest.approx(2 / 5)
    assert table["tie"][1] == pytest.approx(1 / 5)
    assert table["loss"][1] == pytest.approx(2 / 5)
    assert table["n_samples"] == [2.0, 8.0]


def test_shares_of_samples_groups_and_prompts(board: Board) -> None:
    table = board.steps(StepsQuestion(Selection("."))).step_metrics
    assert table["truncation_share"] == [0.5, 0.25]
    # Step 3: prompt p has rewards 1, .25, 2 and NaN; prompt q has .5, 0, 2 and -inf.
    assert table["zero_advantage_groups"] == [0.0, 0.0]
    # Responses at step 3: "same" stands once under each prompt.
    assert table["duplicate_share"] == [0.0, 0.0]


def test_groups_without_advantage(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    def of(prompt: str, *rewards: float) -> list[dict[str, Any]]:
        return [{"step": 1, "prompt": prompt, "response": "a", "reward": reward} for reward in rewards]

    rows = [*of("good", 1.0, 1.0, 1.0), *of("bad", 0.0, 0.0), *of("mixed", 0.0, 1.0), *of("alone", 1.0)]
    write_rows(tmp_path / "a.jsonl", rows)
    table = open_board(tmp_path).steps(StepsQuestion(Selection("."))).step_metrics
    assert table["zero_advantage_groups"] == pytest.approx([2 / 3])
    assert table["all_good_groups"] == pytest.approx([1 / 3])
    assert table["all_bad_groups"] == pytest.approx([1 / 3])
    assert table["duplicate_share"] == pytest.approx([fmean([2 / 3, 1 / 2, 1 / 2])])


def test_group_id_makes_groups_of_one_prompt(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    rows = [
        {"step": 1, "prompt": "p", "response": "a", "reward": reward, "group_id": group}
        for group, reward in (("g", 0.0), ("g", 0.0), ("h", 1.0), ("h", 1.0))
    ]
    write_rows(tmp_path / "a.jsonl", rows)
    assert open_board(tmp_path).steps(StepsQuestion(Selection("."))).step_metrics[
        "zero_advantage_groups"
    ] == [1.0]


def test_correlation_of_reward_and_length(board: Board) -> None:
    table = board.steps(StepsQuestion(Selection("."))).step_metrics
    pairs = [(x, i + 1) for i, x in enumerate(REWARDS) if math.isfinite(x)]
    expected = np.corrcoef([x for x, _ in pairs], [n for _, n in pairs])[0, 1]
    assert table["reward_length_correlation"][1] == pytest.approx(expected)


def test_correlation_without_spread_is_missing(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    rows = [{**row(step, i), "reward": 1.0} for step in (1, 2) for i in range(3)] + [row(3, 0), row(3, 3)]
    write_rows(tmp_path / "a.jsonl", rows)
    table = open_board(tmp_path).steps(StepsQuestion(Selection("."))).step_metrics
    assert table["reward_length_correlation"][:2] == [None, None]


def test_search_narrows_the_curves(board: Board) -> None:
    found = board.steps(StepsQuestion(Selection(".", search="same"), ("reward",)))
    assert list(found.step) == [3]
    assert found.metrics["reward"].count == [2]


def test_samples_without_a_text_repeat_nothing(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    rows = [{"step": 1, "prompt": "p", "response_tokens": ["a"], "reward": x} for x in (0.0, 1.0)]
    write_rows(tmp_path / "a.jsonl", rows)
    board = open_board(tmp_path)
    for selection in (Selection("."), Selection(".", where="reward < 2")):
        assert "duplicate_share" not in board.steps(StepsQuestion(selection)).step_metrics


def test_default_metrics_are_those_that_the_run_has(board: Board) -> None:
    found = board.steps(StepsQuestion(Selection(".")))
    assert {"reward", "ref_reward", "reward_gap", "log_ratio_mean", "k3_mean", "n_tokens"} <= set(
        found.metrics
    )
    assert "entropies_mean" not in found.metrics
    assert "token_mult_prob_error" not in found.step_metrics


def test_every_metric_of_a_run_can_be_asked_for(board: Board) -> None:
    names = tuple(metric.name for metric in board.runs().runs[0].metrics)
    found = board.steps(StepsQuestion(Selection("."), names))
    assert set(found.metrics) == set(names)
    for name, statistics in found.metrics.items():
        for column in vars(statistics).values():
            assert len(column) == 2, name
            assert all(x is None or math.isfinite(x) for x in column), name


def test_unknown_metric_is_an_error(board: Board) -> None:
    for name in ("nope", "step", "reward) FROM run_0 --", "k3", "Reward"):
        with pytest.raises(ArgumentError, match="not a metric"):
            board.steps(StepsQuestion(Selection("."), (name,)))


def test_empty_selection_has_no_steps(board: Board) -> None:
    found = board.steps(StepsQuestion(Selection(".", step=99)))
    assert list(found.step) == []
    assert found.metrics["reward"].count == []


def test_numbers_near_the_limit_of_floats_are_no_error(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    rewards = [1e308, -1e308, 1e200, 1e-300, 5e-324]
    rows = [{**row(1, i), "reward": reward} for i, reward in enumerate(rewards)]
    rows[0]["logprobs"], rows[0]["ref_logprobs"] = [-400.0], [-0.001]  # k3 is 1e173, its square is not finite
    write_rows(tmp_path / "a.jsonl", rows)
    board = open_board(tmp_path)
    found = board.steps(StepsQuestion(Selection("."), ("reward", "k3_mean", "reward_gap")))
    # As in a distribution; there samples are counted, here the tokens of 4 of the 5.
    for name, counts, of_samples in (("reward", (2, 3), (2, 3)), ("k3_mean", (14, 1), (4, 1))):
        statistics = found.metrics[name]
        distribution = board.distribution(DistributionQuestion(Selection("."), name))
        assert (statistics.count[0], statistics.nonfinite[0]) == counts
        assert (distribution.count, distribution.nonfinite) == of_samples
        assert statistics.std[0] == pytest.approx(distribution.std)
    assert found.metrics["reward"].sum[0] == pytest.approx(1e-300)


def test_the_mean_of_tokens_is_finite_where_their_sum_is_not(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    # 1e308 and 1.5e308: sum beyond 1.797e308, mean 1.25e308; of advantages as well, which differ. 3 and 5 have 4.
    rows = [row(1, i) | {"response_tokens": ["x", "y"]} for i in range(2)]
    rows[0] |= {"entropies": [1e308, 1.5e308], "advantages": [1e308, 1.5e308]}
    rows[1] |= {"entropies": [3.0, 5.0], "advantages": [3.0, 5.0]}
    write_rows(tmp_path / "a.jsonl", rows)
    board = open_board(tmp_path)
    names = ("entropies_mean", "entropies_sum", "advantage")
    page = board.samples(SamplesQuestion(Selection("."), columns=names)).columns
    assert [list(page[name]) for name in names] == [[1.25e308, 4.0], [math.inf, 8.0], [1.25e308, 4.0]]
    # Among samples, the one beyond 1e150 is left out, with its two tokens.
    found = board.steps(StepsQuestion(Selection("."), ("entropies_mean",))).metrics["entropies_mean"]
    assert (found.count, found.nonfinite, found.mean) == ([2], [2], [4.0])


def test_a_logged_mean_of_the_reward_is_not_ours(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    write_rows(tmp_path / "a.jsonl", [{**row(1, 1), "k3_mean": 42.0}])
    board = open_board(tmp_path)
    found = board.steps(StepsQuestion(Selection("."), ("k3_mean", "logged.k3_mean")))
    assert found.metrics["logged.k3_mean"].mean == [42.0]
    assert found.metrics["k3_mean"].mean == [0.0]


def test_answers_are_kept_until_the_run_changes(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    path = write_rows(tmp_path / "a.jsonl", [row(1, 0)])
    board = open_board(tmp_path)
    first = board.steps(StepsQuestion(Selection(".")))
    assert board.steps(StepsQuestion(Selection("."))) is first
    with path.open("a") as file:
        file.write(json.dumps(row(2, 0)) + "\n")
    board.indexer.index_now()
    assert list(board.steps(StepsQuestion(Selection("."))).step) == [1, 2]


def test_first_step_kl_stands_at_the_first_step_of_an_unresumed_run(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    def tokens(step: int, gap: float) -> dict[str, Any]:
        arrays = {"logprobs": [-1.0, -1.0], "ref_logprobs": [-1.0 - gap, -1.0]}
        return {"step": step, "prompt": "Q", "response": "ab", "reward": 0.0, **arrays}

    path = write_rows(tmp_path / "a.jsonl", [tokens(1, 2.9), tokens(2, 0.5)])
    board = open_board(tmp_path)
    found = board.steps(StepsQuestion(Selection("."))).step_metrics["first_step_kl"]
    assert found == [pytest.approx(1.955023 / 2, abs=1e-6), None]
    assert "first_step_kl" not in board.steps(StepsQuestion(Selection(".", step_min=2))).step_metrics
    with path.open("a") as file:
        file.write(json.dumps(tokens(1, 0.1)) + "\n")
    board.indexer.index_now()
    assert "first_step_kl" not in board.steps(StepsQuestion(Selection("."))).step_metrics, "two attempts"


def test_perplexity_is_that_of_the_mean_log_probability(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    row = {
        "step": 1,
        "prompt": "Q",
        "response": "ab",
        "response_tokens": ["a", "b"],
        "logprobs": [-1.0, -2.0],
    }
    write_rows(tmp_path / "a.jsonl", [row])
    found = open_board(tmp_path).samples(
        SamplesQuestion(Selection("."), TextRules(), columns=("perplexity",))
    )
    assert found.columns["perplexity"] == pytest.approx([math.exp(1.5)])
