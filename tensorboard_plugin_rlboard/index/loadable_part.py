"""A part that is ready to be loaded into the table of its run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tensorboard_plugin_rlboard.index.parts.part import RESERVED, Part
from tensorboard_plugin_rlboard.index.run_file import IndexedFile
from tensorboard_plugin_rlboard.index.tables.part_queries import PartSource
from tensorboard_plugin_rlboard.index.tables.problem_table import ProblemRow


@dataclass(frozen=True)
class FileRange:
    """A byte range of whole lines; `newlines_before` counts the newline characters of the file before it."""

    offset: int
    length: int
    newlines_before: int

    @property
    def end(self) -> int:
        """Offset of the first byte behind it."""
        return self.offset + self.length


@dataclass(frozen=True)
class LoadablePart:
    """The rows of one range of one file of a run.

    Attributes:
        file: the file.
        range: the range.
        part: what was built of it.
        parquet: the file of its rows; there is none where the part has no sample.
    """

    file: IndexedFile
    range: FileRange
    part: Part
    parquet: Path

    def source(self, *, early: bool) -> PartSource:
        """What the table has to know to load it; `early` where it is shown before its turn."""
        early_range = self.file.early_range
        replaces_early = early_range is not None and not early and self.range.end > early_range[0]
        return PartSource(
            file=self.file.number,
            newlines_before=None if early else self.range.newlines_before,
            attempts=self.file.attempts,
            parquet=self.parquet if self.part.samples else None,
            replaces_before=self.range.end if replaces_early else 0,
        )

    def problem_rows(self) -> list[ProblemRow]:
        """Its problems, with line numbers of the whole file."""
        lines, offsets, before = self.part.line_numbers, self.part.line_offsets, self.range.newlines_before
        return [
            (self.file.relative, int(lines[p.line]) + before + 1, int(offsets[p.line]), p.kind, p.reason)
            for p in self.part.problems
        ]


def column_of_key(key: str) -> str:
    """The logical name of the column of a key beside the format's own."""
    return f"logged.{key}" if key in RESERVED - {"advantage"} else key
