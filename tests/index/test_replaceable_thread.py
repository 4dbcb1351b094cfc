"""A thread that a file system holds is replaced, and does nothing more when it comes back."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tensorboard_plugin_rlboard.index import replaceable_thread as module
from tensorboard_plugin_rlboard.index.replaceable_thread import ReplaceableThread
from tensorboard_plugin_rlboard.operating_system import thread_cpu_seconds
from tensorboard_plugin_rlboard.sources.local_files import note_asked_path
from tensorboard_plugin_rlboard.sources.mounts import Mounts, SilentError

pytestmark = pytest.mark.skipif(
    thread_cpu_seconds(threading.current_thread()) is None,
    reason="the system does not say what a thread computes",
)
PATIENCE_S = 60.0


class Held:
    """A thread whose first work is held by a pipe that nobody writes to, as a read from a dead server is."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, *, is_foreign: bool) -> None:
        table = folder / "mountinfo"
        kind = "nfs4" if is_foreign else "ext4"
        table.write_text(f"36 35 98:0 / {folder} rw - {kind} server:/data rw\n")
        self.mounts = Mounts(table, wait_s=0.2)
        patch.setattr(module, "mounts", self.mounts)
        self.path = str(folder / "a.jsonl")
        self.mounts.begin_scan()
        self.mounts.check_silence(str(folder))
        self.reads, self.writes = os.pipe()
        self.began: list[threading.Thread] = []
        self.went_on: list[threading.Thread] = []
        self.second = threading.Event()
        self.thread = ReplaceableThread(self.work, "held", patience_s=0.2, poll_s=0.02)

    def work(self) -> None:
        self.began.append(threading.current_thread())
        with self.thread.busy():
            if len(self.began) > 1:
                self.second.set()
                return
            note_asked_path(self.path)
            os.read(self.reads, 1)
            for _ in range(1000):
                pass
            self.went_on.append(threading.current_thread())


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    made = Held(tmp_path, monkeypatch, is_foreign=True)
    yield made
    os.close(made.reads)
    os.close(made.writes)


def test_another_thread_goes_on_and_the_held_one_ends_when_it_comes_back(held: Held) -> None:
    held.thread.start()
    assert held.second.wait(PATIENCE_S)
    assert held.thread.join(PATIENCE_S), "the one that took its place has ended"
    assert held.began[0].is_alive()
    assert held.mounts.check_silence(str(Path(held.path).parent)).startswith("It lies on a file system")
    os.write(held.writes, b"x")
    held.began[0].join(PATIENCE_S)
    assert held.went_on == []
    assert held.mounts.check_silence(str(Path(held.path).parent)) == ""


def test_a_thread_that_waits_for_an_own_disk_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(tmp_path, monkeypatch, is_foreign=False)
    held.thread.start()
    assert not held.second.wait(0.6)
    os.write(held.writes, b"x")
    assert held.thread.join(PATIENCE_S)
    assert held.went_on == held.began
    os.close(held.reads)
    os.close(held.writes)


def test_a_thread_that_has_nothing_to_do_is_not_held(held: Held) -> None:
    is_over = threading.Event()

    def work() -> None:
        note_asked_path(held.path)
        is_over.wait(0.6)

    thread = ReplaceableThread(work, "idle", patience_s=0.1, poll_s=0.02)
    begins = time.monotonic()
    thread.start()
    assert thread.join(PATIENCE_S)
    assert time.monotonic() - begins < PATIENCE_S
    assert held.mounts.check_silence(str(Path(held.path).parent)) == ""


def test_one_that_is_held_in_an_unknown_place_is_replaced_while_a_mount_is_silent(held: Held) -> None:
    answers = threading.Event()
    with pytest.raises(SilentError):
        held.mounts.run_in_time(held.path, lambda: answers.wait(PATIENCE_S))
    held.path = "/somewhere/else"
    held.thread.start()
    assert held.second.wait(PATIENCE_S)
    os.write(held.writes, b"x")
    held.began[0].join(PATIENCE_S)
    assert held.went_on == []
    assert held.mounts.is_any_silent, "it is that mount that has not answered"
    answers.set()


def test_no_more_than_a_few_are_held(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_HELD_THREADS", 0)
    held.thread.start()
    assert not held.second.wait(0.6)
    os.write(held.writes, b"x")
    assert held.thread.join(PATIENCE_S)
    assert held.went_on == held.began


def test_whoever_waits_for_its_end_waits_for_the_one_in_its_place_and_hears_what_that_raises(
    held: Held,
) -> None:
    def work() -> None:
        held.work()
        raise ValueError("no more")

    held.thread = ReplaceableThread(work, "held", patience_s=0.2, poll_s=0.02)
    with pytest.raises(ValueError, match="no more"):
        held.thread.run_to_end()
    assert len(held.began) == 2
    os.write(held.writes, b"x")
    held.began[0].join(PATIENCE_S)
    assert held.went_on == []
