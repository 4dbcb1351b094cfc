"""What is made by the first of several threads that needs it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

_Made = TypeVar("_Made")


def once(make: Callable[[], _Made]) -> Callable[[], _Made]:
    """A function that makes something at its first call, and returns the same at every other one, in any thread."""
    lock, made = threading.Lock(), list[_Made]()

    def get() -> _Made:
        with lock:
            if not made:
                made.append(make())
            return made[0]

    return get
