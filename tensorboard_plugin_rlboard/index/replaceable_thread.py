"""A thread that is replaced where a file system that does not answer holds it: it would wait there for ever.

Nothing ends such a wait. So another thread goes on with the work, as it would after an error, and leaves out what lies
there. If the one that is held comes back one day, it meets an exception before it does anything else.
"""

from __future__ import annotations

import ctypes
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tensorboard_plugin_rlboard.operating_system import thread_cpu_seconds
from tensorboard_plugin_rlboard.sources.local_files import last_asked_paths
from tensorboard_plugin_rlboard.sources.mounts import mounts

logger = logging.getLogger(__name__)
_PATIENCE_S = 10.0
"""Seconds without any computing after which a thread counts as held: whoever copies from a slow server computes."""
_POLL_S = 1.0
_LONG_S = 3600.0
_MAX_HELD_THREADS = 8
"""Threads that may be held at once; where so many are, another one would not go far."""


class GivenUpError(BaseException):
    """Raised in a thread that was held, when it goes on: another one does its work."""


class ReplaceableThread:
    """A thread, or the one that has taken its place.

    Args:
        work: what it does; again and again from its beginning, where it is replaced.
        name: of the thread.
        patience_s: seconds that it may be held by a file system before it is replaced.
    """

    def __init__(
        self, work: Callable[[], None], name: str, patience_s: float = _PATIENCE_S, poll_s: float = _POLL_S
    ) -> None:
        self._work = work
        self._name = name
        self._patience_s = patience_s
        self._poll_s = poll_s
        self._thread: threading.Thread | None = None
        self._is_busy = False
        self._came_back: dict[int, Callable[[], None]] = {}
        self._failed: list[Exception] | None = None

    def start(self) -> None:
        """Starts it, and who watches over it."""
        self._begin()
        threading.Thread(target=self._watch, name=f"{self._name}-watch", daemon=True).start()

    def run_to_end(self) -> None:
        """Starts it and waits for its end, however long it takes.

        Raises:
            Exception: what its work raises.
        """
        failed = self._failed = []
        self.start()
        while not self.join(_LONG_S):
            pass
        if failed:
            raise failed[0]

    def join(self, seconds: float) -> bool:
        """Waits for its end, at most so long; returns whether it has ended."""
        end = time.monotonic() + seconds
        while (thread := self._thread) is not None and thread.is_alive():
            left = end - time.monotonic()
            if left <= 0:
                return False
            thread.join(min(left, self._poll_s))
        return True

    @contextmanager
    def busy(self) -> Iterator[None]:
        """What it does inside; outside it waits for something to do, and is never held."""
        self._is_busy = True
        try:
            yield
        finally:
            self._is_busy = False

    def _begin(self) -> None:
        self._is_busy = False
        thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        thread.start()
        self._thread = thread  # not before it is alive: who waits for its end would take it for ended

    def _run(self) -> None:
        me = threading.get_ident()
        last_asked_paths[me] = ""
        try:
            self._work()
        except GivenUpError:
            logger.info("A file system that did not answer answers again")
        except Exception as error:
            if self._failed is None:
                raise
            self._failed.append(error)
        finally:
            last_asked_paths.pop(me, None)
            self._came_back.pop(me, _nothing)()

    def _watch(self) -> None:
        """Replaces the thread where it is held: it has something to do, and computes nothing for long.

        Looks are counted and not seconds: a process that was stopped for an hour has not been held for an hour.
        """
        computed, waited = -1.0, 0.0
        while (thread := self._thread) is not None and thread.is_alive():
            time.sleep(self._poll_s)
            seconds = thread_cpu_seconds(thread)
            if seconds is None:
                return
            if not self._is_busy or seconds != computed:
                computed, waited = seconds, 0.0
                continue
            waited += self._poll_s
            if waited > self._patience_s and self._replace(thread):
                computed, waited = -1.0, 0.0

    def _replace(self, thread: threading.Thread) -> bool:
        """Has another thread go on, where this one is held by a mount that depends on somebody else.

        By which one, is told by what it has asked for last. What that was is not known of everything that asks, so it may
        also be one that is known to be silent.
        """
        assert thread.ident is not None  # noqa: S101 (it was started)
        path = last_asked_paths.get(thread.ident, "")
        came_back = mounts.note_held(path)
        if came_back is None and not mounts.is_any_silent:
            return False
        if len(self._came_back) >= _MAX_HELD_THREADS:
            return False
        self._came_back[thread.ident] = came_back or _nothing
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(GivenUpError)
        )
        logger.warning("RL Board goes on without %s, whose file system does not answer", path)
        self._begin()
        return True


def _nothing() -> None:
    """What is to be told of a thread that comes back, where nobody waits for that."""
