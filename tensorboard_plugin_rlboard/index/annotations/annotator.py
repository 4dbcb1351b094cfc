"""Finds the annotations of traces, and gives them to the samples of these traces, one piece of work at a time.

A training that logs a trace when it arrives learns more of it later: which step shipped it, its advantages, what the
trainer computed for its tokens. prime-rl appends that to files of its own beside the stream of traces. They grow with
it, and are no rollouts themselves.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.formats.rows.trace_annotations import is_annotation, is_stream_index
from tensorboard_plugin_rlboard.index.annotations.annotation_files import AnnotationFiles
from tensorboard_plugin_rlboard.index.annotations.annotation_table import AnnotationTable
from tensorboard_plugin_rlboard.index.annotations.run_annotations import (
    RunAnnotations,
    failures_problem,
    unknown_traces_problem,
)
from tensorboard_plugin_rlboard.index.tables.problem_table import ProblemRow

if TYPE_CHECKING:
    import duckdb

    from tensorboard_plugin_rlboard.formats.base import Row
    from tensorboard_plugin_rlboard.index.registry import Registry
    from tensorboard_plugin_rlboard.index.run import RunIndex
    from tensorboard_plugin_rlboard.index.user_activity import UserActivity
    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile

logger = logging.getLogger(__name__)
_LOOK_EVERY = 2.0
"""Seconds between two looks at a run whose rows are still being read."""
_LONG = 0.5
"""Seconds from which a look is long: that of a million samples takes one or two."""
_LONG_LOOK = 10
"""So many times as long as a long look took nothing is looked for after it."""
IS_INDEX = "It is the index of the stream beside it, and holds nothing that is not there."
WITHOUT_RUN = "It holds what a training learnt of its traces later, and there are no traces beside it that these could be."


def run_name_of_annotations(run_name: str) -> str:
    """The run whose traces the annotations in a folder are of: that of the stream beside `annotations/`.

    Args:
        run_name: TensorBoard's name of the folder.
    """
    path = PurePosixPath(run_name)
    if path.parts[-3:-1] != ("traces", "annotations"):
        return run_name
    above = path.parents[2]
    if above.parts[-2:] == ("monitors", "file"):
        above = above.parents[1]
    return str(above)


class Annotator:
    """Keeps the annotations of all runs, for a registry. Used by the indexing thread only."""

    def __init__(self, registry: Registry, activity: UserActivity, cursor: duckdb.DuckDBPyConnection) -> None:
        """Knows no annotations yet.

        Args:
            registry: the runs.
            activity: the run that the user looks at comes first.
            cursor: of the query database.
        """
        self._registry = registry
        self._activity = activity
        self._cursor = cursor
        self._files: dict[str, AnnotationFiles] = {}
        self._runs: dict[str, RunAnnotations] = {}
        self._looked_at: dict[str, float] = {}
        self._failed: dict[str, tuple[int, int, int]] = {}
        self._reported: dict[str, list[ProblemRow]] = {}
        self._indexes: set[str] = set()
        self._tables = 0

    @property
    def paths(self) -> set[str]:
        """Paths below the log directory of all files of annotations, and of indexes of streams."""
        return {relative for files in self._files.values() for relative in files.files} | self._indexes

    def check_files(self, present: Mapping[str, SourceFile], now_ns: int) -> set[str]:
        """Looks at every file that is known; returns the paths of those that are there.

        Args:
            present: path below the log directory -> file, of all files.
            now_ns: the present time, nanoseconds since 1970.
        """
        for files in self._files.values():
            files.check(self._cursor, present, now_ns)
        self._indexes &= present.keys()
        return self.paths

    def try_claim(self, file: SourceFile, row: Row, now_ns: int) -> bool:
        """Whether a new file holds annotations or is an index of a stream, by its first row; it is kept then.

        Args:
            file: the file.
            row: its first row.
            now_ns: the present time, nanoseconds since 1970.
        """
        if is_stream_index(row):
            self._indexes.add(file.relative)
            return True
        if not is_annotation(row):
            return False
        name = run_name_of_annotations(file.run)
        if name not in self._files:
            self._tables += 1
            table = AnnotationTable(self._tables)
            table.create(self._cursor)
            self._files[name] = AnnotationFiles(table)
        self._files[name].add(file, now_ns)
        return True

    def assign(self) -> None:
        """Says which files are for no run, once a scan is over."""
        registry = self._registry
        for relative in self._indexes:
            registry.ignore(relative, IS_INDEX)
        for name, files in self._files.items():
            run = self._run_named(name)
            has_run = run is not None and bool(run.files)
            for relative in files.files:
                if not has_run:
                    registry.ignore(relative, WITHOUT_RUN)
                elif relative in registry.ignored:
                    registry.clear_ignored(relative)

    def _run_named(self, name: str) -> RunIndex | None:
        """The run of a folder; the log directory's own folder has a name of its own."""
        runs = self._registry.runs
        return runs.get(name) or runs.get(f"{name}/.")

    def _files_of(self, run: RunIndex) -> AnnotationFiles:
        return self._files.get(run.name) or self._files[run.name.removesuffix("/.")]

    def next_run(self) -> RunIndex | None:
        """The run that a piece of work is for; None where nothing is left to do."""
        looked_at, now = self._activity.viewed_run, time.monotonic()
        for name in sorted(self._files, key=lambda name: (name != looked_at, name)):
            run, files = self._run_named(name), self._files[name]
            if run is None or not run.samples:
                continue
            if files.is_pending:
                return run
            if (
                not self._is_early(run, now)
                and self._annotations_of(run).is_outdated
                and not self._is_stuck(run)
            ):
                return run
        return None

    def _is_early(self, run: RunIndex, now: float) -> bool:
        """Whether a run was looked at just now: its rows are still being read, or a look takes long."""
        of_run = self._annotations_of(run)
        wait = of_run.look_seconds * _LONG_LOOK if of_run.look_seconds > _LONG else 0.0
        wait = max(wait, _LOOK_EVERY if run.is_pending else 0.0)
        return not of_run.has_lines_left and now - self._looked_at.get(run.name, 0.0) < wait

    def _is_stuck(self, run: RunIndex) -> bool:
        """Whether the last look at a run failed, and nothing has changed since; single lines that fail are passed by."""
        of_run = self._annotations_of(run)
        now = run.version, self._files_of(run).table.serial, len(of_run.failures)
        return not of_run.has_lines_left and self._failed.get(run.name) == now

    def do_next(self, run: RunIndex) -> None:
        """Reads a range of annotations of a run, or builds rows again."""
        files = self._files_of(run)
        if files.is_pending:
            files.read_next_range(self._cursor)
            return
        of_run = self._annotations_of(run)
        try:
            of_run.do_next(self._cursor)
            self._failed.pop(run.name, None)
        except Exception as error:  # it must not end the indexing; the other lines come next
            logger.exception("RL Board could not bring annotations to run %s", run.name)
            of_run.failures.append(type(error).__name__)
            self._failed[run.name] = run.version, files.table.serial, len(of_run.failures)
        if not of_run.is_outdated:
            self._looked_at[run.name] = time.monotonic()
        if not run.is_pending and not of_run.is_outdated:
            self._report(run, of_run)
        self._registry.raise_revision()

    def _annotations_of(self, run: RunIndex) -> RunAnnotations:
        found = self._runs.get(run.name)
        if found is None or found.run is not run:
            registry = self._registry
            found = RunAnnotations(run, self._files_of(run), registry.database.folder, registry.cache)
            self._runs[run.name] = found
        return found

    def _report(self, run: RunIndex, of_run: RunAnnotations) -> None:
        """Brings the problems of annotations up to date."""
        files = of_run.files
        problems = files.problem_rows()
        unknown = of_run.count_unknown_traces(self._cursor)
        if unknown and files.files:
            problems.append(unknown_traces_problem(min(files.files), unknown))
        if of_run.failures and files.files:
            problems.append(failures_problem(min(files.files), of_run.failures))
        before = self._reported.get(run.name, [])
        if problems == before:
            return
        for relative, kind in {(row[0], row[3]) for row in before}:
            run.clear_problems(self._cursor, relative, kind)
        if problems:
            run.add_problems(self._cursor, problems)
        self._reported[run.name] = problems
