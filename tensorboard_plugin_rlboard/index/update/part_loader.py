"""Ranges brought into the table of their run, whatever happens: together where it can be, else one by one, in pieces."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.build.range_builder import BuiltRange, RangeOrder, build_range, read
from tensorboard_plugin_rlboard.index.build.worker_pool import FinishedRange
from tensorboard_plugin_rlboard.index.cache.manifest import CachedRange
from tensorboard_plugin_rlboard.index.cache.part_cache import PartCache
from tensorboard_plugin_rlboard.index.run import Arrived, IndexedFile, Range, RunIndex
from tensorboard_plugin_rlboard.index.update.discovery import Discovery
from tensorboard_plugin_rlboard.sources.file_changes import fingerprint_of_bytes, with_range_read
from tensorboard_plugin_rlboard.sources.lines import byte_ranges, line_offsets

if TYPE_CHECKING:
    import duckdb

logger = logging.getLogger(__name__)
_PIECES = 8


class PartLoader:
    """Loads parts for the thread that indexes."""

    def __init__(
        self, folder: Path, cursor: duckdb.DuckDBPyConnection, shelf: PartCache, survey: Discovery
    ) -> None:
        """Loads with a cursor of the query database; parts built here are written to `folder` until then."""
        self._folder = folder
        self._cursor = cursor
        self._shelf = shelf
        self._survey = survey
        self._parts = 0

    def build(self, order: RangeOrder) -> FinishedRange:
        """Builds a range in this process; `built` is None where that fails, except for reading it.

        Raises:
            EOFError: the file is shorter than the range.
            OSError: it cannot be read.
        """
        self._parts += 1
        target = self._folder / f"here-{self._parts}.parquet"
        try:
            return FinishedRange(order, build_range(order, target), target)
        except (OSError, EOFError):
            raise
        except Exception as error:  # noqa: BLE001 (whatever a log made a library raise must not end the indexing)
            return FinishedRange(order, None, target, error)

    def take(self, run: RunIndex, made: Sequence[tuple[IndexedFile, FinishedRange]]) -> int:
        """Brings ranges into the table, those of one file in its order; returns the bytes they stand for."""
        if len(made) > 1 and all(one.built is not None for _, one in made) and _follow(made):
            try:
                return self._load(run, made)
            except Exception as error:  # noqa: BLE001 (one by one it will be seen which of them it was)
                logger.info("Parts could not be loaded together: %s", error)
        done = 0
        for file, one in made:
            if one.order.offset != file.state.read_to:  # something before it could not be read
                one.parquet.unlink(missing_ok=True)
                continue
            try:
                done += self._take_one(run, file, one)
            except OSError as error:
                self._survey.fail(run, file, error)
            except EOFError:
                file.waiting_at = file.state.size  # it shrank since the survey, which will tell
        return done

    def show_early(self, run: RunIndex, made: Sequence[tuple[IndexedFile, FinishedRange]]) -> None:
        """Loads the last lines of files before their turn; when that comes they are replaced."""
        arrived = [
            Arrived(file, Range(one.order.offset, one.order.length, 0), one.built.part, one.parquet)
            for file, one in made
            if one.built is not None
        ]
        try:
            run.add(self._cursor, arrived, early=True)
        except Exception as error:  # noqa: BLE001 (their turn comes, and then it will be seen what is wrong)
            logger.info("The last lines of some files are not shown early: %s", error)
        for _, one in made:
            one.parquet.unlink(missing_ok=True)

    def load_kept(self, run: RunIndex, kept: Sequence[tuple[IndexedFile, CachedRange]]) -> int:
        """Loads parts of an earlier start; returns the bytes they stand for.

        Where a part is gone, damaged or not of these bytes, its file is read from there on.
        """
        arrived: list[tuple[Arrived, BuiltRange]] = []
        lost: dict[int, IndexedFile] = {}
        newlines = {file.number: file.newlines for file, _ in kept}
        for file, part in kept:
            found = None if file.number in lost else self._shelf.fetch(self._cursor, file.path, part)
            if found is None:
                lost[file.number] = file
                continue
            built, rows = found
            at = Range(part.offset, part.length, newlines[file.number])
            newlines[file.number] += built.part.newlines
            arrived.append((Arrived(file, at, built.part, rows), built))
        try:
            run.add(self._cursor, [one for one, _ in arrived], kept=True)
        except Exception as error:  # noqa: BLE001 (a damaged part may raise anything; the log itself is still there)
            if len(kept) > 1:
                return sum(self.load_kept(run, [one]) for one in kept if _is_next(run, *one))
            logger.info("A kept part is built again: %s", error)
            arrived, lost = [], {file.number: file for file, _ in kept}
        for one, built in arrived:
            one.file.to_load.popleft()
            one.file.newlines = one.at.newlines + one.part.newlines
            self._shelf.loaded(one.file.path, one.file.state, built.fingerprint, one.parquet)
        for file in lost.values():
            left = self._shelf.drop_from(file.path, file.state, file.to_load[0].offset)
            if left is not None:
                file.state, file.cached = left
                file.to_load.clear()
                run.outdate()
                continue
            run.forget(self._cursor, file.relative)
            state = replace(file.state, read_to=0, first=None, last=None)
            run.add_file(file.path, file.relative, file.known, state)
        return sum(one.at.length for one, _ in arrived)

    def _take_one(self, run: RunIndex, file: IndexedFile, one: FinishedRange) -> int:
        """One range, built again here where another process failed, and in pieces where that fails as well."""
        error = one.error
        if one.built is not None:
            try:
                return self._load(run, [(file, one)])
            except Exception as failure:  # noqa: BLE001 (see build)
                error = failure
        one.parquet.unlink(missing_ok=True)
        if error is None:
            return self._take_one(run, file, self.build(one.order))
        return self._in_pieces(run, file, one.order, error)

    def _in_pieces(self, run: RunIndex, file: IndexedFile, order: RangeOrder, error: Exception) -> int:
        data = read(order.path, order.offset, order.length)
        if len(line_offsets(data, 0)[0]) <= 1:
            self._leave_out(run, file, data, order.offset, error)
            return order.length
        logger.warning("RL Board reads a range of %s in smaller pieces: %s", file.relative, error)
        end = order.offset + order.length
        while (start := file.state.read_to) < end:
            # The last line may lack its end, and is in none of the ranges then.
            length = next(
                (n for _, n in byte_ranges(order.path, start, end, order.length // _PIECES)), end - start
            )
            self._take_one(run, file, self.build(replace(order, offset=start, length=length)))
        return order.length

    def _leave_out(
        self, run: RunIndex, file: IndexedFile, data: bytes, offset: int, error: Exception
    ) -> None:
        """Names a line that cannot be indexed, and goes on behind it."""
        logger.error("RL Board cannot index a line of %s", file.relative, exc_info=error)
        starts, _ = line_offsets(data, 0)
        first = int(starts[0]) if len(starts) else 0
        reason = f"The line could not be indexed ({type(error).__name__}); it is left out."
        line = file.newlines + 1 + data.count(b"\n", 0, first)
        run.note(self._cursor, [(file.relative, line, offset + first, "not_indexed", reason)])
        file.newlines += data.count(b"\n")
        file.state = with_range_read(file.state, fingerprint_of_bytes(data, offset))

    def _load(self, run: RunIndex, made: Sequence[tuple[IndexedFile, FinishedRange]]) -> int:
        """Loads built ranges together, all or none, and keeps them for the next start."""
        arrived: list[tuple[FinishedRange, BuiltRange, Arrived]] = []
        newlines = {file.number: file.newlines for file, _ in made}
        for file, one in made:
            assert one.built is not None  # noqa: S101 (whoever calls has looked)
            at = Range(one.order.offset, one.order.length, newlines[file.number])
            newlines[file.number] += one.built.part.newlines
            arrived.append((one, one.built, Arrived(file, at, one.built.part, one.parquet)))
        run.add(self._cursor, [found for _, _, found in arrived])
        for one, built, found in arrived:
            file = found.file
            file.newlines += built.part.newlines
            file.state = with_range_read(file.state, built.fingerprint)
            file.cached = self._shelf.store(file.path, file.known, file.state, built, one.parquet)
            one.parquet.unlink(missing_ok=True)
        return sum(one.order.length for one, _, _ in arrived)


def _is_next(run: RunIndex, file: IndexedFile, part: CachedRange) -> bool:
    """Whether a kept part is still the next one of its file."""
    return run.files.get(file.relative) is file and bool(file.to_load) and file.to_load[0] is part


def _follow(made: Sequence[tuple[IndexedFile, FinishedRange]]) -> bool:
    """Whether each range begins where its file's last one ends."""
    ends: dict[int, int] = {}
    for file, one in made:
        if one.order.offset != ends.get(file.number, file.state.read_to):
            return False
        ends[file.number] = one.order.offset + one.order.length
    return True
