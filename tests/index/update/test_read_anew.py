"""A guess by few rows is looked at again when the file has grown: what is understood otherwise is read anew, and said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rollout_log import Row

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules


def write(path: Path, rows: list[Row], mode: str = "w") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open(mode, encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def column(board: Board, name: str) -> list[Any]:
    found = board.samples(SamplesQuestion(Selection("run"), TextRules(), columns=(name,), limit=500))
    return sorted(found.columns[name], key=str)


def scored(number: int, **more: Any) -> Row:
    return {"question": f"q{number // 2}", "output": f"o{number}", "score": number % 2, **more}


def test_group_that_turns_out_to_name_samples_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "run" / "log.jsonl"
    write(path, [scored(0, task_id="t0", global_step=1)])
    indexer = BackgroundIndexer(Registry(parse_roots(str(tmp_path), ""), tmp_path / "cache"), 0)
    indexer.index_now()
    board = Board(indexer)
    (info,) = board.runs().runs
    assert info.mapping is not None
    assert info.mapping["group_id"] == "task_id"
    write(path, [scored(number, task_id=f"t{number}", global_step=1) for number in range(1, 9)], "a")
    indexer.index_now()
    (info,) = board.runs().runs
    assert info.samples == 9
    assert "group_id" not in (info.mapping or {"group_id": ""})
    (reason,) = board.problems(ProblemsQuestion("run")).columns.reason
    assert reason == (
        "With more rows the file is understood otherwise, and was read anew: group_id ← nothing instead of task_id."
    )
    indexer.stop()


def test_file_that_means_the_same_is_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "run" / "log.jsonl"
    write(path, [scored(0, global_step=1)])
    indexer = BackgroundIndexer(Registry(parse_roots(str(tmp_path), ""), tmp_path / "cache"), 0)
    indexer.index_now()
    board = Board(indexer)
    before = board.run("run").invalidations
    write(path, [scored(number, global_step=1 + number) for number in range(1, 20)], "a")
    indexer.index_now()
    assert board.run("run").invalidations == before
    assert board.runs().runs[0].problems == 0
    assert column(board, "step") == sorted(range(1, 21), key=str)
    indexer.stop()


def answered(number: int, **more: Any) -> Row:
    return {"prompt": "q", "completion": f"o{number}", **more}


@pytest.mark.parametrize(
    ("first", "later", "expected"),
    [
        pytest.param(
            {"step": 1, "reward": 1.0},
            {"step": 2, "reward": 0.0, "is_eval": True},
            {"reward": [1.0] * 6},  # the train split is shown
            id="held-out rows",
        ),
        pytest.param(
            {"step": 1, "reward": 1.0},
            {"step": 2, "score": 0.25},
            {"reward": [0.25] * 4 + [1.0] * 6},
            id="another word for the reward",
        ),
        pytest.param(
            {"reward": 1.0},
            {"reward": 0.0, "global_step": 2},
            {"step": [0] * 6 + [2] * 4},
            id="a step",
        ),
    ],
)
def test_few_later_rows_count_as_after_a_restart(
    tmp_path: Path, first: Row, later: Row, expected: dict[str, list[Any]]
) -> None:
    path, roots = tmp_path / "logs" / "run" / "log.jsonl", parse_roots(str(tmp_path / "logs"), "")
    write(path, [answered(number, **first) for number in range(6)])
    indexer = BackgroundIndexer(Registry(roots, tmp_path / "cache"), 0)
    indexer.index_now()
    write(path, [answered(number, **later) for number in range(6, 10)], "a")
    indexer.index_now()
    restarted = BackgroundIndexer(Registry(roots, tmp_path / "other cache"), 0)
    restarted.index_now()
    for name, values in expected.items():
        assert column(Board(indexer), name) == values
        assert column(Board(restarted), name) == values
    indexer.stop()
    restarted.stop()
