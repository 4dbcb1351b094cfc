"""Waits for what another thread does."""

from __future__ import annotations

import threading
from collections.abc import Callable


def wait_for(condition: Callable[[], bool]) -> None:
    """Returns as soon as something is so.

    Raises:
        AssertionError: it is not so within two minutes.
    """
    tick = threading.Event()
    for _ in range(12_000):
        if condition():
            return
        tick.wait(0.01)
    raise AssertionError("it did not happen within two minutes")
