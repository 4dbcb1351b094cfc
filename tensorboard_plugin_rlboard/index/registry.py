"""The state of the index of a log directory: its runs, the files that are none, and the query database.

It holds state only. `update/` fills it, in one thread; the threads that answer requests read it. The lock guards the
registry's own fields and is held for moments only: never while a file is read or a query runs.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.errors import StoppedError
from tensorboard_plugin_rlboard.index.cache.cache_folder import unusable
from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore
from tensorboard_plugin_rlboard.index.cache.run_results import RunResults
from tensorboard_plugin_rlboard.index.memory_budget import DEFAULT_LIMIT_MB, set_writing_limit, share_memory
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.tables.query_database import QueryDatabase
from tensorboard_plugin_rlboard.sources.addresses import printable_path
from tensorboard_plugin_rlboard.training.settings.toml_lookup import SettingsFinder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    import duckdb

    from tensorboard_plugin_rlboard.sources.discovery.logdir import Root

logger = logging.getLogger(__name__)
_SPEED_OVER = 8
"""Ranges of a run over which its reading speed is averaged."""


def _open_cache(folder: Path | None) -> LocalStore | None:
    """The cache in a folder, within its bound; None where none is wanted or none can be had."""
    if folder is None:
        return None
    try:
        cache = LocalStore(folder)
        cache.evict()
    except OSError as error:
        logger.warning("RL Board: %s", unusable(folder, error))
        return None
    return cache


class Registry:
    """The indexes of all runs below some roots, and what is known of the files there that are no rollout logs.

    Attributes:
        roots: where to look.
        settings: what the user says of the logs there.
        flag_problems: what does not count of the command line, one sentence each.
        memory_shares: who may use how much memory.
        cache: the parts that are kept between starts; None before the database is opened, and where none are kept.
        results: what was computed of whole runs and is kept between starts.
        runs: TensorBoard's run name -> index. Replaced, never changed in place.
        ignored: path below the log directory of a file that is no rollout log -> why. Replaced, never changed in place.
        revision: changes whenever an answer may.
        scans: how often the whole log directory was scanned.
        has_undecided_files: whether the last one met files that have to be unpacked before it is known what they are.
        has_any_files: whether there is anything that the tab could show: a rollout log, or a file that looks like one.
        failure: why nothing can be indexed, else empty.
        duplicate_runs: name of a run -> name of another that holds the same samples and more of them. Replaced as well.
        duplicate_files: name of a run -> two of its files that hold the same samples, and how many were compared.
    """

    def __init__(
        self,
        roots: Sequence[Root],
        cache: Path | None = None,
        memory: int = DEFAULT_LIMIT_MB,
        settings: SettingsFinder | None = None,
        *,
        flag_problems: Sequence[str] = (),
        results_beside: bool = False,
    ) -> None:
        """Looks at nothing and opens nothing yet.

        Args:
            roots: where to look.
            cache: folder of the parts that are kept between starts; None keeps nothing.
            memory: megabytes for all that is opened; `memory_budget.py` shares them out.
            settings: what the user says of the logs; None for what lies with them.
            flag_problems: what does not count of the command line, one sentence each.
            results_beside: whether what is computed of whole runs goes beside the logs (never in TensorBoard).
        """
        self.roots = list(roots)
        self.settings = SettingsFinder(self.roots) if settings is None else settings
        self.memory_shares = share_memory(memory, os.cpu_count() or 1)
        self.flag_problems = tuple(flag_problems)
        self.cache: LocalStore | None = None
        self.results = RunResults(writes_beside=results_beside)
        self.runs: dict[str, RunIndex] = {}
        self.ignored: dict[str, str] = {}
        self.revision = 0
        self.scans = 0
        self.has_undecided_files = False
        self.has_any_files = False
        self.failure = ""
        self.duplicate_runs: Mapping[str, str] = {}
        self.duplicate_files: Mapping[str, tuple[str, str, int]] = {}
        self._cache_folder = cache
        self._lock = threading.Lock()
        self._runs_created = 0
        self._speeds: dict[str, deque[tuple[int, float, float]]] = {}
        self._database: QueryDatabase | None = None
        self._database_opened = threading.Event()

    @property
    def database(self) -> QueryDatabase:
        """The query database; opened at first use, in the thread that indexes."""
        if self._database is None:
            self.cache = _open_cache(self._cache_folder)
            self.results = RunResults(self.cache, writes_beside=self.results.writes_beside)
            set_writing_limit(self.memory_shares.writing_mb)
            kept_parts = None if self.cache is None else self.cache.parts_folder
            self._database = QueryDatabase(kept_parts, self.memory_shares.query_mb)
            self._database_opened.set()
        return self._database

    def cursor(self, seconds: float = 10.0) -> duckdb.DuckDBPyConnection:
        """A cursor of the query database, for the calling thread.

        Args:
            seconds: how long to wait for the database at most.

        Raises:
            StoppedError: there is no database yet, or there can be none; the message says why.
        """
        if not self._database_opened.wait(seconds) or self._database is None:
            raise StoppedError(self.failure or "The index is still being opened; ask again in a moment.")
        return self._database.cursor()

    def close(self) -> None:
        """Drops the databases."""
        if self._database is not None:
            self._database.close()

    def raise_revision(self) -> None:
        """Raises the revision: every answer given before is out of date."""
        with self._lock:
            self.revision += 1

    def set_failure(self, reason: str) -> None:
        """Notes why nothing can be indexed, and tells those who wait for the database; empty where all is well again."""
        self.failure = reason
        if reason:
            self._database_opened.set()
            self.raise_revision()

    def set_duplicates(self, same: Mapping[str, str], repeated: Mapping[str, tuple[str, str, int]]) -> None:
        """Notes which runs hold the same samples as another one, and which of them have two files that do."""
        if (same, repeated) != (self.duplicate_runs, self.duplicate_files):
            self.duplicate_runs, self.duplicate_files = same, repeated
            self.raise_revision()

    def note_first_look(self, *, any_files: bool) -> None:
        """Notes whether the quick look at the start has met a file that may be a log."""
        self.has_any_files = any_files

    @property
    def is_scanned(self) -> bool:
        """Whether the whole log directory was looked through, and it is known of every file what it is."""
        return self.scans > 0 and not self.has_undecided_files

    def note_scan_done(
        self, present: AbstractSet[str], unreadable: Mapping[str, str], *, undecided: bool
    ) -> None:
        """Notes the end of a look at the whole log directory.

        Args:
            present: the files that there are; what else is ignored is so no more.
            unreadable: path that could not be looked into -> why.
            undecided: whether it met files that have to be unpacked before it is known what they are.
        """
        with self._lock:
            before = self.ignored
            self.ignored = {path: why for path, why in before.items() if path in present} | dict(unreadable)
            # A remote root that cannot be listed may hold anything, and the tab is where its reason is to be seen.
            unlisted = {printable_path(root.path) for root in self.roots if not root.is_local}
            self.has_any_files = bool(self.runs or set(self.ignored) - (set(unreadable) - unlisted))
            self.scans += 1
            if self.scans == 1 or (before, self.has_undecided_files) != (self.ignored, undecided):
                self.revision += 1
            self.has_undecided_files = undecided

    def unreadable(self) -> dict[str, str]:
        """Of the ignored paths those that are logs or folders perhaps, and could not be read -> why."""
        # What could not be looked into is named by its path, everything else by its path below the root.
        return {
            path: why
            for path, why in self.ignored.items()
            if why.startswith("It cannot be read")
            or (Path(path).is_absolute() and not why.startswith("It lies beside"))
        }

    def unread(self) -> dict[str, str]:
        """Path, or name of a run -> why not all of it is here: what whoever reads an answer has to be told."""
        run_messages = {run.name: run.message for run in tuple(self.runs.values()) if run.message}
        return self.unreadable() | run_messages

    def ignore(self, relative: str, reason: str) -> None:
        """Notes a file that is no rollout log; without a reason it is not listed."""
        with self._lock:
            if self.ignored.get(relative, "") != reason:
                others = {other: why for other, why in self.ignored.items() if other != relative}
                self.ignored = others | ({relative: reason} if reason else {})
                self.revision += 1

    def clear_ignored(self, relative: str) -> None:
        """Notes that a file is a rollout log after all."""
        with self._lock:
            if relative in self.ignored:
                self.ignored = {other: why for other, why in self.ignored.items() if other != relative}
            self.revision += 1

    def ensure_run(self, name: str, cursor: duckdb.DuckDBPyConnection) -> RunIndex:
        """The index of a run, made where there is none; `note_file_added` lists it."""
        if name in self.runs:
            return self.runs[name]
        run = RunIndex(self._runs_created, name)
        self._runs_created += 1
        run.create(cursor)
        return run

    def note_file_added(self, run: RunIndex, relative: str) -> None:
        """Notes that a file is one of a run, which is listed from now on: without a file it would look as if it were read."""
        with self._lock:
            if run.name not in self.runs:
                self.runs = self.runs | {run.name: run}
        self.clear_ignored(relative)

    def drop_empty_runs(self) -> None:
        """Drops the runs that have no file."""
        with self._lock:
            self.runs = {name: run for name, run in self.runs.items() if run.files}
            self.revision += 1

    def note_range_indexed(self, run: RunIndex, size: int, begin: float, end: float) -> None:
        """Notes that so many bytes of a run are in the index now, and when its turn began and ended (seconds)."""
        with self._lock:
            last = self._speeds.setdefault(run.name, deque(maxlen=_SPEED_OVER))
            last.append((size, begin, end))
            if not run.is_pending:
                last.clear()  # how long nothing was there to be read is no speed
            self.revision += 1

    def speed(self, run: RunIndex) -> float:
        """Bytes a second over the last ranges of a run; 0 where nothing is being read."""
        with self._lock:
            last = tuple(self._speeds.get(run.name, ()))
        # From the first to the last, turns of other runs between them included: so long the user waits.
        seconds = last[-1][2] - last[0][1] if last else 0.0
        return sum(size for size, _, _ in last) / seconds if run.is_pending and seconds > 0 else 0.0
