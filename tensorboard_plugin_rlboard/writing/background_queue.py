"""A bounded queue and the thread that empties it; or, without a thread, work done before the call returns."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any, Protocol

from tensorboard_plugin_rlboard.writing.sample_counts import SampleCounts

LINGER = 0.05
"""Seconds for which the thread waits for more before it begins, so that a burst of calls is not slowed by it."""
IDLE = 1.0
"""Seconds after which it looks whether something has to be ended, with nothing new to do."""
WAIT = 60.0
"""Seconds for which `wait` waits for room at most: a disk that hangs must not hang the training."""
_AT_ONCE = 8 * 1024 * 1024
"""Bytes of samples that the thread takes out of the queue at once."""


class Worker(Protocol):
    """What is done with what is queued; always by one thread at a time. Nothing of it may raise."""

    account: SampleCounts

    def work(self, items: list[Any]) -> None:
        """Takes what was queued, in order."""

    def idle(self) -> None:
        """Called when nothing is queued: after work, and now and then."""

    def settle(self) -> None:
        """Puts everything taken so far on the disk."""

    def finish(self) -> None:
        """Ends: nothing comes after it."""

    def forked(self) -> None:
        """Called in a child process, whose threads and open files are the parent's."""


@dataclass(frozen=True)
class Bounds:
    """How much may be queued, and whether `put` waits for room where there is none."""

    max_bytes: int
    max_samples: int
    wait: bool


class BackgroundQueue:
    """Carries items to a worker.

    Args:
        worker: who does the work.
        bounds: of the queue. An item that is larger alone is taken where the queue is empty.
        background: whether a thread does the work; else `put` does.
    """

    def __init__(self, worker: Worker, bounds: Bounds, *, background: bool) -> None:
        self.worker, self._bounds, self._background = worker, bounds, background
        self._begin()

    def _begin(self) -> None:
        self._changed = threading.Condition()  # reentrant: a signal handler of the training may call in
        self._inline = threading.RLock()
        self._items: deque[tuple[Any, int, int]] = deque()
        self._samples = self._bytes = 0
        self._asked = self._settled = 0
        self._sleeping = self._ending = self._ended = False
        self._thread: threading.Thread | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing is taken any more."""
        return self._ending

    @property
    def waiting(self) -> int:
        """Samples that are queued or being worked on."""
        return self._samples

    def put(self, item: Any, samples: int, size: int) -> bool:
        """Hands over an item of so many samples and bytes; False where it is not taken."""
        if not self._background:
            return self._put_inline(item)
        with self._changed:
            if self._ending or not (self._has_room(samples, size) or self._gets_room(samples, size)):
                return False
            self._items.append((item, samples, size))
            self._samples += samples
            self._bytes += size
            if self._thread is None:
                self._start()
            if self._sleeping or self._bytes > self._bounds.max_bytes // 2:
                self._changed.notify_all()
        return True

    def _put_inline(self, item: Any) -> bool:
        with self._inline:
            if self._ending:
                return False
            self.worker.work([item])
            self.worker.idle()
        return True

    def _has_room(self, samples: int, size: int) -> bool:
        bounds = self._bounds
        fits = self._samples + samples <= bounds.max_samples and self._bytes + size <= bounds.max_bytes
        return fits or not self._samples

    def _gets_room(self, samples: int, size: int) -> bool:
        if not self._bounds.wait or threading.current_thread() is self._thread:
            return False
        return (
            self._changed.wait_for(lambda: self._ending or self._has_room(samples, size), WAIT)
            and not self._ending
        )

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="rlboard-writer", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # the system gives no thread, or the interpreter is about to end
            self._thread, self._background = None, False
            items = [item for item, _, _ in self._items]
            self._items.clear()
            self._samples = self._bytes = 0
            self.worker.work(items)

    def _run(self) -> None:
        with self._changed:
            self._linger()
        while True:
            with self._changed:
                self._await()
                taken = self._take()
                asked, last = self._asked, self._ending and not self._items
            settles = asked > self._settled and not self._items
            try:
                self.worker.work([item for item, _, _ in taken])
                if not self._items:
                    self.worker.idle()
                if settles:
                    self.worker.settle()
                if last:
                    self.worker.finish()
            except BaseException as error:  # a thread that ended here would leave others waiting
                self.worker.account.fail(error, 0)
            asked = asked if settles else self._settled
            with self._changed:
                self._samples -= sum(samples for _, samples, _ in taken)
                self._bytes -= sum(size for _, _, size in taken)
                self._settled = asked
                self._ended = last
                self._changed.notify_all()
            if last:
                return

    def _await(self) -> None:
        """Waits for something to do; the condition is held."""
        if not (self._items or self._ending or self._asked > self._settled):
            self._sleeping = True
            self._changed.wait(IDLE)
            self._sleeping = False
            self._linger()

    def _linger(self) -> None:
        if self._items and not self._ending and self._asked == self._settled:
            self._changed.wait(LINGER)

    def _take(self) -> list[tuple[Any, int, int]]:
        taken: list[tuple[Any, int, int]] = []
        size = 0
        while self._items and (not taken or size + self._items[0][2] <= _AT_ONCE):
            taken.append(self._items.popleft())
            size += taken[-1][2]
        return taken

    def flush(self, seconds: float) -> bool:
        """Waits until everything put so far is on the disk; False where that took longer than so many seconds."""
        if not self._background:
            with self._inline:
                self.worker.settle()
            return True
        with self._changed:
            if self._thread is None or self._ended:
                return True
            self._asked += 1
            mine = self._asked
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._settled >= mine or self._ended, seconds)

    def close(self, seconds: float) -> bool:
        """Takes nothing more and ends the work; False where that took longer than so many seconds."""
        with self._changed:
            again, self._ending = self._ending, True
            thread = self._thread
            self._changed.notify_all()
            if thread is not None:
                return thread is threading.current_thread() or self._changed.wait_for(
                    lambda: self._ended, seconds
                )
        with self._inline:
            if not again:
                self.worker.finish()
                self._ended = True
        return True

    def abandon(self) -> None:
        """Takes nothing more; the thread ends when its queue is empty, and nobody waits for it."""
        if self._thread is None:
            self.close(0.0)
            return
        self._ending = True
        if self._changed.acquire(blocking=False):  # whoever collects garbage may hold it already
            self._changed.notify_all()
            self._changed.release()

    def forked(self) -> None:
        """In a child process: the thread, its queue and whatever held the locks belong to the parent."""
        self._begin()
        self._ending = self._ended = True
