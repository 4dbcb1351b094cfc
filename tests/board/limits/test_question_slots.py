"""Places of which fewer are given at once than there are: the others are for who waits behind one that takes long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tensorboard_plugin_rlboard.board.limits.query_limits import QueryLimits
from tensorboard_plugin_rlboard.board.limits.question_slots import QuestionKind, QuestionSlots
from tensorboard_plugin_rlboard.errors import StoppedError

LONG, SEARCH, QUICK = (
    QuestionKind(3, "busy"),
    QuestionKind(2, "busy searching"),
    QuestionKind(64, "busy", is_quick=True),
)


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.002)


class Entering:
    """Threads that want a place; each keeps it until it may go."""

    def __init__(self, slots: QuestionSlots) -> None:
        self.slots, self.entered = slots, list[str]()
        self.threads = dict[str, tuple[threading.Thread, threading.Event]]()

    def come(self, name: str, kind: QuestionKind) -> None:
        may_go, waiting = threading.Event(), self.slots.waiting

        def stay() -> None:
            with self.slots.take(kind):
                self.entered.append(name)
                assert may_go.wait(60)

        thread = threading.Thread(target=stay)
        self.threads[name] = thread, may_go
        thread.start()
        wait_until(lambda: name in self.entered or self.slots.waiting > waiting)

    def go(self, name: str) -> None:
        thread, may_go = self.threads[name]
        may_go.set()
        thread.join(60)

    def wait_for(self, *names: str) -> None:
        wait_until(lambda: len(self.entered) >= len(names))
        assert self.entered == list(names)

    def end(self) -> None:
        for _, may_go in self.threads.values():
            may_go.set()
        for thread, _ in self.threads.values():
            thread.join(60)


def test_the_next_begins_when_the_one_before_takes_long() -> None:
    """Three places, one in a moment of 0.5 s: they begin at 0, 0.5 and 1 s; the fourth waits for a place."""
    now = [0.0]
    slots = QuestionSlots(2, 1, 4, 0.5, lambda: now[0])
    entering = Entering(slots)
    for name in "abcd":
        entering.come(name, LONG)
    for now[0], expected in ((0.4, "a"), (0.6, "ab"), (1.0, "ab"), (1.2, "abc"), (9.0, "abc")):
        slots.admit()
        entering.wait_for(*expected)
    assert slots.waiting == 1
    entering.end()
    assert entering.entered == list("abcd")
    assert not slots.n_taken


def test_the_next_begins_when_the_one_before_ends() -> None:
    slots = QuestionSlots(2, 1, 4, 1e9)
    entering = Entering(slots)
    with slots.take(LONG):
        entering.come("next", LONG)
        slots.admit()
        assert entering.entered == []
    entering.wait_for("next")
    entering.end()


def test_two_quick_ones_at_once() -> None:
    slots = QuestionSlots(2, 1, 4, 1e9)
    with slots.take(QUICK), slots.take(QUICK):
        entering = Entering(slots)
        entering.come("third", QUICK)
        assert entering.entered == []
    entering.wait_for("third")
    entering.end()


def test_a_quick_one_beside_one_that_is_not() -> None:
    """Of questions over whole runs and searches one begins at once, so that quick ones always have the other turn."""
    entering = Entering(QuestionSlots(2, 1, 4, 1e9))
    for name, kind in (("run", LONG), ("search", SEARCH), ("a", QUICK), ("b", QUICK)):
        entering.come(name, kind)
    entering.wait_for("run", "a")
    entering.go("a")
    entering.wait_for("run", "a", "b")
    entering.go("run")
    entering.wait_for("run", "a", "b", "search")
    entering.end()


def test_quick_ones_go_first_but_not_for_ever() -> None:
    """After two quick ones in a row comes one that has waited behind them; of the others the one that waited longest."""
    entering = Entering(QuestionSlots(1, 1, 2, 1e9))
    entering.come("first", LONG)
    for name, kind in (("run", LONG), ("search", SEARCH), *((name, QUICK) for name in "abcde")):
        entering.come(name, kind)
    order = ["first", "a", "b", "run", "c", "d", "search", "e"]
    for position, name in enumerate(order[:-1]):
        entering.go(name)
        entering.wait_for(*order[: position + 2])
    entering.end()


def test_each_kind_has_its_own_places() -> None:
    """Nobody has begun a moment ago: searches fill their two places, and others begin all the same."""
    slots = QuestionSlots(2, 1, 4, 0.0)
    entering = Entering(slots)
    for name, kind in (("a", SEARCH), ("b", SEARCH), ("c", SEARCH), ("run", LONG), ("quick", QUICK)):
        entering.come(name, kind)
    entering.wait_for("a", "b", "run", "quick")
    entering.end()


def test_who_is_given_up_has_no_place_and_keeps_nobody_from_one() -> None:
    limits, slots, only = QueryLimits(seconds=0.05), QuestionSlots(2, 1, 4, 1e9), QuestionKind(1, "busy")
    with slots.take(only):
        with pytest.raises(StoppedError, match="busy"), limits.question(), slots.take(only):
            raise AssertionError("there was no place")
        assert not slots.waiting
    assert not slots.n_taken


def test_questions_that_hang_hold_up_nobody_for_long() -> None:
    """As where files lie on a server that is gone: the watch lets the others in."""
    limits = QueryLimits(seconds=60)
    with ExitStack() as hanging, limits.question():
        for _ in range(6):
            hanging.enter_context(limits.quick())
        assert limits.slots.n_taken == 6


def test_what_nobody_waits_for_waits_until_no_question_has_a_place_or_its_time_is_up() -> None:
    now = [0.0]
    slots = QuestionSlots(2, 1, 4, 1e9, lambda: now[0])
    slots.wait_until_idle(1e9)
    entering = Entering(slots)
    entering.come("question", LONG)
    calm = threading.Thread(target=slots.wait_until_idle, args=(5.0,))
    calm.start()
    assert calm.is_alive()
    entering.go("question")
    calm.join(60)
    assert not calm.is_alive()
    entering.come("hangs", LONG)
    calm = threading.Thread(target=slots.wait_until_idle, args=(5.0,))
    calm.start()
    calm.join(0.05)
    assert calm.is_alive()
    now[0] = 6.0
    calm.join(60)
    assert not calm.is_alive()
    entering.end()
