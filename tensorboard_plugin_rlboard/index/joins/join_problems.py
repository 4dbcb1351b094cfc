"""The problems of joins: lines that could not be used, keys that stand twice, files that nothing matches."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.joins.join_sides import JoinSides
from tensorboard_plugin_rlboard.index.joins.side_discovery import named_by
from tensorboard_plugin_rlboard.index.joins.side_file_type import SideKind
from tensorboard_plugin_rlboard.index.joins.side_files import SideGroup
from tensorboard_plugin_rlboard.index.tables.problem_table import ProblemRow
from tensorboard_plugin_rlboard.sources.addresses import printable_path
from tensorboard_plugin_rlboard.texts import plural

if TYPE_CHECKING:
    import duckdb

    from tensorboard_plugin_rlboard.index.registry import Registry
    from tensorboard_plugin_rlboard.index.run import RunIndex
    from tensorboard_plugin_rlboard.training.settings.sections import Settings

_SETTINGS_FILE = "rlboard.toml"


class JoinProblems:
    """Keeps the problems of joins in the tables of the runs that they are of. Used by the indexing thread only."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor
        self._reported: dict[str, list[ProblemRow]] = {}
        self._conflicts: dict[int, tuple[int, int]] = {}

    def reason_without_run(self, kind: SideKind) -> str:
        """Why a side file is not opened where there is no run that it could be for."""
        return (
            f"It holds {'reference answers' if kind == 'reference' else 'scores'}, and there are no rollouts in its "
            "folder or below it that they could be joined to."
        )

    def update(
        self,
        registry: Registry,
        sides: JoinSides,
        missing: Collection[str],
        failed: Mapping[str, tuple[int, str]],
    ) -> None:
        """Brings the problems up to date, once nothing is left to read or to join.

        Args:
            registry: the runs.
            sides: what is joined to each run.
            missing: paths that settings name and that are not there.
            failed: runs that nothing could be joined to, and the version and error at which that was.
        """
        matched = {
            summary.source for run in registry.runs.values() for summary in run.joined if summary.matched
        }
        for name, run in registry.runs.items():
            if not run.samples:
                continue
            problems = self._of_settings(registry, sides.settings_of(name), missing)
            for group in sides.groups_of(name):
                problems += group.problem_rows(self._conflicts_in(group))
                if name in failed:
                    reason = (
                        f"It could not be joined ({failed[name][1]}); TensorBoard's own output has the details. "
                        "A larger --rlboard_memory_limit may help."
                    )
                    problems.append(ProblemRow(group.first_file, None, None, "not_joined", reason))
                elif group.table.rows and group.source not in matched:
                    problems.append(_unmatched(run, group))
            if problems != self._reported.get(name, []):
                for relative, kind in {(row[0], row[3]) for row in self._reported.get(name, [])}:
                    run.clear_problems(self._cursor, relative, kind)
                if problems:
                    run.add_problems(self._cursor, problems)
                self._reported[name] = problems
                registry.raise_revision()

    def _conflicts_in(self, group: SideGroup) -> int:
        """How many lines of a group say something else than an earlier line with the same key."""
        serial, count = self._conflicts.get(group.table.number, (-1, 0))
        if serial != group.table.serial:
            count = group.table.count_conflicts(self._cursor)
            self._conflicts[group.table.number] = group.table.serial, count
        return count

    def _of_settings(
        self, registry: Registry, settings: Settings | None, missing: Collection[str]
    ) -> list[ProblemRow]:
        """The problems of what the settings of a run name."""
        if settings is None:
            return []
        problems: list[ProblemRow] = []
        for path in named_by(settings):
            if path in missing:
                name = printable_path(os.path.basename(path))  # noqa: PTH119 (paths are texts here)
                reason = f"The file {name} that it names is not there: nothing of it is joined."
                problems.append(ProblemRow(_SETTINGS_FILE, None, None, "no_file", reason))
        run = settings.reference.run
        if run and run not in registry.runs:
            reason = (
                f"There is no run {run}, whose answers are to be the references: run takes its folder, as seen from "
                "the folder of rlboard.toml."
            )
            problems.append(ProblemRow(_SETTINGS_FILE, None, None, "no_run", reason))
        return problems


def _unmatched(run: RunIndex, group: SideGroup) -> ProblemRow:
    """One problem for a group of which nothing matches."""
    if group.kind == "reference":
        reason = (
            f"None of its {group.table.rows:,} {plural(group.table.rows, 'prompt', 'prompts')} is that of one of the {run.samples:,} {plural(run.samples, 'sample', 'samples')}: prompts have to be the same "
            "text, chat template and system prompt included; only padding before them makes no difference."
        )
    else:
        reason = (
            f"None of its {group.table.rows:,} {plural(group.table.rows, 'score', 'scores')} is of one of the {run.samples:,} {plural(run.samples, 'sample', 'samples')}: a line needs the id that the "
            "tab shows, the sample's own sample_id, id or uid, or the very prompt and response. If these are rollouts, "
            "give each line its step."
        )
    return ProblemRow(group.first_file, None, None, "unmatched", reason)
