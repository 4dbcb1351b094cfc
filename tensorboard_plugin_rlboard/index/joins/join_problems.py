"""What is said of joins: lines that could not be used, keys that stand twice, files that nothing matches."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.joins.side_discovery import named_by
from tensorboard_plugin_rlboard.index.joins.side_files import Group
from tensorboard_plugin_rlboard.index.joins.side_rows import Kind
from tensorboard_plugin_rlboard.index.tables.problem_table import ProblemRow
from tensorboard_plugin_rlboard.sources.addresses import printable_path

if TYPE_CHECKING:
    import duckdb

    from tensorboard_plugin_rlboard.index.registry import Registry
    from tensorboard_plugin_rlboard.index.run import RunIndex
    from tensorboard_plugin_rlboard.training.settings.sections import Settings

_SETTINGS = "rlboard.toml"


class JoinProblems:
    """Keeps the problems of joins in the tables of the runs that they are of. Used by the refresh thread only."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor
        self._said: dict[str, list[ProblemRow]] = {}
        self._repeated: dict[int, tuple[int, int]] = {}

    def alone(self, kind: Kind) -> str:
        """Why a side file is not opened where there is no run that it could be for."""
        what = "reference answers" if kind == "reference" else "scores"
        return f"It holds {what}, and there are no rollouts in its folder or below it that they could be joined to."

    def say(
        self,
        registry: Registry,
        wanted: Mapping[str, list[Group]],
        settings: Mapping[str, Settings],
        missing: Iterable[str],
        failed: Mapping[str, tuple[int, str]],
    ) -> None:
        """Brings what is said up to date, once nothing is left to read or to join.

        Args:
            registry: the runs.
            wanted: the groups of each run.
            settings: those of each run.
            missing: paths that settings name and that are not there.
            failed: runs that nothing could be joined to, and the version and error at which that was.
        """
        matched = {
            joining.source for run in registry.runs.values() for joining in run.joined if joining.matched
        }
        gone = set(missing)
        for name, run in registry.runs.items():
            if not run.samples:
                continue
            found = self._of_settings(registry, settings.get(name), gone)
            for group in wanted.get(name, ()):
                found += group.noted(self._repeated_in(group))
                if name in failed:
                    reason = (
                        f"It could not be joined ({failed[name][1]}); TensorBoard's own output has the details. "
                        "A larger --rlboard_memory_limit may help."
                    )
                    found.append((group.first, None, None, "not_joined", reason))
                elif group.table.rows and group.source not in matched:
                    found.append(_unmatched(run, group))
            if found != self._said.get(name, []):
                for relative, kind in {(noted[0], noted[3]) for noted in self._said.get(name, [])}:
                    run.forgive(self._cursor, relative, kind)
                if found:
                    run.note(self._cursor, found)
                self._said[name] = found
                registry.changed()

    def _repeated_in(self, group: Group) -> int:
        serial, known = self._repeated.get(group.table.number, (-1, 0))
        if serial != group.table.serial:
            known = group.table.repeated(self._cursor)
            self._repeated[group.table.number] = group.table.serial, known
        return known

    def _of_settings(
        self, registry: Registry, settings: Settings | None, missing: set[str]
    ) -> list[ProblemRow]:
        if settings is None:
            return []
        found: list[ProblemRow] = []
        for path in named_by(settings):
            if path in missing:
                name = printable_path(os.path.basename(path))  # noqa: PTH119 (paths are texts here)
                reason = f"The file {name} that it names is not there: nothing of it is joined."
                found.append((_SETTINGS, None, None, "no_file", reason))
        run = settings.reference.run
        if run and run not in registry.runs:
            reason = (
                f"There is no run {run}, whose answers are to be the references: run takes its folder, as seen from "
                "the folder of rlboard.toml."
            )
            found.append((_SETTINGS, None, None, "no_run", reason))
        return found


def _unmatched(run: RunIndex, group: Group) -> ProblemRow:
    """One line for a file of which nothing matches."""
    if group.kind == "reference":
        reason = (
            f"None of its {group.table.rows} prompts is one of the {run.samples} samples': prompts have to be the same "
            "text, chat template and system prompt included; only padding before them makes no difference."
        )
    else:
        reason = (
            f"None of its {group.table.rows} scores is of one of the {run.samples} samples: a line needs the id that the "
            "tab shows, the sample's own sample_id, id or uid, or the very prompt and response. If these are rollouts, "
            "give each line its step."
        )
    return group.first, None, None, "unmatched", reason
