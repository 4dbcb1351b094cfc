"""A bounded queue that one thread empties; without a thread, the work is done before `put` returns."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any, Protocol

from tensorboard_plugin_rlboard.writing.sample_counts import SampleCounts

BURST_SECONDS = 0.05
"""Seconds for which the thread waits for more items before it begins, so that it does not slow a burst of calls."""
IDLE_SECONDS = 1.0
"""Seconds without a new item after which the thread calls `Worker.idle`."""
MAX_WAIT_SECONDS = 60.0
"""Seconds for which `put` waits for room at most: a disk that hangs must not hang the training."""
_BATCH_BYTES = 8 * 1024 * 1024
"""Bytes of samples that the thread takes out of the queue at once."""


class Item(Protocol):
    """What is queued; the queue notes in it how many samples were refused right before it."""

    dropped_before: int


class Worker(Protocol):
    """Processes queued items; called by one thread at a time. No method may raise."""

    counts: SampleCounts

    def process(self, items: list[Any]) -> None:
        """Process items, in the order in which they were queued."""

    def idle(self) -> None:
        """Called when nothing is queued: after `process`, and every `IDLE_SECONDS`."""

    def flush(self) -> None:
        """Put everything processed so far on the disk."""

    def close(self) -> None:
        """End the work: no other method is called afterwards."""

    def after_fork(self) -> None:
        """Called in a child process, whose threads and open files are the parent's."""


@dataclass(frozen=True)
class QueueLimits:
    """How much may be queued.

    Attributes:
        max_bytes, max_samples: of all queued items together.
        wait: whether `put` waits for room where there is none.
    """

    max_bytes: int
    max_samples: int
    wait: bool


class BackgroundQueue:
    """Passes items to a worker.

    Args:
        worker: processes the items.
        limits: of the queue. An item that exceeds them alone is accepted while the queue is empty.
        background: whether a thread calls the worker; else `put` does.
    """

    def __init__(self, worker: Worker, limits: QueueLimits, *, background: bool) -> None:
        self.worker, self._limits, self._background = worker, limits, background
        self._reset()

    def _reset(self) -> None:
        self._changed = threading.Condition()  # reentrant: a signal handler of the training may call in
        self._inline_lock = threading.RLock()
        self._items: deque[tuple[Any, int, int]] = deque()
        self._samples = self._bytes = self._refused = 0
        self._flushes_requested = self._flushes_done = 0
        self._idle = self._closing = self._closed = False
        self._thread: threading.Thread | None = None

    @property
    def closed(self) -> bool:
        """Whether `put` accepts nothing any more."""
        return self._closing

    @property
    def waiting(self) -> int:
        """Samples that are queued or being processed."""
        return self._samples

    def note_dropped(self, samples: int) -> None:
        """Note samples that were dropped on their way here, so that the next item says so."""
        with self._changed:
            self._refused += samples

    def put(self, item: Item, samples: int, size: int) -> bool:
        """Queue an item.

        Args:
            item: the item.
            samples: how many samples it holds.
            size: about how many bytes it holds.

        Returns:
            Whether it was accepted.
        """
        if not self._background:
            return self._put_inline(item)
        with self._changed:
            if self._closing or not (self._has_room(samples, size) or self._wait_for_room(samples, size)):
                self._refused += samples
                return False
            item.dropped_before, self._refused = self._refused, 0
            self._items.append((item, samples, size))
            self._samples += samples
            self._bytes += size
            if self._thread is None:
                self._start_thread()
            if self._idle or self._bytes > self._limits.max_bytes // 2:
                self._changed.notify_all()
        return True

    def _put_inline(self, item: Item) -> bool:
        with self._inline_lock:
            if self._closing:
                return False
            with self._changed:
                item.dropped_before, self._refused = self._refused, 0
            self.worker.process([item])
            self.worker.idle()
        return True

    def _has_room(self, samples: int, size: int) -> bool:
        bounds = self._limits
        fits = self._samples + samples <= bounds.max_samples and self._bytes + size <= bounds.max_bytes
        return fits or not self._samples

    def _wait_for_room(self, samples: int, size: int) -> bool:
        if not self._limits.wait or threading.current_thread() is self._thread:
            return False
        return (
            self._changed.wait_for(lambda: self._closing or self._has_room(samples, size), MAX_WAIT_SECONDS)
            and not self._closing
        )

    def _start_thread(self) -> None:
        self._thread = threading.Thread(target=self._run, name="rlboard-writer", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # the system gives no thread, or the interpreter is about to end
            self._thread, self._background = None, False
            items = [item for item, _, _ in self._items]
            self._items.clear()
            self._samples = self._bytes = 0
            self.worker.process(items)

    def _run(self) -> None:
        with self._changed:
            self._wait_for_burst()
        while True:
            with self._changed:
                self._wait_for_work()
                batch = self._take_batch()
                flushes, last = self._flushes_requested, self._closing and not self._items
            flushing = flushes > self._flushes_done and not self._items
            try:
                self.worker.process([item for item, _, _ in batch])
                if not self._items:
                    self.worker.idle()
                if flushing:
                    self.worker.flush()
                if last:
                    self.worker.close()
            except BaseException as error:  # a thread that ended here would leave others waiting
                self.worker.counts.count_failed(error, 0)
            flushes = flushes if flushing else self._flushes_done
            with self._changed:
                self._samples -= sum(samples for _, samples, _ in batch)
                self._bytes -= sum(size for _, _, size in batch)
                self._flushes_done = flushes
                self._closed = last
                self._changed.notify_all()
            if last:
                return

    def _wait_for_work(self) -> None:
        """Wait for something to do; the caller holds the condition."""
        if not (self._items or self._closing or self._flushes_requested > self._flushes_done):
            self._idle = True
            self._changed.wait(IDLE_SECONDS)
            self._idle = False
            self._wait_for_burst()

    def _wait_for_burst(self) -> None:
        if self._items and not self._closing and self._flushes_requested == self._flushes_done:
            self._changed.wait(BURST_SECONDS)

    def _take_batch(self) -> list[tuple[Any, int, int]]:
        batch: list[tuple[Any, int, int]] = []
        size = 0
        while self._items and (not batch or size + self._items[0][2] <= _BATCH_BYTES):
            batch.append(self._items.popleft())
            size += batch[-1][2]
        return batch

    def flush(self, seconds: float) -> bool:
        """Wait until everything queued so far is on the disk; False where that takes longer than so many seconds."""
        if not self._background:
            with self._inline_lock:
                self.worker.flush()
            return True
        with self._changed:
            if self._thread is None or self._closed:
                return True
            self._flushes_requested += 1
            request_number = self._flushes_requested
            self._changed.notify_all()
            return self._changed.wait_for(
                lambda: self._flushes_done >= request_number or self._closed, seconds
            )

    def close(self, seconds: float) -> bool:
        """Accept nothing more and end the work; False where that takes longer than so many seconds."""
        with self._changed:
            again, self._closing = self._closing, True
            thread = self._thread
            self._changed.notify_all()
            if thread is not None:
                return thread is threading.current_thread() or self._changed.wait_for(
                    lambda: self._closed, seconds
                )
        with self._inline_lock:
            if not again:
                self.worker.close()
                self._closed = True
        return True

    def abandon(self) -> None:
        """Accept nothing more; the thread ends when its queue is empty, and nobody waits for it."""
        if self._thread is None:
            self.close(0.0)
            return
        self._closing = True
        if self._changed.acquire(blocking=False):  # whoever collects garbage may hold it already
            self._changed.notify_all()
            self._changed.release()

    def after_fork(self) -> None:
        """In a child process: the thread, its queue and whatever held the locks belong to the parent."""
        self._reset()
        self._closing = self._closed = True
