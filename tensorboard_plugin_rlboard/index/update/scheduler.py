"""Rounds of indexing: a survey of the files, then their new ranges, in the order in which users need them.

The ranges of a file are loaded in its order and without gaps: line numbers and attempts are known from what lies before.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.build import range_plan
from tensorboard_plugin_rlboard.index.build.range_builder import RangeOrder
from tensorboard_plugin_rlboard.index.build.worker_pool import FinishedRange, WorkerPool
from tensorboard_plugin_rlboard.index.cache.part_cache import PartCache
from tensorboard_plugin_rlboard.index.joins.joiner import Joiner
from tensorboard_plugin_rlboard.index.run import IndexedFile, RunIndex
from tensorboard_plugin_rlboard.index.update.discovery import Discovery
from tensorboard_plugin_rlboard.index.update.part_loader import PartLoader
from tensorboard_plugin_rlboard.sources.compressed.unpack_cache import BUDGET_BYTES
from tensorboard_plugin_rlboard.sources.file_changes import with_unpacked_size
from tensorboard_plugin_rlboard.sources.lines import last_line_range
from tensorboard_plugin_rlboard.sources.reader import is_packed

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.index.registry import Registry

AHEAD_FROM = 12 * 1024 * 1024
"""Bytes left of a run from which processes of their own are worth their start (half a second each)."""
NEWEST_FROM = 4 * range_plan.RANGE
"""Bytes left of a run from which the last lines of its files are shown before their turn."""
_AT_ONCE = 0.3
"""Seconds for which small ranges are collected before they are loaded together; the first of a run is loaded alone."""
_MOST = 50
"""Parts that are loaded together."""
_EACH = 2.0
"""Seconds after which what the processes have made is loaded, however little it is."""
_ROWS = 30_000
"""Rows that are worth loading at once: as many as a group of the table has, which is then written once."""
_UNPACKED = 5
"""Times its size that an archive may unpack to, to be careful: logs of text and rounded numbers unpack to less."""


class Scheduler:
    """Does the indexing for a registry. Used by one thread."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._query = registry.engine.query()
        self._shelf = PartCache(registry.cache, registry.engine.folder)
        self._joins = Joiner(registry, self._query)
        self._survey = Discovery(registry, self._query, self._shelf, self._joins)
        shares = registry.shares
        self._ahead = WorkerPool(registry.engine.folder, shares.workers, shares.worker)
        self._loading = PartLoader(registry.engine.folder, self._query, self._shelf, self._survey)
        self._owners: dict[int, tuple[RunIndex, IndexedFile]] = {}
        self._loaded = 0.0

    def rest(self) -> None:
        """Ends the processes that build ahead: nothing is left to do, and idle ones would keep their memory."""
        self._ahead.close()
        for _, file in self._owners.values():
            file.ordered.clear()
        self._owners.clear()

    def survey(self) -> None:
        """Looks at every file below the roots; what was ordered of a file that is gone or rewritten is not wanted."""
        self._survey.look()
        for run in tuple(self.registry.runs.values()):
            for file in tuple(run.files.values()):
                if file.pending and self._adopt_parts(file, reload=True):  # what a cluster has made meanwhile
                    file.ordered.clear()
                    run.outdate()
        for ticket, (run, file) in tuple(self._owners.items()):
            if run.files.get(file.relative) is not file or ticket not in dict(file.ordered):
                self._ahead.drop(ticket)
                del self._owners[ticket]

    def index_one(self) -> RunIndex | None:
        """Does the next piece of work and returns the run it was for; None where only half-written lines are left."""
        pending = [run for run in tuple(self.registry.runs.values()) if run.pending]
        if self._joins.has_turn(waiting=bool(pending)):
            return self._joins.go_on()
        if not pending:
            return None
        focus = self.registry.focus
        run = min(pending, key=lambda run: (run.name != focus, run.indexed > 0, run.name))
        todo = _in_turn([file for file in run.files.values() if file.pending])
        kept = [file for file in todo if file.to_load]
        start = time.perf_counter()
        done = self._load_kept(run, kept) if kept else self._go_on(run, todo)
        self.registry.indexed(run, done, time.perf_counter() - start)
        return run

    def _adopt_parts(self, file: IndexedFile, *, reload: bool = False) -> bool:
        """Takes over the parts that another process has stored of a file; whether there were any."""
        read_to = file.state.read_to
        adopted = None if file.to_load else self._shelf.adopt(file.path, file.state, reload=reload)
        if adopted is None:
            return False
        file.state, file.cached = adopted
        file.to_load.extend(cached for cached in file.cached if cached.offset >= read_to)
        return True

    def _go_on(self, run: RunIndex, todo: list[IndexedFile]) -> int:
        """Loads what the processes have made or, where they have nothing to do with the run, what is made here."""
        if any(not file.ordered and self._adopt_parts(file) for file in todo):
            run.outdate()
            return 0
        beside = self._is_worth_processes(run, todo)
        if beside:
            self._order(run, todo)
            if self._show_newest(run, todo):
                return 0
        here = [file for file in todo if not file.ordered and not (beside and self._may_leave(file))]
        if here and not self._rows_ready(todo):
            made = self._make(run, here)
        else:
            self._wait_for_some(run, todo)
            made = list(self._ready(todo))
        done = self._loading.take(run, made)
        run.number_attempts(self._query)
        self._loaded = time.monotonic()
        for file in {file.number: file for file, _ in made}.values():
            self._survey.tell(run, file)
        return done

    def _show_newest(self, run: RunIndex, todo: list[IndexedFile]) -> bool:
        """Shows the last lines of large files before their turn: the newest step is what most users look for.

        Returns whether there were any; there may be more files then.
        """
        left = sum(file.state.size - file.state.read_to for file in todo)
        made: list[tuple[IndexedFile, FinishedRange]] = []
        until = time.perf_counter() + _AT_ONCE
        for file in todo if left >= NEWEST_FROM else ():
            far = file.state.size - file.state.read_to > 2 * range_plan.FIRST_RANGE
            if far and not file.was_early and self._may_leave(file) and time.perf_counter() < until:
                file.was_early = True
                try:
                    at = last_line_range(
                        file.path, file.state.read_to, file.state.size, range_plan.FIRST_RANGE
                    )
                    if at is not None:
                        made.append((file, self._loading.build(RangeOrder(file.path, *at, file.known.spec))))
                except (OSError, EOFError):
                    continue  # its turn will come, and then it is said
        if made:
            self._loading.show_early(run, made)
        return bool(made)

    def _wait_for_some(self, run: RunIndex, todo: list[IndexedFile]) -> None:
        """Waits until the processes have made so much that loading it is worth while, or for a moment.

        They are given their next orders meanwhile, so none of them waits.
        """
        focus = self.registry.focus
        until = max(self._loaded + _EACH, time.monotonic() + _EACH / 10)
        while self._ahead.at_work and self._rows_ready(todo) < _ROWS:
            left = until - time.monotonic()
            if left <= 0 or self.registry.focus != focus:
                return
            self._ahead.wait(left)
            self._order(run, todo)

    def _rows_ready(self, todo: list[IndexedFile]) -> int:
        """Rows that could be loaded now; at least one for each part."""
        rows = 0
        for file in todo:
            for ticket, _ in file.ordered:
                made = self._ahead.look(ticket)
                if made is None:
                    break
                rows += max(1, made.built.part.samples if made.built else _ROWS)
        return rows

    def _is_worth_processes(self, run: RunIndex, todo: list[IndexedFile]) -> bool:
        if not run.indexed or not (self._ahead.room or self._ahead.at_work):
            return False
        left = sum(file.state.size - file.state.read_to for file in todo if self._may_leave(file))
        return left >= AHEAD_FROM or any(file.ordered for file in todo)

    def _may_leave(self, file: IndexedFile) -> bool:
        """Whether other processes can read the file: an archive is unpacked in this one."""
        return not is_packed(file.path) and file.waiting_at != file.state.size

    def _order(self, run: RunIndex, todo: list[IndexedFile]) -> None:
        """Gives the next ranges of a run to the processes, as far as they have room."""
        open_files = [file for file in todo if self._may_leave(file)]
        while open_files and self._ahead.room:
            file = min(open_files, key=lambda file: file.ordered_to / max(1, file.state.size))
            at = None
            try:
                at = self._range_of(file, file.ordered_to)
            except OSError as error:
                self._survey.fail(run, file, error)
            if at is None:
                if not file.ordered:
                    file.waiting_at = file.state.size
                open_files.remove(file)
                continue
            ticket = self._ahead.submit(RangeOrder(file.path, *at, file.known.spec))
            file.ordered.append((ticket, sum(at)))
            self._owners[ticket] = run, file

    def _ready(self, todo: Iterable[IndexedFile]) -> Iterable[tuple[IndexedFile, FinishedRange]]:
        """What the processes have made, as far as nothing before it in its file is missing."""
        for file in todo:
            while file.ordered and (made := self._ahead.take(file.ordered[0][0])) is not None:
                ticket, _ = file.ordered.popleft()
                del self._owners[ticket]
                yield file, made

    def _range_of(self, file: IndexedFile, start: int) -> tuple[int, int] | None:
        """The next range of a file from an offset on; None where no whole line is left."""
        if start >= file.state.size:
            return None
        return range_plan.next_range(file.path, start, file.state.size)

    def _make(self, run: RunIndex, files: list[IndexedFile]) -> list[tuple[IndexedFile, FinishedRange]]:
        """Builds the next range of each file in this process: one of a new run, else as many as a moment allows."""
        made: list[tuple[IndexedFile, FinishedRange]] = []
        until = time.perf_counter() + _AT_ONCE
        for file in files:
            try:
                file.state = with_unpacked_size(file.state, file.path)
                at = self._range_of(file, file.state.read_to)
                if at is None:
                    file.waiting_at = file.state.size
                    self._survey.tell(run, file)
                    continue
                made.append((file, self._loading.build(RangeOrder(file.path, *at, file.known.spec))))
            except OSError as error:
                self._survey.fail(run, file, error)
            except EOFError:
                file.waiting_at = file.state.size  # it shrank since the survey, which will tell
            if not run.samples or len(made) >= _MOST or time.perf_counter() > until:
                break
        return made

    def _load_kept(self, run: RunIndex, files: Iterable[IndexedFile]) -> int:
        """Loads parts of an earlier start; none of the run's logs is read before all of these are there."""
        kept = list(
            islice(((file, part) for file in files for part in file.to_load), _MOST if run.samples else 1)
        )
        done = self._loading.load_kept(run, kept)
        if not any(file.to_load for file in run.files.values()):
            run.number_attempts(self._query, again=bool(run.recalled))
        return done


def _in_turn(files: list[IndexedFile]) -> list[IndexedFile]:
    """Which files come next: those first that lag most, so that steps of all ranks become complete together.

    Of archives that may not all lie unpacked beside each other only one: so each is unpacked once.
    """
    archives = [file for file in files if file.state.packed >= 0 and not file.to_load]
    if sum(file.state.packed for file in archives) * _UNPACKED > BUDGET_BYTES:
        first = max(archives, key=lambda file: file.state.read_to)
        files = [file for file in files if file is first or file not in archives]
    return sorted(files, key=lambda file: file.ordered_to / max(1, file.state.size))
