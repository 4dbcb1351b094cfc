"""The engine of one machine: a pool of processes, or this process where there is little to do."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.cluster.range_tasks import Task, TaskResult, run_task_once
from tensorboard_plugin_rlboard.operating_system import ignore_interrupts, lower_process_priority
from tensorboard_plugin_rlboard.sources.owned_folder import sweep_left_folders
from tensorboard_plugin_rlboard.texts import counted

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from tensorboard_plugin_rlboard.cluster.job import IndexJob

TaskFunction = Callable[[Task], TaskResult]
_END_S = 1.0
"""For so long is waited at the end for what the processes are doing: whoever interrupts waits for it."""
_MORE_TRIES = 2
_LOST = "The process that read it ended {times}, most likely for want of memory."


class InlineEngine:
    """Does every task in this process: starting others takes longer than a small log."""

    def __init__(self, function: TaskFunction = run_task_once) -> None:
        self._function = function

    def run(self, job: IndexJob) -> Iterator[tuple[Task, TaskResult]]:
        """Yields what becomes of each task of a job."""
        while (task := job.next_task(wait=True)) is not None:
            yield task, self._function(task)

    def close(self) -> None:
        """Nothing to end."""


class ProcessEngine:
    """Does tasks in a few processes. A process that dies costs its tasks a second try, nothing else.

    Args:
        workers: how many processes.
        function: what they do with a task.
    """

    def __init__(self, workers: int, function: TaskFunction = run_task_once) -> None:
        self._workers = workers
        self._function = function
        self._others = set(multiprocessing.active_children())
        self._pool = self._start()

    def run(self, job: IndexJob) -> Iterator[tuple[Task, TaskResult]]:
        """Yields what becomes of each task of a job, as they are done."""
        running: dict[Future[TaskResult], Task] = {}
        # A process that dies takes the pool with it, and nobody knows whose fault it was: so each is tried alone.
        suspects: deque[tuple[Task, int]] = deque()
        while True:
            while len(running) < 2 * self._workers and not suspects:
                task = job.next_task(wait=not running)
                if task is None:
                    break
                try:
                    running[self._pool.submit(self._function, task)] = task
                except BrokenProcessPool:
                    suspects.append((task, 0))
                    if not running:
                        self._restart()
            if not running and not suspects:
                return
            broken: list[Task] = []
            for future in wait(running, 0.2, FIRST_COMPLETED).done:
                task = running.pop(future)
                try:
                    yield task, future.result()
                except BrokenProcessPool:
                    broken.append(task)
            if broken:
                suspects.extend((task, 1) for task in (*broken, *running.values()))
                running.clear()
                self._restart()
            if not running and suspects:
                yield self._try_alone(*suspects.popleft())

    def _try_alone(self, task: Task, tries: int) -> tuple[Task, TaskResult]:
        while tries < 1 + _MORE_TRIES:
            tries += 1
            try:
                return task, self._pool.submit(self._function, task).result()
            except BrokenProcessPool:
                self._restart()
        return task, TaskResult(failure=_LOST.format(times=counted(tries, "time")))

    def _start(self) -> ProcessPoolExecutor:
        # Not forked: the databases have threads.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._workers, context, initializer=_begin_process)

    def _restart(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._start()

    def close(self) -> None:
        """Ends the processes; those that are not done soon, or that a file system holds, are killed."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        end, was_killed = time.monotonic() + _END_S, False
        for process in set(multiprocessing.active_children()) - self._others:
            process.join(max(0.0, end - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join(_END_S)
                was_killed = True
        if was_killed:
            sweep_left_folders()


def _begin_process() -> None:
    """In each process: Ctrl-C is for the one that started it, which then ends this one; and this one ends with it."""
    ignore_interrupts()
    threading.Thread(target=_end_with_parent, args=(multiprocessing.parent_process(),), daemon=True).start()
    lower_process_priority(5)


def _end_with_parent(parent: BaseProcess | None) -> None:
    """Ends this process when the one that started it is gone, killed perhaps: else it would wait for ever."""
    if parent is not None:
        parent.join()
        os._exit(1)
