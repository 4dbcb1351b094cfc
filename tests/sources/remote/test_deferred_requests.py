"""A store that is slow or dead holds up nobody but its own runs: its answers are taken when they come."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable

import pytest

from tensorboard_plugin_rlboard.sources.remote import deferred_requests, filesystems
from tensorboard_plugin_rlboard.sources.remote.deferred_requests import DeferredRequests
from tensorboard_plugin_rlboard.sources.remote.errors import RemoteError, WrongAnswerError

STORE = "s3://bucket"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> DeferredRequests:
    monkeypatch.setattr(deferred_requests, "_WAIT_S", 0.05)
    found = DeferredRequests()
    found.begin_scan()
    return found


class Slow:
    """A request that is answered when it may be."""

    def __init__(self, answer: object) -> None:
        self.may = threading.Event()
        self.times = 0
        self._answer = answer

    def __call__(self) -> object:
        self.times += 1
        self.may.wait(60)
        return self._answer


def fails(times: list[int]) -> Callable[[], object]:
    def ask() -> object:
        times[0] += 1
        raise RemoteError(errno.EIO, "it did not answer")

    return ask


def test_what_comes_late_is_taken_at_a_later_look_and_asked_once(asked: DeferredRequests) -> None:
    slow = Slow("data")
    for _ in range(2):
        with pytest.raises(RemoteError, match=r"s3://bucket has not answered in 0\.05 seconds"):
            asked.ask(f"{STORE}/a", STORE, "key", slow)
        asked.begin_scan()
    assert asked.ask(f"{STORE}/b", STORE, "other", lambda: 1) == 1, "another request is answered meanwhile"
    slow.may.set()
    while True:
        try:
            assert asked.ask(f"{STORE}/a", STORE, "key", slow) == "data"
            break
        except RemoteError:
            asked.begin_scan()
    assert slow.times == 1


def test_a_version_that_is_gone_answers_for_no_other(asked: DeferredRequests) -> None:
    slow = Slow("old")
    with pytest.raises(RemoteError):
        asked.ask(f"{STORE}/a", STORE, ("read", 1), slow)
    slow.may.set()
    assert asked.ask(f"{STORE}/a", STORE, ("read", 2), lambda: "new") == "new"


def test_in_one_look_a_dead_store_costs_a_few_moments(
    asked: DeferredRequests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deferred_requests, "_WAIT_S", 0.2)
    monkeypatch.setattr(deferred_requests, "_SCAN_S", 0.3)
    dead = Slow("")
    waits: list[float] = []
    for number in range(12):
        before = asked._lost[STORE]
        with pytest.raises(RemoteError):
            asked.ask(f"{STORE}/{number}", STORE, number, dead)
        waits.append(asked._lost[STORE] - before)
    assert waits[0] >= 0.2
    assert sum(waits) >= 0.3
    assert min(waits[2:]) < 0.2, "after 0.3 seconds hardly any time is given"
    for number in range(12, 40):
        with pytest.raises(RemoteError, match=r"not answered|16 questions"):
            asked.ask(f"{STORE}/{number}", STORE, number, dead)
    assert dead.times == 16
    assert asked.ask("s3://other/a", "s3://other", "x", lambda: 3) == 3
    dead.may.set()


def test_what_fails_again_and_again_is_asked_more_rarely(asked: DeferredRequests) -> None:
    times, tried = [0], list[int]()
    for look in range(20):
        with pytest.raises(RemoteError, match="it did not answer"):
            asked.ask(f"{STORE}/a", STORE, "key", fails(times))
        tried += [look] if len(tried) < times[0] else []
        asked.begin_scan()
    assert tried == [0, 1, 3, 7, 15]
    for _ in range(16):
        asked.begin_scan()
    assert asked.ask(f"{STORE}/a", STORE, "key", lambda: 5) == 5
    with pytest.raises(RemoteError):
        asked.ask(f"{STORE}/a", STORE, "key", fails(times))
    asked.begin_scan()
    assert asked.ask(f"{STORE}/a", STORE, "key", lambda: 6) == 6, "what has answered does not rest"


def test_only_the_thread_that_has_other_work_waits_so_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deferred_requests, "_WAIT_S", 0.01)
    slow = Slow(7)
    with deferred_requests.deferred_requests.enabled(), pytest.raises(RemoteError, match="has not answered"):
        filesystems.ask("s3://bucket/x", slow, key="thread")
    slow.may.set()
    assert filesystems.ask("s3://bucket/x", slow, key="thread") == 7
    with pytest.raises(RemoteError, match=r"did not answer in 0\.01 seconds"):
        filesystems.ask("s3://bucket/x", threading.Event().wait, longest=0.01)


def test_a_wrong_answer_is_called_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystems, "_RETRY_PAUSES", (0, 0, 0))

    def wrong() -> None:
        msg = "3 bytes of 7 that were asked for"
        raise WrongAnswerError(msg)

    with pytest.raises(
        RemoteError, match=r"bucket answered wrongly in 4 attempts \(3 bytes of 7 that were asked for\)"
    ):
        filesystems.ask("s3://bucket/x", wrong)
