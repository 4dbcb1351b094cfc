"""Builds rows of a run again, once there are annotations of their traces that are not in them yet.

A part that is kept holds what its own bytes say, and nothing of annotations. Where there are any, the lines of their
traces are read once more together with them, by the function that builds every part, and their rows are replaced. So
nobody computes a number of an annotated sample in another way than of any other. A row tells which annotations are in
it, so what is left to do is a question to the tables, whatever was interrupted before.
"""

from __future__ import annotations

import io
import json
import time
from collections import deque
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.formats.registry import FORMATS_DIGEST
from tensorboard_plugin_rlboard.index.annotations.addresses import read_annotations
from tensorboard_plugin_rlboard.index.annotations.line_batches import (
    LineBatch,
    changed_rows_condition,
    cut_batches,
    outdated_lines_query,
)
from tensorboard_plugin_rlboard.index.cache.part_store import digest_of
from tensorboard_plugin_rlboard.index.column_names import TRACE_KEY, physical, quoted
from tensorboard_plugin_rlboard.index.join_summary import JoinSummary
from tensorboard_plugin_rlboard.index.loadable_part import FileRange, LoadablePart
from tensorboard_plugin_rlboard.index.parts.part import Part
from tensorboard_plugin_rlboard.index.parts.range_builder import BuiltRange, build_part
from tensorboard_plugin_rlboard.index.tables.problem_table import ProblemRow
from tensorboard_plugin_rlboard.sources.fingerprints import fingerprint_of_bytes
from tensorboard_plugin_rlboard.sources.reader import read_range
from tensorboard_plugin_rlboard.texts import plural

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from tensorboard_plugin_rlboard.formats.base import Row
    from tensorboard_plugin_rlboard.index.annotations.annotation_files import AnnotationFiles
    from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore
    from tensorboard_plugin_rlboard.index.run import RunIndex
    from tensorboard_plugin_rlboard.index.run_file import IndexedFile

ANNOTATED_METRICS = ("advantages", "logprobs", "entropies", "is_masked", "mismatch_kl")
"""Token metrics that annotations bring."""
_BATCH_ANNOTATIONS = "annotations_of_batch"
_SAMPLE_ID = physical("t", "sample_id")


class RunAnnotations:
    """Keeps the rows of one run in agreement with the annotations of its traces. Used by the indexing thread only.

    Attributes:
        run: the run.
        files: its annotations.
        failures: the error of each piece of work that failed.
        look_seconds: how long the last look took.
    """

    def __init__(
        self, run: RunIndex, files: AnnotationFiles, folder: Path, cache: LocalStore | None = None
    ) -> None:
        """Has looked at nothing yet.

        Args:
            run: the run.
            files: its annotations.
            folder: where the rows lie until they are loaded.
            cache: where rows that were built again are kept for the next start; None for nowhere.
        """
        self._cache = cache
        self.run = run
        self.files = files
        self._folder = folder
        self._seen = (
            -1,
            -1,
            -1,
        )  # version of the run, serial and removals of the table, once nothing was left
        self._read_to: dict[int, int] = {}
        self._looked_to: dict[int, int] = {}
        self._serial = 0
        self._removals = 0
        self._left: deque[LineBatch] = deque()
        self._is_counted = True
        self.failures: list[str] = []
        self.look_seconds = 0.0

    @property
    def has_lines_left(self) -> bool:
        """Whether lines are known that are to be built again."""
        return bool(self._left)

    @property
    def is_outdated(self) -> bool:
        """Whether rows or annotations are other ones than when nothing was left to do."""
        table = self.files.table
        return (
            bool(self._left)
            or not self._is_counted
            or (self.run.version, table.serial, table.removals) != self._seen
        )

    def do_next(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Looks for lines that are to be built again, or builds a batch of them."""
        run = self.run
        if self._left:
            self._rebuild(cursor, self._left.popleft())
        elif _SAMPLE_ID in run.columns and self._look(cursor):
            return
        if not self._left:
            self._summarise(cursor)
            table = self.files.table
            self._seen = (run.version, table.serial, table.removals)

    def _look(self, cursor: duckdb.DuckDBPyConnection) -> bool:
        """Finds the lines whose rows have other annotations than there are; returns whether there are any."""
        run, table, start = self.run, self.files.table, time.monotonic()
        changed = table.keys_since(self._serial) if table.serial != self._serial else ""
        if table.removals != self._removals:
            where = "true"
        else:
            where = changed_rows_condition(tuple(self._read_to.items()), changed)
        wanted = f"SELECT {TRACE_KEY} FROM {run.table} WHERE line IS NOT NULL AND ({where})"
        query = outdated_lines_query(run.table, where, table.addresses_query(wanted))
        found = cursor.execute(query).fetchnumpy()
        names = ("file", "line_offset", "line_length", "line", "bytes")
        cuts = {file.number: {kept.end for kept in file.cached} for file in run.files.values()}
        self._left = deque(cut_batches(cuts, *(found[name] for name in names)))
        self._looked_to = self._read_to
        # Rows that are built again stand at the same place, so the next look passes them by.
        self._read_to = {file.number: file.loaded_to for file in run.files.values()}
        self._serial, self._removals = table.serial, table.removals
        self._is_counted = self._is_counted and not self._left
        self.look_seconds = time.monotonic() - start
        return bool(self._left)

    def _rebuild(self, cursor: duckdb.DuckDBPyConnection, batch: LineBatch) -> None:
        """Builds the rows of a batch again, with their annotations, and replaces them."""
        run, table = self.run, self.files.table
        file = next((one for one in run.files.values() if one.number == batch.file), None)
        if file is None:  # rewritten or gone since the look; its rows are others now
            return
        where = f"file = {batch.file} AND line_offset >= {batch.start} AND line_offset < {batch.end}"
        keys = f"SELECT {TRACE_KEY} FROM {run.table} WHERE {where}"
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE {_BATCH_ANNOTATIONS} AS {table.addresses_query(keys)}")
        addresses = [
            str(row[0]) for row in cursor.execute(f"SELECT addresses FROM {_BATCH_ANNOTATIONS}").fetchall()
        ]
        old_steps = cursor.execute(f"SELECT DISTINCT split, step FROM {run.table} WHERE {where}").fetchall()
        target = self._folder / f"annotated-{table.name}.parquet"
        at = FileRange(batch.start, batch.end - batch.start, batch.newlines_before)
        try:
            part, rows = self._built(file, at, read_annotations(self.files.paths, addresses), target)
            run.clear_problems(cursor, file.relative, lines=range(batch.start, batch.end))
            run.add_parts(cursor, [LoadablePart(file, at, part, rows, _BATCH_ANNOTATIONS)])
        finally:
            target.unlink(missing_ok=True)
        run.set_annotated(
            run.annotated, self.files.paths, [(str(split), int(step)) for split, step in old_steps]
        )

    def _built(
        self, file: IndexedFile, at: FileRange, annotations: dict[str, list[Row]], target: Path
    ) -> tuple[Part, Path]:
        """The part of a range with its annotations and the file of its rows: as an earlier start has kept it, or anew.

        Rows are kept when they are looked at for the first time. Later ones are of a training that goes on, and would be
        kept again at each step.
        """
        data = read_range(file.path, at.offset, at.length)
        # The database gives traces in any order.
        in_order = dict(sorted(annotations.items()))
        known = json.dumps([file.format.spec, FORMATS_DIGEST, at.offset, in_order])
        key = digest_of(known.encode("utf-8", "surrogatepass"), data)
        cached = None if self._cache is None else self._cache.load_annotated(key)
        if cached is not None:
            return cached[0].part, cached[1]
        part = build_part(io.BytesIO(data), at.offset, file.format, target, file.path, annotations)
        if self._cache is not None and at.offset >= self._looked_to.get(file.number, 0):
            built = BuiltRange(fingerprint_of_bytes(data, at.offset), part)
            self._cache.store_annotated(key, file.format, built, target)
        return part, target

    def _summarise(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Counts the samples that have annotations, and notes it in the run."""
        run = self.run
        sums = {name: physical("m", f"{name}_sum") for name in ANNOTATED_METRICS}
        possible = {name: column for name, column in sums.items() if column in run.columns}
        counts = ["count(*)", *(f"count({column})" for column in map(quoted, possible.values()))]
        in_annotated = ", ".join(f"{count} FILTER (annotations <> '')" for count in counts)
        rows, matched, *found = map(
            int, cursor.execute(f"SELECT count(*), {in_annotated} FROM {run.table}").fetchall()[0]
        )
        brought = [name for name, samples in zip(possible, found, strict=True) if samples]
        columns = ("step", "shipped", *brought) if matched else ()
        summary = JoinSummary("annotations", self.files.source, matched, rows - matched, columns)
        annotated = (summary,) if self.files.files else ()
        self._is_counted = True
        if annotated != run.annotated or run.annotation_paths != self.files.paths:
            run.set_annotated(annotated, self.files.paths, ())

    def count_unknown_traces(self, cursor: duckdb.DuckDBPyConnection) -> int:
        """How many traces have annotations and no sample."""
        keys = f"SELECT {TRACE_KEY} AS trace FROM {self.run.table}"
        if _SAMPLE_ID not in self.run.columns:
            return 0
        query = (
            f'SELECT count(DISTINCT "key") FROM {self.files.table.name} '
            f'WHERE "key" NOT IN (SELECT trace FROM ({keys}) WHERE trace IS NOT NULL)'
        )
        return int(cursor.execute(query).fetchall()[0][0])


def unknown_traces_problem(relative: str, count: int) -> ProblemRow:
    """The problem row of traces that have annotations and no sample."""
    reason = (
        f"It and the files beside it know something of {count:,} {plural(count, 'trace', 'traces')} that no sample is of: their chunk of the stream is "
        "missing, or it held no message of the model."
    )
    return ProblemRow(relative, None, None, "unmatched", reason)


def failures_problem(relative: str, failures: list[str]) -> ProblemRow:
    """The problem row of lines that could not be built again."""
    reason = (
        f"What it knows could not be brought to the samples of {len(failures):,} {plural(len(failures), 'stretch', 'stretches')} of lines ({failures[-1]}); "
        "TensorBoard's own output has the details."
    )
    return ProblemRow(relative, None, None, "not_annotated", reason)
