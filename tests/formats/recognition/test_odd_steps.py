"""Logs whose step is no step: times, dates and identifiers are said, and texts that name a step are one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from answers import column, columns, ids, problems, reasons
from understood import Row, written

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion
from tensorboard_plugin_rlboard.formats.guessing.guess import guess_mapping

_SECOND = 1_764_460_000


def _rows(steps: list[Any], key: str = "step", **more: Any) -> list[Row]:
    """Two answers to each of some prompts."""
    return [
        {key: step, "prompt": f"p{at // 2}", "response": f"r{at}", "reward": at % 2, **more}
        for at, step in enumerate(steps)
    ]


_TIMES = [_SECOND + 7 * n for n in range(6)]


@pytest.mark.parametrize("key", ["step", "global_step", "train_step"])
@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (_TIMES, "it looks like a Unix time (1764460000)"),
        ([second * 1000 for second in _TIMES], "it looks like a Unix time in milliseconds (1764460000000)"),
        ([20251130] * 4 + [20251201] * 2, "it looks like a date (20251130)"),
        ([f"{second}" for second in _TIMES], "it looks like a Unix time (1764460000)"),
    ],
)
def test_a_step_that_is_none_is_said(
    key: str, steps: list[Any], said: str, tmp_path: Path, open_board: Any
) -> None:
    written(tmp_path / "log.jsonl", _rows(steps, key))
    board: Board = open_board(tmp_path)
    assert column(board, "step") == [0] * 6
    (info,) = board.runs().runs
    expected = f"{key} was not taken as step: {said}. Without another step its samples are shown at step 0."
    assert info.mapping_doubt == expected
    assert info.mapping_alternatives["step"] == (key,)
    assert "step" not in (info.mapping or {})
    assert 'step = ""' in info.mapping_toml
    found = reasons(board)
    assert {kind for kind, _ in found} == {"no_step"}
    assert len(found) == 6
    assert all(reason.startswith(expected) and "rlboard.toml" in reason for _, reason in found)


def test_what_was_no_step_stays_visible(tmp_path: Path, open_board: Any) -> None:
    written(tmp_path / "log.jsonl", _rows(_TIMES))
    board: Board = open_board(tmp_path)
    found = [board.sample(SampleQuestion(".", id_)).scalars["step"] for id_ in ids(board)]
    assert found == _TIMES


@pytest.mark.parametrize("toml", ["", '[mapping]\nstep = ""\n', '[mapping]\nstep = "step"\n'])
def test_the_user_says_what_a_step_is(toml: str, tmp_path: Path, open_board: Any) -> None:
    (tmp_path / "rlboard.toml").write_text(toml)
    written(tmp_path / "log.jsonl", _rows(_TIMES))
    board: Board = open_board(tmp_path)
    assert column(board, "step") == (_TIMES if '"step"' in toml else [0] * 6)
    assert board.runs().settings_problems == []


def test_the_printed_settings_read_alike(tmp_path: Path, open_board: Any) -> None:
    written(tmp_path / "log.jsonl", _rows(_TIMES))
    (info,) = open_board(tmp_path).runs().runs
    (tmp_path / "rlboard.toml").write_text(info.mapping_toml)
    board: Board = open_board(tmp_path)
    assert columns(board, "step", "response", "reward") == [(0, f"r{at}", at % 2) for at in range(6)]


def test_another_step_counts(tmp_path: Path, open_board: Any) -> None:
    rows = [{**row, "global_step": at // 2} for at, row in enumerate(_rows(_TIMES))]
    written(tmp_path / "log.jsonl", rows)
    board: Board = open_board(tmp_path)
    assert column(board, "step") == [0, 0, 1, 1, 2, 2]
    (info,) = board.runs().runs
    assert info.mapping_doubt == "step was not taken as step: it looks like a Unix time (1764460000)."
    assert problems(board) == []


def test_parts_of_an_epoch_give_way_to_a_step(tmp_path: Path, open_board: Any) -> None:
    rows = [{**row, "global_step": at // 2} for at, row in enumerate(_rows([0.5, 0.5, 1.5, 1.5, 2.5, 2.5]))]
    written(tmp_path / "log.jsonl", rows)
    assert column(open_board(tmp_path), "step") == [0, 0, 1, 1, 2, 2]


def test_the_name_of_the_file_counts(tmp_path: Path, open_board: Any) -> None:
    written(tmp_path / "step_10.jsonl", _rows(_TIMES))
    board: Board = open_board(tmp_path)
    assert column(board, "step") == [10] * 6
    assert board.runs().runs[0].mapping_sources["step"] == "file name"
    assert problems(board) == []


@pytest.mark.parametrize("key", ["step", "global_step"])
@pytest.mark.parametrize("first", [1_000_000_000, 1_500_000_000])
def test_tokens_that_were_seen_are_steps(first: int, key: str, tmp_path: Path, open_board: Any) -> None:
    steps = [first + 4_096_000 * (at // 2) for at in range(6)]
    written(tmp_path / "log.jsonl", _rows(steps, key))
    board: Board = open_board(tmp_path)
    assert column(board, "step") == steps
    assert board.runs().runs[0].mapping_doubt == ""


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("step", "step_{}"),
        ("step", "{}/100"),
        ("iteration", "iter_{}"),
        ("global_step/max_steps", "{}/100"),
        ("global_step", "global_step_{}"),
    ],
)
def test_texts_that_name_a_step_are_one(key: str, text: str, tmp_path: Path, open_board: Any) -> None:
    written(tmp_path / "log.jsonl", _rows([text.format(10 * (at // 2)) for at in range(6)], key))
    board: Board = open_board(tmp_path)
    assert column(board, "step") == [0, 0, 10, 10, 20, 20]
    assert problems(board) == []


def test_an_epoch_that_another_number_counts_within_is_doubted() -> None:
    rows = [
        {"epoch": n // 4, "iteration": n % 4 // 2, "prompt": f"p{n // 4}", "output": f"o {n}", "reward": n}
        for n in range(12)
    ]
    found = guess_mapping(rows)
    assert (found.keys["step"], found.alternatives["step"]) == ("epoch", ("iteration",))
    assert "epoch was taken, within which iteration begins again" in found.doubt
