"""The files of annotations of one run: how far each is read, and what was wrong with its lines.

Only the id of the trace and the place of a line are kept of it. Its values are read again when a sample is built.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.annotations.addresses import trace_key
from tensorboard_plugin_rlboard.index.annotations.annotation_table import AnnotationTable
from tensorboard_plugin_rlboard.index.growing_file import GrowingFile, first_pending, named
from tensorboard_plugin_rlboard.index.parts.line_decoder import LineDecoder
from tensorboard_plugin_rlboard.sources.file_changes import compare
from tensorboard_plugin_rlboard.sources.kinds.names import plain_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from tensorboard_plugin_rlboard.index.tables.problem_table import ProblemRow
    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile

MAX_BYTES = 16 * 1024 * 1024
"""Bytes of one annotation: half a million tokens of four arrays."""


@dataclass(eq=False, kw_only=True)
class AnnotationFile(GrowingFile):
    """One file of annotations.

    Attributes:
        number: its number in the table.
    """

    number: int


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
    def is_pending(self) -> bool:
        """Whether lines may be left to read."""
        return any(file.is_pending for file in self.files.values())

    @property
    def paths(self) -> dict[int, str]:
        """Number of a file -> its path."""
        return {file.number: file.path for file in self.files.values()}

    @property
    def source(self) -> str:
        """Where they come from, for the user."""
        return named(self.files)

    def add(self, source: SourceFile, now_ns: int) -> None:
        """Adds a file, to be read from its first line.

        Args:
            source: the file.
            now_ns: the present time, nanoseconds since 1970.
        """
        state = compare(None, source, now_ns).state
        if state is not None:
            number = self.table.file_number(source.relative)
            self.files[source.relative] = AnnotationFile(
                path=source.path, relative=source.relative, state=state, number=number
            )

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
            if not file.look_again(present.get(relative), now_ns):
                self.table.remove_file(cursor, file.number)
                del self.files[relative]
                successor = names.get(plain_name(relative))
                if successor is not None:  # rewritten, or sealed: the same lines in an archive
                    self.add(successor, now_ns)

    def read_next_range(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Reads the next range of the first file that has one."""
        file = first_pending(self.files)

        def take(lines: list[bytes], offset: int) -> None:
            keys: list[int] = []
            places: list[tuple[int, int]] = []
            for number, line in enumerate(lines, file.lines + 1):
                key = self._key(file, line, number, offset)
                if key is not None:
                    keys.append(key)
                    places.append((offset, len(line)))
                offset += len(line) + 1
            self.table.add(cursor, file.number, keys, places)

        file.read_range(take)

    def _key(self, file: AnnotationFile, line: bytes, number: int, offset: int) -> int | None:
        """The key of the trace that a line is about; None where there is none, which is a problem of the file."""
        if not line.strip():
            return None
        if len(line) > MAX_BYTES:
            reason = f"The annotation has {len(line):,} bytes; those of more than {MAX_BYTES:,} are left out."
            file.add_problem(number, offset, "too_long", reason)
            return None
        row, problem = self._decoder.row(line, 0)
        if row is None:
            if problem is not None:
                file.add_problem(number, offset, problem.kind, problem.reason)
            return None
        trace_id = row["trace_id"] if "trace_id" in set(row.keys()) else None
        if not isinstance(trace_id, str) or not trace_id:
            reason = "The annotation has no text as trace_id: it belongs to no sample and is left out."
            file.add_problem(number, offset, "no_key", reason)
            return None
        return trace_key(trace_id)

    def problem_rows(self) -> list[ProblemRow]:
        """The problems of the files."""
        rows: list[ProblemRow] = []
        for file in self.files.values():
            unreadable = f"It cannot be read, so samples lack what it says of them: {file.read_error}"
            rows += file.problem_rows(unreadable)
        return rows
