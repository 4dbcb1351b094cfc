"""Logged groups that compare nothing are said where groups are believed; what may be a group is left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answers import column, reasons
from understood import Row, written

from tensorboard_plugin_rlboard.api import RunInfo
from tensorboard_plugin_rlboard.board.board import Board

_ONE, _ALONE = 'The group_id "{}" of step 0 is that of', "Each sample of step 0 has a group_id of its own"
_GUESSED = {"step": "it", "prompt": "question", "response": "completion", "reward": "score"}


def _rows(group: Callable[[int], object], *, prompts: int = 4, steps: int = 8) -> list[Row]:
    """Sixteen samples, so many of which share a prompt, and of which so many are of one step."""
    found = []
    for n in range(16):
        said = {"step": n // steps, "prompt": f"What is {n // prompts}?", "response": f"It is {n}."}
        found.append({**said, "reward": n % 2, "group_id": group(n)})
    return found


def _info(board: Board) -> RunInfo:
    (info,) = board.runs().runs
    return info


ODD = {
    "one for all": (_rows(lambda _: 0), _ONE.format(0)),
    "one for each step": (_rows(lambda n: f"step{n // 8}"), _ONE.format("step0")),
    "one for all, and no prompt twice": (_rows(lambda _: "x", prompts=1), _ONE.format("x")),
    "one for each sample": (_rows(lambda n: n), _ALONE),
    "one for each sample of a step": (_rows(lambda n: n % 8), _ALONE),
}


@pytest.mark.parametrize(("rows", "said"), ODD.values(), ids=ODD)
@pytest.mark.parametrize("names", [{}, _GUESSED], ids=["ours", "guessed"])
def test_groups_that_are_none_are_said_and_the_remedy_works(
    rows: list[Row], said: str, names: dict[str, str], tmp_path: Path, open_board: Any
) -> None:
    renamed = [{names.get(key, key): value for key, value in row.items()} for row in rows]
    written(tmp_path / "log.jsonl", renamed)
    info = _info(open_board(tmp_path))
    (notice,) = info.notices
    assert notice.kind == "odd_groups"
    assert notice.text.startswith(said)
    assert info.unusable == {"group_id": notice.text}
    toml = info.mapping_toml.replace('group_id = "group_id"', 'group_id = ""') or '[mapping]\ngroup_id = ""\n'
    assert 'group_id = ""' in toml
    (tmp_path / "rlboard.toml").write_text(toml)
    board: Board = open_board(tmp_path)
    assert (_info(board).notices, reasons(board)) == ([], [])
    groups = {(row["step"], row["prompt"]) for row in rows}
    alone = len(groups) == len(rows)
    assert [value is None for value in column(board, "advantage")] == [alone] * 16
    assert set(column(board, "group_id")) == {None}


@pytest.mark.parametrize(
    "rows",
    [
        _rows(lambda n: n // 4),
        _rows(lambda n: n // 4, prompts=1),  # environments begin otherwise in each episode
        _rows(lambda n: n, prompts=1),  # PPO with an id for each sample
        _rows(lambda _: ""),
        _rows(lambda n: n // 2, prompts=2, steps=2),
        [*_rows(lambda n: n // 4), *[row | {"prompt": "another"} for row in _rows(lambda n: n // 4)]],
        [row | {"step": 0} for row in _rows(lambda n: n // 4)[3:5]],
    ],
    ids=["groups", "episodes", "no groups", "empty", "one a step", "resumed", "the edges of two groups"],
)
def test_what_may_be_a_group_is_left_alone(rows: list[Row], tmp_path: Path, open_board: Any) -> None:
    written(tmp_path / "log.jsonl", rows)
    assert _info(open_board(tmp_path)).notices == []


def test_a_trainers_own_groups_are_not_doubted(tmp_path: Path, open_board: Any) -> None:
    rows = [
        {"input": f"q {n // 2}", "output": f"a {n}", "gts": "x", "score": n % 2, "step": 1, "uid": "one_0_0"}
        for n in range(8)
    ]
    written(tmp_path / "1.jsonl", rows)
    info = _info(open_board(tmp_path))
    assert info.formats == ["verl"]
    assert info.notices == []
