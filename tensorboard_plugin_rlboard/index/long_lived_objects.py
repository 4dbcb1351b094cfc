"""What lives as long as TensorBoard is left alone by Python's collector of garbage.

A full collection walks through every object that may be part of a cycle and holds the interpreter's lock meanwhile: modules,
functions and classes of TensorBoard and its libraries alone are 100,000 of them, which take 75 ms, once in some twenty seconds while
many people ask. Nobody gets an answer in these, and none of these objects is ever garbage. Once they are set aside, a
collection takes a third or less.

An object that is set aside still goes when nothing refers to it; only a cycle of them stays until they are looked through again.
That is done when nobody has asked for long, so what stays is bounded by what lives at one moment.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

_CALM_S, _LATEST_S = 2.0, 30.0
"""At first it waits until nobody has asked for so long, as a page does not while it loads, but not longer than this."""
_QUIET_S, _AGAIN_S = 60.0, 600.0
"""Later it waits until nobody has asked for so long, and so long between two times."""


class LongLivedObjects:
    """Sets aside what lives long, at moments when nobody waits; used by one thread.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._set_aside_at: float | None = None

    def set_aside_if_calm(self, seconds_since_request: float) -> None:
        """Collects garbage and sets everything else aside, where it is time for that.

        Args:
            seconds_since_request: for how long nobody has asked for anything.
        """
        now = self._clock()
        if self._set_aside_at is None:
            if seconds_since_request < _CALM_S and now - self._began < _LATEST_S:
                return
        elif seconds_since_request < _QUIET_S or now - self._set_aside_at < _AGAIN_S:
            return
        else:
            gc.unfreeze()
        self._set_aside_at = now
        gc.collect()
        gc.freeze()
