"""Side files (reference answers and scores): where they lie, how far they are read, and what was wrong with their lines."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.joins.side_rows import SideKind, SideReader
from tensorboard_plugin_rlboard.index.joins.side_table import SideTable
from tensorboard_plugin_rlboard.index.parts import range_plan
from tensorboard_plugin_rlboard.index.tables.problem_table import ProblemRow
from tensorboard_plugin_rlboard.sources.file_changes import (
    Change,
    FileState,
    compare,
    fingerprint_of_bytes,
    with_range_read,
    with_unpacked_size,
)
from tensorboard_plugin_rlboard.sources.reader import read_range
from tensorboard_plugin_rlboard.texts import plural

if TYPE_CHECKING:
    import duckdb

    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile

logger = logging.getLogger(__name__)
RANGE = 16 * 1024 * 1024
"""Bytes that are read at once."""
_MAX_LISTED = 20
"""Problems of a file that are listed one by one."""


@dataclass(eq=False)
class SideFile:
    """One side file, and how far it is read.

    Attributes:
        path, relative: where it lies.
        state: what its bytes were at the last look, and how far they are read.
        reader: reads its lines.
        lines: lines up to there.
        waiting_at: size at which nothing but a half-written line was left.
        problems: lines that could not be used, as far as they are listed; `unlisted_problems` counts the others.
        read_error: why it cannot be read, else empty.
    """

    path: str
    relative: str
    state: FileState
    reader: SideReader
    lines: int = 0
    waiting_at: int = -1
    problems: list[ProblemRow] = field(default_factory=list)
    unlisted_problems: int = 0
    read_error: str = ""

    @property
    def pending(self) -> bool:
        """Whether bytes are left that may hold a whole line."""
        return self.state.read_to < self.state.size and self.waiting_at != self.state.size


@dataclass(eq=False)
class SideGroup:
    """The side files of one kind in one folder, or one that the settings name: together they are one side of joins.

    Attributes:
        kind: what they hold.
        folder: TensorBoard's name of the folder that they lie in: they are for the runs at and below it. Empty for a
            file that settings name.
        table: their rows.
        files: path below the log directory -> file.
    """

    kind: SideKind
    folder: str
    table: SideTable
    files: dict[str, SideFile] = field(default_factory=dict)

    @property
    def pending(self) -> bool:
        """Whether lines may be left to read."""
        return any(file.pending for file in self.files.values())

    @property
    def first_file(self) -> str:
        """The file that is named in problems that all of them share."""
        return min(self.files, default="")

    @property
    def source(self) -> str:
        """Where it comes from, for the user."""
        more = len(self.files) - 1
        return f"{self.first_file} and {more} more" if more > 0 else self.first_file

    def is_for(self, run_name: str) -> bool:
        """Whether a run is one of those that the files are for."""
        if self.folder in {".", run_name}:
            return True
        return bool(self.folder) and run_name.startswith(self.folder.removesuffix("/.").rstrip("/") + "/")

    def add(self, file: SourceFile, now_ns: int) -> None:
        """Adds a file, to be read from its first line.

        Args:
            file: the file.
            now_ns: the present time, nanoseconds since 1970.
        """
        state = compare(None, file, now_ns).state
        if state is not None:
            self.files[file.relative] = SideFile(file.path, file.relative, state, SideReader(self.kind))

    def check(
        self, cursor: duckdb.DuckDBPyConnection, relative: str, source: SourceFile | None, now_ns: int
    ) -> None:
        """Looks at a file again: more of it may be there, or it may be another or gone.

        Args:
            cursor: of the query database.
            relative: the file.
            source: the file as the walk has found it, None where it has not.
            now_ns: the present time, nanoseconds since 1970.
        """
        file = self.files[relative]
        seen = compare(file.state, source, now_ns)
        if seen.change is Change.UNREADABLE:
            file.read_error = seen.reason
        elif seen.change in {Change.VANISHED, Change.REWRITTEN} or seen.state is None:
            # A file that was rewritten is classified anew: it may be another one now.
            self.table.remove_file(cursor, relative)
            del self.files[relative]
        else:
            file.state = seen.state
            if file.read_error:
                file.read_error, file.waiting_at = "", -1

    def read_next_range(self, cursor: duckdb.DuckDBPyConnection) -> int:
        """Reads the next range of the first file that has one; returns its bytes."""
        file = min((file for file in self.files.values() if file.pending), key=lambda file: file.relative)
        try:
            return self._read(cursor, file)
        except OSError as error:
            reason = f"{error.strerror or type(error).__name__}."
        except Exception as error:  # whatever a file made a library raise must not end the indexing
            logger.exception("RL Board cannot read %s", file.relative)
            reason = f"{type(error).__name__} at byte {file.state.read_to}."
        file.read_error = reason
        file.waiting_at = file.state.size
        return 0

    def _read(self, cursor: duckdb.DuckDBPyConnection, file: SideFile) -> int:
        file.state = with_unpacked_size(file.state, file.path)
        at = range_plan.next_range(file.path, file.state.read_to, file.state.size, RANGE)
        data = b"" if at is None else read_range(file.path, *at)
        if at is None or len(data) < at[1]:  # half a line, or it shrank, which the next look will tell
            file.waiting_at = file.state.size
            return 0
        lines = data.split(b"\n")
        rows = file.reader.read(lines)
        self.table.add(cursor, file.relative, rows, file.lines)
        for problem in rows.problems:
            if len(file.problems) < _MAX_LISTED:
                line = file.lines + problem.line + 1
                file.problems.append(ProblemRow(file.relative, line, None, problem.kind, problem.reason))
            else:
                file.unlisted_problems += 1
        file.lines += len(lines) - 1
        file.state = with_range_read(file.state, fingerprint_of_bytes(data, at[0]))
        return at[1]

    def problem_rows(self, conflicts: int) -> list[ProblemRow]:
        """The problems of the files.

        Args:
            conflicts: how many lines have a key that an earlier line has with other values.
        """
        rows: list[ProblemRow] = []
        for file in self.files.values():
            rows += file.problems
            if file.unlisted_problems:
                more = file.unlisted_problems
                reason = (
                    f"{more} more {plural(more, 'line', 'lines')} of this file could not be used and "
                    f"{plural(more, 'is', 'are')} not listed one by one."
                )
                rows.append(ProblemRow(file.relative, None, None, "further_problems", reason, more - 1))
            if file.read_error:
                reason = f"It cannot be read, so less is joined than could be: {file.read_error}"
                rows.append(ProblemRow(file.relative, None, None, "unreadable", reason))
        if conflicts:
            reason = (
                f"{conflicts} {plural(conflicts, 'line', 'lines')} {plural(conflicts, 'says', 'say')} something else for a {'prompt' if self.kind == 'reference' else 'sample'} that "
                "an earlier line has: the first line counts. Leave one line for each of them."
            )
            rows.append(ProblemRow(self.first_file, None, None, "repeated_key", reason))
        return rows
