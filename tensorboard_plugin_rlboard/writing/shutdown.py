"""Closes open writers when their process ends, and resets them in a forked child. Signals are not handled here."""

from __future__ import annotations

import atexit
import functools
import os
import sys
import time
import weakref

from tensorboard_plugin_rlboard.texts import counted
from tensorboard_plugin_rlboard.writing.background_queue import BackgroundQueue
from tensorboard_plugin_rlboard.writing.output import event_file

CLOSE_SECONDS = 60.0
"""Seconds that `close`, `flush` and the end of the process wait for the thread at most."""
_OPEN_QUEUES: weakref.WeakSet[BackgroundQueue] = weakref.WeakSet()


def close_at_exit(queue: BackgroundQueue) -> None:
    """Register a queue: it is closed when the process ends, and reset in a child process."""
    _OPEN_QUEUES.add(queue)
    _register_exit_handlers()


@functools.cache
def _register_exit_handlers() -> None:
    atexit.register(_close_all)
    processes = sys.modules.get("multiprocessing.util")
    if processes is not None:  # its children end without atexit
        processes.Finalize(None, _close_all, exitpriority=10)


def close_queue(queue: BackgroundQueue, seconds: float) -> None:
    """Close a queue, waiting so many seconds at most; samples that are not written by then are warned of."""
    if not queue.close(seconds):
        lost = f"{counted(queue.waiting, 'sample')} may be lost: not written within {seconds:g} s"
        queue.worker.counts.warn_once("slow", lost)


def _close_all() -> None:
    last = time.monotonic() + CLOSE_SECONDS
    for queue in tuple(_OPEN_QUEUES):
        close_queue(queue, max(0.0, last - time.monotonic()))


def _after_fork() -> None:
    event_file.after_fork()
    _register_exit_handlers.cache_clear()
    for queue in tuple(_OPEN_QUEUES):
        queue.after_fork()
        queue.worker.after_fork()
    _OPEN_QUEUES.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
