"""A part that is ready to be loaded into the table of its run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tensorboard_plugin_rlboard.formats.base import OWN_COLUMNS
from tensorboard_plugin_rlboard.index.parts.extra_keys import ExtraKeys
from tensorboard_plugin_rlboard.index.parts.part import RESERVED, Part
from tensorboard_plugin_rlboard.index.parts.sample_statistics import STORED
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
        annotations: table of the annotations that are in these rows, which replace those of the range; empty for new rows.
    """

    file: IndexedFile
    range: FileRange
    part: Part
    parquet: Path
    annotations: str = ""

    def source(self, *, early: bool) -> PartSource:
        """What the table has to know to load it; `early` where it is shown before its turn."""
        early_range = self.file.early_range
        replaces_early = early_range is not None and not early and self.range.end > early_range[0]
        return PartSource(
            file=self.file.number,
            newlines_before=None if early else self.range.newlines_before,
            attempts=self.file.attempts,
            parquet=self.parquet if self.part.samples else None,
            columns=self.part.columns,
            replaces_before=self.range.end if replaces_early and not self.annotations else 0,
            rebuilt=range(self.range.offset, self.range.end) if self.annotations else None,
            annotations=self.annotations,
        )

    def note_added(self, *, early: bool) -> None:
        """Tells the file that the rows are in the table; of rows that are built again it knows already."""
        if early:
            self.file.note_early_part_added(self.range.offset, self.range.end)
        elif not self.annotations:
            self.file.note_part_added(self.part, self.range.end)

    def problem_rows(self) -> list[ProblemRow]:
        """Its problems, with line numbers of the whole file."""
        lines, offsets, before = self.part.line_numbers, self.part.line_offsets, self.range.newlines_before
        return [
            ProblemRow(
                self.file.relative,
                int(lines[p.line]) + before + 1,
                int(offsets[p.line]),
                p.kind,
                p.reason,
                p.unlisted,
            )
            for p in self.part.problems
        ]


def column_of_key(key: str) -> str:
    """The logical name of the column of a key beside the format's own."""
    return f"logged.{key}" if key in (RESERVED | OWN_COLUMNS) - {"advantage"} else key


def merged_keys(
    parts: Iterable[LoadablePart], keys: ExtraKeys, numbers: frozenset[str]
) -> tuple[ExtraKeys, frozenset[str], set[str]]:
    """The keys of a run once some parts are loaded, those that hold numbers somewhere, and the names that are texts.

    Args:
        parts: what is loaded.
        keys: the keys before.
        numbers: those of them that held numbers somewhere.
    """
    for loadable in parts:
        keys, numbers = keys | loadable.part.keys, numbers | loadable.part.keys.numbers
    computed = {f"{name}_{statistic}" for name in keys.lists for statistic in (*STORED, "mean")}
    return keys, numbers, {column_of_key(key) for key in (keys.texts & numbers) - computed}
