"""Ranges built ahead of their turn in processes of their own, so that every core works and no interpreter is held.

The refresh thread takes ranges in their order, as if it built each of them itself; what a process has ready by then it
need not build. A process that fails or dies costs its range a second building, nothing else.
"""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tensorboard_plugin_rlboard.index.ranges import Built, Order

logger = logging.getLogger(__name__)
MOST_WORKERS = 4


@dataclass
class _Worker:
    process: subprocess.Popen[bytes]
    order: Order | None = None
    target: Path | None = None


class Ahead:
    """A few worker processes, started when the first order comes. Used by one thread."""

    def __init__(self, folder: Path, workers: int | None = None) -> None:
        self._folder = folder
        self._count = workers if workers is not None else max(1, min(MOST_WORKERS, os.cpu_count() or 1))
        self._workers: list[_Worker] = []
        self._made = 0

    @property
    def busy(self) -> bool:
        """Whether any process has an order that was not taken yet."""
        return any(worker.order is not None for worker in self._workers)

    def submit(self, orders: list[Order]) -> None:
        """Gives the orders that nobody works on yet to idle processes, as far as there are any."""
        busy = {worker.order for worker in self._workers}
        for order in orders:
            if order not in busy:
                worker = self._idle()
                if worker is None:
                    return
                self._send(worker, order)
                busy.add(order)

    def take(self, order: Order) -> tuple[Built, Path] | None:
        """The result of an order and its Parquet file, waited for; None where no process has built it."""
        worker = next((worker for worker in self._workers if worker.order == order), None)
        if worker is None or worker.process.stdout is None:
            return None
        target, worker.order, worker.target = worker.target, None, None
        try:
            built = pickle.load(worker.process.stdout)  # noqa: S301 (from our own child)
        except Exception as error:  # noqa: BLE001 (killed for its memory, say: the range is built again)
            logger.warning("A process that indexes for RL Board ended: %s", error)
            self._end(worker)
            return None
        return (built, target) if built is not None and target is not None else None

    def forget(self, orders: list[Order]) -> None:
        """Drops results that nobody will ask for: all but the given orders."""
        for worker in tuple(self._workers):
            if worker.order is not None and worker.order not in orders:
                found = self.take(worker.order)
                if found is not None:
                    found[1].unlink(missing_ok=True)

    def close(self) -> None:
        """Ends the processes."""
        for worker in tuple(self._workers):
            self._end(worker)

    def _idle(self) -> _Worker | None:
        for worker in self._workers:
            if worker.order is None:
                return worker
        if len(self._workers) >= self._count:
            return None
        command = [
            sys.executable,
            "-m",
            "tensorboard_plugin_rlboard.index.worker",
            str(self._folder / "spill"),
        ]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 (our own module)
        worker = _Worker(process)
        self._workers.append(worker)
        return worker

    def _send(self, worker: _Worker, order: Order) -> None:
        self._made += 1
        target = self._folder / f"ahead-{self._made}.parquet"
        try:
            assert worker.process.stdin is not None  # noqa: S101 (it was opened with a pipe)
            pickle.dump((order, str(target)), worker.process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            worker.process.stdin.flush()
        except OSError:
            self._end(worker)
            return
        worker.order, worker.target = order, target

    def _end(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        for pipe in (worker.process.stdin, worker.process.stdout):
            if pipe is not None:
                pipe.close()
        worker.process.terminate()
        worker.process.wait()
