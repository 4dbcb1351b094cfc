"""The files of annotations of one run: how far each is read, and what was wrong with its lines.

Only the id of the trace and the place of a line are kept of it. Its values are read again when a sample is built.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.annotations.addresses import trace_key
from tensorboard_plugin_rlboard.index.annotations.annotation_table import AnnotationTable
from tensorboard_plugin_rlboard.index.parts import range_plan
from tensorboard_plugin_rlboard.index.parts.line_decoder import LineDecoder
from tensorboard_plugin_rlboard.index.tables.problem_table import ProblemRow
from tensorboard_plugin_rlboard.sources.file_changes import (
    Change,
    FileState,
    compare,
    fingerprint_of_bytes,
    with_range_read,
    with_unpacked_size,
)
from tensorboard_plugin_rlboard.sources.kinds.names import plain_name
from tensorboard_plugin_rlboard.sources.reader import read_range
from tensorboard_plugin_rlboard.texts import plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile

logger = logging.getLogger(__name__)
RANGE = 16 * 1024 * 1024
"""Bytes that are read at once."""
MAX_BYTES = 16 * 1024 * 1024
"""Bytes of one annotation: half a million tokens of four arrays."""
_MAX_LISTED = 20
"""Problems of a file that are listed one by one."""


@dataclass(eq=False)
class AnnotationFile:
    """One file of annotations.

    Attributes:
        path, relative: where it lies.
        number: its number in the table.
        state: what its bytes were at the last look, and how far they are read.
        lines: lines up to there.
        waiting_at: size at which nothing but a half-written line was left.
        problems: lines that could not be used, as far as they are listed; `unlisted_problems` counts the others.
        read_error: why it cannot be read, else empty.
    """

    path: str
    relative: str
    number: int
    state: FileState
    lines: int = 0
    waiting_at: int = -1
    problems: list[ProblemRow] = field(default_factory=list)
    unlisted_problems: int = 0
    read_error: str = ""

    @property
    def pending(self) -> bool:
        """Whether bytes are left that may hold a whole line."""
        return self.state.read_to < self.state.size and self.waiting_at != self.state.size

    def add_problem(self, line: int, offset: int, kind: str, reason: str) -> None:
        """Notes what is wrong with a line."""
        if len(self.problems) < _MAX_LISTED:
            self.problems.append(ProblemRow(self.relative, line, offset, kind, reason))
        else:
            self.unlisted_problems += 1


class AnnotationFiles:
    """The files of annotations of one run. Used by the indexing thread only.

    Attributes:
        table: where their lines lie.
        files: path below the log directory -> file.
    """

    def __init__(self, table: AnnotationTable) -> None:
        self.table = table
        self.files: dict[str, AnnotationFile] = {}
        self._decoder = LineDecoder()

    @property
    def pending(self) -> bool:
        """Whether lines may be left to read."""
        return any(file.pending for file in self.files.values())

    @property
    def paths(self) -> dict[int, str]:
        """Number of a file -> its path."""
        return {file.number: file.path for file in self.files.values()}

    @property
    def source(self) -> str:
        """Where they come from, for the user."""
        more = len(self.files) - 1
        first = min(self.files, default="")
        return f"{first} and {more} more" if more > 0 else first

    def add(self, source: SourceFile, now_ns: int) -> None:
        """Adds a file, to be read from its first line.

        Args:
            source: the file.
            now_ns: the present time, nanoseconds since 1970.
        """
        state = compare(None, source, now_ns).state
        if state is not None:
            number = self.table.file_number(source.relative)
            self.files[source.relative] = AnnotationFile(source.path, source.relative, number, state)

    def check(
        self, cursor: duckdb.DuckDBPyConnection, present: Mapping[str, SourceFile], now_ns: int
    ) -> None:
        """Looks at every file again: more of it may be there, or it may be sealed, another one or gone.

        Args:
            cursor: of the query database.
            present: path below the log directory -> file, of all files that the walk has found.
            now_ns: the present time, nanoseconds since 1970.
        """
        names = {plain_name(relative): source for relative, source in present.items()}
        for relative, file in tuple(self.files.items()):
            seen = compare(file.state, present.get(relative), now_ns)
            if seen.change is Change.UNREADABLE:
                file.read_error = seen.reason
            elif seen.change in {Change.VANISHED, Change.REWRITTEN} or seen.state is None:
                self.table.remove_file(cursor, file.number)
                del self.files[relative]
                successor = names.get(plain_name(relative))
                if successor is not None:  # rewritten, or sealed: the same lines in an archive
                    self.add(successor, now_ns)
            else:
                file.state = seen.state
                if file.read_error:
                    file.read_error, file.waiting_at = "", -1

    def read_next_range(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Reads the next range of the first file that has one."""
        file = min((file for file in self.files.values() if file.pending), key=lambda file: file.relative)
        try:
            self._read(cursor, file)
        except OSError as error:
            file.read_error = f"{error.strerror or type(error).__name__}."
            file.waiting_at = file.state.size
        except Exception as error:  # whatever a file made a library raise must not end the indexing
            logger.exception("RL Board cannot read %s", file.relative)
            file.read_error = f"{type(error).__name__} at byte {file.state.read_to}."
            file.waiting_at = file.state.size

    def _read(self, cursor: duckdb.DuckDBPyConnection, file: AnnotationFile) -> None:
        file.state = with_unpacked_size(file.state, file.path)
        at = range_plan.next_range(file.path, file.state.read_to, file.state.size, RANGE)
        data = b"" if at is None else read_range(file.path, *at)
        if at is None or len(data) < at[1]:  # half a line, or it shrank, which the next look will tell
            file.waiting_at = file.state.size
            return
        keys: list[int] = []
        places: list[tuple[int, int]] = []
        offset = at[0]
        for line in data.split(b"\n"):
            file.lines += 1
            key = self._key(file, line, offset)
            if key is not None:
                keys.append(key)
                places.append((offset, len(line)))
            offset += len(line) + 1
        file.lines -= 1  # behind the last end of a line there is none
        self.table.add(cursor, file.number, keys, places)
        file.state = with_range_read(file.state, fingerprint_of_bytes(data, at[0]))

    def _key(self, file: AnnotationFile, line: bytes, offset: int) -> int | None:
        """The key of the trace that a line is about; None where there is none, which is a problem of the file."""
        if not line.strip():
            return None
        if len(line) > MAX_BYTES:
            reason = f"The annotation has {len(line)} bytes; those of more than {MAX_BYTES} are left out."
            file.add_problem(file.lines, offset, "too_long", reason)
            return None
        row, problem = self._decoder.row(line, 0)
        if row is None:
            if problem is not None:
                file.add_problem(file.lines, offset, problem.kind, problem.reason)
            return None
        trace_id = row["trace_id"] if "trace_id" in set(row.keys()) else None
        if not isinstance(trace_id, str) or not trace_id:
            reason = "The annotation has no text as trace_id: it belongs to no sample and is left out."
            file.add_problem(file.lines, offset, "no_key", reason)
            return None
        return trace_key(trace_id)

    def problem_rows(self) -> list[ProblemRow]:
        """The problems of the files."""
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
                reason = f"It cannot be read, so samples lack what it says of them: {file.read_error}"
                rows.append(ProblemRow(file.relative, None, None, "unreadable", reason))
        return rows
