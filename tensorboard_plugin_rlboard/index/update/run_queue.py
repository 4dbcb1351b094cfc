"""Which run is indexed next: every run comes to its turn, however much another one has left."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.update.ready_files import ready_files

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.index.registry import Registry
    from tensorboard_plugin_rlboard.index.run import RunIndex
    from tensorboard_plugin_rlboard.index.run_file import IndexedFile
    from tensorboard_plugin_rlboard.index.user_activity import UserActivity

WORKERS_FROM = 12 * 1024 * 1024
"""Bytes left of a run from which worker processes are worth their start (half a second each)."""
_MAX_QUEUED = 100
"""Runs that are queued at most."""
SHORT_BYTES = 4 * 1024 * 1024
"""Bytes left of a run that are done with in about one turn."""


@dataclass(frozen=True)
class WaitingRun:
    """A run that something is left to do for.

    Attributes:
        name: its name.
        bytes_left: bytes that are still to be read.
        is_new: whether nothing of it is to be seen yet.
    """

    name: str
    bytes_left: int
    is_new: bool


class FairOrder:
    """Chooses the run that is worked on next, fairly. The one that the user looks at has the first and every second turn.

    The others have one each until something is to be seen of all of them, the smallest first. Then they go by turns to
    those with little left, the least first, and to the one whose last turn is longest ago. A kind that there is none of
    leaves its turns to the other. So a large run is worked on all the time, a small one never waits for more than a few
    turns, and who looks at one of sixty runs does not wait for the other ones.
    """

    def __init__(self) -> None:
        self._given = 0
        self._was_looked_at = False
        self._is_for_short = False
        self._last: dict[str, int] = {}

    def choose(self, waiting: Sequence[WaitingRun], looked_at: str) -> str:
        """The run whose turn it is.

        Args:
            waiting: the runs that wait, at least one.
            looked_at: name of the run that the user looks at; empty for none.
        """
        self._given += 1
        name = self._choose(waiting, looked_at)
        self._last[name] = self._given
        self._was_looked_at = name == looked_at
        return name

    def _choose(self, waiting: Sequence[WaitingRun], looked_at: str) -> str:
        others = [run for run in waiting if run.name != looked_at]
        if len(others) < len(waiting) and (not others or not self._was_looked_at):
            return looked_at
        unseen = [run for run in others if run.is_new]
        if unseen:
            return min(unseen, key=lambda run: (run.bytes_left, run.name)).name
        short = [run for run in others if run.bytes_left <= SHORT_BYTES]
        self._is_for_short = bool(short) and not self._is_for_short
        if self._is_for_short:
            return min(short, key=lambda run: (run.bytes_left, run.name)).name
        return min(others, key=lambda run: (self._last.get(run.name, 0), run.bytes_left, run.name)).name


class RunQueue:
    """Chooses among the runs of a registry. Used by the thread that indexes.

    Among thousands of runs that nothing is to be seen of yet, finding the next one would take longer than reading it. So the
    next ones stand in a queue, as long as no scan has found others and the user looks at the same run.

    Args:
        registry: the runs.
        activity: what users look at.
        bytes_left: bytes that are still to be read of a file.

    Attributes:
        large_others: how many of the runs that wait have so much left that processes are worth their start.
        has_urgent_others: whether another run that waits is new, or has less left than that.
    """

    def __init__(
        self, registry: Registry, activity: UserActivity, bytes_left: Callable[[IndexedFile], int]
    ) -> None:
        self._registry = registry
        self._activity = activity
        self._bytes_left = bytes_left
        self._order = FairOrder()
        self._queue: deque[RunIndex] = deque()
        self._queue_viewed_run = ""
        self.large_others = 0
        self.has_urgent_others = False

    def choose(self, pending: Mapping[RunIndex, Sequence[IndexedFile]]) -> RunIndex:
        """The run whose turn it is.

        Args:
            pending: the runs that something is left to do for, at least one, and their files.
        """
        waiting = {
            run.name: WaitingRun(run.name, sum(map(self._bytes_left, files)), is_new=not run.indexed_bytes)
            for run, files in pending.items()
        }
        looked_at = self._activity.viewed_run
        name = self._order.choose(tuple(waiting.values()), looked_at)
        others = [run for run in waiting.values() if run.name != name]
        self.large_others = sum(run.bytes_left >= WORKERS_FROM for run in others)
        self.has_urgent_others = any(run.is_new or run.bytes_left < WORKERS_FROM for run in others)
        if looked_at not in waiting:
            unseen = sorted((run for run in others if run.is_new), key=lambda run: (run.bytes_left, run.name))
            self._queue = deque(self._registry.runs[run.name] for run in unseen[:_MAX_QUEUED])
            self._queue_viewed_run = looked_at
        return self._registry.runs[name]

    def first_queued(self) -> RunIndex | None:
        """The first run of the queue, of which nothing is to be seen yet; None where `choose` has to find the next one."""
        if self._activity.viewed_run != self._queue_viewed_run:
            self.clear_queue()
        while self._queue:
            run = self._queue[0]
            if not run.indexed_bytes and ready_files(run):
                return run
            self._queue.popleft()
        return None

    def pop_queued(self) -> RunIndex:
        """Takes that run from the queue, because it is worked on now; there has to be one."""
        return self._queue.popleft()

    def clear_queue(self) -> None:
        """Empties the queue: others may have come, or runs may be gone."""
        self._queue.clear()
