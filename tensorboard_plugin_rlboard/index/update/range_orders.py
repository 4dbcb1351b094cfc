"""The ranges that worker processes are building: which belong to which file, in the file's order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.index.parts.range_builder import RangeOrder
from tensorboard_plugin_rlboard.index.parts.worker_pool import FinishedRange, WorkerPool
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.run_file import IndexedFile


@dataclass
class _FileOrders:
    """What is being built of one file: (ticket, offset behind the range), in file order."""

    run: RunIndex
    tickets: deque[tuple[int, int]] = field(default_factory=deque)


class RangeOrders:
    """Orders ranges from worker processes and gives them back in the order of their file. Used by one thread."""

    def __init__(self, workers: WorkerPool) -> None:
        self._workers = workers
        self._of_file: dict[IndexedFile, _FileOrders] = {}
        self._left_in_slice: int | None = None

    def begin_slice(self, runs: int) -> None:
        """Leaves the run whose turn it is its share of the processes' queues, at least one range.

        Args:
            runs: how many runs want the processes.
        """
        self._left_in_slice = None if runs <= 1 else max(1, self._workers.queue_slots // runs)

    @property
    def has_room(self) -> bool:
        """Whether one more range would soon be worked on, and the run whose turn it is may order it."""
        return self._left_in_slice != 0 and self._workers.has_room

    @property
    def is_busy(self) -> bool:
        """Whether any range is being built."""
        return self._workers.is_busy

    def has(self, file: IndexedFile) -> bool:
        """Whether ranges of a file are ordered and not taken yet."""
        return file in self._of_file

    def ordered_to(self, file: IndexedFile) -> int:
        """Offset up to which the ranges of a file are in its run's table or ordered."""
        orders = self._of_file.get(file)
        return orders.tickets[-1][1] if orders else file.loaded_to

    def order(self, run: RunIndex, file: IndexedFile, order: RangeOrder) -> None:
        """Gives the next range of a file to a process."""
        ticket = self._workers.submit(order)
        if self._left_in_slice:
            self._left_in_slice -= 1
        orders = self._of_file.setdefault(file, _FileOrders(run))
        orders.tickets.append((ticket, order.offset + order.length))

    def wait(self, seconds: float) -> None:
        """Waits until a process has finished a range, at most so long."""
        self._workers.wait(seconds)

    def finished(self, file: IndexedFile) -> Iterator[FinishedRange]:
        """The finished ranges of a file, as far as none before them is missing; they are not taken."""
        orders = self._of_file.get(file)
        for ticket, _ in orders.tickets if orders else ():
            finished_range = self._workers.result(ticket)
            if finished_range is None:
                return
            yield finished_range

    def take_finished(self, files: Iterable[IndexedFile]) -> Iterator[tuple[IndexedFile, FinishedRange]]:
        """The same of several files; they are not ordered any more."""
        for file in files:
            while (orders := self._of_file.get(file)) and (
                finished_range := self._workers.take_result(orders.tickets[0][0])
            ):
                orders.tickets.popleft()
                if not orders.tickets:
                    del self._of_file[file]
                yield file, finished_range

    def cancel(self, file: IndexedFile) -> None:
        """Drops what is ordered of a file."""
        orders = self._of_file.pop(file, None)
        for ticket, _ in orders.tickets if orders else ():
            self._workers.cancel(ticket)

    def cancel_removed(self) -> None:
        """Drops what is ordered of files that are gone from their run, or were rewritten."""
        for file, orders in tuple(self._of_file.items()):
            if orders.run.files.get(file.relative) is not file:
                self.cancel(file)

    def stop_workers(self) -> None:
        """Ends the processes; what they have not finished is lost."""
        self._workers.close()
        self._of_file.clear()
