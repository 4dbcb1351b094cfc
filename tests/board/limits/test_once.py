"""What is needed by several threads at once is made by one of them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from tensorboard_plugin_rlboard.board.limits.once import once


def test_threads_that_need_it_at_once_get_the_same() -> None:
    made, are_waiting = list[object](), threading.Barrier(4)

    def make() -> object:
        made.append(object())
        return made[-1]

    get = once(make)

    def need() -> object:
        are_waiting.wait(60)
        return get()

    with ThreadPoolExecutor(4) as threads:
        got = [thread.result() for thread in [threads.submit(need) for _ in range(4)]]
    assert got == [made[0]] * 4
    assert len(made) == 1


def test_what_fails_is_tried_again() -> None:
    tries = [ValueError("first"), None]

    def make() -> str:
        if error := tries.pop(0):
            raise error
        return "made"

    get = once(make)
    try:
        get()
    except ValueError:
        assert get() == "made"
    assert not tries
