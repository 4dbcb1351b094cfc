"""Side files: where they lie, how far they are read, and what was wrong with their lines."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.build import range_plan
from tensorboard_plugin_rlboard.index.build.range_builder import read
from tensorboard_plugin_rlboard.index.joins.side_rows import Kind, SideReader
from tensorboard_plugin_rlboard.index.joins.side_table import SideTable
from tensorboard_plugin_rlboard.index.tables.problem_table import ProblemRow
from tensorboard_plugin_rlboard.sources.file_changes import (
    Change,
    FileState,
    compare,
    fingerprint_of_bytes,
    with_range_read,
    with_unpacked_size,
)

if TYPE_CHECKING:
    import duckdb

    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile

logger = logging.getLogger(__name__)
RANGE = 16 * 1024 * 1024
"""Bytes that are read at once."""
_NAMED = 20
"""Problems of a file that are named one by one."""


@dataclass(eq=False)
class SideFile:
    """One side file, and how far it is read.

    Attributes:
        path, relative: where it lies.
        state: what its bytes were at the last look, and how far they are read.
        reader: reads its lines.
        lines: lines up to there.
        waiting_at: size at which nothing but a half-written line was left.
        problems: what could not be used, as far as it is named; `further` counts the others.
        trouble: why it cannot be read, else empty.
    """

    path: str
    relative: str
    state: FileState
    reader: SideReader
    lines: int = 0
    waiting_at: int = -1
    problems: list[ProblemRow] = field(default_factory=list)
    further: int = 0
    trouble: str = ""

    @property
    def pending(self) -> bool:
        """Whether bytes are left that may hold a whole line."""
        return self.state.read_to < self.state.size and self.waiting_at != self.state.size


@dataclass(eq=False)
class Group:
    """The side files of one kind in one folder, or one that the settings name: together they are one side.

    Attributes:
        kind: what they hold.
        folder: TensorBoard's name of the folder that they lie in: they are for the runs at and below it. Empty for a
            file that settings name.
        table: their rows.
        files: path below the log directory -> file.
        serial: raised whenever what is said of the files may be another.
    """

    kind: Kind
    folder: str
    table: SideTable
    files: dict[str, SideFile] = field(default_factory=dict)
    serial: int = 0

    @property
    def pending(self) -> bool:
        """Whether lines may be left to read."""
        return any(file.pending for file in self.files.values())

    @property
    def first(self) -> str:
        """The file that is named where something is said of all of them."""
        return min(self.files, default="")

    @property
    def source(self) -> str:
        """Where it comes from, for the user."""
        more = len(self.files) - 1
        return f"{self.first} and {more} more" if more > 0 else self.first

    def holds(self, run: str) -> bool:
        """Whether a run is one of those that the files are for."""
        if self.folder in {".", run}:
            return True
        return bool(self.folder) and run.startswith(self.folder.removesuffix("/.").rstrip("/") + "/")

    def add(self, file: SourceFile, moment: int) -> None:
        """Takes a file, from its first line."""
        state = compare(None, file, moment).state
        if state is not None:
            self.files[file.relative] = SideFile(file.path, file.relative, state, SideReader(self.kind))
            self.serial += 1

    def compare(
        self, cursor: duckdb.DuckDBPyConnection, relative: str, now: SourceFile | None, moment: int
    ) -> None:
        """Looks at a file again: more of it may be there, or it may be another or gone."""
        file = self.files[relative]
        seen = compare(file.state, now, moment)
        if seen.change is Change.UNREADABLE:
            self._fail(file, seen.reason)
        elif seen.change in {Change.VANISHED, Change.REWRITTEN} or seen.state is None:
            self.table.forget(
                cursor, relative
            )  # a file that was rewritten is met anew: it may be another one now
            del self.files[relative]
            self.serial += 1
        else:
            file.state = seen.state
            if file.trouble:
                file.trouble, file.waiting_at = "", -1
                self.serial += 1

    def go_on(self, cursor: duckdb.DuckDBPyConnection) -> int:
        """Reads the next range of the first file that has one; returns its bytes."""
        file = min((file for file in self.files.values() if file.pending), key=lambda file: file.relative)
        try:
            return self._read(cursor, file)
        except OSError as error:
            reason = f"{error.strerror or type(error).__name__}."
        except Exception as error:  # whatever a file made a library raise must not end the indexing
            logger.exception("RL Board cannot read %s", file.relative)
            reason = f"{type(error).__name__} at byte {file.state.read_to}."
        self._fail(file, reason)
        file.waiting_at = file.state.size
        return 0

    def _read(self, cursor: duckdb.DuckDBPyConnection, file: SideFile) -> int:
        file.state = with_unpacked_size(file.state, file.path)
        at = range_plan.next_range(file.path, file.state.read_to, file.state.size, RANGE)
        data = b"" if at is None else read(file.path, *at)
        if at is None or len(data) < at[1]:  # half a line, or it shrank, which the next look will tell
            file.waiting_at = file.state.size
            return 0
        lines = data.split(b"\n")
        found = file.reader.read(lines)
        self.table.add(cursor, file.relative, found, file.lines)
        for problem in found.problems:
            if len(file.problems) < _NAMED:
                line = file.lines + problem.line + 1
                file.problems.append((file.relative, line, None, problem.kind, problem.reason))
            else:
                file.further += 1
        file.lines += len(lines) - 1
        file.state = with_range_read(file.state, fingerprint_of_bytes(data, at[0]))
        self.serial += 1
        return at[1]

    def _fail(self, file: SideFile, reason: str) -> None:
        if file.trouble != reason:
            file.trouble = reason
            self.serial += 1

    def noted(self, repeated: int) -> list[ProblemRow]:
        """What is to be said of the files; `repeated` lines have a key that another line has with other values."""
        found: list[ProblemRow] = []
        for file in self.files.values():
            found += file.problems
            if file.further:
                last = (
                    f"{file.further} more lines of this file could not be used and are not listed one by one."
                )
                found.append((file.relative, None, None, "further_problems", last))
            if file.trouble:
                reason = f"It cannot be read, so less is joined than could be: {file.trouble}"
                found.append((file.relative, None, None, "unreadable", reason))
        if repeated:
            what = "prompt" if self.kind == "reference" else "sample"
            reason = (
                f"{repeated} lines say something else for a {what} that an earlier line has: the first line counts. "
                "Leave one line for each of them."
            )
            found.append((self.first, None, None, "repeated_key", reason))
        return found
