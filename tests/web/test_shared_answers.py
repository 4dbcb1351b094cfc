"""Equal questions are answered once, and nobody waits for somebody else's longer than for an answer of his own.

Long answers, such as the list of thousands of runs, are packed once, written once where runs are alike, and sent where they are new.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable

import pytest
from contract import Stack

from tensorboard_plugin_rlboard.api import MetricInfo
from tensorboard_plugin_rlboard.board.limits.query_limits import QueryLimits
from tensorboard_plugin_rlboard.errors import StoppedError
from tensorboard_plugin_rlboard.web import encoded_answers, json_answers
from tensorboard_plugin_rlboard.web.encoded_answers import EncodedAnswer
from tensorboard_plugin_rlboard.web.shared_answers import SharedAnswers


def answer_of(content: bytes) -> EncodedAnswer:
    return EncodedAnswer(content, "application/json")


class Slow:
    """An answer that is given when it is let go; counts how often it was asked for."""

    def __init__(self, content: bytes = b"1") -> None:
        self.asked, self.begun, self.may_end = 0, threading.Event(), threading.Event()
        self.content = content

    def __call__(self) -> EncodedAnswer:
        self.asked += 1
        self.begun.set()
        assert self.may_end.wait(60)
        return answer_of(self.content)


def in_threads(number: int, work: Callable[[], EncodedAnswer]) -> tuple[list[threading.Thread], list[object]]:
    said: list[object] = []

    def run() -> None:
        try:
            said.append(work().content)
        except Exception as error:  # noqa: BLE001  whatever it is, it is what this asker got
            said.append(type(error))

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    return threads, said


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def waiting(shared: SharedAnswers, key: object) -> int:
    work = shared._pending.get(key)
    return 0 if work is None else len(work.waiting)


def test_equal_questions_at_once_are_answered_once() -> None:
    shared, slow = SharedAnswers(), Slow()
    threads, said = in_threads(5, lambda: shared.get((1, "q"), slow))
    wait_until(lambda: waiting(shared, (1, "q")) == 4)
    slow.may_end.set()
    for thread in threads:
        thread.join(60)
    assert (said, slow.asked) == ([b"1"] * 5, 1)
    assert shared.get((1, "q"), slow).content == b"1"
    assert slow.asked == 1, "it is kept"


def test_a_change_or_another_question_is_answered_anew() -> None:
    shared = SharedAnswers()
    assert shared.get((1, "q"), lambda: answer_of(b"1")).content == b"1"
    assert shared.get((2, "q"), lambda: answer_of(b"2")).content == b"2"
    assert shared.get((1, "r"), lambda: answer_of(b"3")).content == b"3"


def test_who_waits_for_one_that_fails_answers_it_himself() -> None:
    shared, begun, may_fail = SharedAnswers(), threading.Event(), threading.Event()
    asked: list[int] = []

    def answer() -> EncodedAnswer:
        asked.append(1)
        if len(asked) == 1:
            begun.set()
            assert may_fail.wait(60)
            raise StoppedError("its client is gone")
        return answer_of(b"1")

    first, failed = in_threads(1, lambda: shared.get("q", answer))
    assert begun.wait(60)
    others, said = in_threads(3, lambda: shared.get("q", answer))
    wait_until(lambda: waiting(shared, "q") == 3)
    may_fail.set()
    for thread in first + others:
        thread.join(60)
    assert (failed, said) == ([StoppedError], [b"1"] * 3)
    assert len(asked) == 2, "one of them answered it for all"
    assert not shared._pending


def test_who_waits_is_given_up_in_his_own_time() -> None:
    shared, slow, limits = SharedAnswers(), Slow(), QueryLimits(seconds=0.1)
    threads, said = in_threads(1, lambda: shared.get("q", slow))
    assert slow.begun.wait(60)
    with pytest.raises(StoppedError, match="equal question"), limits.question():
        shared.get("q", slow)
    slow.may_end.set()
    threads[0].join(60)
    assert (said, slow.asked) == ([b"1"], 1)


def test_what_is_kept_is_bounded() -> None:
    shared = SharedAnswers(max_bytes=4_000)
    for number in range(10):
        shared.get(number, lambda: answer_of(b"x" * 1_500))
    asked: list[int] = []

    def again() -> EncodedAnswer:
        asked.append(1)
        return answer_of(b"y")

    assert shared.get(9, again).content == b"x" * 1_500
    assert shared.get(0, again).content == b"y"
    assert len(asked) == 1


def test_an_answer_that_the_browser_has_is_not_sent_again(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = stack.get("runs")
    assert "ETag" not in short.headers
    monkeypatch.setattr(encoded_answers, "_MIN_LONG_BYTES", 100)
    long = stack.get("runs")
    tag = long.headers["ETag"]
    assert (long.status_code, long.get_data()) == (200, short.get_data())
    again = stack.get("runs", **{"If-None-Match": tag})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert again.headers["X-RLBoard-Revision"] == long.headers["X-RLBoard-Revision"]
    stack.plugin._board.registry.raise_revision()
    changed = stack.get("runs", **{"If-None-Match": tag})
    assert (changed.status_code, changed.get_data()) == (200, short.get_data())
    assert changed.headers["ETag"] != tag


def test_a_long_answer_is_packed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoded_answers, "_MIN_LONG_BYTES", 100)
    encoded, answer = encoded_answers.EncodedAnswers(), {"a": ["x" * 200]}
    assert encoded.of(answer) is encoded.of(dict(answer))
    assert encoded.of(answer) is not encoded.of({"a": ["y" * 200]})
    assert encoded.of({"a": "x"}).encoding is None


def test_a_list_that_many_have_is_written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    metrics, written = (
        [MetricInfo("reward", "plain", ""), MetricInfo("k3", "positive", "nats")],
        list[object](),
    )
    write = json_answers._json_text

    def noting(value: object, lists: dict[int, str]) -> str:
        written.append(value)
        return write(value, lists)

    monkeypatch.setattr(json_answers, "_json_text", noting)
    text = json_answers.encode({str(run): {"metrics": metrics, "run": run} for run in range(3)})
    expected = {"name": "k3", "kind": "positive", "unit": "nats", "origin": ""}
    assert [run["metrics"][1] for run in json.loads(text).values()] == [expected] * 3
    assert sum(isinstance(value, MetricInfo) for value in written) == 2
