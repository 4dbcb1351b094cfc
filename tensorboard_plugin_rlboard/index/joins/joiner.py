"""Joiner: reference answers made ahead of a training and scores made after it, brought to the samples that they are of.

The survey says which files there are, the refresh thread gives turns between its own pieces of work: to read a range of
a side file, or to join the rows of a run. Kept parts hold what the log says and nothing that is joined.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.column_names import physical, quoted
from tensorboard_plugin_rlboard.index.joins.first_answers import PROMPT, FirstAnswers
from tensorboard_plugin_rlboard.index.joins.join_problems import JoinProblems
from tensorboard_plugin_rlboard.index.joins.join_queries import OWN_ID, TEXT_KEY, Side
from tensorboard_plugin_rlboard.index.joins.run_joins import MOST, RunJoins
from tensorboard_plugin_rlboard.index.joins.side_discovery import SideDiscovery, may_be_side, named_by
from tensorboard_plugin_rlboard.index.joins.side_files import Group
from tensorboard_plugin_rlboard.index.joins.side_rows import IDS, Kind
from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb

    from tensorboard_plugin_rlboard.formats.base import Format
    from tensorboard_plugin_rlboard.index.registry import Registry
    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile
    from tensorboard_plugin_rlboard.training.settings.sections import Settings

logger = logging.getLogger(__name__)
_EACH = 2.0
"""Seconds between two joins of a run whose rows are still being read."""


class Joiner:
    """Keeps everything that is joined, for a registry. Used by the refresh thread only."""

    def __init__(self, registry: Registry, cursor: duckdb.DuckDBPyConnection) -> None:
        self._registry = registry
        self._cursor = cursor
        self._sides = SideDiscovery(cursor)
        self._runs: dict[str, RunJoins] = {}
        self._firsts: dict[tuple[str, bool], FirstAnswers] = {}
        self._wanted: dict[str, list[Group]] = {}
        self._settings: dict[str, Settings] = {}
        self._joined_at: dict[str, float] = {}
        self._failed: dict[str, tuple[int, str]] = {}
        self._words = JoinProblems(cursor)
        self._was_last = False
        self._assigned = True

    def look(self, present: Mapping[str, SourceFile], moment: int) -> set[str]:
        """Looks at every side file, before new files are met.

        Returns:
            Paths below the log directory that are no rollouts.
        """
        finder = self._registry.settings
        folders = {file.run: file.path for file in present.values()}
        named: dict[str, Kind] = {}
        for path in folders.values():
            named |= named_by(finder.for_path(path))
        self._sides.look(present, named, moment)
        known = self._sides.known
        for run in tuple(self._registry.runs.values()):
            for relative in known & run.files.keys():  # the settings name what was taken for rollouts
                run.forget(self._cursor, relative)
                self._registry.changed()
        return known

    def takes(self, file: SourceFile, known: Format | None, moment: int) -> bool:
        """Whether a file that is met is a side file; `known` is the format that it would have else."""
        if not may_be_side(known):
            return False
        try:
            return self._sides.takes(file, moment)
        except OSError:
            return False

    def decided(self, moment: int) -> list[SourceFile]:
        """Files that might have been scores and are rollouts, once all new files are met."""
        runs = [run.name for run in self._registry.runs.values() if run.files]
        self._assigned = False
        return list(self._sides.decided(runs, moment))

    def _assign(self) -> None:
        """Says which files are for which run, once a survey is over."""
        registry = self._registry
        runs = [run for run in registry.runs.values() if run.files]
        self._settings = {
            run.name: registry.settings.for_path(min(file.path for file in run.files.values()))
            for run in runs
        }
        self._wanted = {run.name: self._groups(run) for run in runs}
        used = {id(group) for groups in self._wanted.values() for group in groups}
        for group in self._sides.groups.values():
            for relative in group.files:
                if id(group) not in used:
                    registry.ignore(relative, self._words.alone(group.kind))
                elif relative in registry.ignored:
                    registry.welcome(relative)
        self._assigned = True

    def _groups(self, run: RunIndex) -> list[Group]:
        """The groups that are for a run, those that settings name first, then the nearest."""
        chosen = named_by(self._settings[run.name])
        named = [
            group
            for path, kind in chosen.items()
            if (group := self._sides.groups.get((kind, path))) is not None
        ]
        lying = [group for group in self._sides.groups.values() if group.folder and group.holds(run.name)]
        return named + sorted(lying, key=lambda group: (-len(group.folder.strip("./")), group.kind))

    def has_turn(self, *, waiting: bool) -> bool:
        """Whether a piece of this work comes next; every second time where rows of runs are waiting."""
        if not self._assigned:
            self._assign()
        if waiting and self._was_last:
            self._was_last = False
            return False
        self._was_last = any(group.pending for group in self._read_next()) or self._due() is not None
        if not self._was_last and not waiting:
            self._words.say(self._registry, self._wanted, self._settings, self._sides.missing, self._failed)
        return self._was_last

    def go_on(self) -> RunIndex:
        """Reads a range of a side file, or joins rows; returns a run that it was for."""
        for group in self._read_next():
            if group.pending:
                group.go_on(self._cursor)
                return next(
                    self._registry.runs[name] for name, groups in self._wanted.items() if group in groups
                )
        run = self._due()
        assert run is not None  # noqa: S101 (whoever calls has asked whether there is something to do)
        joins = self._runs.setdefault(run.name, RunJoins(run))
        try:
            self._refresh_firsts(run)
            joins.settle(self._cursor, self._sides_of(run))
            self._failed.pop(run.name, None)
        except Exception as error:  # it must not end the indexing, and is tried again when the run changes
            logger.exception("RL Board could not join anything to run %s", run.name)
            self._failed[run.name] = run.version, type(error).__name__
        self._joined_at[run.name] = time.monotonic()
        self._registry.changed()
        return run

    def _read_next(self) -> list[Group]:
        """The groups that some run with samples needs, in a fixed order."""
        runs = self._registry.runs
        needed = {
            id(group)
            for name, groups in self._wanted.items()
            if name in runs and runs[name].samples
            for group in groups
        }
        return [group for group in self._sides.groups.values() if id(group) in needed]

    def _due(self) -> RunIndex | None:
        """A run whose joins are not up to date, and can be brought there now."""
        now, focus = time.monotonic(), self._registry.focus
        for name, run in sorted(self._registry.runs.items(), key=lambda pair: pair[0] != focus):
            if run.pending and now - self._joined_at.get(name, 0.0) < _EACH:
                continue
            if not run.samples or self._failed.get(name, (-1,))[0] == run.version:
                continue
            if any(group.pending for group in self._wanted.get(name, ())):
                continue
            first = self._first(run)
            if first is not None and first[0].is_behind(first[1]) and not first[1].pending:
                return run
            sides = self._sides_of(run)
            if (sides or name in self._runs) and self._runs.setdefault(name, RunJoins(run)).is_due(sides):
                return run
        return None

    def _first(self, run: RunIndex) -> tuple[FirstAnswers, RunIndex] | None:
        """The first answers that are the references of a run, and the run that they come from."""
        settings = self._settings.get(run.name)
        if settings is None:
            return None
        own = settings.reference.first_visit or settings.reference.run == run.name
        source = run if own else self._registry.runs.get(settings.reference.run)
        if source is None:
            return None
        if (source.name, own) not in self._firsts:
            self._firsts[source.name, own] = FirstAnswers(self._sides.table(), by_split=own)
        return self._firsts[source.name, own], source

    def _refresh_firsts(self, run: RunIndex) -> None:
        first = self._first(run)
        if first is not None and not first[1].pending:
            first[0].refresh(self._cursor, first[1])

    def _sides_of(self, run: RunIndex) -> list[Side]:
        """What is to be joined to a run, in the order in which it counts."""
        groups = self._wanted.get(run.name, [])
        sides = [
            Side(group.kind, group.source, group.table, self._keys(run, group))
            for group in groups
            if group.table.rows
        ]
        first = self._first(run)
        if first is not None and first[0].table.rows:
            answers, source = first
            own = source is run
            name = "first visit" if own else source.name
            place = sum(1 for group in groups if not group.folder and group.table.rows)
            sides.insert(place, Side("reference", name, answers.table, (answers.key,), later=own))
        return sides[:MOST]

    def _keys(self, run: RunIndex, group: Group) -> tuple[str, ...]:
        """SQL of the keys of a sample, by which a group is searched."""
        if group.kind == "reference":
            return (PROMPT,)
        keys: list[str] = []
        if group.table.by_id:
            keys.append(OWN_ID)
            for name in IDS:
                columns = (physical("t", name), physical("m", name))
                keys += [_id_key(column) for column in columns if column in run.logged]
        if group.table.by_text and physical("t", "response") in run.columns:
            keys.append(TEXT_KEY)
        return tuple(keys)


def _id_key(column: str) -> str:
    """SQL of the key of an id that was logged; of a number without a decimal point."""
    x = quoted(column)
    if column.startswith("m:"):
        x = f"CASE WHEN {x} = trunc({x}) AND abs({x}) < 1e15 THEN CAST(CAST({x} AS BIGINT) AS VARCHAR) ELSE CAST({x} AS VARCHAR) END"
    return f"md5_number_lower('id:' || {x})"
