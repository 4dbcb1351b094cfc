"""Log directories behind an address when the line to it is cut."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from answers import column, ignored
from object_store import SECRET, Bucket, Line
from rollout_log import log_of

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources import file_changes
from tensorboard_plugin_rlboard.sources.remote import filesystems
from tensorboard_plugin_rlboard.texts import TextRules

Open = Callable[[str], Board]


def test_answer_that_is_cut_is_asked_for_again(bucket: Bucket, open_url: Open, line_to: Line) -> None:
    bucket.put("a.jsonl", log_of(*range(1, 60), note="x" * 3000))
    line_to.cuts = 3
    board = open_url(bucket.url)
    assert line_to.cuts == 0, "it was cut"
    assert column(board, "step") == list(range(1, 60))
    assert board.runs().runs[0].message == ""


def test_lost_connection_is_the_runs_message_until_it_is_back(
    bucket: Bucket, open_url: Open, line_to: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However slowly this runs: of a file that has not changed for a while, only the listing says that it is out of reach.
    monkeypatch.setattr(file_changes, "MTIME_TICK_NS", 3600 * 10**9)
    bucket.put("a.jsonl", log_of(1, note="x" * 9000))
    board = open_url(bucket.url)
    first = board.samples(SamplesQuestion(Selection("."), TextRules(), limit=5)).columns["id"][0]
    bucket.put("a.jsonl", log_of(1, 2, note="x" * 9000))
    line_to.set_down(True)
    board.indexer.index_now()
    assert column(board, "step") == [1], "what was read stays on show"
    assert "did not answer in 4 attempts" in board.runs().runs[0].message
    assert board.runs().runs[0].message.startswith("a.jsonl cannot be read: s3://")
    assert [file for file, _ in ignored(board)] == [bucket.url]
    with pytest.raises(LookupError, match="cannot be read any more") as opened:
        board.sample(SampleQuestion(".", str(first), TextRules()))
    shown = f"{board.runs()} {opened.value}"
    assert SECRET not in shown
    assert "key-of-the-tests" not in shown
    assert str(line_to.port) not in shown
    line_to.set_down(False)
    board.indexer.index_now()
    assert column(board, "step") == [1, 2]
    assert board.runs().runs[0].message == ""
    assert ignored(board) == []


def test_a_settled_run_says_that_its_store_cannot_be_listed(
    bucket: Bucket, open_url: Open, line_to: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        file_changes, "MTIME_TICK_NS", 0
    )  # its time tells every change, so it is not read again
    bucket.put("a.jsonl", log_of(1))
    board = open_url(bucket.url)
    line_to.set_down(True)
    board.indexer.index_now()
    assert column(board, "step") == [1], "what was read stays on show"
    message = board.runs().runs[0].message
    assert message.startswith(
        f"{bucket.url} cannot be listed: s3://{bucket.name} did not answer in 4 attempts"
    )
    line_to.set_down(False)
    board.indexer.index_now()
    assert (board.runs().runs[0].message, ignored(board)) == ("", [])


def test_connection_lost_between_listing_and_reading(bucket: Bucket, open_url: Open, line_to: Line) -> None:
    bucket.put("a.jsonl", log_of(*range(1, 20), note="x" * 9000))
    bucket.put("b.jsonl", log_of(30, note="x" * 9000))
    line_to.cuts = 10**6
    board = open_url(bucket.url)
    assert board.runs().runs == []
    assert all("did not answer" in reason for _, reason in ignored(board))
    line_to.cuts = 0
    board.indexer.index_now()
    assert column(board, "step") == [*range(1, 20), 30]
    bucket.put("b.jsonl", log_of(30, 31, note="x" * 9000))
    line_to.cuts = 10**6
    board.indexer.index_now()
    assert "b.jsonl cannot be read" in board.runs().runs[0].message
    line_to.cuts = 0
    board.indexer.index_now()
    assert column(board, "step") == [*range(1, 20), 30, 31]
    assert board.runs().runs[0].message == ""


def test_first_listing_fails(bucket: Bucket, open_url: Open, line_to: Line) -> None:
    bucket.put("a.jsonl", log_of(1))
    line_to.set_down(True)
    board = open_url(bucket.url)
    ((file, reason),) = ignored(board)
    assert file == bucket.url
    assert reason.endswith("it is asked again at the next look.")
    assert isinstance(board.indexer, BackgroundIndexer)
    assert board.registry.has_any_files, "so that the tab is there to say it"
    line_to.set_down(False)
    board.indexer.index_now()
    assert column(board, "step") == [1]


def test_where_every_attempt_takes_long_there_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((0.0, 61.0))
    monkeypatch.setattr(filesystems, "time", SimpleNamespace(monotonic=lambda: next(clock), sleep=None))

    def ask() -> None:
        raise TimeoutError

    with pytest.raises(OSError, match=r"did not answer in time \(TimeoutError\)"):
        filesystems.ask("s3://bucket/x", ask)


def test_whoever_waits_is_not_kept_waiting_by_a_dead_network() -> None:
    answer = threading.Event()
    with (
        filesystems.time_limit(0.05),
        pytest.raises(OSError, match=r"s3://bucket did not answer in 0\.05 seconds"),
    ):
        filesystems.ask("s3://bucket/x", answer.wait)
    answer.set()
    with filesystems.time_limit(60.0):
        assert filesystems.ask("s3://bucket/y", lambda: 7) == 7
        with pytest.raises(FileNotFoundError):
            filesystems.ask("s3://bucket/y", lambda: Path("/no/such/file").read_bytes())
    assert filesystems.ask("s3://bucket/x", threading.current_thread) is threading.current_thread()
