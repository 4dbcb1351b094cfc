"""Builds ranges in worker processes, so that every core works and TensorBoard's interpreter is not held.

Each process has its next order before its last one is done, so it never waits for the thread that loads what it has built.
A process that fails or dies costs its ranges a second building, nothing else.
"""

from __future__ import annotations

import logging
import pickle
import queue
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from tensorboard_plugin_rlboard.index.parts.range_builder import BuiltRange, RangeOrder

logger = logging.getLogger(__name__)
_QUEUE_LENGTH = 2
"""Orders that a process may have at once: the one it works on and the next."""
_SMALL_QUEUE_BYTES = 8 * 1024 * 1024
_SMALL_QUEUE_LENGTH = 64
"""Small orders may be more, as long as together they are no more bytes than this."""
_END_S = 2.0
"""Seconds that a process that is told to end is waited for."""
_MAX_DEATHS = 3
"""Processes that may die one after the other before none is started any more."""


@dataclass(frozen=True)
class FinishedRange:
    """What became of an order: `built` is None where it has to be built again; `error` says why, if that is known."""

    order: RangeOrder
    built: BuiltRange | None
    parquet: Path
    error: Exception | None = None


@dataclass
class _Worker:
    process: subprocess.Popen[bytes]
    orders: dict[int, tuple[RangeOrder, Path]] = field(default_factory=dict)

    @property
    def queued_bytes(self) -> int:
        return sum(order.length for order, _ in self.orders.values())

    @property
    def has_room(self) -> bool:
        return len(self.orders) < _QUEUE_LENGTH or (
            len(self.orders) < _SMALL_QUEUE_LENGTH and self.queued_bytes < _SMALL_QUEUE_BYTES
        )


class WorkerPool:
    """A few worker processes, started when the first order comes. Used by one thread."""

    def __init__(self, folder: Path, workers: int, memory: int) -> None:
        """Starts nothing yet.

        Args:
            folder: where parts are written.
            workers: how many processes there may be.
            memory: megabytes that the database in each of them may use.
        """
        self._folder = folder
        self._count = workers
        self._memory = memory
        self._workers: list[_Worker] = []
        self._messages: queue.SimpleQueue[tuple[_Worker, int, BuiltRange | None]] = queue.SimpleQueue()
        self._finished: dict[int, FinishedRange] = {}
        self._cancelled: set[int] = set()
        self._tickets = 0
        self._deaths = 0

    @property
    def is_busy(self) -> bool:
        """Whether any range is being built."""
        return any(worker.orders for worker in self._workers)

    @property
    def queue_slots(self) -> int:
        """How many orders of any size the processes take at once, all together."""
        return self._count * _QUEUE_LENGTH

    @property
    def has_room(self) -> bool:
        """Whether one more order would soon be worked on."""
        if self._deaths >= _MAX_DEATHS:
            return False
        return len(self._workers) < self._count or any(worker.has_room for worker in self._workers)

    def submit(self, order: RangeOrder) -> int:
        """Gives an order to the process that has least to do; returns its ticket."""
        if len(self._workers) < self._count and all(worker.orders for worker in self._workers):
            self._start()
        self._tickets += 1
        self._send(min(self._workers, key=lambda worker: worker.queued_bytes), self._tickets, order)
        return self._tickets

    def wait(self, seconds: float) -> None:
        """Takes in what the processes have finished, waiting for the first of it at most so long."""
        try:
            self._receive(*self._messages.get(timeout=seconds))
            while True:
                self._receive(*self._messages.get_nowait())
        except queue.Empty:
            return

    def result(self, ticket: int) -> FinishedRange | None:
        """What became of an order; None while nothing has."""
        return self._finished.get(ticket)

    def take_result(self, ticket: int) -> FinishedRange | None:
        """The same; it is dropped here."""
        return self._finished.pop(ticket, None)

    def cancel(self, ticket: int) -> None:
        """Drops an order, and what becomes of it."""
        finished = self._finished.pop(ticket, None)
        if finished is None:
            self._cancelled.add(ticket)
        else:
            finished.parquet.unlink(missing_ok=True)

    def close(self) -> None:
        """Ends the processes; what is on its way is lost."""
        for worker in tuple(self._workers):
            self._stop(worker)
        self.wait(0)
        for finished in self._finished.values():
            finished.parquet.unlink(missing_ok=True)
        self._finished.clear()
        self._cancelled.clear()
        self._deaths = 0

    def _start(self) -> None:
        command = [sys.executable, "-m", "tensorboard_plugin_rlboard.index.parts.worker", str(self._memory)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 (our own module)
        worker = _Worker(process)
        self._workers.append(worker)
        # A result may be larger than a pipe holds: a thread that takes it in at once lets the process go on.
        thread = threading.Thread(target=self._listen, args=(worker,), name="rlboard-ahead", daemon=True)
        thread.start()

    def _listen(self, worker: _Worker) -> None:
        assert worker.process.stdout is not None  # noqa: S101 (it was opened with a pipe)
        results: BinaryIO = worker.process.stdout  # type: ignore[assignment]  # a pipe of bytes
        try:
            while True:
                ticket, built = pickle.load(results)  # noqa: S301 (from our own child)
                self._messages.put((worker, ticket, built))
        except Exception as error:  # noqa: BLE001 (killed for its memory, say: its ranges are built again)
            if worker in self._workers:
                logger.warning("A process that indexes for RL Board ended: %r", error)
            self._messages.put((worker, -1, None))
        finally:
            results.close()

    def _send(self, worker: _Worker, ticket: int, order: RangeOrder) -> None:
        parquet = self._folder / f"ahead-{ticket}.parquet"
        worker.orders[ticket] = order, parquet
        try:
            assert worker.process.stdin is not None  # noqa: S101 (it was opened with a pipe)
            at = (order.path, order.offset, order.length)
            message = (ticket, *at, order.format.spec, order.plain_path, str(parquet))
            pickle.dump(message, worker.process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            worker.process.stdin.flush()
        except OSError:
            self._give_up(worker)

    def _receive(self, worker: _Worker, ticket: int, built: BuiltRange | None) -> None:
        if ticket < 0:
            self._give_up(worker)
        elif ticket in worker.orders:
            self._deaths = 0
            self._finish(ticket, *worker.orders.pop(ticket), built)

    def _finish(self, ticket: int, order: RangeOrder, parquet: Path, built: BuiltRange | None) -> None:
        if ticket in self._cancelled:
            self._cancelled.discard(ticket)
            parquet.unlink(missing_ok=True)
        else:
            self._finished[ticket] = FinishedRange(order, built, parquet)

    def _give_up(self, worker: _Worker) -> None:
        """Gives back unbuilt what a process had to do."""
        if worker in self._workers:
            self._deaths += 1
            self._stop(worker)
        for ticket, (order, parquet) in worker.orders.items():
            self._finish(ticket, order, parquet, None)
        worker.orders.clear()

    def _stop(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.process.terminate()
        with suppress(subprocess.TimeoutExpired):  # a file system that is gone may hold it
            worker.process.wait(_END_S)
        if worker.process.stdin is not None:
            try:
                worker.process.stdin.close()
            except OSError:  # an order was on its way
                logger.debug("A process ended before it took its order")
