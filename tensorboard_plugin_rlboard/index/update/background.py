"""The background thread that keeps a registry up to date: when it looks at the logs, and how long it pauses."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.garbage_collection import GarbageCollection
from tensorboard_plugin_rlboard.index.memory_budget import address_space_warning
from tensorboard_plugin_rlboard.index.replaceable_thread import ReplaceableThread
from tensorboard_plugin_rlboard.index.tables.table_offloader import TableOffloader
from tensorboard_plugin_rlboard.index.update.ready_files import wait_while_unpacking
from tensorboard_plugin_rlboard.index.update.run_messages import reason_of
from tensorboard_plugin_rlboard.index.update.scheduler import Scheduler
from tensorboard_plugin_rlboard.index.user_activity import UserActivity
from tensorboard_plugin_rlboard.operating_system import release_free_memory
from tensorboard_plugin_rlboard.sources.discovery.walk import has_log_file
from tensorboard_plugin_rlboard.sources.remote.deferred_requests import deferred_requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from tensorboard_plugin_rlboard.index.registry import Registry
    from tensorboard_plugin_rlboard.index.run import RunIndex

logger = logging.getLogger(__name__)
TERMINAL = logging.getLogger("tensorboard")
"""TensorBoard's own logger: whoever starts TensorBoard sees what it says."""
_ATTENTIVE_SECONDS = 90.0
"""After a request, the log directory is looked at as often as the user wants for so long; a tab asks twice as often."""
_LONGEST_PAUSE, _LONGEST_PAUSE_IN_INTERVALS, _PAUSE_GROWTH = 60.0, 6, 1.5
_FIRST_LOOK_SECONDS, _SECONDS_BETWEEN_TIDYING, _SECONDS_BETWEEN_CALLS = 1.0, 60.0, 1.0
"""The last is between two calls of who prepares answers about a run that is still being indexed."""
_STOPPING_SECONDS = 3.0
"""For so long is waited for the thread to end. One that a file system holds never does; its databases go with the process."""
_SHARE_OF_LOOKS = 5.0
"""For so many times what a look at all files takes is read before the next: of thousands of runs it takes seconds."""
_SHARE_OF_REST = 10.0
"""A pause is so many times what a look computes: of thousands of runs it would take a core otherwise while nothing changes."""
_SECONDS_OF_EXAMINING = 1.0
"""So long are runs examined at once; then what a training has written meanwhile is read first."""


class BackgroundIndexer:
    """Brings a registry up to date: once by `index_now`, again and again by a thread of its own from `start` on.

    Attributes:
        registry: what is kept up to date.
        interval: seconds between two looks; 0 looks once, as --reload_interval does.
        activity: what users look at, and when they last asked.
    """

    def __init__(
        self, registry: Registry, interval: float = 5.0, *, only_file: str = "", read_limit: int = 0
    ) -> None:
        """Starts no thread and opens nothing yet.

        Args:
            registry: what to keep up to date.
            interval: seconds between two looks.
            only_file: name of the one file in the root folder that is indexed; empty for all.
            read_limit: bytes of each file that are read at most; 0 for all.
        """
        self.registry = registry
        self.interval = interval
        self.activity = UserActivity()
        self._only_file, self._read_limit = only_file, read_limit
        self._prepare: Callable[[RunIndex], None] | None = None
        self._examine: Callable[[RunIndex], None] | None = None
        self._prepared_at, self._unexamined, self._printed = dict[str, float](), set[str](), set[str]()
        self._tidy: Callable[[], None] | None = None
        self._tidied_at = time.monotonic()
        self._garbage_collection = GarbageCollection()
        self._shortest_pause = interval
        self._scheduler: Scheduler | None = None
        self._offloader = TableOffloader(lambda: registry.database, self._examine_run)
        self._lock, self._is_started = threading.Lock(), False
        self._thread = ReplaceableThread(self._run, "rlboard-index")
        self._stop, self._is_first_look_done = threading.Event(), threading.Event()

    def call_after_round(self, prepare: Callable[[RunIndex], None] | None) -> None:
        """See `Indexer`."""
        self._prepare = prepare

    def call_when_read(self, examine: Callable[[RunIndex], None] | None) -> None:
        """See `Indexer`."""
        self._examine = examine

    def call_before_pause(self, tidy: Callable[[], None] | None) -> None:
        """Has unused memory dropped before a pause, once a minute at most; `tidy` takes the place of the one before."""
        self._tidy = tidy

    def start(self) -> None:
        """Starts the thread at the first call; every call notes that somebody asks, which ends a long pause."""
        self.activity.note_request()
        with self._lock:
            if not self._is_started:
                self._is_started = True
                self._thread.start()

    def stop(self) -> None:
        """Ends the thread and its worker processes, and closes the registry's databases."""
        self._stop.set()
        self.activity.end_wait()
        has_ended = self._thread.join(_STOPPING_SECONDS)
        if self._scheduler is not None:
            self._scheduler.stop_workers()
        if has_ended:
            self.registry.close()

    def wait(self, seconds: float) -> None:
        """Waits for the thread to end, which it does by itself where the interval is 0."""
        self._thread.join(seconds)

    def has_files(self, seconds: float) -> bool:
        """Whether there may be something to show, from memory; the thread's first look is waited for at most so long."""
        self._is_first_look_done.wait(seconds)
        return bool(self.registry.runs) or self.registry.has_any_files

    def index_in_replaceable_thread(self) -> None:
        """Does one round in a thread that is replaced where a file system holds it: for commands, which wait for its end.

        Raises:
            Exception: what the round raises.
        """

        def work() -> None:
            with self._thread.busy():
                self.index_now()

        self._thread = ReplaceableThread(work, "rlboard-index")
        self._thread.run_to_end()

    def index_now(self) -> None:
        """Does one round in the calling thread: looks for files, then indexes every whole line that is new."""
        if self._scheduler is None:
            self._scheduler = Scheduler(
                self.registry, self.activity, only_file=self._only_file, read_limit=self._read_limit
            )
        scheduler = self._scheduler
        scan_again_at = self._scan(scheduler)
        while not self._stop.is_set():
            run = scheduler.index_next()
            if run is not None:
                self._notify_after_round(run)
                self._offloader.note_run_worked_on(self.registry.runs.values(), self.activity.viewed_run)
            elif not wait_while_unpacking(scheduler.scan):
                break
            # A long first indexing must not miss what a training writes meanwhile.
            if time.monotonic() > scan_again_at:
                scan_again_at = self._scan(scheduler)
        scheduler.compare_runs()
        scheduler.stop_workers()
        self._examine_runs()
        self._offloader.offload_idle(self.registry.runs.values(), self.activity.viewed_run)

    def _scan(self, scheduler: Scheduler) -> float:
        """Looks at every file; returns when that is to be done again: what a look takes is a small share of the time."""
        if self._is_started:  # in a TensorBoard, which lives long
            self._garbage_collection.freeze_if_idle(self.activity.seconds_since_request())
        began, computed = time.monotonic(), time.thread_time()
        scheduler.scan()
        took = time.monotonic() - began
        self._shortest_pause = max(self.interval, _SHARE_OF_REST * (time.thread_time() - computed))
        return began + took + max(1.0, self.interval, _SHARE_OF_LOOKS * took)

    def _examine_runs(self) -> None:
        """Has runs examined that were read, the one that is looked at first; those left over at the end of the next round."""
        end = time.monotonic() + _SECONDS_OF_EXAMINING
        for name in sorted(self._unexamined, key=lambda name: (name != self.activity.viewed_run, name)):
            if self._stop.is_set() or (self.interval > 0 and time.monotonic() > end):
                return
            self._examine_run(name)

    def _examine_run(self, name: str) -> None:
        """Has a run examined, if it was not since it was worked on."""
        if name in self._unexamined:
            self._unexamined.discard(name)
            self._notify(self._examine, self.registry.runs.get(name))

    def _notify_after_round(self, run: RunIndex) -> None:
        """Has answers about a run prepared that was worked on: once a second, and at the end of its indexing."""
        self._unexamined.add(run.name)
        if (
            not run.is_pending
            or time.monotonic() - self._prepared_at.get(run.name, 0.0) >= _SECONDS_BETWEEN_CALLS
        ):
            self._notify(self._prepare, run)
            self._prepared_at[run.name] = time.monotonic()

    def _notify(self, listener: Callable[[RunIndex], None] | None, run: RunIndex | None) -> None:
        """Tells of a run; what fails there is computed when somebody asks for it, who will meet the reason."""
        if listener is not None and run is not None:
            try:
                listener(run)
            except Exception:
                logger.exception("RL Board could not prepare answers about run %s", run.name)

    def _run(self) -> None:
        registry = self.registry
        if not self._is_first_look_done.is_set():
            with self._thread.busy():
                until = time.monotonic() + _FIRST_LOOK_SECONDS
                registry.note_first_look(any_files=has_log_file(registry.roots, until))
            self._is_first_look_done.set()
        if few := address_space_warning():
            registry.set_failure(few)
            return
        pause = self.interval
        while not self._stop.is_set():
            before, goes_on = registry.revision, False
            try:
                with self._thread.busy(), deferred_requests.enabled() if self.interval > 0 else nullcontext():
                    self.index_now()
                registry.set_failure("")
                goes_on = bool(self._unexamined)
            except Exception as error:  # the thread goes on and leaves the reason where the tab shows it
                logger.exception("RL Board could not bring its index up to date")
                registry.set_failure(f"The index could not be brought up to date: {reason_of(error)}")
            self._print_settings_problems()
            if self.interval <= 0:
                return
            pause = self._next_pause(pause, quiet=registry.revision == before)
            if not goes_on:
                self._release_memory()
                self._pause(pause)

    def _release_memory(self) -> None:
        """Has what nobody needs any more dropped, and gives its memory back to the system."""
        if time.monotonic() - self._tidied_at > _SECONDS_BETWEEN_TIDYING:
            self._tidied_at = time.monotonic()
            if self._tidy is not None:
                self._tidy()
            release_free_memory()

    def _print_settings_problems(self) -> None:
        """Says in the terminal, once each, what of the user's settings does not count."""
        settings = self.registry.settings
        for root in self.registry.roots:
            settings.for_path(root.path)
        for problem in settings.problems:
            if problem not in self._printed:
                self._printed.add(problem)
                TERMINAL.warning("RL Board: %s", problem)

    def _next_pause(self, pause: float, *, quiet: bool) -> float:
        """Seconds to the next look: longer each time while nothing changes and nobody asks."""
        if not quiet or self.activity.seconds_since_request() < _ATTENTIVE_SECONDS:
            return self.interval
        longest = min(_LONGEST_PAUSE_IN_INTERVALS * self.interval, _LONGEST_PAUSE)
        return max(self.interval, min(pause * _PAUSE_GROWTH, longest))

    def _pause(self, seconds: float) -> None:
        """Waits; a request ends a pause that has become longer than the user wanted, and than it has to be."""
        least = self._shortest_pause
        if not self._stop.wait(least) and seconds > least:
            self.activity.wait_for_request(seconds - least, since=least)
