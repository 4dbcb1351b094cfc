"""Log-probabilities as inference servers answer them: with their tokens, under their words, and among metadata."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from answers import columns
from understood import Row, written

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion
from tensorboard_plugin_rlboard.formats.guessing.guess import guess_mapping

SAMPLE: Row = {"step": 1, "prompt": "q", "output": "AB", "reward": 1.0}
TRIPLES = [[-0.1, 5, "A"], [-0.2, 6, "B"]]
OBJECTS = [{"id": 5, "text": "A", "logprob": -0.1}, {"id": 6, "text": "B", "logprob": -0.2}]
PLACES: dict[str, tuple[Row, str]] = {
    "SGLang": ({"output_token_logprobs": TRIPLES}, "output_token_logprobs"),
    "SGLang without texts": (
        {"output_token_logprobs": [[n, i, None] for n, i, _ in TRIPLES]},
        "output_token_logprobs",
    ),
    "SGLang, whole answer": (
        {"meta_info": {"prompt_tokens": 1, "output_token_logprobs": TRIPLES}},
        "meta_info.output_token_logprobs",
    ),
    "another word": ({"completion_logprobs": [["A", -0.1], ["B", -0.2]]}, "completion_logprobs"),
    "OpenAI": ({"logprobs": {"content": [{"token": "A", "logprob": -0.1}] * 2}}, "logprobs"),
    "TGI": ({"details": {"prefill": [], "tokens": OBJECTS}}, "details.tokens"),
    "numbers in metadata": ({"metadata": {"token_logprobs": [-0.1, -0.2]}}, "metadata.token_logprobs"),
}


@pytest.mark.parametrize("name", PLACES)
def test_place_of_logprobs(name: str) -> None:
    more, path = PLACES[name]
    assert guess_mapping([{**SAMPLE, **more}]).keys["logprobs"] == path


@pytest.mark.parametrize(
    "more",
    [
        {"input_token_logprobs": TRIPLES},
        {"details": {"prefill": OBJECTS}},
        {"tokens": [{"id": 5, "text": "A"}]},
        {"metadata": {"score": 1.0}, "sampling_params": {"logprobs": 5}},
    ],
)
def test_what_is_none(more: Row) -> None:
    assert "logprobs" not in guess_mapping([{**SAMPLE, **more}]).keys


@pytest.mark.parametrize(
    ("logged", "tokens"),
    [
        *(({"output_token_logprobs": TRIPLES}, ["A", "B"]), ({"details": {"tokens": OBJECTS}}, ["A", "B"])),
        ({"meta_info": {"output_token_logprobs": [[-0.1, 5, None], [-0.2, 6, None]]}}, ["#5", "#6"]),
    ],
)
def test_tokens_and_sums_of_them(
    logged: Row, tokens: list[str], tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    written(tmp_path / "log.jsonl", [{**SAMPLE, **logged}])
    board = open_board(tmp_path)
    ((n_tokens, total, id_),) = columns(board, "n_tokens", "logprobs_sum", "id")
    assert n_tokens == 2
    assert total == pytest.approx(-0.3)
    assert board.sample(SampleQuestion(".", id_)).raw_tokens == tokens


@pytest.mark.parametrize(
    "logprobs", [[0.0, 0.0, -0.5, -0.25, 0.0, 0.0], [0.0, -0.5, -0.25, 0.0, 0.0], [-0.5, -0.25]]
)
def test_what_has_a_value_for_each_of_labelled_ids_is_cut_with_them(
    logprobs: list[float], tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    """Of all six, or of all but the first: read from its start, the padding would hide that it was laid onto wrong tokens."""
    labels = {"tokens": [1, 2, 5, 6, 0, 0], "labels": [-100, -100, 5, 6, -100, -100]}
    written(tmp_path / "log.jsonl", [SAMPLE | labels | {"logprobs": logprobs}])
    board = open_board(tmp_path)
    assert columns(board, "n_tokens", "logprobs_sum", "problems") == [(2, -0.75, 0)]
