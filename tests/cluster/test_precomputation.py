"""What `rlboard index` keeps of whole runs: TensorBoard shows the first page of prompts without having read any."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest
from curves import scan_only
from gathered_prompts import NEWEST, STEPS, assert_it_is_there_at_once, first_page, rows, write_two_runs
from read_visits import steps_read_from_now_on
from rollout_log import append

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.cluster import precomputation
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two runs, of which one has so many ranges that processes share them."""
    return write_two_runs(tmp_path / "logs", monkeypatch)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The steps of each reading from now on."""
    return steps_read_from_now_on(monkeypatch)


# On Ray: `test_ray.py`, which has one.
@pytest.mark.parametrize("beside", [False, True], ids=["in a cache", "beside"])
@pytest.mark.parametrize("engine", [(), ("--workers", "2")], ids=["here", "two processes"])
def test_the_first_page_of_prompts_is_there_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: tuple[str, ...], beside: bool
) -> None:
    assert_it_is_there_at_once(tmp_path, monkeypatch, *engine, beside=beside)


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
        scan_only(board)
        run = board.registry.runs["run"]
        assert (run.samples, run.is_pending) == (0, True)
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

    monkeypatch.setattr(precomputation, "precompute", fail)
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
    whole = precomputation.precompute

    def interrupted(*_: object) -> int:
        raise end

    monkeypatch.setattr(precomputation, "precompute", interrupted)
    assert main(call) == (130 if end is KeyboardInterrupt else 0)
    assert not [*tmp_path.rglob("*.prompts")]
    monkeypatch.setattr(precomputation, "precompute", whole)
    capsys.readouterr()
    assert main(call) == 0
    assert "Gathered curves and prompts, which an earlier call had left." in capsys.readouterr().out
    assert len([*tmp_path.rglob("*.prompts")]) == 1
    monkeypatch.setattr(precomputation, "precompute", interrupted)
    assert main(call) == 0, "nothing is left to precompute"
