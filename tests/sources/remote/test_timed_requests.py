"""What does not answer is not waited for again; what failed rests a moment; what answers late is asked again."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable

import pytest

from tensorboard_plugin_rlboard.sources.remote import filesystems, timed_requests
from tensorboard_plugin_rlboard.sources.remote.errors import RemoteError
from tensorboard_plugin_rlboard.sources.remote.timed_requests import TimedRequests

STORE, URL = "s3://one", "s3://one/logs/a.jsonl"


class Clock:
    """Stands for the module `time`."""

    now = 1.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(timed_requests, "time", made)
    return made


def counted(times: list[int], error: Exception) -> Callable[[], object]:
    def request() -> object:
        times.append(1)
        raise error

    return request


def test_an_object_that_never_answers_is_waited_for_once() -> None:
    requests, answer = TimedRequests(), threading.Event()
    with pytest.raises(RemoteError, match=r"s3://one did not answer in 0\.05 seconds"):
        requests.ask(URL, STORE, answer.wait, 0.05)
    waiting = threading.active_count()
    for _ in range(100):
        with pytest.raises(RemoteError, match="ask again later"):
            requests.ask(URL, STORE, lambda: 7, 600.0)
    assert threading.active_count() == waiting
    assert requests.ask("s3://one/logs/b.jsonl", STORE, lambda: 7, 600.0) == 7
    answer.set()


def test_after_a_minute_it_is_asked_again(clock: Clock) -> None:
    requests, answer = TimedRequests(), threading.Event()
    with pytest.raises(RemoteError):
        requests.ask(URL, STORE, answer.wait, 0.01)
    clock.now = 60.0
    with pytest.raises(RemoteError):
        requests.ask(URL, STORE, lambda: 7, 600.0)
    assert requests.ask(URL, STORE, lambda: 7, 600.0, is_remembered=False) == 7
    with pytest.raises(RemoteError):
        requests.ask(URL, STORE, answer.wait, 0.01, is_remembered=False)
    clock.now = 120.0
    assert requests.ask(URL, STORE, lambda: 7, 600.0) == 7
    answer.set()


def test_it_is_asked_again_once_its_answer_has_come() -> None:
    requests, answer, others = TimedRequests(), threading.Event(), set(threading.enumerate())
    with pytest.raises(RemoteError):
        requests.ask(URL, STORE, answer.wait, 0.01)
    (asking,) = set(threading.enumerate()) - others
    answer.set()
    asking.join(60)
    assert requests.ask(URL, STORE, lambda: 7, 600.0) == 7


def test_what_failed_rests_a_moment(clock: Clock) -> None:
    requests, times = TimedRequests(), list[int]()
    failing = counted(times, RemoteError(errno.EIO, "s3://one did not answer in 4 attempts"))
    for _ in range(3):
        with pytest.raises(RemoteError, match="in 4 attempts"):
            requests.ask(URL, STORE, failing, 600.0)
    assert len(times) == 1
    clock.now = 6.0
    with pytest.raises(RemoteError):
        requests.ask(URL, STORE, failing, 600.0)
    assert len(times) == 2
    clock.now = 11.0
    assert requests.ask(URL, STORE, lambda: 7, 600.0) == 7
    assert requests.ask(URL, STORE, lambda: 8, 600.0) == 8


def test_an_object_that_is_gone_is_no_failure_of_its_store() -> None:
    requests, times = TimedRequests(), list[int]()
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            requests.ask(URL, STORE, counted(times, FileNotFoundError()), 600.0)
    assert len(times) == 2


def test_so_many_addresses_are_remembered_at_most(clock: Clock) -> None:
    requests, times = TimedRequests(), list[int]()
    failing = counted(times, RemoteError(errno.EIO, "no"))
    for number in range(timed_requests._MAX_ADDRESSES + 10):
        clock.now += 0.001
        with pytest.raises(RemoteError):
            requests.ask(f"{URL}{number}", STORE, failing, 600.0)
    assert len(requests._unanswered) == timed_requests._MAX_ADDRESSES


def test_a_forgotten_file_system_forgets_what_it_did_not_answer() -> None:
    answer = threading.Event()
    with filesystems.time_limit(0.01), pytest.raises(OSError, match="did not answer"):
        filesystems.ask(URL, answer.wait)
    filesystems.file_systems.clear()
    with filesystems.time_limit(600.0):
        assert filesystems.ask(URL, lambda: 7) == 7
    answer.set()
