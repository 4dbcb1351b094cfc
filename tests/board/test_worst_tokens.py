from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rollout_log import TestLog

from tensorboard_plugin_rlboard.api import WorstTokens
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion, TokensQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.tokens import worst_tokens
from tensorboard_plugin_rlboard.board.tokens.question import WorstTokensQuestion
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.texts import TextRules

Open = Callable[[Path], Board]
Write = Callable[[Path, Iterable[Any]], Path]
WORDS = ["the", "▲", "风", "a", "b"]


def logged(samples: int = 60) -> list[dict[str, Any]]:
    rng = np.random.default_rng(3)
    rows = []
    for i in range(samples):
        n = int(rng.integers(1, 12))
        ref = (-rng.exponential(1.0, n)).round(6)
        logprobs = np.minimum(ref + rng.normal(0, 0.8, n).round(6), 0.0)
        row: dict[str, Any] = {
            "step": 1 + i // 10,
            "prompt": f"p{i % 5}",
            "response_tokens": [WORDS[int(k)] for k in rng.integers(0, len(WORDS), n)],
            "logprobs": logprobs.tolist(),
            "ref_logprobs": ref.tolist(),
            "reward": float(i),
        }
        if i % 7 == 0:
            row["logprobs"][0] = math.nan
        if i % 5 == 0:
            row["response_mask"] = [k != n - 1 for k in range(n)]
        rows.append(row)
    return rows


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    with TestLog(tmp_path_factory.mktemp("worst")) as log:
        log.write(*logged())
        yield log.open()


def rows(answer: WorstTokens) -> list[dict[str, Any]]:
    names = list(answer.columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*answer.columns.values(), strict=True)]


Opened = tuple[str, dict[str, list[float | None]], Sequence[bool] | None]
"""A sample by its id, its token metrics, and its mask."""


@functools.cache
def opened(board: Board) -> list[Opened]:
    """Every sample, opened once for all tests."""
    ids = board.samples(SamplesQuestion(Selection("."), TextRules(), limit=500)).columns["id"]
    return [
        (
            str(name),
            board.token_lists(TokensQuestion(".", str(name))),
            board.sample(SampleQuestion(".", str(name), TextRules())).mask,
        )
        for name in ids
    ]


def every(board: Board, metric: str) -> list[tuple[float, str, int]]:
    """Each token that counts in statistics, by opening every sample."""
    return [
        (value, name, i)
        for name, metrics, mask in opened(board)
        for i, value in enumerate(metrics[metric])
        if value is not None and math.isfinite(value) and (mask is None or mask[i])
    ]


@pytest.mark.parametrize(
    ("metric", "end", "key"),
    [
        ("k3", "", lambda x: -x),
        ("logprobs", "", lambda x: x),
        ("prob", "", lambda x: x),
        ("log_ratio", "", lambda x: -abs(x)),
        ("log_ratio", "highest", lambda x: -x),
        ("log_ratio", "lowest", lambda x: x),
        ("surprise", "lowest", lambda x: x),
    ],
)
@pytest.mark.parametrize("limit", [1, 7, 200])
def test_by_sample_is_exact(board: Board, metric: str, end: str, key: Any, limit: int) -> None:
    """As if every token of the run had been sorted, though few samples are read again."""
    answer = board.worst_tokens(WorstTokensQuestion(Selection("."), metric, end=end, limit=limit))
    everything = sorted((key(value) for value, _, _ in every(board, metric)), reverse=False)
    assert [key(row["value"]) for row in rows(answer)] == pytest.approx(everything[:limit], abs=1e-12)
    places = {(name, i): value for value, name, i in every(board, metric)}
    for row in rows(answer):
        assert places[row["id"], row["position"]] == row["value"]
    assert answer.complete
    assert answer.samples_read <= limit
    if limit == 1:
        assert answer.samples_read == 1


def test_the_end_that_is_bad_depends_on_the_kind(board: Board) -> None:
    ends = {
        name: board.worst_tokens(WorstTokensQuestion(Selection("."), name)).end
        for name in ("k3", "log_ratio", "prob", "logprobs")
    }
    assert ends == {"k3": "highest", "log_ratio": "extreme", "prob": "lowest", "logprobs": "lowest"}
    assert board.worst_tokens(WorstTokensQuestion(Selection("."))).metric.name == "k3"


def test_one_token_of_each_sample(board: Board) -> None:
    answer = board.worst_tokens(WorstTokensQuestion(Selection("."), "k3", limit=20, per_sample=1))
    names = [row["id"] for row in rows(answer)]
    assert len(set(names)) == len(names) == 20
    best: dict[str, float] = {}
    for value, name, _ in every(board, "k3"):
        best[name] = max(best.get(name, -math.inf), value)
    assert [row["value"] for row in rows(answer)] == sorted(best.values(), reverse=True)[:20]


def test_a_selection_narrows_it(board: Board) -> None:
    answer = board.worst_tokens(
        WorstTokensQuestion(Selection(".", step=2, where="reward >= 15"), "k3", limit=200)
    )
    assert {row["step"] for row in rows(answer)} == {2}
    assert answer.samples <= 5


def test_each_token_comes_with_prompt_and_reward_of_its_sample(board: Board) -> None:
    answer = board.worst_tokens(WorstTokensQuestion(Selection("."), "k3", limit=20, per_sample=1))
    list_ = board.samples(
        SamplesQuestion(Selection("."), TextRules(), columns=("id", "prompt", "reward"), limit=500)
    )
    listed = list(zip(list_.columns["prompt"], list_.columns["reward"], strict=True))
    of = dict(zip(list_.columns["id"], listed, strict=True))
    found = rows(answer)
    assert len({row["reward"] for row in found}) == 20
    assert [(row["prompt"], row["reward"]) for row in found] == [of[row["id"]] for row in found]


def test_tokens_are_shown_with_what_stands_around_them(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    tokens = ["Ġthe", "Ġgood", "å¨ģ", "Ġend"]
    write_rows(
        tmp_path / "a.jsonl", [{"step": 4, "response_tokens": tokens, "logprobs": [-1.0, -2.0, -9.0, -1.0]}]
    )
    found = rows(open_board(tmp_path).worst_tokens(WorstTokensQuestion(Selection("."), "logprobs", limit=1)))
    assert [(row["before"], row["token"], row["after"]) for row in found] == [(" the good", "威", " end")]
    assert (found[0]["position"], found[0]["step"], found[0]["value"]) == (2, 4, -9.0)
    # Neither was logged.
    assert (found[0]["prompt"], found[0]["reward"]) == ("", None)


@pytest.mark.parametrize(
    ("response", "around"),
    [("fig , lemon or", ("fig , ", " or<eos>")), ("something else", ("fig,", "or<eos>"))],
)
def test_tokens_without_the_space_between_them_are_shown_as_the_response_is(
    tmp_path: Path, open_board: Open, write_rows: Write, response: str, around: tuple[str, str]
) -> None:
    tokens, numbers = ["fig", ",", "lemon", "or", "<eos>"], [-1.0, -1.0, -9.0, -1.0, -1.0]
    row = {"step": 1, "response": response, "response_tokens": tokens, "logprobs": numbers}
    board = open_board(write_rows(tmp_path / "a.jsonl", [row]).parent)
    (found,) = rows(board.worst_tokens(WorstTokensQuestion(Selection("."), "logprobs", limit=1)))
    assert (found["before"], found["token"], found["after"]) == (around[0], "lemon", around[1])


def test_prompts_are_shown_by_the_text_rules(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    row = {"step": 1, "prompt": "~~be brief|why?~", "response_tokens": ["a"], "logprobs": [-1.0]}
    board = open_board(write_rows(tmp_path / "a.jsonl", [row]).parent)
    for rules, shown in ((TextRules(), "~~be brief|why?~"), (TextRules(("~",), "|"), "why?")):
        question = WorstTokensQuestion(Selection("."), "logprobs", text_rules=rules)
        assert board.worst_tokens(question).columns["prompt"] == [shown]


def test_by_token_and_position_gather_what_was_read(board: Board) -> None:
    everything = every(board, "k3")
    by_position = board.worst_tokens(WorstTokensQuestion(Selection("."), "k3", by="position", limit=200))
    found = {row["position"]: row for row in rows(by_position)}
    for position in {i for _, _, i in everything}:
        values = [value for value, _, i in everything if i == position]
        assert found[position]["count"] == len(values)
        assert found[position]["mean"] == pytest.approx(np.mean(values))
        assert found[position]["value"] == max(values)
    means = [row["mean"] for row in rows(by_position)]
    assert means == sorted(means, reverse=True)
    by_token = board.worst_tokens(WorstTokensQuestion(Selection("."), "k3", by="token", limit=3))
    sums = [row["sum"] for row in rows(by_token)]
    assert sums == sorted(sums, reverse=True)
    assert {row["token"] for row in rows(by_token)} <= set(WORDS)
    assert by_token.samples_read == by_position.samples_read == by_token.samples


def test_what_is_read_again_is_bounded(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where not everything could be read, only tokens are given that nothing unread can beat."""
    whole = rows(board.worst_tokens(WorstTokensQuestion(Selection("."), "k3", limit=200)))
    monkeypatch.setattr(worst_tokens, "MAX_BYTES", 2000)
    answer = board.worst_tokens(WorstTokensQuestion(Selection("."), "k3", limit=200))
    assert not answer.complete
    assert 0 < answer.samples_read < answer.samples
    assert 0 < len(rows(answer)) < len(whole)
    assert rows(answer) == whole[: len(rows(answer))]


def test_a_line_that_has_changed_is_left_out_and_said(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    path = write_rows(tmp_path / "a.jsonl", logged(3))
    board = open_board(tmp_path)
    path.write_text("x" * path.stat().st_size)
    answer = board.worst_tokens(WorstTokensQuestion(Selection("."), "k3"))
    assert (answer.samples_read, answer.complete, rows(answer)) == (0, False, [])


def test_a_run_without_tokens(tmp_path: Path, open_board: Open, write_rows: Write) -> None:
    write_rows(tmp_path / "a.jsonl", [{"step": 1, "response": "a"}])
    with pytest.raises(ArgumentError, match="it has none"):
        open_board(tmp_path).worst_tokens(WorstTokensQuestion(Selection(".")))


def test_arguments_that_are_wrong(board: Board) -> None:
    for arguments, says in (
        ({"metric": "reward"}, "not a token metric"),
        ({"by": "step"}, "sample, token, position"),
        ({"end": "up"}, "highest, lowest, extreme"),
        ({"limit": 0}, "1 to 200"),
        ({"limit": 201}, "1 to 200"),
        ({"per_sample": -1}, "per_sample"),
    ):
        with pytest.raises(ArgumentError, match=says):
            board.worst_tokens(WorstTokensQuestion(Selection("."), **arguments))


def test_a_token_whose_sum_is_too_large_has_a_mean(tmp_path: Path) -> None:
    # Of 1e308, 1.5e308 the sum is beyond 1.797e308, the mean is 1.25e308.
    with TestLog(tmp_path) as log:
        log.write(*({"step": 1, "response_tokens": ["x"], "entropies": [x]} for x in (1e308, 1.5e308)))
        answer = log.open().worst_tokens(WorstTokensQuestion(Selection("."), "entropies", "position"))
    assert [row["mean"] for row in rows(answer)] == [1.25e308]
    assert [row["sum"] for row in rows(answer)] == [math.inf]
