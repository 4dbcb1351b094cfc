"""A log for `rlboard index`, and the command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from index_jobs import ROWS
from rollout_log import long_line

from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.cluster import command
from tensorboard_plugin_rlboard.cluster.process_engine import InlineEngine
from tensorboard_plugin_rlboard.cluster.range_tasks import Task, TaskResult, run_task_once
from tensorboard_plugin_rlboard.index.parts import range_plan

Run = Callable[..., int]


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run with one log of 20 KB, which has seven ranges."""
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 1000)
    monkeypatch.setattr(range_plan, "RANGE", 4000)
    (tmp_path / "logs" / "run").mkdir(parents=True)
    (tmp_path / "logs" / "run" / "a.jsonl").write_bytes(b"".join(long_line(step) for step in range(ROWS)))
    return tmp_path / "logs"


@pytest.fixture
def index(logs: Path, tmp_path: Path) -> Run:
    """Indexes the logs into one cache; gives the exit code."""
    return lambda *more: main(["index", str(logs), "--cache-dir", str(tmp_path / "cache"), *more])


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int] | None]:
    """The ranges of the tasks that are done from now on, in this process."""
    done: list[tuple[int, int] | None] = []

    def noted(task: Task) -> TaskResult:
        done.append(task.range)
        return run_task_once(task)

    monkeypatch.setattr(command, "InlineEngine", lambda: InlineEngine(noted))
    return done
