"""Joins reference answers and scores from side files, or from other runs, to the samples that they belong to.

Annotations of traces have a way of their own (`annotations/`), and their turns among these.

A scan says which side files there are; the scheduler gives the joiner turns between its own pieces of work: to read a
range of a side file, or to join a batch of rows of a run. Cached parts hold what the log says and nothing that is joined.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.annotations.annotator import Annotator
from tensorboard_plugin_rlboard.index.detect.spread_rows import first_object
from tensorboard_plugin_rlboard.index.joins.join_problems import JoinProblems
from tensorboard_plugin_rlboard.index.joins.join_sides import JoinSides
from tensorboard_plugin_rlboard.index.joins.run_joins import RunJoins
from tensorboard_plugin_rlboard.index.joins.side_discovery import (
    SideDiscovery,
    may_be_side_file,
    named_by,
)
from tensorboard_plugin_rlboard.index.joins.side_file_type import SideKind

if TYPE_CHECKING:
    import duckdb

    from tensorboard_plugin_rlboard.formats.base import Format
    from tensorboard_plugin_rlboard.index.joins.side_files import SideGroup
    from tensorboard_plugin_rlboard.index.registry import Registry
    from tensorboard_plugin_rlboard.index.run import RunIndex
    from tensorboard_plugin_rlboard.index.user_activity import UserActivity
    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile

logger = logging.getLogger(__name__)
_JOIN_EVERY = 2.0
"""Seconds between two joins of a run whose rows are still being read."""


class Joiner:
    """Keeps everything that is joined, for a registry. Used by the indexing thread only."""

    def __init__(self, registry: Registry, activity: UserActivity, cursor: duckdb.DuckDBPyConnection) -> None:
        """Knows no side file yet.

        Args:
            registry: the runs.
            activity: the run that the user looks at is joined first.
            cursor: of the query database.
        """
        self._registry = registry
        self._activity = activity
        self._cursor = cursor
        self._annotator = Annotator(registry, activity, cursor)
        self._side_files = SideDiscovery(cursor)
        self._sides = JoinSides(registry, self._side_files)
        self._joins: dict[str, RunJoins] = {}
        self._joined_at: dict[str, float] = {}
        self._failed: dict[str, tuple[int, str]] = {}
        self._problems = JoinProblems(cursor)
        self._was_last = False
        self._is_assigned = True

    def check_files(self, present: Mapping[str, SourceFile], now_ns: int) -> set[str]:
        """Looks at every side file that is known, before new files are classified.

        Args:
            present: path below the log directory -> file, of all files.
            now_ns: the present time, nanoseconds since 1970.

        Returns:
            Paths below the log directory that are no rollouts.
        """
        settings = self._registry.settings
        folders = {file.run: file.path for file in present.values()}
        named: dict[str, SideKind] = {}
        for path in folders.values():
            named |= named_by(settings.for_path(path))
        self._side_files.check_files(present, named, now_ns)
        side_files = self._side_files.paths
        for run in tuple(self._registry.runs.values()):
            for relative in side_files & run.files.keys():  # the settings name what was taken for rollouts
                run.remove_file(self._cursor, relative)
                self._registry.raise_revision()
        return side_files | self._annotator.check_files(present, now_ns)

    def try_claim(self, file: SourceFile, file_format: Format | None, now_ns: int) -> bool:
        """Whether a new file is a side file, or may be one; the joiner keeps it then.

        Args:
            file: the file.
            file_format: the format that it would have as rollouts.
            now_ns: the present time, nanoseconds since 1970.
        """
        if not may_be_side_file(file_format):
            return False
        try:
            row = first_object(file.path)
        except OSError:
            return False
        if row is None:
            return False
        return self._annotator.try_claim(file, row, now_ns) or self._side_files.try_claim(file, row, now_ns)

    def release_rollouts(self, now_ns: int) -> list[SourceFile]:
        """Claimed files that might have been scores and are rollouts; asked once all new files are classified."""
        runs = [run.name for run in self._registry.runs.values() if run.files]
        self._is_assigned = False
        return list(self._side_files.decide_unsure(runs, now_ns))

    def _assign(self) -> None:
        """Says which side files are for which run, once a scan is over."""
        registry = self._registry
        self._sides.assign()
        used = self._sides.used_groups()
        for group in self._side_files.groups.values():
            for relative in group.files:
                if id(group) not in used:
                    registry.ignore(relative, self._problems.reason_without_run(group.kind))
                elif relative in registry.ignored:
                    registry.clear_ignored(relative)
        self._annotator.assign()
        self._is_assigned = True

    def is_next(self, *, runs_are_waiting: bool) -> bool:
        """Whether a piece of the joiner's work comes next; every second time where rows of runs wait to be read."""
        if not self._is_assigned:
            self._assign()
        if runs_are_waiting and self._was_last:
            self._was_last = False
            return False
        self._was_last = (
            self._annotator.next_run() is not None
            or self._next_group() is not None
            or self._next_run() is not None
        )
        if not self._was_last and not runs_are_waiting:
            self._problems.update(self._registry, self._sides, self._side_files.missing, self._failed)
        return self._was_last

    def do_next(self) -> RunIndex:
        """Reads a range of a side file or of annotations, or joins rows; returns a run that it was for."""
        annotated = self._annotator.next_run()
        if annotated is not None:
            self._annotator.do_next(annotated)
            return annotated
        group = self._next_group()
        if group is not None:
            group.read_next_range(self._cursor)
            return self._sides.first_run_of(group)
        run = self._next_run()
        assert run is not None  # noqa: S101 (whoever calls has asked whether there is something to do)
        joins = self._joins_of(run)
        try:
            self._sides.update_first_responses(self._cursor, run)
            joins.join_next_batch(self._cursor, self._sides.sides_of(run))
            self._failed.pop(run.name, None)
        except Exception as error:  # it must not end the indexing, and is tried again when the run changes
            logger.exception("RL Board could not join anything to run %s", run.name)
            self._failed[run.name] = run.version, type(error).__name__
        self._joined_at[run.name] = time.monotonic()
        self._registry.raise_revision()
        return run

    def _joins_of(self, run: RunIndex) -> RunJoins:
        return self._joins.setdefault(run.name, RunJoins(run))

    def _next_group(self) -> SideGroup | None:
        """The first group, in a fixed order, that has lines left to read and that some run with samples needs."""
        needed = self._sides.needed_groups()
        groups = self._side_files.groups.values()
        return next((group for group in groups if id(group) in needed and group.is_pending), None)

    def _next_run(self) -> RunIndex | None:
        """A run whose joins are not up to date, and can be brought there now."""
        now, looked_at = time.monotonic(), self._activity.viewed_run
        runs = self._registry.runs
        names = runs.keys() & (self._sides.joined_run_names | self._joins.keys())
        for name in sorted(names, key=lambda name: (name != looked_at, name)):
            run = runs[name]
            if run.is_pending and now - self._joined_at.get(name, 0.0) < _JOIN_EVERY:
                continue
            if not run.samples or self._failed.get(name, (-1,))[0] == run.version:
                continue
            if any(group.is_pending for group in self._sides.groups_of(name)):
                continue
            if self._sides.are_first_responses_outdated(run):
                return run
            sides = self._sides.sides_of(run)
            if (sides or name in self._joins) and self._joins_of(run).is_outdated(sides):
                return run
        return None
