"""All runs of a log directory and their indexes, kept up to date by one background thread under one lock.

The lock guards the registry's own fields and is held for moments only: never while a file is read or a query runs.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore
from tensorboard_plugin_rlboard.index.memory_budget import DEFAULT, limit_writing, shares
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.tables.query_database import QueryDatabase
from tensorboard_plugin_rlboard.index.update.scheduler import Scheduler
from tensorboard_plugin_rlboard.sources.addresses import printable_path
from tensorboard_plugin_rlboard.sources.discovery.walk import has_log_file
from tensorboard_plugin_rlboard.training.settings.toml_lookup import SettingsFinder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import duckdb

    from tensorboard_plugin_rlboard.sources.discovery.logdir import Root

logger = logging.getLogger(__name__)
_ATTENTIVE = 90.0
"""Seconds after a request for which the log directory is looked at as often as the user wants; a tab asks twice as often."""
_LONGEST = 60.0
_SLOWER = 1.5


_NICE = 10


def _step_back() -> None:
    """Puts the calling thread, and those that the database will start from it, behind TensorBoard's own."""
    if sys.platform == "linux":  # elsewhere a priority is that of the whole process
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


def _open_cache(folder: Path | None) -> LocalStore | None:
    """The cache in a folder, within its bound; None where none is wanted or none can be had."""
    if folder is None:
        return None
    try:
        cache = LocalStore(folder)
        cache.evict()
    except OSError as error:
        logger.warning("RL Board keeps no index between starts: %s", error)
        return None
    return cache


class Registry:
    """Discovers runs and keeps their indexes: `refresh` does one round, `start` goes on doing rounds.

    Attributes:
        roots: where to look.
        settings: what the user says of the logs there.
        interval: seconds between two looks; 0 looks once, as TensorBoard's --reload_interval does.
        runs: TensorBoard's run name -> index.
        ignored: relative path of a .jsonl file that is no rollout log -> why.
        revision: changes whenever an answer may.
        surveys: how many looks at the whole log directory are done.
        failure: why nothing can be indexed, else empty.
        focus: the run that the user looks at; it is indexed first.
        shares: of the memory.
        after_round: called in the background thread with a run whenever its indexing has come to an end, and about
            once a second before that: whatever is prepared of its rows before anybody asks.
    """

    def __init__(
        self,
        roots: Sequence[Root],
        interval: float = 5.0,
        cache: Path | None = None,
        memory: int = DEFAULT,
        settings: SettingsFinder | None = None,
    ) -> None:
        """Looks at nothing yet.

        Args:
            roots: where to look.
            interval: seconds between two looks.
            cache: folder of the parts that are kept between starts; None keeps nothing.
            memory: megabytes for all that is opened; `memory.py` says who gets what.
            settings: what the user says of the logs; None for what lies with them.
        """
        self.roots = list(roots)
        self.settings = SettingsFinder(self.roots) if settings is None else settings
        self.interval = interval
        self.shares = shares(memory, os.cpu_count() or 1)
        self.after_round: Callable[[RunIndex], None] | None = None
        self.cache: LocalStore | None = None
        self._cache_folder = cache
        self.runs: dict[str, RunIndex] = {}
        self.ignored: dict[str, str] = {}
        self.revision = 0
        self.surveys = 0
        self.failure = ""
        self.focus = ""
        self._lock = threading.Lock()
        self._speeds: dict[str, deque[tuple[int, float]]] = {}
        self._engine: QueryDatabase | None = None
        self._opened = threading.Event()
        self._stop = threading.Event()
        self._looked = threading.Event()
        self._wake = threading.Event()
        self._asked = 0.0
        self._cared: dict[str, float] = {}
        self._something = False
        self._thread: threading.Thread | None = None
        self._refresh: Scheduler | None = None

    @property
    def engine(self) -> QueryDatabase:
        """The databases; opened at first use, in the thread that indexes."""
        if self._engine is None:
            self.cache = _open_cache(self._cache_folder)
            limit_writing(self.shares.writing)
            self._engine = QueryDatabase(None if self.cache is None else self.cache.parts, self.shares.query)
            self._opened.set()
        return self._engine

    def start(self) -> None:
        """Starts the background thread, or tells it that somebody asks: it looks at the logs more often then."""
        self._asked = time.monotonic()
        self._wake.set()
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="rlboard-index", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Ends the thread and drops the databases."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        if self._refresh is not None:
            self._refresh.rest()
        if self._engine is not None:
            self._engine.close()

    def has_files(self, seconds: float) -> bool:
        """Whether a .jsonl file lies below the roots, from memory; the first look is waited for at most so long."""
        self._looked.wait(seconds)
        return bool(self.runs) or self._something

    def cursor(self, seconds: float = 10.0) -> duckdb.DuckDBPyConnection:
        """A cursor of the query database, for the calling thread.

        Raises:
            RuntimeError: the database could not be opened, with the reason.
        """
        if not self._opened.wait(seconds) or self._engine is None:
            raise RuntimeError(self.failure or "The index is still being opened; ask again in a moment.")
        return self._engine.query()

    def refresh(self) -> None:
        """One round: a survey, then every whole line that is new."""
        if self._refresh is None:
            self._refresh = Scheduler(self)
        self._refresh.survey()
        until = time.monotonic() + max(1.0, self.interval)
        while not self._stop.is_set() and (run := self._refresh.index_one()) is not None:
            self._care(run)
            # A long first indexing must not miss what a training writes meanwhile.
            if time.monotonic() > until:
                self._refresh.survey()
                until = time.monotonic() + max(1.0, self.interval)
        self._refresh.rest()

    def _care(self, run: RunIndex) -> None:
        """Calls `after_round` for a run that was worked on, once a second and at the end of its indexing."""
        now = time.monotonic()
        if self.after_round is None or (run.pending and now - self._cared.get(run.name, 0.0) < 1.0):
            return
        try:
            self.after_round(run)
        except Exception:  # whatever was to be prepared is computed when somebody asks for it
            logger.exception("RL Board could not prepare answers about a run")
        self._cared[run.name] = time.monotonic()

    def _work(self) -> None:
        _step_back()
        self._something = has_log_file(self.roots, time.monotonic() + 1.0)
        self._looked.set()
        pause = self.interval
        while not self._stop.is_set():
            before = self.revision
            try:
                self.refresh()
                self.failure = ""
            except Exception as error:  # the thread goes on and leaves the reason where the tab shows it
                logger.exception("RL Board could not bring its index up to date")
                self.failure = f"The index could not be brought up to date: {error}"
                self._opened.set()
                self.changed()
            if self.interval <= 0:
                return
            pause = self._next_pause(pause, quiet=self.revision == before)
            self._rest(pause)

    def _next_pause(self, pause: float, *, quiet: bool) -> float:
        """Seconds to the next look: longer each time while nothing changes and nobody asks."""
        if not quiet or time.monotonic() - self._asked < _ATTENTIVE:
            return self.interval
        return max(self.interval, min(pause * _SLOWER, 6 * self.interval, _LONGEST))

    def _rest(self, pause: float) -> None:
        """Waits; whoever asks ends a wait that has become longer than the user wanted."""
        if self._stop.wait(self.interval) or pause <= self.interval:
            return
        self._wake.clear()
        if time.monotonic() - self._asked >= self.interval:
            self._wake.wait(pause - self.interval)

    def changed(self) -> None:
        """Makes every answer given before stale."""
        with self._lock:
            self.revision += 1

    def surveyed(self, gone: set[str], unreadable: dict[str, str]) -> None:
        """Notes the end of a look at the log directory."""
        with self._lock:
            before = dict(self.ignored)
            self.ignored = {k: why for k, why in self.ignored.items() if k not in gone} | unreadable
            # A remote root that cannot be listed may hold anything, and the tab is where its reason is to be seen.
            unknown = {printable_path(root.path) for root in self.roots if not root.is_local}
            self._something = bool(self.runs or set(self.ignored) - (set(unreadable) - unknown))
            self.surveys += 1
            if self.surveys == 1 or before != self.ignored:
                self.revision += 1

    def ignore(self, relative: str, reason: str) -> None:
        """Notes a file that is no rollout log."""
        with self._lock:
            if self.ignored.get(relative) != reason:
                self.ignored = self.ignored | {relative: reason}
                self.revision += 1

    def welcome(self, relative: str) -> None:
        """Notes that a file is a rollout log after all."""
        with self._lock:
            if relative in self.ignored:
                self.ignored = {other: why for other, why in self.ignored.items() if other != relative}
            self.revision += 1

    def run_of(self, name: str, cursor: duckdb.DuckDBPyConnection) -> RunIndex:
        """The index of a run, made where there is none."""
        if name not in self.runs:
            run = RunIndex(len(self.runs), name)
            run.create(cursor)
            with self._lock:
                self.runs = self.runs | {name: run}
                self.revision += 1
        return self.runs[name]

    def indexed(self, run: RunIndex, size: int, seconds: float) -> None:
        """Notes that bytes of a run are in the index now."""
        with self._lock:
            self._speeds.setdefault(run.name, deque(maxlen=8)).append((size, seconds))
            self.revision += 1

    def speed(self, run: RunIndex) -> float:
        """Bytes a second over the last ranges of a run; 0 where nothing is being read."""
        with self._lock:
            last = tuple(self._speeds.get(run.name, ()))
        seconds = sum(took for _, took in last)
        return sum(size for size, _ in last) / seconds if run.pending and seconds > 0 else 0.0
