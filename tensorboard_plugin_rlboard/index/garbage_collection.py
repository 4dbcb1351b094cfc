"""Keeps Python's collector of garbage from walking through what lives as long as TensorBoard (`gc.freeze`).

A full collection walks through every object that may be part of a cycle and holds the interpreter's lock meanwhile: modules,
functions and classes of TensorBoard and its libraries alone are 100,000 of them, which take 75 ms, once in some twenty seconds while
many people ask. Nobody gets an answer in these, and none of these objects is ever garbage. Once they are frozen, a
collection takes a third or less.

An object that is frozen still goes when nothing refers to it; only a cycle of them stays until they are looked through again.
That is done when nobody has asked for long, so what stays is bounded by what lives at one moment.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

_IDLE_AT_START_S, _LATEST_START_S = 2.0, 30.0
"""At first it waits until nobody has asked for so long, as a page does not while it loads, but not longer than this."""
_IDLE_LATER_S, _BETWEEN_S = 60.0, 600.0
"""Later it waits until nobody has asked for so long, and so long between two times."""


class GarbageCollection:
    """Freezes what lives long, at moments when nobody waits; used by one thread.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._frozen_at: float | None = None

    def freeze_if_idle(self, seconds_since_request: float) -> None:
        """Collects garbage and freezes everything else, where it is time for that.

        Args:
            seconds_since_request: for how long nobody has asked for anything.
        """
        now = self._clock()
        if self._frozen_at is None:
            if seconds_since_request < _IDLE_AT_START_S and now - self._began < _LATEST_START_S:
                return
        elif seconds_since_request < _IDLE_LATER_S or now - self._frozen_at < _BETWEEN_S:
            return
        else:
            gc.unfreeze()
        self._frozen_at = now
        gc.collect()
        gc.freeze()
