"""The engine of a cluster: Ray, one task for each byte range.

A task that fails, or whose worker or node is lost, is done again elsewhere. Its result is small, because it writes the
part itself; only where it does not see the folder (no shared file system) does the part come back with it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tensorboard_plugin_rlboard.cluster.range_tasks import Task, TaskResult, run_task, unreadable

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.cluster.job import IndexJob
    from tensorboard_plugin_rlboard.cluster.process_engine import TaskFunction

_RETRIES = 4
_PER_CPU = 3
_STORE = 256 * 1024**2
"""Bytes of the object store of a Ray of our own: results are small, so it need not take a third of the memory."""


class MissingRayError(Exception):
    """Ray is not installed."""


class RayUnreachableError(Exception):
    """There is no Ray cluster at the address; the message says more."""


class RayEngine:
    """Does tasks on a Ray cluster, or on one that is started here and ends with the job.

    Args:
        workers: how many tasks at most at a time; 0 for as many as the cluster has processors.
        address: of a cluster, as ``ray.init`` takes it; empty for ``RAY_ADDRESS``, and without that for one of our own.
        function: what is done with a task.

    Raises:
        MissingRayError: Ray is not installed.
        RayUnreachableError: no cluster answers.
    """

    def __init__(self, workers: int, address: str, function: TaskFunction = run_task) -> None:
        # What Ray would tell its makers about its use; read when it is imported.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            import ray  # noqa: PLC0415 (an extra, and slow)
        except ImportError as error:
            raise MissingRayError(str(error)) from None
        self._ray: Any = ray
        self._workers = workers
        self._connect(address or os.environ.get("RAY_ADDRESS", ""))
        options = {"num_cpus": 1, "max_retries": _RETRIES, "retry_exceptions": [OSError]}
        self._task = self._ray.remote(**options)(function)

    def _connect(self, address: str) -> None:
        quiet: dict[str, Any] = {"logging_level": logging.ERROR, "log_to_driver": False}
        self._is_own_cluster = not self._ray.is_initialized()
        if not self._is_own_cluster:
            return
        try:
            if address:
                self._ray.init(address, **quiet)
            else:
                cpus = self._workers or os.cpu_count() or 1
                quiet |= {"include_dashboard": False, "object_store_memory": _STORE}
                # "local" also where the user has started a cluster that listens in this machine's temporary folder.
                self._ray.init("local", num_cpus=cpus, _node_ip_address="127.0.0.1", **quiet)
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            raise RayUnreachableError(str(error).strip().partition("\n")[0]) from None

    def run(self, job: IndexJob) -> Iterator[tuple[Task, TaskResult]]:
        """Yields what becomes of each task of a job, as they are done."""
        ray = self._ray
        running: dict[Any, Task] = {}
        while True:
            room = self._workers or max(1, int(_PER_CPU * ray.cluster_resources().get("CPU", 1)))
            while len(running) < room:
                task = job.next_task(wait=not running)
                if task is None:
                    break
                running[self._task.remote(task)] = task
            if not running:
                return
            done, _ = ray.wait(list(running), num_returns=1, timeout=0.2)
            for reference in done:
                yield running.pop(reference), self._result_of(reference)

    def _result_of(self, reference: Any) -> TaskResult:
        try:
            result: TaskResult = self._ray.get(reference)
        except OSError as error:  # Ray raises what the task did, as a subclass of it
            return TaskResult(failure=unreadable(getattr(error, "cause", error)))
        except self._ray.exceptions.RayError as error:
            message = str(error).strip().partition("\n")[0]
            return TaskResult(failure=f"Its worker was lost {_RETRIES + 1} times: {message}")
        return result

    def close(self) -> None:
        """Leaves the cluster, unless the caller was in it before; one of our own ends."""
        if self._is_own_cluster:
            self._ray.shutdown()
