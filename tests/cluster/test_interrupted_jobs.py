"""`rlboard index` when files, processes or the disk fail under it."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from index_jobs import ROWS, manifest, rewards
from repository import ROOT
from rollout_log import long_line

from tensorboard_plugin_rlboard.cluster import command, job, range_tasks
from tensorboard_plugin_rlboard.cluster.process_engine import InlineEngine, ProcessEngine
from tensorboard_plugin_rlboard.cluster.range_tasks import Task, TaskResult, run_task_once
from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore
from tensorboard_plugin_rlboard.sources.owned_folder import sweep_left_folders

Run = Callable[..., int]


class KilledError(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("how", ["Ctrl-C", "SIGTERM", "kill"])
def test_job_that_was_ended_goes_on_where_it_was(
    index: Run,
    logs: Path,
    tmp_path: Path,
    tasks: list[object],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    how: str,
) -> None:
    monkeypatch.setattr(job, "_SAVE_EVERY", -1)
    handler = signal.getsignal(signal.SIGTERM)  # Ray, in another test, may have set one

    def ended(task: Task) -> TaskResult:
        if task.range is not None and task.range[0] > 10_000:
            if how == "SIGTERM":
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(1)
            raise KeyboardInterrupt if how == "Ctrl-C" else KilledError
        return run_task_once(task)

    with monkeypatch.context() as patch:
        patch.setattr(command, "InlineEngine", lambda: InlineEngine(ended))
        if how == "kill":
            with pytest.raises(KilledError):
                index()
        else:
            assert index() == 130
            assert "goes on from here" in capsys.readouterr().err
    done = manifest(tmp_path, logs)
    assert 0 < done.state.read_to < (logs / "run" / "a.jsonl").stat().st_size
    assert index() == 0
    assert len(tasks) == 7 - len(done.ranges)
    assert manifest(tmp_path, logs).state.read_to == (logs / "run" / "a.jsonl").stat().st_size
    assert signal.getsignal(signal.SIGTERM) == handler, "as it was before"


def test_what_cannot_be_read_is_said_and_the_rest_is_indexed(
    index: Run, logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = gzip.compress((logs / "run" / "a.jsonl").read_bytes())
    (logs / "run" / "torn.jsonl.gz").write_bytes(packed[:-20])
    (logs / "run" / "other.jsonl").write_text('{"no": "rollout"}\n')
    (logs / "run" / "b.jsonl").write_bytes(long_line(0) + b"{torn\n" + long_line(1))
    assert index() == 1
    said = capsys.readouterr()
    assert "Not indexed: run/torn.jsonl.gz: The archive ends in the middle" in said.err
    assert "No rollout log: run/other.jsonl: It has no text of a response under a name" in said.out
    assert "1 problem in lines" in said.out
    assert LocalStore(tmp_path / "cache").manifest(str(logs / "run" / "torn.jsonl.gz")) is None
    assert len(manifest(tmp_path, logs, "b.jsonl").ranges) == 1


def test_file_that_fails_while_it_is_read_keeps_what_was_done(
    index: Run,
    logs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def failing(task: Task) -> TaskResult:
        return (
            range_tasks.run_task_once(task)
            if task.range and task.range[0] != 8336
            else TaskResult(failure="It failed.")
        )

    monkeypatch.setattr(command, "InlineEngine", lambda: InlineEngine(failing))
    assert index() == 1
    assert "Not indexed: run/a.jsonl: It failed." in capsys.readouterr().err
    assert manifest(tmp_path, logs).state.read_to == 8336
    assert len(manifest(tmp_path, logs).ranges) == 6
    assert rewards(logs, tmp_path / "cache") == [step / 2 for step in range(ROWS)]


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), EOFError(), ValueError("strange")])
def test_reason_names_what_went_wrong(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def failing(*_: object) -> None:
        raise error

    monkeypatch.setattr(range_tasks, "build_range", failing)
    state: Any = None
    task = Task(str(logs / "run" / "a.jsonl"), "native", state, (0, 100), str(tmp_path), b"")
    expected = {OSError: "Input/output error (on", EOFError: "shorter", ValueError: "ValueError: strange"}
    assert expected[type(error)] in run_task_once(task).failure


def test_index_that_cannot_be_written_is_said(
    index: Run, logs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tensorboard_plugin_rlboard.index.cache.part_store.PartStore.put", full)
    assert index() == 2
    assert capsys.readouterr().err == "rlboard index: The index cannot be written: No space left on device.\n"


def die_once(task: Task) -> TaskResult:
    """The range in the middle ends its process, the first time."""
    died = Path(task.path).with_suffix(".died")
    if task.range is not None and task.range[0] == 8336 and not died.exists():
        died.touch()
        os._exit(9)
    return run_task_once(task)


def die_always(task: Task) -> TaskResult:
    if task.range is not None and task.range[0] == 8336:
        os._exit(9)
    return run_task_once(task)


def test_process_that_dies_loses_nothing(
    index: Run, logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "INLINE_BYTES", 0)
    monkeypatch.setattr(command, "ProcessEngine", lambda workers: ProcessEngine(workers, die_once))
    assert index("--workers", "2") == 0
    assert (logs / "run" / "a.died").exists()
    assert rewards(logs, tmp_path / "cache") == [step / 2 for step in range(ROWS)]


def test_range_that_ends_every_process_is_said_and_the_rest_is_indexed(
    index: Run,
    logs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(command, "INLINE_BYTES", 0)
    monkeypatch.setattr(command, "ProcessEngine", lambda workers: ProcessEngine(workers, die_always))
    assert index("--workers", "2") == 1
    assert "for want of memory" in capsys.readouterr().err
    assert len(manifest(tmp_path, logs).ranges) == 6


def test_the_folder_of_a_process_that_was_killed_is_removed_by_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    killed = (
        "import os, signal, sys\n"
        "from tensorboard_plugin_rlboard.cluster import range_tasks\n"
        "from tensorboard_plugin_rlboard.index.parts.range_plan import CutRange\n"
        "from tensorboard_plugin_rlboard.sources.file_changes import FileState\n"
        "range_tasks.build_range = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "state = FileState(1, 0, 0, 0, True)\n"
        "range_tasks._build(range_tasks.Task('a', 'native', state, None, '', b''), CutRange(0, 1, b' '))\n"
    )
    subprocess.run(
        [sys.executable, "-c", killed], env={**os.environ, "TMPDIR": str(tmp_path)}, cwd=ROOT, check=False
    )
    (left,) = tmp_path.iterdir()
    assert left.name.startswith("rlboard-range-")
    assert sweep_left_folders() == 1
    assert list(tmp_path.iterdir()) == []
