"""Which side files and which other runs are joined to each run, in the order in which they count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.column_names import physical, quoted
from tensorboard_plugin_rlboard.index.joins.first_responses import PROMPT_KEY, FirstResponses
from tensorboard_plugin_rlboard.index.joins.join_queries import OWN_ID, TEXT_KEY, JoinSide
from tensorboard_plugin_rlboard.index.joins.run_joins import MAX_BITS
from tensorboard_plugin_rlboard.index.joins.side_discovery import SideDiscovery, named_by
from tensorboard_plugin_rlboard.index.joins.side_file_type import ID_KEYS
from tensorboard_plugin_rlboard.index.joins.side_files import SideGroup

if TYPE_CHECKING:
    import duckdb

    from tensorboard_plugin_rlboard.index.registry import Registry
    from tensorboard_plugin_rlboard.index.run import RunIndex
    from tensorboard_plugin_rlboard.training.settings.sections import Settings


class JoinSides:
    """Assigns groups of side files, and first responses of runs, to runs. Used by the indexing thread only.

    Args:
        registry: the runs.
        side_files: the groups.

    Attributes:
        joined_run_names: names of the runs that something may be joined to, as of the last `assign`.
    """

    def __init__(self, registry: Registry, side_files: SideDiscovery) -> None:
        self._registry = registry
        self._side_files = side_files
        self._groups: dict[str, list[SideGroup]] = {}
        self._settings: dict[str, Settings] = {}
        self._first_responses: dict[tuple[str, bool], FirstResponses] = {}
        self.joined_run_names: frozenset[str] = frozenset()

    def assign(self) -> None:
        """Reads the settings of each run and chooses its groups."""
        runs = [run for run in self._registry.runs.values() if run.files]
        settings = self._registry.settings
        self._settings = {
            run.name: settings.for_file(min(file.path for file in run.files.values())) for run in runs
        }
        self._groups = {run.name: self._choose_groups(run.name) for run in runs}
        self.joined_run_names = frozenset(
            run.name
            for run in runs
            if self._groups[run.name]
            or (reference := self._settings[run.name].reference).first_visit
            or reference.run
        )

    def _choose_groups(self, run_name: str) -> list[SideGroup]:
        """The groups that are for a run: those that its settings name first, then the nearest."""
        all_groups = self._side_files.groups
        chosen = named_by(self._settings[run_name])
        named = [
            group for path, kind in chosen.items() if (group := all_groups.get((kind, path))) is not None
        ]
        nearby = [group for group in all_groups.values() if group.folder and group.is_for(run_name)]
        return named + sorted(nearby, key=lambda group: (-len(group.folder.strip("./")), group.kind))

    def settings_of(self, run_name: str) -> Settings | None:
        """The settings of a run as of the last `assign`."""
        return self._settings.get(run_name)

    def groups_of(self, run_name: str) -> Sequence[SideGroup]:
        """The groups that are for a run, in the order in which they count."""
        return self._groups.get(run_name, ())

    def used_groups(self) -> set[int]:
        """`id` of each group that is for some run."""
        return {id(group) for groups in self._groups.values() for group in groups}

    def needed_groups(self) -> set[int]:
        """`id` of each group that is for some run with samples."""
        runs = self._registry.runs
        return {
            id(group)
            for name, groups in self._groups.items()
            if name in runs and runs[name].samples
            for group in groups
        }

    def first_run_of(self, group: SideGroup) -> RunIndex:
        """A run that a group is for."""
        return next(self._registry.runs[name] for name, groups in self._groups.items() if group in groups)

    def _first_responses_for(self, run: RunIndex) -> tuple[FirstResponses, RunIndex] | None:
        """The first responses that are the references of a run, and the run that they come from."""
        settings = self._settings.get(run.name)
        if settings is None:
            return None
        is_own = settings.reference.first_visit or settings.reference.run == run.name
        source = run if is_own else self._registry.runs.get(settings.reference.run)
        if source is None:
            return None
        if (source.name, is_own) not in self._first_responses:
            self._first_responses[source.name, is_own] = FirstResponses(
                self._side_files.new_table(), by_split=is_own
            )
        return self._first_responses[source.name, is_own], source

    def are_first_responses_outdated(self, run: RunIndex) -> bool:
        """Whether first responses that a run takes as references can be brought up to date now, and are not."""
        found = self._first_responses_for(run)
        return found is not None and found[0].is_outdated(found[1]) and not found[1].is_pending

    def update_first_responses(self, cursor: duckdb.DuckDBPyConnection, run: RunIndex) -> None:
        """Brings the first responses that a run takes as references up to date, once all of their run is read."""
        found = self._first_responses_for(run)
        if found is not None and not found[1].is_pending:
            found[0].update(cursor, found[1])

    def sides_of(self, run: RunIndex) -> list[JoinSide]:
        """What is to be joined to a run, in the order in which it counts."""
        groups = self.groups_of(run.name)
        sides = [
            JoinSide(group.kind, group.source, group.table, _sample_keys(run, group))
            for group in groups
            if group.table.rows
        ]
        found = self._first_responses_for(run)
        if found is not None and found[0].table.rows:
            responses, source = found
            is_own = source is run
            name = "first visit" if is_own else source.name
            position = sum(1 for group in groups if not group.folder and group.table.rows)
            side = JoinSide(
                "reference", name, responses.table, (responses.sample_key,), later_steps_only=is_own
            )
            sides.insert(position, side)
        return sides[:MAX_BITS]


def _sample_keys(run: RunIndex, group: SideGroup) -> tuple[str, ...]:
    """SQL of the keys of a sample, by which a group is searched."""
    if group.kind == "reference":
        return (PROMPT_KEY,)
    keys: list[str] = []
    if group.table.has_ids:
        keys.append(OWN_ID)
        for name in ID_KEYS:
            columns = (physical("t", name), physical("m", name))
            keys += [_logged_id_key(column) for column in columns if column in run.logged]
    if group.table.has_texts and physical("t", "response") in run.columns:
        keys.append(TEXT_KEY)
    return tuple(keys)


def _logged_id_key(column: str) -> str:
    """SQL of the key of an id that was logged; of a number without a decimal point."""
    x = quoted(column)
    if column.startswith("m:"):
        x = f"CASE WHEN {x} = trunc({x}) AND abs({x}) < 1e15 THEN CAST(CAST({x} AS BIGINT) AS VARCHAR) ELSE CAST({x} AS VARCHAR) END"
    return f"md5_number_lower('id:' || {x})"
