"""The number of a response's tokens, where it is logged in place of them; tokens and ids count before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from answers import column, ids, problems

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion
from tensorboard_plugin_rlboard.formats.guessing.guess import guess_mapping
from tensorboard_plugin_rlboard.texts import TextRules

Open = Callable[[Path], Board]
Write = Callable[[Path, Iterable[Any]], Path]


def row(n: int, **values: Any) -> dict[str, Any]:
    return {"step": n, "prompt": "q", "response": f"o{n}", "reward": n, **values}


@pytest.mark.parametrize("key", ["response_tokens", "completion_tokens", "num_output_tokens"])
def test_a_count_is_the_number_of_tokens(
    key: str, tmp_path: Path, write_rows: Write, open_board: Open
) -> None:
    write_rows(tmp_path / "log.jsonl", [row(0, **{key: 40}), row(1, **{key: 51}), row(2, **{key: 0})])
    board = open_board(tmp_path)
    assert (column(board, "n_tokens"), problems(board)) == ([40, 51, None], [])
    opened = board.sample(SampleQuestion(".", ids(board)[0], TextRules()))
    assert (opened.scalars["n_tokens"], list(opened.response_tokens)) == (40, [])


def test_tokens_and_values_of_them_count_before_a_number(
    tmp_path: Path, write_rows: Write, open_board: Open
) -> None:
    rows = [
        row(0, response_tokens=["a", "b"], completion_tokens=40),
        row(1, response_tokens=7, logprobs=[-0.1] * 3, completion_tokens=40),
        row(2, response_tokens=7, completion_tokens=40),
    ]
    write_rows(tmp_path / "log.jsonl", rows)
    board = open_board(tmp_path)
    assert column(board, "n_tokens") == [2, 3, 7]
    assert column(board, "completion_tokens") == [40, 40, 40]


@pytest.mark.parametrize("value", [2.5, True, "forty", -1])
def test_what_counts_nothing_is_named(
    value: object, tmp_path: Path, write_rows: Write, open_board: Open
) -> None:
    write_rows(tmp_path / "log.jsonl", [row(n, response_tokens=value) for n in range(2)])
    assert [kind for *_, kind in problems(open_board(tmp_path))] == ["not_an_array"] * 2


def test_a_number_of_prompts_tokens_or_of_all_is_none() -> None:
    rows = [row(n, completion=f"x{n}", prompt_tokens=9, total_tokens=50, num_tokens=50) for n in range(2)]
    assert "response_tokens" not in guess_mapping(rows).keys


@pytest.mark.parametrize(("first", "is_of_response"), [(5, True), (1, False)])
def test_ids_in_a_list_of_outputs_are_the_responses(first: int, *, is_of_response: bool) -> None:
    """vLLM's requests have those of the prompt beside them; ids that begin with these are of both."""
    rows = [
        {
            "prompt": "q",
            "step": 1,
            "prompt_token_ids": [1, 2],
            "outputs": [{"text": f"o {n}", "token_ids": [first, 2, n], "score": n} for n in range(2)],
        }
    ]
    assert ("response_token_ids" in guess_mapping(rows).keys) == is_of_response


@pytest.mark.parametrize("logged", ["[5, 6, 7]", [5.0, 6.0, 7.0], [5, 6, 7]])
def test_ids_as_a_table_has_them_are_ids(
    logged: object, tmp_path: Path, write_rows: Write, open_board: Open
) -> None:
    write_rows(tmp_path / "log.jsonl", [row(n, response_ids=logged) for n in range(2)])
    board = open_board(tmp_path)
    assert column(board, "n_tokens") == [3, 3]
    opened = board.sample(SampleQuestion(".", ids(board)[0], TextRules()))
    assert list(opened.response_tokens) == ["#5", "#6", "#7"]


@pytest.mark.parametrize(("response", "is_said"), [("a whole answer", True), ("yes", False)])
def test_a_list_of_one_in_every_sample_is_said(response: str, *, is_said: bool) -> None:
    rows = [row(n) | {"response": response, "advantages": [0.5]} for n in range(2)]
    doubt = guess_mapping(rows, is_native=True).doubt
    assert doubt.startswith("advantages has one value in every sample") == is_said


def test_a_mask_of_no_tokens_sets_no_length() -> None:
    rows = [row(n, completion=f"x{n}", mask=[1, 0, 1]) for n in range(2)]
    assert "response_mask" not in guess_mapping(rows).keys
    rows = [one | {"logprobs": [-0.1] * 3} for one in rows]
    assert guess_mapping(rows).keys["response_mask"] == "mask"
