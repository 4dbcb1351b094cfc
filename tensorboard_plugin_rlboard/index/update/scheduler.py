"""Decides what is indexed next: runs take turns (`run_queue.py`), within a run the file that lags most comes first.

The ranges of a file are loaded in its order and without gaps: line numbers and attempts are known from what lies before.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.cache.part_cache import PartCache
from tensorboard_plugin_rlboard.index.detect.duplicate_files import DuplicateFiles
from tensorboard_plugin_rlboard.index.joins.joiner import Joiner
from tensorboard_plugin_rlboard.index.parts.worker_pool import FinishedRange, WorkerPool
from tensorboard_plugin_rlboard.index.update.discovery import Discovery
from tensorboard_plugin_rlboard.index.update.duplicate_runs import DuplicateRuns
from tensorboard_plugin_rlboard.index.update.file_ranges import FileRanges
from tensorboard_plugin_rlboard.index.update.newest_lines import NEWEST_FROM, NewestLines
from tensorboard_plugin_rlboard.index.update.part_loader import PartLoader
from tensorboard_plugin_rlboard.index.update.range_orders import RangeOrders
from tensorboard_plugin_rlboard.index.update.ready_files import ready_files, unpacked_together
from tensorboard_plugin_rlboard.index.update.run_queue import WORKERS_FROM, RunQueue
from tensorboard_plugin_rlboard.sources.mounts import mounts
from tensorboard_plugin_rlboard.sources.reader import is_packed, stop_unpacking, unpacking_jobs

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.index.registry import Registry
    from tensorboard_plugin_rlboard.index.run import RunIndex
    from tensorboard_plugin_rlboard.index.run_file import IndexedFile
    from tensorboard_plugin_rlboard.index.user_activity import UserActivity

_COLLECT_SECONDS = 0.3
"""For so long small ranges are collected before they are loaded together; the first of a run is loaded alone."""
_MAX_PARTS = 50
"""Parts that are loaded together."""
_LOAD_EVERY = 2.0
"""Seconds after which what the processes have finished is loaded, however little it is."""
_ENOUGH_ROWS = 30_000
"""Rows that are worth loading at once: as many as a group of the table has, which is then written once."""
_PASS_SECONDS = 0.02
"""For so long is waited at most in the turn of a run that nothing is finished of while others could have theirs."""
Finished = Sequence[tuple["IndexedFile", FinishedRange]]


class Scheduler:
    """Indexes for a registry, one piece of work at a time. Used by one thread."""

    def __init__(
        self, registry: Registry, activity: UserActivity, *, only_file: str = "", read_limit: int = 0
    ) -> None:
        """Opens the registry's database; starts no process yet.

        Args:
            registry: what to fill.
            activity: what users look at.
            only_file: name of the one file in the root folder that is indexed; empty for all.
            read_limit: bytes of each file that are read at most, 0 for all. Compressed files are read whole, and so is
                a file whose first line alone is longer.
        """
        self._registry = registry
        self._activity = activity
        self._cursor = registry.database.cursor()
        folder, shares = registry.database.folder, registry.memory_shares
        self._cache = PartCache(registry.cache, folder)
        self._joiner = Joiner(registry, activity, self._cursor)
        self._discovery = Discovery(registry, self._cursor, self._cache, self._joiner, only_file)
        self._loader = PartLoader(folder, self._cursor, self._cache, self._discovery)
        self._orders = RangeOrders(WorkerPool(folder, shares.n_workers, shares.worker_mb))
        self._ranges = FileRanges(read_limit)
        self._duplicate_runs = DuplicateRuns(self._cursor)
        self._duplicate_files = DuplicateFiles(self._cursor)
        self._queue = RunQueue(registry, activity, self._ranges.bytes_left)
        self._newest = NewestLines(self._ranges, self._loader)
        self._loaded_at = 0.0

    def compare_runs(self) -> None:
        """Notes which runs, and which files of a run, hold the same samples; called when nothing is left to index."""
        runs = tuple(self._registry.runs.values())
        self._registry.set_duplicates(self._duplicate_runs.find(runs), self._duplicate_files.find(runs))

    def stop_workers(self) -> None:
        """Ends the worker processes: nothing is left to do, and idle ones would keep their memory."""
        self._orders.stop_workers()
        stop_unpacking()

    def scan(self) -> None:
        """Looks at every file below the roots; what was ordered of a file that is gone or rewritten is not wanted."""
        for run in tuple(self._registry.runs.values()):
            if run.sample_table.is_lost:
                self._loader.read_again(run)
                self._registry.raise_revision()
        self._discovery.scan()
        self._queue.clear_queue()
        runs = tuple(self._registry.runs.values())
        self._stop_silent_reads(file for run in runs for file in run.files.values())
        for run in runs:
            for file in tuple(run.files.values()):
                # What a cluster has built meanwhile.
                if file.is_pending and self._loader.adopt(run, file, reload=True):
                    self._orders.cancel(file)
        self._orders.cancel_removed()
        self._newest.forget_others(file for run in runs for file in run.files.values())

    def _stop_silent_reads(self, files: Iterable[IndexedFile]) -> None:
        """Ends the processes that read what lies on a file system that does not answer: it may hold them for ever."""
        if any(self._orders.has(file) and mounts.known_silence(file.path) for file in files):
            self._orders.stop_workers()
        stop_unpacking([path for path in unpacking_jobs()[0] if mounts.known_silence(path)])

    def index_next(self) -> RunIndex | None:
        """Does the next piece of work and returns the run it was for; None where only half-written lines are left."""
        run = self._queue.first_queued()
        pending: dict[RunIndex, list[IndexedFile]] = {}
        if run is None:
            pending = {
                one: ready for one in tuple(self._registry.runs.values()) if (ready := ready_files(one))
            }
        if self._joiner.is_next(runs_are_waiting=run is not None or bool(pending)):
            return self._joiner.do_next()
        if run is None and not pending:
            return None
        run = self._queue.choose(pending) if run is None else self._queue.pop_queued()
        files = sorted(unpacked_together(ready_files(run)), key=self._share_ordered)
        restoring = [file for file in files if file.to_load]
        start = time.monotonic()
        size = self._load_cached(run, restoring) if restoring else self._index_new(run, files)
        if size or not run.is_pending:
            self._registry.note_range_indexed(run, size, start, time.monotonic())
        return run

    def _index_new(self, run: RunIndex, files: Sequence[IndexedFile]) -> int:
        """Loads what the processes have finished or, where they have none of the run, what is built here; returns bytes."""
        if any(not self._orders.has(file) and self._loader.adopt(run, file) for file in files):
            return 0
        self._orders.begin_slice(self._queue.large_others + 1)
        uses_workers = self._is_worth_workers(run, files)
        if uses_workers:
            self._order(run, files)
            if self._show_newest(run, files):
                self._registry.raise_revision()
                return 0
        unordered = [file for file in files if not self._orders.has(file)]
        inline_files = [
            file for file in unordered if not (uses_workers and self._is_buildable_elsewhere(file))
        ]
        finished: Finished
        if inline_files and not self._rows_ready(files):
            finished = self._build_inline(run, inline_files)
        else:
            self._wait_for_rows(run, files)
            finished = list(self._orders.take_finished(files))
        size = self._loader.load_built(run, finished)
        run.number_attempts(self._cursor)
        self._loaded_at = time.monotonic()
        for file in dict.fromkeys(file for file, _ in finished):
            self._discovery.note_file_read(run, file)
        return size

    def _show_newest(self, run: RunIndex, files: Sequence[IndexedFile]) -> bool:
        """Shows the last lines of a large run's files before their turn; returns whether there were any."""
        if sum(map(self._ranges.bytes_left, files)) < NEWEST_FROM:
            return False
        plain = [file for file in files if self._is_buildable_elsewhere(file) and not is_packed(file.path)]
        return self._newest.show(run, plain)

    def _wait_for_rows(self, run: RunIndex, files: Sequence[IndexedFile]) -> None:
        """Waits until the processes have built so much that loading it is worth while, or for a moment.

        They are given their next orders meanwhile, so none of them waits.
        """
        looked_at = self._activity.viewed_run
        until = max(self._loaded_at + _LOAD_EVERY, time.monotonic() + _LOAD_EVERY / 10)
        if self._queue.has_urgent_others or not any(map(self._orders.has, files)):
            until = (
                time.monotonic() + _PASS_SECONDS
            )  # the others have something to do, or the processes for others
        while self._orders.is_busy and self._rows_ready(files) < _ENOUGH_ROWS:
            left = until - time.monotonic()
            if left <= 0 or self._activity.viewed_run != looked_at:
                return
            self._orders.wait(left)
            self._order(run, files)

    def _rows_ready(self, files: Iterable[IndexedFile]) -> int:
        """Rows that could be loaded now; at least one for each part."""
        return sum(
            max(1, finished.built.part.samples if finished.built else _ENOUGH_ROWS)
            for file in files
            for finished in self._orders.finished(file)
        )

    def _is_worth_workers(self, run: RunIndex, files: Iterable[IndexedFile]) -> bool:
        """Whether so much of a run is left that worker processes build it."""
        if not run.indexed_bytes or not (self._orders.has_room or self._orders.is_busy):
            return False
        left = sum(self._ranges.bytes_left(file) for file in files if self._is_buildable_elsewhere(file))
        return left >= WORKERS_FROM or any(self._orders.has(file) for file in files)

    def _is_buildable_elsewhere(self, file: IndexedFile) -> bool:
        """Whether other processes can read the file: of an archive they are given what it unpacks to, once that is there."""
        return file.state.measured and not file.waits_for_more

    def _order(self, run: RunIndex, files: Iterable[IndexedFile]) -> None:
        """Gives the next ranges of a run to the processes, as far as they have room."""
        open_files = [file for file in files if self._is_buildable_elsewhere(file)]
        while open_files and self._orders.has_room:
            file = min(open_files, key=self._share_ordered)
            order = None
            try:
                order = self._ranges.next(file, self._orders.ordered_to(file))
            except OSError as error:
                self._discovery.note_reading_failed(run, file, error)
            if order is not None:
                self._orders.order(run, file, order)
                continue
            if not self._orders.has(file):
                file.wait_for_more()
            open_files.remove(file)

    def _build_inline(self, run: RunIndex, files: Iterable[IndexedFile]) -> Finished:
        """Builds the next range of each file in this process: one of a new run, else as many as a moment allows."""
        built: list[tuple[IndexedFile, FinishedRange]] = []
        until = time.perf_counter() + _COLLECT_SECONDS
        for file in files:
            try:
                if not file.is_measurable:
                    continue
                file.measure()
                found = self._ranges.read_next(file)
                if found is None:
                    file.wait_for_more()
                    self._discovery.note_file_read(run, file)
                    continue
                built.append((file, self._loader.build(*found)))
            except OSError as error:
                self._discovery.note_reading_failed(run, file, error)
            except EOFError:
                file.wait_for_more()  # it shrank since the scan; the next one says so
            if not run.samples or len(built) >= _MAX_PARTS or time.perf_counter() > until:
                break
        return built

    def _load_cached(self, run: RunIndex, files: Iterable[IndexedFile]) -> int:
        """Loads parts of an earlier start, before any of the run's logs is read; returns the bytes they stand for."""
        parts = ((file, cached) for file in files for cached in file.to_load)
        now = list(islice(parts, _MAX_PARTS if run.samples else 1))
        size = self._loader.load_cached(run, now)
        for file in dict.fromkeys(file for file, _ in now):
            if run.files.get(file.relative) is file:  # else none of its parts was there
                self._discovery.note_file_read(run, file)
        if not any(file.to_load for file in run.files.values()):
            run.number_attempts(self._cursor, restoring=bool(run.restored_digest))
        return size

    def _share_ordered(self, file: IndexedFile) -> float:
        """How much of a file is in the table or being built, from 0 to 1."""
        return self._orders.ordered_to(file) / max(1, self._ranges.end(file))
