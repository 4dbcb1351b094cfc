"""Loads parts into the table of their run: together where possible, else one by one, else in pieces."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.cache.manifest import CachedRange
from tensorboard_plugin_rlboard.index.cache.part_cache import PartCache
from tensorboard_plugin_rlboard.index.loadable_part import FileRange, LoadablePart
from tensorboard_plugin_rlboard.index.parts.range_builder import BuiltRange, RangeOrder, build_range
from tensorboard_plugin_rlboard.index.parts.worker_pool import FinishedRange
from tensorboard_plugin_rlboard.index.tables.problem_table import ProblemRow
from tensorboard_plugin_rlboard.index.update.discovery import Discovery
from tensorboard_plugin_rlboard.sources.fingerprints import fingerprint_of_bytes
from tensorboard_plugin_rlboard.sources.lines import byte_ranges, line_offsets
from tensorboard_plugin_rlboard.sources.reader import read_range

if TYPE_CHECKING:
    import duckdb

    from tensorboard_plugin_rlboard.index.run import RunIndex
    from tensorboard_plugin_rlboard.index.run_file import IndexedFile

logger = logging.getLogger(__name__)
_PIECES = 8
"""Into so many a range is cut that cannot be indexed whole, until the line is found that is to blame."""


class PartLoader:
    """Loads the parts of files, and advances the files by what is loaded. Used by the thread that indexes."""

    def __init__(
        self, folder: Path, cursor: duckdb.DuckDBPyConnection, cache: PartCache, discovery: Discovery
    ) -> None:
        """Loads nothing yet.

        Args:
            folder: where parts that are built here lie until they are loaded.
            cursor: of the query database.
            cache: keeps parts for the next start.
            discovery: is told which files cannot be read.
        """
        self._folder = folder
        self._cursor = cursor
        self._cache = cache
        self._discovery = discovery
        self._built = 0

    def build(self, order: RangeOrder, data: bytes | None = None) -> FinishedRange:
        """Builds a range in this process; `built` is None where that fails, except for reading it.

        Args:
            order: the range.
            data: its bytes where they were read already.

        Raises:
            EOFError: the file is shorter than the range.
            OSError: it cannot be read.
        """
        self._built += 1
        target = self._folder / f"here-{self._built}.parquet"
        try:
            # What another process was given may be gone by now; the reader unpacks it again.
            return FinishedRange(order, build_range(replace(order, plain_path=""), target, data), target)
        except (OSError, EOFError):
            raise
        except Exception as error:  # noqa: BLE001 (whatever a log made a library raise must not end the indexing)
            return FinishedRange(order, None, target, error)

    def load_built(self, run: RunIndex, finished: Sequence[tuple[IndexedFile, FinishedRange]]) -> int:
        """Loads ranges that were built, those of one file in its order; returns the bytes they stand for."""
        if len(finished) > 1 and all(one.built is not None for _, one in finished) and _has_no_gap(finished):
            try:
                return self._load_together(run, finished)
            except Exception as error:  # noqa: BLE001 (one by one it will be seen which of them it was)
                logger.info("Parts could not be loaded together: %s", error)
        size = 0
        for file, one in finished:
            if one.order.offset != file.state.read_to:  # something before it could not be read
                one.parquet.unlink(missing_ok=True)
                continue
            try:
                size += self._load_alone(run, file, one)
            except OSError as error:
                self._discovery.note_reading_failed(run, file, error)
            except EOFError:
                file.wait_for_more()  # it shrank since the scan; the next one says so
        return size

    def show_early(self, run: RunIndex, finished: Sequence[tuple[IndexedFile, FinishedRange]]) -> None:
        """Loads the last lines of files before their turn; when that comes they are replaced."""
        parts = [
            LoadablePart(file, FileRange(one.order.offset, one.order.length, 0), one.built.part, one.parquet)
            for file, one in finished
            if one.built is not None
        ]
        try:
            run.add_parts(self._cursor, parts, early=True)
        except Exception as error:  # noqa: BLE001 (their turn comes, and then it will be seen what is wrong)
            logger.info("The last lines of some files are not shown early: %s", error)
        for _, one in finished:
            one.parquet.unlink(missing_ok=True)

    def adopt(self, run: RunIndex, file: IndexedFile, *, reload: bool = False) -> bool:
        """Takes over what another process has built of a file from where it is read to; whether there was anything.

        Args:
            run: the run.
            file: a file of the run.
            reload: whether to look for what was built since the last look; else only what is known is taken.
        """
        adopted = None if file.to_load else self._cache.adopt(file.path, file.state, reload=reload)
        if adopted is None:
            return False
        file.adopt(*adopted)
        run.invalidate_run_results()
        return True

    def load_cached(self, run: RunIndex, cached: Sequence[tuple[IndexedFile, CachedRange]]) -> int:
        """Loads parts of an earlier start; returns the bytes they stand for.

        Where a part is gone, damaged or not of these bytes, its file is read from there on.
        """
        fetched: list[tuple[LoadablePart, BuiltRange]] = []
        lost: dict[IndexedFile, None] = {}
        newlines = {file: file.newlines for file, _ in cached}
        for file, at in cached:
            found = None if file in lost else self._cache.fetch(self._cursor, file.path, at)
            if found is None:
                lost[file] = None
                continue
            built, rows = found
            where = FileRange(at.offset, at.length, newlines[file])
            newlines[file] += built.part.newlines
            fetched.append((LoadablePart(file, where, built.part, rows), built))
        try:
            run.add_parts(self._cursor, [loadable for loadable, _ in fetched], cached=True)
        except Exception as error:  # noqa: BLE001 (a damaged part may raise anything; the log itself is still there)
            if len(cached) > 1:
                return sum(self.load_cached(run, [pair]) for pair in cached if _is_next(run, *pair))
            logger.info("A kept part is built again: %s", error)
            fetched, lost = [], {file: None for file, _ in cached}
        for loadable, built in fetched:
            file = loadable.file
            file.note_cached_part_loaded(built.part.newlines)
            self._cache.note_loaded(file.path, file.state, built.fingerprint, loadable.parquet)
        for file in lost:
            self._drop_lost(run, file)
        return sum(loadable.range.length for loadable, _ in fetched)

    def read_again(self, run: RunIndex) -> None:
        """Has every file of a run read from its first byte on: its rows are lost."""
        run.create(self._cursor)
        for file in tuple(run.files.values()):
            run.remove_file(
                self._cursor, file.relative, replace(file.state, read_to=0, first=None, last=None)
            )

    def _drop_lost(self, run: RunIndex, file: IndexedFile) -> None:
        """Has a file read from where its next part is lost: from there on, or from its first byte."""
        left = self._cache.drop_from(file.path, file.state, file.to_load[0].offset)
        if left is not None:
            file.drop_unloaded(*left)
            run.invalidate_run_results()
            return
        run.remove_file(self._cursor, file.relative, replace(file.state, read_to=0, first=None, last=None))

    def _load_alone(self, run: RunIndex, file: IndexedFile, finished: FinishedRange) -> int:
        """Loads one range: built again here where another process failed, in pieces where that fails as well."""
        error = finished.error
        if finished.built is not None:
            try:
                return self._load_together(run, [(file, finished)])
            except Exception as failure:  # noqa: BLE001 (see build)
                error = failure
        finished.parquet.unlink(missing_ok=True)
        if error is None:
            return self._load_alone(run, file, self.build(finished.order))
        return self._load_in_pieces(run, file, finished.order, error)

    def _load_in_pieces(self, run: RunIndex, file: IndexedFile, order: RangeOrder, error: Exception) -> int:
        data = read_range(order.path, order.offset, order.length)
        if len(line_offsets(data, 0)[0]) <= 1:
            self._skip_line(run, file, data, order.offset, error)
            return order.length
        logger.warning("RL Board reads a range of %s in smaller pieces: %s", file.relative, error)
        end = order.offset + order.length
        while (start := file.state.read_to) < end:
            # The last line may lack its end, and is in none of the ranges then.
            length = next(
                (n for _, n in byte_ranges(order.path, start, end, order.length // _PIECES)), end - start
            )
            self._load_alone(run, file, self.build(replace(order, offset=start, length=length)))
        return order.length

    def _skip_line(
        self, run: RunIndex, file: IndexedFile, data: bytes, offset: int, error: Exception
    ) -> None:
        """Adds a problem for a line that cannot be indexed, and goes on behind it."""
        logger.error("RL Board cannot index a line of %s", file.relative, exc_info=error)
        starts, _ = line_offsets(data, 0)
        first = int(starts[0]) if len(starts) else 0
        reason = f"The line could not be indexed ({type(error).__name__}); it is left out."
        line = file.newlines + 1 + data.count(b"\n", 0, first)
        run.add_problems(
            self._cursor, [ProblemRow(file.relative, line, offset + first, "not_indexed", reason)]
        )
        file.advance(fingerprint_of_bytes(data, offset), data.count(b"\n"))

    def _load_together(self, run: RunIndex, finished: Sequence[tuple[IndexedFile, FinishedRange]]) -> int:
        """Loads built ranges together, all or none, and keeps them for the next start."""
        loadable: list[tuple[BuiltRange, LoadablePart]] = []
        newlines = {file: file.newlines for file, _ in finished}
        for file, one in finished:
            assert one.built is not None  # noqa: S101 (whoever calls has looked)
            where = FileRange(one.order.offset, one.order.length, newlines[file])
            newlines[file] += one.built.part.newlines
            loadable.append((one.built, LoadablePart(file, where, one.built.part, one.parquet)))
        run.add_parts(self._cursor, [part for _, part in loadable])
        for built, part in loadable:
            file = part.file
            file.advance(built.fingerprint, built.part.newlines)
            cached = self._cache.store(file.path, file.format, file.state, built, part.parquet)
            if cached:
                file.note_range_cached(cached)
            part.parquet.unlink(missing_ok=True)
        return sum(part.range.length for _, part in loadable)


def _is_next(run: RunIndex, file: IndexedFile, cached: CachedRange) -> bool:
    """Whether a cached part is still the next one of its file."""
    return run.files.get(file.relative) is file and bool(file.to_load) and file.to_load[0] is cached


def _has_no_gap(finished: Sequence[tuple[IndexedFile, FinishedRange]]) -> bool:
    """Whether each range begins where its file's last one ends."""
    ends: dict[IndexedFile, int] = {}
    for file, one in finished:
        if one.order.offset != ends.get(file, file.state.read_to):
            return False
        ends[file] = one.order.offset + one.order.length
    return True
