"""Prompts that lose to the reference every time, counted over the whole run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection


def row(step: int, prompt: str, gap: float) -> dict[str, Any]:
    return {
        "step": step,
        "prompt": prompt,
        "response": "r",
        "reward": gap,
        "ref_response": "s",
        "ref_reward": 0.0,
    }


def test_only_prompts_that_lost_every_time_count(tmp_path: Path, open_board: Callable[[Path], Board]) -> None:
    rows = [row(step, "loses", -1.0) for step in range(6)]
    rows += [row(step, "loses more", -2.0) for step in range(6)]
    rows += [row(step, "wins once", 1.0 if step == 3 else -1.0) for step in range(6)]
    rows += [row(step, "is equal once", 0.0 if step == 3 else -1.0) for step in range(6)]
    rows += [row(step, "too few", -1.0) for step in range(5)]
    rows += [row(5, "too few", float("nan"))]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    board = open_board(tmp_path)
    record = board.detector_input(Selection(".")).prompts
    assert (record.judged, record.always_below) == (4, 2)
    wanted = f"prompt_key = '{record.keys[0]}'"
    page = board.samples(SamplesQuestion(Selection(".", where=wanted), columns=("prompt", "reward")))
    assert set(page.columns["prompt"]) == {"loses more"}, "the worst first"
    assert page.total == 6


def test_a_log_without_a_reference_has_no_record(tmp_path: Path, open_board: Callable[[Path], Board]) -> None:
    rows = [{"step": step, "prompt": "p", "response": "r", "reward": 1.0} for step in range(9)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    record = open_board(tmp_path).detector_input(Selection(".")).prompts
    assert (record.judged, record.always_below, record.keys) == (0, 0, ())
