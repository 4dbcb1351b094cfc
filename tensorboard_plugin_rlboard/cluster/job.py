"""An indexing job: which ranges are to be built, and what becomes of them, whoever builds them.

A few threads look at the files and cut them into ranges, because behind an address each cut is a question to a server.
What they find is asked for by an engine, task by task, so that neither all tasks nor all results are ever in memory.
"""

from __future__ import annotations

import queue
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.cluster.range_tasks import Outcome, Task, unreadable
from tensorboard_plugin_rlboard.cluster.source_record import SourceRecord
from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore
from tensorboard_plugin_rlboard.index.cache.part_store import PartStore
from tensorboard_plugin_rlboard.index.cache.sidecar_store import FOLDER, beside
from tensorboard_plugin_rlboard.index.detect.recognition import Recognition
from tensorboard_plugin_rlboard.index.joins.side_discovery import reason_to_leave_out
from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.file_changes import look
from tensorboard_plugin_rlboard.sources.reader import is_packed
from tensorboard_plugin_rlboard.training.settings.toml_lookup import SettingsFinder

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.sources.discovery.logdir import Root
    from tensorboard_plugin_rlboard.sources.discovery.walk import SourceFile

_THREADS = 4
_THREADS_FAR = 32
"""Behind an address each cut is a question that takes as long as the network, and nothing else."""
_QUEUED = 256
_SAVED_EVERY = 2.0
_MARK = "place"
_MARK_BYTES = 16


@dataclass
class Counts:
    """What a job did.

    Attributes:
        files, kept_files: rollout files, and those of them of which nothing was left to do.
        position: bytes of the files, as they are stored, that need no further work.
        bytes: bytes that were read now; of a compressed file, what it unpacks to.
        samples, parts, part_bytes, problems: of what was indexed now.
        ignored: relative path -> why it is no rollout log.
        failures: relative path -> why it is not, or not whole, in the index.
    """

    files: int = 0
    kept_files: int = 0
    position: int = 0
    bytes: int = 0
    samples: int = 0
    parts: int = 0
    part_bytes: int = 0
    problems: int = 0
    ignored: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


class Job:
    """The tasks of a job for an engine, and the books about them.

    Args:
        files: rollout files as the walk found them.
        cache: where the index goes; None for beside each file.
        roots: where the files were found.

    Attributes:
        counts: what is done so far.
    """

    def __init__(self, files: Sequence[SourceFile], cache: LocalStore | None, roots: Sequence[Root]) -> None:
        self.counts = Counts()
        self._recognition = Recognition(roots, SettingsFinder(roots))
        self._present = frozenset(file.relative for file in files)
        self._cache = cache
        self._files = iter(files)
        self._lock = threading.Lock()
        self._homes: dict[str, _Home] = {}
        self._found: queue.Queue[tuple[SourceRecord, Task | None] | None] = queue.Queue(_QUEUED)
        self._back: Task | None = None
        self._records: dict[str, SourceRecord] = {}
        self._saved = time.monotonic()
        self._stop = threading.Event()
        threads = _THREADS_FAR if any(is_address(file.path) for file in files[:1]) else _THREADS
        self._threads = [threading.Thread(target=self._look, daemon=True) for _ in range(threads)]
        self._looking = len(self._threads)
        for thread in self._threads:
            thread.start()

    def take(self, *, wait: bool) -> Task | None:
        """The next task; None where there is none just now, or, if waited for, none any more."""
        if self._back is not None:
            back, self._back = self._back, None
            return back
        while self._looking:
            try:
                found = self._found.get(block=wait)
            except queue.Empty:
                return None
            if found is None:
                self._looking -= 1
                continue
            record, task = found
            if task is not None:
                self._records[record.file.path] = record
                record.open_tasks += 1
                return task
            record.planned = True
            self._end(record)
        return None

    def put_back(self, task: Task) -> None:
        """Gives back a task that was taken to see whether there is any."""
        self._back = task

    @property
    def ended(self) -> bool:
        """Whether there are no more tasks."""
        return not self._looking and self._back is None

    def give(self, task: Task, outcome: Outcome) -> None:
        """Takes what became of a task.

        Raises:
            OSError: the index cannot be written.
        """
        record, counts = self._records[task.path], self.counts
        before = record.stored_bytes
        record.add(outcome)
        counts.position += record.stored_bytes - before
        for done in outcome.done:
            counts.bytes += done.fingerprint.length
            counts.samples += done.samples
            counts.parts += 1
            counts.part_bytes += done.size
            counts.problems += done.problems
        self._end(record)
        if time.monotonic() - self._saved > _SAVED_EVERY:
            self.save()

    def save(self) -> None:
        """Writes down how far the files are indexed that are being worked on.

        Raises:
            OSError: the index cannot be written.
        """
        for record in self._records.values():
            if record.changed:
                record.save()
        self._saved = time.monotonic()

    def close(self) -> None:
        """Ends the threads, after `save` where not all is done."""
        self._stop.set()
        while any(thread.is_alive() for thread in self._threads):
            try:
                self._found.get(timeout=0.05)
            except queue.Empty:
                continue

    def _end(self, record: SourceRecord) -> None:
        """Closes the books on a file of which nothing is left."""
        if record.open_tasks or not record.planned:
            return
        self._records.pop(record.file.path, None)
        if record.failure:
            self.counts.failures[record.file.relative] = record.failure
        if record.changed:
            record.save(complete=True)
        elif not record.failure:
            self.counts.kept_files += 1

    def _look(self) -> None:
        """Looks at one file after the other and finds its tasks; in a thread of its own."""
        try:
            while not self._stop.is_set():
                with self._lock:
                    file = next(self._files, None)
                if file is None:
                    return
                try:
                    self._look_at(file)
                except OSError as error:
                    self.counts.failures[file.relative] = unreadable(error)
        finally:
            self._found.put(None)

    def _look_at(self, file: SourceFile) -> None:
        counts = self.counts
        known, reason = self._recognition.sniff(file)
        if joined := reason_to_leave_out(file, known, self._present):
            known, reason = None, joined
        state = look(None, file, time.time_ns()).state
        if known is None or state is None:
            if reason:
                counts.ignored[file.relative] = reason
            return
        twin = known.superseded_by(file.relative)
        if twin in self._present:
            counts.ignored[file.relative] = f"It has the same rows as {twin}, which is read instead."
            return
        home = self._home(file.path)
        record = SourceRecord(
            file, known, state, home.store, beside(file.path)[1] if home.beside else file.path
        )
        record.restore()
        tasks = self._tasks(record, home)
        with self._lock:
            counts.files += 1
            counts.position += record.stored_bytes
        try:
            for task in tasks:
                self._found.put((record, task))
                if self._stop.is_set():
                    return
        except OSError as error:
            record.failure = unreadable(error)
        self._found.put((record, None))

    def _home(self, path: str) -> _Home:
        """Where the index of a file goes; one store for all files of a folder."""
        store, key = beside(path)
        where = f"{path.removesuffix(key)}{FOLDER}"
        if self._cache is not None:
            store, key, where = self._cache, "", str(self._cache.folder)
        with self._lock:
            return self._homes.setdefault(where, _Home(store, where, beside=bool(key)))

    def _tasks(self, record: SourceRecord, home: _Home) -> Iterator[Task]:
        """What is left to do of a file.

        Raises:
            OSError: it cannot be read, or its index cannot be written.
        """
        path, known = record.file.path, record.format.spec
        if not is_packed(path):
            for at in record.missing_ranges():
                yield Task(path, known, record.state, at, home.where, home.mark())
        elif not record.state.measured or record.ledger.covered_to < record.state.size:
            state = replace(record.state, read_to=record.ledger.covered_to, first=None, last=None)
            yield Task(path, known, state, None, home.where, home.mark())


class _Home:
    """A store, and the mark by which a worker knows whether it sees the same one."""

    def __init__(self, store: PartStore, where: str, *, beside: bool) -> None:
        self.store = store
        self.where = where
        self.beside = beside
        self._lock = threading.Lock()
        self._mark: tuple[str, bytes] | None = None

    def mark(self) -> tuple[str, bytes]:
        """The name of a file in the store and its content; written when the first task goes there.

        Raises:
            OSError: it cannot be written.
        """
        with self._lock:
            if self._mark is None:
                try:
                    content = self.store.place.read(_MARK, _MARK_BYTES)
                except OSError:
                    content = secrets.token_bytes(_MARK_BYTES)
                    self.store.place.write(_MARK, content)
                self._mark = _MARK, content
            return self._mark
