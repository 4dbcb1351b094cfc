"""How the ends of responses are read: a bounded number of lines, special tokens and zeros told from words."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

import pytest

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.findings.ending_sampler import (
    SAMPLES_PER_STEP,
    ends_in_different_tokens,
    padding_left,
)
from tensorboard_plugin_rlboard.board.findings.question import FindingsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.formats.rows.sample_reader import read_sample_values

OpenBoard = Callable[[Path], Board]


def write(folder: Path, tokens: Sequence[str], logprobs: Sequence[float], steps: int = 4) -> None:
    folder.mkdir()
    with (folder / "a.jsonl").open("w", encoding="utf-8") as log:
        for step in range(steps):
            for index in range(8):
                row = {"step": step, "prompt": f"p{index}", "response": "".join(tokens), "reward": index}
                row |= {"response_tokens": list(tokens), "logprobs": list(logprobs)}
                log.write(json.dumps(row) + "\n")


@pytest.mark.parametrize(
    ("tokens", "logprobs", "left"),
    [
        (["a", "</s>", "</s>", "</s>"], [-1.0, -0.5, -0.4, -0.3], 2),
        (["a", "b", "</s>"], [-1.0, -0.5, -0.3], 0),
        (["ha", "ha", "ha"], [-1.0, -0.5, -0.3], 0),
        (["a", "!", "!", "!"], [-1.0, 0.0, 0.0, 0.0], 2),
        (["a", "!", "!"], [-1.0, 0.0, 0.0], 0),
        (["a", "</s>", "</s>", "<pad>"], [-1.0, -0.5, -0.4, 0.0], 1),
    ],
)
def test_what_ends_a_response(
    tmp_path: Path, open_board: OpenBoard, tokens: list[str], logprobs: list[float], left: int
) -> None:
    write(tmp_path / "logs", tokens, logprobs)
    data = open_board(tmp_path / "logs").detector_input(Selection("."))
    assert [each.step for each in data.endings] == [0, 1, 2, 3]
    assert {(each.responses, each.padded, each.tokens) for each in data.endings} == {
        (SAMPLES_PER_STEP, SAMPLES_PER_STEP * (left > 0), SAMPLES_PER_STEP * left)
    }


def test_where_the_last_three_tokens_differ_no_padding_is_left() -> None:
    """Such a response is not laid out: as many as there are of four tokens, with each kind of log-probability."""
    skipped = 0
    for tokens in product(("a", "</s>", "<pad>"), repeat=4):
        for logprobs in product((0.0, -0.5), repeat=4):
            row: dict[str, object] = {"response_tokens": list(tokens), "logprobs": list(logprobs)}
            if ends_in_different_tokens(tokens):
                skipped += 1
                sample = read_sample_values(row, NATIVE, ())
                assert sample.token_strings
                assert padding_left(sample) == 0, (tokens, logprobs)
    assert skipped == 3 * 3 * 2 * 2 * 2**4


def test_padding_is_found_with_the_tokens_that_show_it(tmp_path: Path, open_board: OpenBoard) -> None:
    write(tmp_path / "logs", ["a", "</s>", "</s>", "</s>"], [-1.0, -0.5, -0.4, -0.3])
    board = open_board(tmp_path / "logs")
    found = {each.kind: each for each in board.findings(FindingsQuestion(Selection("."))).findings}
    finding = found["log_integrity"]
    assert (finding.severity, finding.steps, finding.metric) == ("error", (0, 3), "n_tokens")
    assert {token.position for token in finding.tokens} == {3}
    assert len(finding.samples) == 20


def test_a_log_without_tokens_has_no_endings(tmp_path: Path, open_board: OpenBoard) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.jsonl").write_text(
        '{"step": 1, "prompt": "a", "response": "b", "reward": 1}\n', encoding="utf-8"
    )
    data = open_board(tmp_path / "logs").detector_input(Selection("."))
    assert data.endings == ()
    assert [each.responses for each in data.texts] == [("b",)]
