"""What becomes of open writers when their process ends or forks. Signals are left to whoever handles them."""

from __future__ import annotations

import atexit
import functools
import os
import sys
import time
import weakref

from tensorboard_plugin_rlboard.writing.background_queue import BackgroundQueue
from tensorboard_plugin_rlboard.writing.output import event_file

CLOSING = 60.0
"""Seconds for which `close`, `flush` and the end of the process wait for the thread at most."""
_LIVE: weakref.WeakSet[BackgroundQueue] = weakref.WeakSet()


def watch(pump: BackgroundQueue) -> None:
    """Sees to it that what is queued is written when the process ends, and that a child process leaves it alone."""
    _LIVE.add(pump)
    _at_exit()


@functools.cache
def _at_exit() -> None:
    atexit.register(_close_all)
    processes = sys.modules.get("multiprocessing.util")
    if processes is not None:  # its children end without atexit
        processes.Finalize(None, _close_all, exitpriority=10)


def end(pump: BackgroundQueue, seconds: float) -> None:
    """Closes a pump, waiting so many seconds at most."""
    if not pump.close(seconds):
        lost = f"{pump.waiting} samples may be lost: they were not written within {seconds:g} s"
        pump.worker.account.warn("slow", lost)


def _close_all() -> None:
    last = time.monotonic() + CLOSING
    for pump in tuple(_LIVE):
        end(pump, max(0.0, last - time.monotonic()))


def _forked() -> None:
    event_file.forked()
    _at_exit.cache_clear()
    for pump in tuple(_LIVE):
        pump.forked()
        pump.worker.forked()
    _LIVE.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
