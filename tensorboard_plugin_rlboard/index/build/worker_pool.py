"""Ranges built in processes of their own, so that every core works and TensorBoard's interpreter is not held.

Each process has its next order before its last one is done, so it never waits for the thread that loads what it made.
A process that fails or dies costs its ranges a second building, nothing else.
"""

from __future__ import annotations

import logging
import pickle
import queue
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from tensorboard_plugin_rlboard.index.build.range_builder import BuiltRange, RangeOrder

logger = logging.getLogger(__name__)
_DEEP = 2
"""Orders that a process may have at once: the one it works on and the next."""
_SMALL = 8 * 1024 * 1024
_MANY = 64
"""Small orders may be more, as long as together they are no more bytes than this."""
_DEATHS = 3
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
    def load(self) -> int:
        return sum(order.length for order, _ in self.orders.values())

    @property
    def room(self) -> bool:
        return len(self.orders) < _DEEP or (len(self.orders) < _MANY and self.load < _SMALL)


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
        self._news: queue.SimpleQueue[tuple[_Worker, int, BuiltRange | None]] = queue.SimpleQueue()
        self._made: dict[int, FinishedRange] = {}
        self._unwanted: set[int] = set()
        self._tickets = 0
        self._deaths = 0

    @property
    def at_work(self) -> bool:
        """Whether anything is being made."""
        return any(worker.orders for worker in self._workers)

    @property
    def room(self) -> bool:
        """Whether one more order would soon be worked on."""
        if self._deaths >= _DEATHS:
            return False
        return len(self._workers) < self._count or any(worker.room for worker in self._workers)

    def submit(self, order: RangeOrder) -> int:
        """Gives an order to the process that has least to do; returns its ticket."""
        if len(self._workers) < self._count and all(worker.orders for worker in self._workers):
            self._start()
        self._tickets += 1
        self._send(min(self._workers, key=lambda worker: worker.load), self._tickets, order)
        return self._tickets

    def wait(self, seconds: float) -> None:
        """Takes in what the processes have made, waiting for the first of it no longer than so long."""
        try:
            self._note(*self._news.get(timeout=seconds))
            while True:
                self._note(*self._news.get_nowait())
        except queue.Empty:
            return

    def look(self, ticket: int) -> FinishedRange | None:
        """What became of an order; None while nothing has."""
        return self._made.get(ticket)

    def take(self, ticket: int) -> FinishedRange | None:
        """The same, and nobody will ask for it again."""
        return self._made.pop(ticket, None)

    def drop(self, ticket: int) -> None:
        """Nobody will ask for an order any more."""
        made = self._made.pop(ticket, None)
        if made is None:
            self._unwanted.add(ticket)
        else:
            made.parquet.unlink(missing_ok=True)

    def close(self) -> None:
        """Ends the processes; what is on its way is lost."""
        for worker in tuple(self._workers):
            self._end(worker)
        self.wait(0)
        for made in self._made.values():
            made.parquet.unlink(missing_ok=True)
        self._made.clear()
        self._unwanted.clear()
        self._deaths = 0

    def _start(self) -> None:
        command = [sys.executable, "-m", "tensorboard_plugin_rlboard.index.build.worker", str(self._memory)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 (our own module)
        worker = _Worker(process)
        self._workers.append(worker)
        # A result may be larger than a pipe holds: a thread that takes it in at once lets the process go on.
        thread = threading.Thread(target=self._listen, args=(worker,), name="rlboard-ahead", daemon=True)
        thread.start()

    def _listen(self, worker: _Worker) -> None:
        assert worker.process.stdout is not None  # noqa: S101 (it was opened with a pipe)
        results: BinaryIO = worker.process.stdout  # type: ignore[assignment]
        try:
            while True:
                ticket, built = pickle.load(results)  # noqa: S301 (from our own child)
                self._news.put((worker, ticket, built))
        except Exception as error:  # noqa: BLE001 (killed for its memory, say: its ranges are built again)
            if worker in self._workers:
                logger.warning("A process that indexes for RL Board ended: %r", error)
            self._news.put((worker, -1, None))
        finally:
            results.close()

    def _send(self, worker: _Worker, ticket: int, order: RangeOrder) -> None:
        target = self._folder / f"ahead-{ticket}.parquet"
        worker.orders[ticket] = order, target
        try:
            assert worker.process.stdin is not None  # noqa: S101 (it was opened with a pipe)
            pickle.dump((ticket, order, str(target)), worker.process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            worker.process.stdin.flush()
        except OSError:
            self._lose(worker)

    def _note(self, worker: _Worker, ticket: int, built: BuiltRange | None) -> None:
        if ticket < 0:
            self._lose(worker)
        elif ticket in worker.orders:
            self._deaths = 0
            self._file(ticket, *worker.orders.pop(ticket), built)

    def _file(self, ticket: int, order: RangeOrder, target: Path, built: BuiltRange | None) -> None:
        if ticket in self._unwanted:
            self._unwanted.discard(ticket)
            target.unlink(missing_ok=True)
        else:
            self._made[ticket] = FinishedRange(order, built, target)

    def _lose(self, worker: _Worker) -> None:
        """What a process had to do comes back unbuilt."""
        if worker in self._workers:
            self._deaths += 1
            self._end(worker)
        for ticket, (order, target) in worker.orders.items():
            self._file(ticket, order, target, None)
        worker.orders.clear()

    def _end(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.process.terminate()
        worker.process.wait()
        if worker.process.stdin is not None:
            try:
                worker.process.stdin.close()
            except OSError:  # an order was on its way
                logger.debug("A process ended before it took its order")
