"""`rlboard index --engine ray` on a Ray of two workers."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from gathered_prompts import assert_it_is_there_at_once
from rollout_log import long_line

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.cluster import command, range_tasks
from tensorboard_plugin_rlboard.cluster.process_engine import TaskFunction
from tensorboard_plugin_rlboard.cluster.range_tasks import Task, TaskResult
from tensorboard_plugin_rlboard.cluster.ray_engine import RayEngine
from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore
from tensorboard_plugin_rlboard.index.parts import range_plan
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
ROWS = 60
MIDDLE = 8336


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    """One Ray for all tests, started as the command starts its own: to the tests it is a cluster that their program is part of."""
    # Here, for it is read by one process of the tests and not by each that collects them, a second of a processor.
    ray = pytest.importorskip("ray", reason="Ray comes with the extra ray")
    # The workers find what they are told to do in this file by its value, not by its name.
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("RAY_ADDRESS", raising=False)
        own = RayEngine(2, "")
    assert ray.cluster_resources()["CPU"] == 2
    yield
    assert ray.is_initialized(), "whoever finds a Ray leaves it as it is"
    own.close()
    assert not ray.is_initialized()


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 1000)
    monkeypatch.setattr(range_plan, "RANGE", 4000)
    (tmp_path / "logs" / "run").mkdir(parents=True)
    (tmp_path / "logs" / "run" / "a.jsonl").write_bytes(b"".join(long_line(step) for step in range(ROWS)))
    return tmp_path / "logs"


def index(logs: Path, *more: str) -> int:
    return main(["index", str(logs), "--engine", "ray", "--workers", "2", *more])


def rewards(logs: Path, cache: Path | None) -> list[float]:
    indexer = BackgroundIndexer(Registry(parse_roots(str(logs), ""), cache), 0)
    indexer.index_now()
    table = Board(indexer).samples(
        SamplesQuestion(Selection("run"), TextRules(), columns=("reward",), limit=500)
    )
    indexer.stop()
    return [float(str(reward)) for reward in table.columns["reward"]]


ALL = [step / 2 for step in range(ROWS)]


def works(monkeypatch: pytest.MonkeyPatch, does: TaskFunction) -> None:
    monkeypatch.setattr(command, "RayEngine", lambda workers, address: RayEngine(workers, address, does))


def die_once(task: Task) -> TaskResult:
    """The worker of one range is killed, the first time."""
    died = Path(task.path).with_suffix(".died")
    if task.range is not None and task.range[0] == MIDDLE and not died.exists():
        died.touch()
        os.kill(os.getpid(), 9)
    return range_tasks.run_task(task)


def fail_twice(task: Task) -> TaskResult:
    """A range cannot be read at first, as behind a network."""
    tries = Path(task.path).with_suffix(".tries")
    if task.range is not None and task.range[0] == MIDDLE:
        with tries.open("a") as file:
            file.write("x")
        if len(tries.read_text()) < 3:
            raise OSError(5, "Input/output error")
    return range_tasks.run_task(task)


def see_nothing(task: Task) -> TaskResult:
    """Workers on a machine without the shared folder."""
    return range_tasks.run_task(
        Task(task.path, task.format_spec, task.state, task.range, f"{task.store}-elsewhere", task.store_id)
    )


def fail_always(task: Task) -> TaskResult:
    if task.range is not None and task.range[0] == MIDDLE:
        raise OSError(5, "Input/output error")
    return range_tasks.run_task(task)


def test_cluster_builds_what_tensorboard_opens(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert index(logs, "--beside") == 0
    assert "7 new parts" in capsys.readouterr().out
    assert index(logs, "--beside") == 0
    assert "Nothing to do" in capsys.readouterr().out
    assert rewards(logs, None) == ALL


@pytest.mark.parametrize("does", [die_once, fail_twice, see_nothing])
def test_lost_worker_loses_nothing(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: TaskFunction
) -> None:
    works(monkeypatch, does)
    cache = tmp_path / "cache"
    assert index(logs, "--cache-dir", str(cache)) == 0
    assert not (tmp_path / "cache-elsewhere").exists()
    manifest = LocalStore(cache).manifest(str(logs / "run" / "a.jsonl"))
    assert manifest is not None
    assert len(manifest.ranges) == 7
    assert rewards(logs, cache) == ALL


@pytest.mark.parametrize("beside", [False, True], ids=["in a cache", "beside"])
def test_the_first_page_of_prompts_is_there_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beside: bool
) -> None:
    engine = ("--engine", "ray", "--workers", "2")
    assert_it_is_there_at_once(tmp_path, monkeypatch, *engine, beside=beside)


def test_range_that_fails_for_good_is_said(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    works(monkeypatch, fail_always)
    assert index(logs, "--cache-dir", str(tmp_path / "cache")) == 1
    assert "Not indexed: run/a.jsonl: Input/output error (on " in capsys.readouterr().err
    manifest = LocalStore(tmp_path / "cache").manifest(str(logs / "run" / "a.jsonl"))
    assert manifest is not None
    assert len(manifest.ranges) == 6


def test_cluster_that_does_not_answer_is_said(
    logs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ray.is_initialized", lambda: False)

    def unreachable(*_: object, **__: object) -> None:
        raise ConnectionError("Ray is trying to start at 10.0.0.1:6379,\nbut nothing is there.")

    monkeypatch.setattr("ray.init", unreachable)
    assert index(logs, "--address", "10.0.0.1:6379") == 2
    assert "No Ray cluster answers: Ray is trying" in capsys.readouterr().err


def test_own_ray_asks_nobody_and_shows_no_dashboard(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, object] = {}
    monkeypatch.setattr("ray.is_initialized", lambda: False)
    monkeypatch.setattr("ray.init", lambda *places, **options: given.update(options, places=places))
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    RayEngine(2, "")
    assert given["places"] == ("local",)
    assert (given["num_cpus"], given["include_dashboard"], given["log_to_driver"]) == (2, False, False)
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
    monkeypatch.setenv("RAY_ADDRESS", "ray-head:6379")
    RayEngine(0, "")
    assert given["places"] == ("ray-head:6379",)
