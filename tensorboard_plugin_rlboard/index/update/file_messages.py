"""Keeps what is said of a whole file up to date: what of a container cannot be read, that rewards are lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.tables.problem_table import ProblemRow
from tensorboard_plugin_rlboard.sources.reader import DAMAGE_KINDS, damage_in, damage_kind

if TYPE_CHECKING:
    import duckdb

    from tensorboard_plugin_rlboard.index.registry import Registry
    from tensorboard_plugin_rlboard.index.run import RunIndex
    from tensorboard_plugin_rlboard.index.run_file import IndexedFile


class FileMessages:
    """Keeps what is said of files among the problems of their runs. Used by the thread that indexes.

    Args:
        registry: the runs.
        cursor: of the query database.
    """

    def __init__(self, registry: Registry, cursor: duckdb.DuckDBPyConnection) -> None:
        self._registry = registry
        self._cursor = cursor
        self._said: dict[tuple[str, str], str] = {}

    def say(self, run: RunIndex, file: IndexedFile, kind: str, reason: str) -> None:
        """Says something in place of what was said of that kind; an empty reason takes it back."""
        if self._said.get((file.relative, kind), "") == reason:
            return
        self._said[file.relative, kind] = reason
        run.clear_problems(self._cursor, file.relative, kind)
        if reason:
            run.add_problems(self._cursor, [ProblemRow(file.relative, None, None, kind, reason)])
        self._registry.raise_revision()

    def say_damage(self, run: RunIndex, file: IndexedFile) -> None:
        """Says what of a packed file could not be unpacked, or takes it back."""
        if file.state.packed >= 0:
            found, reason = damage_kind(file.path), damage_in(file.path)
            for kind in DAMAGE_KINDS:
                self.say(run, file, kind, reason if kind == found else "")

    def forget(self, relative: str) -> None:
        """Forgets what was said of a file whose problems are gone with its rows."""
        self._said = {of: reason for of, reason in self._said.items() if of[0] != relative}
