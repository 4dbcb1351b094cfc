"""Places of which fewer are given at once than there are: the others are for who waits behind one that takes long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tensorboard_plugin_rlboard.board.limits.places import Places
from tensorboard_plugin_rlboard.board.limits.query_limits import QueryLimits
from tensorboard_plugin_rlboard.board.limits.running_question import StoppedError


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.002)


class Entering:
    """Threads that want a place; each keeps it until all may go."""

    def __init__(self, places: Places) -> None:
        self.places, self.entered, self.may_go = places, list[int](), threading.Event()
        self.threads: list[threading.Thread] = []

    def come(self) -> None:
        number, waiting = len(self.threads), len(self.places._waiting)

        def stay() -> None:
            with self.places.taken():
                self.entered.append(number)
                assert self.may_go.wait(20)

        self.threads.append(threading.Thread(target=stay))
        self.threads[-1].start()
        wait_until(lambda: number in self.entered or len(self.places._waiting) > waiting)

    def wait_for(self, number: int) -> None:
        wait_until(lambda: len(self.entered) >= number)

    def end(self) -> None:
        self.may_go.set()
        for thread in self.threads:
            thread.join(20)


def test_the_next_begins_when_the_one_before_takes_long() -> None:
    """Three places, one in a moment of 0.5 s: they begin at 0, 0.5 and 1 s; the fourth waits for a place."""
    now = [0.0]
    places = Places(3, "busy", 1, 0.5, lambda: now[0])
    entering = Entering(places)
    for _ in range(4):
        entering.come()
    for now[0], expected in ((0.4, [0]), (0.6, [0, 1]), (1.0, [0, 1]), (1.2, [0, 1, 2]), (9.0, [0, 1, 2])):
        places.admit()
        entering.wait_for(len(expected))
        assert entering.entered == expected, now
    assert len(places._waiting) == 1
    entering.end()
    assert entering.entered == [0, 1, 2, 3]
    assert not places._taken


def test_the_next_begins_when_the_one_before_ends() -> None:
    places = Places(3, "busy", 1, 1e9)
    entering = Entering(places)
    with places.taken():
        entering.come()
        places.admit()
        assert entering.entered == []
    wait_until(lambda: entering.entered == [0])
    entering.end()


def test_two_at_once() -> None:
    places = Places(64, "busy", 2, 1e9)
    with places.taken(), places.taken():
        entering = Entering(places)
        entering.come()
        assert entering.entered == []
    wait_until(lambda: entering.entered == [0])
    entering.end()


def test_who_is_given_up_has_no_place_and_keeps_nobody_from_one() -> None:
    limits, places = QueryLimits(seconds=0.05), Places(1, "busy")
    with places.taken():
        with pytest.raises(StoppedError, match="busy"), limits.question(), places.taken():
            raise AssertionError("there was no place")
        assert not places._waiting
    assert not places._taken


def test_questions_that_hang_hold_up_nobody_for_long() -> None:
    """As where files lie on a server that is gone: the watch lets the others in."""
    limits = QueryLimits(seconds=60)
    with ExitStack() as hanging, limits.question():
        for _ in range(6):
            hanging.enter_context(limits.quick())
        assert len(limits._quick._taken) == 6
