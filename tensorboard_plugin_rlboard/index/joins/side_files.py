"""JoinSide files (reference answers and scores): where they lie, how far they are read, and what was wrong with their lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.growing_file import GrowingFile, first_pending, named
from tensorboard_plugin_rlboard.index.joins.side_file_type import SideKind
from tensorboard_plugin_rlboard.index.joins.side_rows import SideReader
from tensorboard_plugin_rlboard.index.joins.side_table import SideTable
from tensorboard_plugin_rlboard.index.tables.problem_table import ProblemRow
from tensorboard_plugin_rlboard.sources.file_changes import compare
from tensorboard_plugin_rlboard.texts import plural

if TYPE_CHECKING:
    import duckdb

    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile


@dataclass(eq=False, kw_only=True)
class SideFile(GrowingFile):
    """One side file.

    Attributes:
        reader: reads its lines.
    """

    reader: SideReader


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
    def is_pending(self) -> bool:
        """Whether lines may be left to read."""
        return any(file.is_pending for file in self.files.values())

    @property
    def first_file(self) -> str:
        """The file that is named in problems that all of them share."""
        return min(self.files, default="")

    @property
    def source(self) -> str:
        """Where it comes from, for the user."""
        return named(self.files)

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
            self.files[file.relative] = SideFile(
                path=file.path, relative=file.relative, state=state, reader=SideReader(self.kind)
            )

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
        if not self.files[relative].look_again(source, now_ns):
            # A file that was rewritten is classified anew: it may be another one now.
            self.table.remove_file(cursor, relative)
            del self.files[relative]

    def read_next_range(self, cursor: duckdb.DuckDBPyConnection) -> int:
        """Reads the next range of the first file that has one; returns its bytes."""
        file = first_pending(self.files)

        def take(lines: list[bytes], _offset: int) -> None:
            rows = file.reader.read(lines)
            self.table.add(cursor, file.relative, rows, file.lines)
            for problem in rows.problems:
                file.add_problem(file.lines + problem.line + 1, None, problem.kind, problem.reason)

        return file.read_range(take)

    def problem_rows(self, conflicts: int) -> list[ProblemRow]:
        """The problems of the files.

        Args:
            conflicts: how many lines have a key that an earlier line has with other values.
        """
        rows: list[ProblemRow] = []
        for file in self.files.values():
            unreadable = f"It cannot be read, so less is joined than could be: {file.read_error}"
            rows += file.problem_rows(unreadable)
        if conflicts:
            reason = (
                f"{conflicts:,} {plural(conflicts, 'line', 'lines')} {plural(conflicts, 'says', 'say')} something else for a {'prompt' if self.kind == 'reference' else 'sample'} that "
                "an earlier line has: the first line counts. Leave one line for each of them."
            )
            rows.append(ProblemRow(self.first_file, None, None, "repeated_key", reason))
        return rows
