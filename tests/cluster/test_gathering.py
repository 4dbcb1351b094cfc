"""What `rlboard index` keeps of whole runs: TensorBoard shows the first page of prompts without having read any."""

from __future__ import annotations

import shutil
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from curves import survey_only
from read_visits import steps_read_from_now_on
from rollout_log import TestLog, append, row

from tensorboard_plugin_rlboard.api import Prompts
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.prompts.question import PromptsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.cluster import command, gathering
from tensorboard_plugin_rlboard.index.parts import range_plan
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots

STEPS, NEWEST = 40, 8


def rows(first: int, last: int) -> list[dict[str, Any]]:
    return [
        row(step, f"r{i} " + "x" * 100, prompt=f"p{(step + i) % 9}", reward=float(step * i % 5 == 0))
        for step in range(first, last + 1)
        for i in range(4)
    ]


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two runs, of which one has so many ranges that processes share them."""
    monkeypatch.setattr(range_plan, "FIRST_RANGE", 1000)
    monkeypatch.setattr(range_plan, "RANGE", 8000)
    written = TestLog(tmp_path / "logs")
    written.write(*rows(1, 3), file="short/a.jsonl")
    return written.write(*rows(1, STEPS), file="run/a.jsonl")


def first_page(logs: Path, cache: Path | None, name: str = "run") -> Prompts:
    indexer = BackgroundIndexer(Registry(parse_roots(str(logs), ""), cache), 0)
    board = Board(indexer)
    indexer.index_now()
    try:
        return board.prompts.prompts(PromptsQuestion(Selection(name)))
    finally:
        indexer.stop()


def without_index(logs: Path, tmp_path: Path) -> Prompts:
    """The same of a copy of the logs that has nothing beside them."""
    copy = shutil.copytree(logs, tmp_path / "copy", ignore=shutil.ignore_patterns(".rlboard"))
    return first_page(copy, None)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The steps of each reading from now on."""
    return steps_read_from_now_on(monkeypatch)


ENGINES = [(), ("--workers", "2"), ("--engine", "ray", "--workers", "2")]


@pytest.mark.parametrize("beside", [False, True], ids=["in a cache", "beside"])
@pytest.mark.parametrize("engine", ENGINES, ids=["here", "two processes", "Ray"])
def test_the_first_page_of_prompts_is_there_at_once(
    log: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    read: list[list[int]],
    engine: tuple[str, ...],
    beside: bool,
) -> None:
    if "ray" in engine:
        pytest.importorskip("ray", reason="Ray comes with the extra ray")
    monkeypatch.setattr(command, "INLINE_BYTES", 0 if engine else 1 << 30)
    logs, cache = log.parent.parent, None if beside else tmp_path / "cache"
    place = ["--beside"] if cache is None else ["--cache-dir", str(cache)]
    expected = first_page(logs, None)
    assert main(["index", str(logs), *place, *engine]) == 0
    read.clear()
    assert first_page(logs, cache) == expected
    assert [*chain(*read)] == list(range(STEPS - NEWEST + 1, STEPS + 1)), (
        "only those that a training may add to"
    )
    append(log, *rows(STEPS + 1, STEPS + 3))
    read.clear()
    page = first_page(logs, cache)
    assert [*chain(*read)] == list(range(STEPS - NEWEST + 1, STEPS + 4))
    assert page == without_index(logs, tmp_path)


def test_an_index_without_them_opens_as_before(log: Path, tmp_path: Path, read: list[list[int]]) -> None:
    logs, cache = log.parent.parent, tmp_path / "cache"
    assert main(["index", str(logs), "--cache-dir", str(cache)]) == 0
    for path in [*cache.rglob("*.prompts"), *cache.rglob("*.curves")]:
        path.unlink()
    expected = first_page(logs, None)
    read.clear()
    assert first_page(logs, cache) == expected
    assert [*chain(*read)] == list(range(1, STEPS + 1))


def test_what_lies_beside_moves_along(log: Path, tmp_path: Path, read: list[list[int]]) -> None:
    logs = log.parent.parent
    expected = first_page(logs, None)
    assert main(["index", str(logs), "--beside"]) == 0
    (tmp_path / "elsewhere" / "deeper").mkdir(parents=True)
    log.parent.rename(tmp_path / "elsewhere" / "deeper" / "moved")
    read.clear()
    assert first_page(tmp_path / "elsewhere", tmp_path / "cache", "deeper/moved") == expected
    assert [*chain(*read)] == list(range(STEPS - NEWEST + 1, STEPS + 1))


def test_curves_that_lie_beside_are_there_before_the_rows(log: Path) -> None:
    logs = log.parent.parent
    assert main(["index", str(logs), "--beside"]) == 0
    indexer = BackgroundIndexer(Registry(parse_roots(str(logs), "")), 0)
    board = Board(indexer)
    try:
        survey_only(board)
        run = board.registry.runs["run"]
        assert (run.samples, run.pending) == (0, True)
        early = board.steps(StepsQuestion(Selection("run"), ("reward",)))
        indexer.index_now()
        assert board.steps(StepsQuestion(Selection("run"), ("reward",))) == early
    finally:
        indexer.stop()


def test_the_same_call_leaves_one_of_each_kind_beside(log: Path) -> None:
    logs = log.parent.parent
    for more in range(3):
        append(log, *rows(STEPS + 1 + more, STEPS + 1 + more))
        assert main(["index", str(logs), "--beside"]) == 0
    found = [*log.parent.rglob("*.prompts"), *log.parent.rglob("*.curves")]
    assert sorted(path.name for path in found) == ["run.curves", "run.prompts"]


def test_an_index_is_whole_without_what_could_not_be_gathered(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> int:
        raise MemoryError("too many prompts")

    monkeypatch.setattr(gathering, "gather", fail)
    logs, cache = log.parent.parent, tmp_path / "cache"
    assert main(["index", str(logs), "--cache-dir", str(cache)]) == 0
    assert (
        "Curves and prompts are left to TensorBoard (MemoryError: too many prompts)."
        in capsys.readouterr().err
    )
    assert first_page(logs, cache) == first_page(logs, None)


@pytest.mark.parametrize("beside", [False, True], ids=["in a cache", "beside"])
@pytest.mark.parametrize("end", [KeyboardInterrupt, MemoryError])
def test_what_was_interrupted_is_gathered_by_the_next_call(
    log: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    beside: bool,
    end: type[BaseException],
) -> None:
    logs, cache = log.parent.parent, tmp_path / "cache"
    call = ["index", str(logs), *(["--beside"] if beside else ["--cache-dir", str(cache)])]
    whole = gathering.gather

    def interrupted(*_: object) -> int:
        raise end

    monkeypatch.setattr(gathering, "gather", interrupted)
    assert main(call) == (130 if end is KeyboardInterrupt else 0)
    assert not [*tmp_path.rglob("*.prompts")]
    monkeypatch.setattr(gathering, "gather", whole)
    capsys.readouterr()
    assert main(call) == 0
    assert "Gathered curves and prompts, which an earlier call had left." in capsys.readouterr().out
    assert len([*tmp_path.rglob("*.prompts")]) == 1
    monkeypatch.setattr(gathering, "gather", interrupted)
    assert main(call) == 0, "nothing is left to gather"
