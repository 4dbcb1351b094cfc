"""The discounts of a run reach the formulas of its samples."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion, TokensQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.texts import TextRules

Open = Callable[[Path], Board]
Write = Callable[[Path, Iterable[Any]], Path]


def test_the_discounts_of_a_run_reach_its_samples(
    tmp_path: Path, open_board: Open, write_rows: Write
) -> None:
    # γ = λ = 0.5, as in test_token_formulas: value_error = 10 - 9.25, 20 - 13, 40 - 4.
    (tmp_path / "rlboard.toml").write_text("[config]\ngamma = 0.5\nlam = 0.5\n")
    row = {"step": 1, "response": "abc", "response_tokens": list("abc"), "values": [10.0, 20.0, 40.0]}
    write_rows(tmp_path / "a.jsonl", [row | {"token_rewards": [1.0, 2.0, 4.0]}])
    board = open_board(tmp_path)
    (name,) = board.samples(SamplesQuestion(Selection("."), TextRules())).columns["id"]
    opened = board.token_lists(TokensQuestion(".", str(name)))
    assert opened["return_to_go"] == [3.0, 4.0, 4.0]
    assert opened["td_error"] == [1.0, 2.0, -36.0]
    assert opened["value_error"] == [0.75, 7.0, 36.0]
    sample = board.sample(SampleQuestion(".", str(name), TextRules()))
    assert (sample.value_target, sample.gamma, sample.lam) == ("gae", 0.5, 0.5)
    # The index: (0.75² + 7² + 36²) / 3 = 1345.5625 / 3.
    assert sample.scalars["value_mse"] == pytest.approx(448.52083333333333)
