"""Documents whose rows stand in lists in objects by step or data set, and rows among what a program printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from answers import columns, ignored, problems


def rows(of: str) -> list[dict[str, Any]]:
    return [{"prompt": "q", "response": f"{of} {n}", "reward": n} for n in range(2)]


def test_the_rows_of_each_step_are_read(tmp_path: Path, open_board: Any) -> None:
    """Before, those of the first step were, and no word of the others was said."""
    document = {f"step_{n}": {"rollouts": rows(f"o{n}"), "mean_reward": 0.5} for n in range(3)}
    (tmp_path / "log.json").write_text(json.dumps(document))
    found = columns(open_board(tmp_path), "step", "response")
    assert found == [(step, f"o{step} {n}") for step in range(3) for n in range(2)]


def test_the_rows_of_each_data_set_are_read_with_its_name(tmp_path: Path, open_board: Any) -> None:
    document = {"step": 7, "gsm8k": {"samples": rows("a")}, "math": {"samples": rows("b"), "acc": 0.5}}
    (tmp_path / "log.json").write_text(json.dumps(document, indent=1))
    assert columns(open_board(tmp_path), "step", "member", "response") == [
        (7, name, f"{of} {n}") for name, of in (("gsm8k", "a"), ("math", "b")) for n in range(2)
    ]


def test_rows_among_lines_of_a_program_are_read_whatever_the_file_is_called(
    tmp_path: Path, open_board: Any
) -> None:
    lines = ["loading the model", *map(json.dumps, rows("a")), "done"]
    (tmp_path / "train.log").write_text("\n".join(lines) + "\n")
    board = open_board(tmp_path)
    assert columns(board, "response") == [("a 0",), ("a 1",)]
    assert [kind for *_, kind in problems(board) if kind != "no_step"] == ["bad_json"] * 2


@pytest.mark.parametrize("before", ["[2026-01-01 10:00:00,123][INFO] - ", "rank0: ", "[rank0] "])
def test_rows_behind_a_loggers_words_are_named(before: str, tmp_path: Path, open_board: Any) -> None:
    lines = [f"{before}{json.dumps(row)}" for row in rows("a")]
    (tmp_path / "train.log").write_text("\n".join(lines) + "\n")
    ((name, reason),) = ignored(open_board(tmp_path))
    assert name == "train.log"
    assert "behind other text" in reason
