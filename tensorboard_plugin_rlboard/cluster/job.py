"""An indexing job: which ranges are to be built, and what becomes of them, whoever builds them.

A few threads look at the files and cut them into ranges, because behind an address each cut is a question to a server.
What they find is asked for by an engine, task by task, so that neither all tasks nor all results are ever in memory.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.cluster.range_tasks import Task, TaskResult, unreadable
from tensorboard_plugin_rlboard.cluster.shared_store import SharedStore
from tensorboard_plugin_rlboard.cluster.source_record import SourceRecord
from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore
from tensorboard_plugin_rlboard.index.cache.sidecar_store import FOLDER, sidecar_of
from tensorboard_plugin_rlboard.index.detect.recognition import Recognition
from tensorboard_plugin_rlboard.index.joins.side_discovery import reason_to_leave_out
from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.file_changes import compare
from tensorboard_plugin_rlboard.sources.mounts import mounts
from tensorboard_plugin_rlboard.sources.reader import is_listed, is_packed
from tensorboard_plugin_rlboard.training.settings.toml_lookup import SettingsFinder

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.sources.discovery.logdir import Root
    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile

_PLANNERS = 4
_REMOTE_PLANNERS = 32
"""Behind an address each cut is a question that takes as long as the network, and nothing else."""
_MAX_PLANNED = 256
_END_S, _MOMENT_S = 2.0, 0.5
_SAVE_EVERY = 2.0
"""Seconds between two writings of the manifests of files that are being worked on."""


@dataclass
class JobCounts:
    """What a job did.

    Attributes:
        files: rollout files.
        position: bytes of the files, as they are stored, that need no further work.
        bytes: bytes that were read now; of a compressed file, what it unpacks to.
        samples, parts, part_bytes, problems: of what was indexed now.
        ignored: relative path -> why it is no rollout log.
        failures: relative path -> why it is not, or not whole, in the index.
    """

    files: int = 0
    position: int = 0
    bytes: int = 0
    samples: int = 0
    parts: int = 0
    part_bytes: int = 0
    problems: int = 0
    ignored: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


class IndexJob:
    """The tasks of a job for an engine, and the records of its files.

    Args:
        files: rollout files as the walk found them.
        cache: where the index goes; None for beside each file.
        roots: where the files were found.

    Attributes:
        counts: what is done so far.
        settings: what the user says of the files.
    """

    def __init__(self, files: Sequence[SourceFile], cache: LocalStore | None, roots: Sequence[Root]) -> None:
        self.counts = JobCounts()
        self.settings = SettingsFinder(roots)
        self._recognition = Recognition(roots, self.settings)
        self._present = frozenset(file.relative for file in files)
        self._recognition.siblings.update(self._present)
        self._cache = cache
        self._files = iter(files)
        self._lock = threading.Lock()
        self._stores: dict[str, SharedStore] = {}
        # A record without a task ends the tasks of its file; None ends a planner.
        self._planned: queue.Queue[tuple[SourceRecord, Task | None] | None] = queue.Queue(_MAX_PLANNED)
        self._returned_task: Task | None = None
        self._records: dict[str, SourceRecord] = {}
        self._saved_at = time.monotonic()
        self._stop = threading.Event()
        planners = _REMOTE_PLANNERS if any(is_address(file.path) for file in files[:1]) else _PLANNERS
        self._threads = [threading.Thread(target=self._plan_files, daemon=True) for _ in range(planners)]
        self._planners_left = planners
        for thread in self._threads:
            thread.start()

    def next_task(self, *, wait: bool) -> Task | None:
        """The next task; None where there is none just now, or, if waited for, none any more."""
        if self._returned_task is not None:
            task, self._returned_task = self._returned_task, None
            return task
        while self._planners_left:
            try:
                planned = self._planned.get(wait, _MOMENT_S)
            except queue.Empty:
                if wait:  # in pieces, so that it hears that it is to end
                    continue
                return None
            if planned is None:
                self._planners_left -= 1
                continue
            record, next_task = planned
            if next_task is not None:
                self._records[record.file.path] = record
                record.open_tasks += 1
                return next_task
            record.is_planned = True
            self._end_if_done(record)
        return None

    def return_task(self, task: Task) -> None:
        """Gives back a task that was taken to see whether there is any."""
        self._returned_task = task

    def add_result(self, task: Task, result: TaskResult) -> None:
        """Takes what became of a task.

        Raises:
            OSError: the index cannot be written.
        """
        record, counts = self._records[task.path], self.counts
        before = record.stored_bytes
        record.add(result)
        counts.position += record.stored_bytes - before
        for part in result.parts:
            counts.bytes += part.fingerprint.length
            counts.samples += part.samples
            counts.parts += 1
            counts.part_bytes += part.size
            counts.problems += part.problems
        self._end_if_done(record)
        if time.monotonic() - self._saved_at > _SAVE_EVERY:
            self.save_manifests()

    def save_manifests(self) -> None:
        """Writes down how far the files are indexed that are being worked on.

        Raises:
            OSError: the index cannot be written.
        """
        for record in self._records.values():
            if record.has_changed:
                record.save()
        self._saved_at = time.monotonic()

    def close(self) -> None:
        """Ends the threads, after `save_manifests` where not all is done."""
        self._stop.set()
        end = time.monotonic() + _END_S  # one that a file system holds never ends
        while any(thread.is_alive() for thread in self._threads) and time.monotonic() < end:
            try:
                self._planned.get(timeout=0.05)
            except queue.Empty:
                continue

    def _end_if_done(self, record: SourceRecord) -> None:
        """Writes the last manifest of a file of which nothing is left, and drops its record."""
        if record.open_tasks or not record.is_planned:
            return
        self._records.pop(record.file.path, None)
        if record.failure:
            self.counts.failures[record.file.relative] = record.failure
        if record.has_changed:
            record.save(complete=True)

    def _plan_files(self) -> None:
        """Plans one file after the other; in a thread of its own."""
        try:
            while not self._stop.is_set():
                with self._lock:
                    file = next(self._files, None)
                if file is None:
                    return
                try:
                    self._plan_file(file)
                except OSError as error:
                    self.counts.failures[file.relative] = unreadable(error)
        finally:
            self._planned.put(None)

    def _plan_file(self, file: SourceFile) -> None:
        """Finds the tasks of a file, or raises OSError where it cannot be looked at."""
        found = mounts.run_while_active(file.path, lambda: self._record_of(file))
        if found is None:
            return
        record, shared = found
        try:
            tasks = _tasks(record, shared)
            while (task := mounts.run_while_active(file.path, lambda: next(tasks, None))) is not None:
                self._planned.put((record, task))
                if self._stop.is_set():
                    return
        except OSError as error:
            record.failure = unreadable(error)
        self._planned.put((record, None))

    def _record_of(self, file: SourceFile) -> tuple[SourceRecord, SharedStore] | None:
        """The record of a file with what was indexed of it before; None where it is no rollout log, or another has its rows."""
        file_format, reason = self._recognition.sniff(file)
        if used_by_join := reason_to_leave_out(file, file_format, self._present):
            file_format, reason = None, used_by_join
        state = compare(None, file, time.time_ns()).state
        if file_format is None or state is None:
            if used_by_join or (reason and is_listed(file.path)):
                self.counts.ignored[file.relative] = reason
            return None
        other = file_format.superseded_by(file.relative)
        if other in self._present:
            self.counts.ignored[file.relative] = f"It has the same rows as {other}, which is read instead."
            return None
        shared = self._store_of(file.path)
        key = sidecar_of(file.path)[1] if shared.is_sidecar else file.path
        record = SourceRecord(file, file_format, state, shared.store, key)
        record.restore()
        with self._lock:
            self.counts.files += 1
            self.counts.position += record.stored_bytes
        return record, shared

    def _store_of(self, path: str) -> SharedStore:
        """Where the index of a file goes; one store for all files of a folder."""
        store, key = sidecar_of(path)
        address = f"{path.removesuffix(key)}{FOLDER}"
        if self._cache is not None:
            store, address = self._cache, str(self._cache.folder)
        shared = SharedStore(store, address, is_sidecar=self._cache is None)
        with self._lock:
            return self._stores.setdefault(address, shared)


def _tasks(record: SourceRecord, shared: SharedStore) -> Iterator[Task]:
    """What is left to do of a file; raises OSError where it cannot be read, or its index cannot be written."""
    path, spec, state = record.file.path, record.format.spec, record.state
    mount = mounts.foreign_mount(path)
    read_to = record.ledger.covered_to
    if not is_packed(path):
        for at in record.missing_ranges():
            yield Task(path, spec, state, at, shared.address, shared.store_id(), mount)
    elif not state.measured or read_to < state.size:
        state = replace(state, read_to=read_to, first=None, last=None)
        yield Task(path, spec, state, None, shared.address, shared.store_id(), mount)
