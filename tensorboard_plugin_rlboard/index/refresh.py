"""Rounds of indexing: a survey of the files, then their new ranges one by one, in the order in which users need them."""

from __future__ import annotations

import json
import logging
import time
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.ahead import MOST_WORKERS, Ahead
from tensorboard_plugin_rlboard.index.columns import physical
from tensorboard_plugin_rlboard.index.keys import Keys
from tensorboard_plugin_rlboard.index.ranges import Order, build_range, read
from tensorboard_plugin_rlboard.index.run import IndexedFile, Range, RunIndex
from tensorboard_plugin_rlboard.index.shelf import Shelf
from tensorboard_plugin_rlboard.index.sniff import sniff
from tensorboard_plugin_rlboard.index.statistics import STORED
from tensorboard_plugin_rlboard.sources.access import damage, is_packed
from tensorboard_plugin_rlboard.sources.lines import byte_ranges, closed_tail, line_starts
from tensorboard_plugin_rlboard.sources.tail import Change, advance, fingerprint_of, look, measure
from tensorboard_plugin_rlboard.sources.walk import SourceFile, scan

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.index.registry import Registry

logger = logging.getLogger(__name__)
FIRST_RANGE = 2 * 1024 * 1024
RANGE = 64 * 1024 * 1024
AHEAD_FROM = 96 * 1024 * 1024
"""Bytes left of a run from which processes of their own are worth their start (half a second each)."""


class Refresh:
    """Does the indexing for a registry. Used by one thread."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._query = registry.engine.query()
        self._ingest = registry.engine.ingest()
        self._ahead = Ahead(registry.engine.folder)
        self._shelf = Shelf(registry.cache)
        self._ignored: dict[str, tuple[int, int]] = {}
        self._unread: set[tuple[str, str]] = set()
        self._damaged: dict[str, str] = {}

    def rest(self) -> None:
        """Ends the processes that build ahead: nothing is left to do, and idle ones would keep their memory."""
        self._ahead.close()

    def survey(self) -> None:
        """Looks at every file below the roots: new, grown, rewritten or gone."""
        found = scan(self.registry.roots)
        present = {file.relative: file for files in found.runs.values() for file in files}
        for run in tuple(self.registry.runs.values()):
            for relative in tuple(run.files):
                self._look(run, run.files[relative], present.get(relative))
        known = {relative for run in self.registry.runs.values() for relative in run.files}
        for file in present.values():
            if file.relative not in known:
                self._meet(file)
        for relative in set(self._ignored) - set(present):
            del self._ignored[relative]
        gone = set(self.registry.ignored) - set(present)
        unreadable = {problem.path: problem.reason for problem in found.problems}
        self.registry.surveyed(gone, unreadable)
        if self.registry.surveys == 1:
            for run in self.registry.runs.values():
                run.recalled = run.kept_digest()

    def _look(self, run: RunIndex, file: IndexedFile, now: SourceFile | None) -> None:
        seen = look(file.state, now, time.time_ns())
        if seen.change in {Change.UNCHANGED, Change.APPENDED} and seen.state is not None:
            if seen.state.size != file.state.size:
                self.registry.changed()
            file.state = seen.state
            if (run.name, file.relative) in self._unread:
                file.waiting_at = -1  # reading failed; it goes on now
            self._tell(run, file)
            return
        if seen.change is Change.UNREADABLE:
            self._fail(run, file, seen.reason)
            self.registry.changed()
            return
        run.forget(self._query, file.relative)
        self._damaged.pop(file.relative, None)
        run.number_attempts(self._query)
        if seen.change is Change.VANISHED:
            reason = "The file was there and is gone; its samples are no longer shown."
            run.note(self._query, [(file.relative, None, None, "vanished", reason)])
        elif seen.state is not None:
            run.add_file(file.path, file.relative, file.known, seen.state)
        self.registry.changed()

    def _meet(self, file: SourceFile) -> None:
        """A file that is not indexed yet: told by its first complete rows, never by its name."""
        facts = (file.size, file.mtime_ns)
        if self._ignored.get(file.relative) == facts:
            return
        if self._recall(file):
            return
        self._ignored[file.relative] = facts
        try:
            known, reason = sniff(file.path)
        except OSError as error:
            known, reason = None, f"It cannot be read: {error.strerror or error}."
            del self._ignored[file.relative]  # so that the next look tries again
        if known is None:
            self.registry.ignore(file.relative, reason)
            return
        state = look(None, file, time.time_ns()).state
        if state is not None:
            del self._ignored[file.relative]
            run = self.registry.run_of(file.run, self._query)
            run.forgive(self._query, file.relative)
            run.add_file(file.path, file.relative, known, state)
            self.registry.welcome(file.relative)

    def _recall(self, file: SourceFile) -> bool:
        """Whether an earlier start has indexed the file: then its parts are loaded, and none of it is read."""
        recalled = self._shelf.recall(file)
        if recalled is None:
            return False
        known, state, manifest = recalled
        run = self.registry.run_of(file.run, self._query)
        self._shelf.place(run.add_file(file.path, file.relative, known, state), manifest)
        self.registry.welcome(file.relative)
        return True

    def index_one(self) -> bool:
        """Indexes the next range; False where nothing is left but half-written lines."""
        pending = [run for run in tuple(self.registry.runs.values()) if run.pending]
        if not pending:
            return False
        focus = self.registry.focus
        run = min(pending, key=lambda run: (run.name != focus, run.indexed > 0, run.name))
        # The file that lags most: steps of all ranks become complete together.
        file = min(
            (f for f in run.files.values() if f.pending), key=lambda f: f.loaded_to / max(1, f.state.size)
        )
        start = time.perf_counter()
        try:
            if file.to_load:
                done = self._shelf.load(self._query, run, file)
            else:
                self._order_ahead(run)
                done = self._next(run, file, FIRST_RANGE if file.state.read_to == 0 else RANGE)
        except OSError as error:
            self._fail(run, file, f"{error.strerror or error}.")
            file.waiting_at = file.state.size
            done = 0
        else:
            self._tell(run, file)
        self.registry.indexed(run, done, time.perf_counter() - start)
        return True

    def _fail(self, run: RunIndex, file: IndexedFile, reason: str) -> None:
        """Says that a file cannot be read for now."""
        run.message = f"{file.relative} cannot be read: {reason}"
        self._unread.add((run.name, file.relative))

    def _tell(self, run: RunIndex, file: IndexedFile) -> None:
        """Says, once all that can be read of a file is indexed, what of an archive cannot, or takes both back."""
        if file.pending:
            return
        if (run.name, file.relative) in self._unread:
            self._unread.discard((run.name, file.relative))
            if not any(name == run.name for name, _ in self._unread):
                run.message = ""
                self.registry.changed()
        reason = damage(file.path) if is_packed(file.path) else ""
        if self._damaged.get(file.relative, "") != reason:
            self._damaged[file.relative] = reason
            run.forgive(self._query, file.relative, "damaged_archive")
            if reason:
                run.note(self._query, [(file.relative, None, None, "damaged_archive", reason)])
            self.registry.changed()

    def _next(self, run: RunIndex, file: IndexedFile, target: int) -> int:
        """Indexes one range of about `target` bytes; returns the bytes it took."""
        file.state = measure(file.state, file.path)
        at = next(byte_ranges(file.path, file.state.read_to, file.state.size, target), None) or closed_tail(
            file.path, file.state.read_to, file.state.size
        )
        if at is None:
            file.waiting_at = file.state.size
            return 0
        order = Order(file.path, *at, file.known.name, run.keys)
        earlier, taken = run.keys, Range(at[0], at[1], file.newlines)
        parquet = self.registry.engine.folder / "range.parquet"
        try:
            found = self._ahead.take(order)
            built, parquet = found or (build_range(self._ingest, order, parquet), parquet)
            run.keys = earlier | built.keys
            run.add(self._query, file, built.part, parquet, taken)
            self._shelf.keep(file, order, built, parquet, taken)
        except OSError:
            raise  # the run says so
        except EOFError:
            file.waiting_at = file.state.size  # it shrank since the survey, which will tell
            return 0
        except Exception as error:  # noqa: BLE001 (whatever a log made a library raise must not end the indexing)
            run.keys = earlier  # so that the pieces learn them anew, and earlier ranges are read again
            pieces = at[1] // 8
            if self._is_one_line(file, at):
                self._leave_out(run, file, at, error)
                return at[1]
            logger.warning("RL Board reads a range of %s in smaller pieces: %s", file.relative, error)
            return self._next(run, file, max(1, min(target // 8, pieces)))
        finally:
            parquet.unlink(missing_ok=True)
        file.state = advance(file.state, built.fingerprint)
        self._shelf.save(file)
        if run.keys != earlier and run.samples > built.part.samples:
            self._read_again(run, taken, file, earlier)
        run.number_attempts(self._query)
        return at[1]

    def _is_one_line(self, file: IndexedFile, at: tuple[int, int]) -> bool:
        return len(line_starts(read(file.path, *at), 0)[0]) <= 1

    def _leave_out(self, run: RunIndex, file: IndexedFile, at: tuple[int, int], error: Exception) -> None:
        """Names a line that cannot be indexed, and goes on behind it."""
        logger.error("RL Board cannot index a line of %s", file.relative, exc_info=error)
        data = read(file.path, *at)
        starts, _ = line_starts(data, 0)
        first = int(starts[0]) if len(starts) else 0
        reason = f"The line could not be indexed ({type(error).__name__}); it is left out."
        line = file.newlines + 1 + data.count(b"\n", 0, first)
        run.note(self._query, [(file.relative, line, at[0] + first, "not_indexed", reason)])
        file.newlines += data.count(b"\n")
        file.state = advance(file.state, fingerprint_of(data, at[0]))

    def _order_ahead(self, run: RunIndex) -> None:
        """Gives the next ranges of a run to the processes beside this one, where enough is left to be worth them."""
        orders: list[Order] = []
        if run.indexed > 0 and (self._ahead.busy or run.size - run.indexed >= AHEAD_FROM):
            at = {
                file.relative: file.state.read_to
                for file in run.files.values()
                if file.pending and not file.to_load and not is_packed(file.path)
            }
            for _ in range(MOST_WORKERS):
                file = min(
                    (run.files[name] for name in at),
                    key=lambda file: at[file.relative] / max(1, file.state.size),
                    default=None,
                )
                if file is None:
                    break
                target = FIRST_RANGE if at[file.relative] == 0 else RANGE
                found = next(byte_ranges(file.path, at[file.relative], file.state.size, target), None)
                if found is None:
                    del at[file.relative]
                    continue
                orders.append(Order(file.path, *found, file.known.name, run.keys))
                at[file.relative] = sum(found)
        self._ahead.forget(orders)
        self._ahead.submit(orders)

    def _build(self, run: RunIndex, file: IndexedFile, at: Range) -> None:
        """Builds a range that is in the index once more, with the keys of today."""
        parquet = self.registry.engine.folder / "range.parquet"
        order = Order(file.path, at.offset, at.length, file.known.name, run.keys)
        built = build_range(self._ingest, order, parquet)
        run.add(self._query, file, built.part, parquet, at)
        self._shelf.renew(file, order, built, parquet)
        parquet.unlink(missing_ok=True)

    def _read_again(self, run: RunIndex, newest: Range, owner: IndexedFile, earlier: Keys) -> None:
        """A key that was not known before may stand in lines read without it: their ranges are read again."""
        now, before = (k.numbers | k.texts | k.arrays for k in (run.keys, earlier))
        retyped = (run.keys.texts & (earlier.numbers | earlier.arrays)) | (run.keys.arrays & earlier.numbers)
        needles = [
            json.dumps(key, ensure_ascii=e).encode()
            for key in (now - before) | retyped
            for e in (True, False)
        ]
        for file in run.files.values():
            for at in tuple(file.ranges):
                if (file, at) == (owner, newest):
                    continue
                data = read(file.path, at.offset, at.length)
                if len(data) == at.length and any(needle in data for needle in needles):
                    self._build(run, file, at)
        statistics = {f"{key}_{name}" for key in run.keys.texts & earlier.arrays for name in STORED}
        run.drop({physical("m", name) for name in retyped | statistics})
