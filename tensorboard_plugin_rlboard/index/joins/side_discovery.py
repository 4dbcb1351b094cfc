"""Finds side files, which hold reference answers or scores: by their first rows, or because the settings name them.

A file of prompts, responses and scores may also be somebody's rollouts. It is a side file only where other rollouts lie
in its folder or below it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.formats.rows.trace_annotations import is_annotation
from tensorboard_plugin_rlboard.index.detect.spread_rows import first_object
from tensorboard_plugin_rlboard.index.joins.side_file_type import SideKind, side_file_type
from tensorboard_plugin_rlboard.index.joins.side_files import SideGroup
from tensorboard_plugin_rlboard.index.joins.side_table import SideTable
from tensorboard_plugin_rlboard.sources.addresses import is_address, printable_path
from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

    from tensorboard_plugin_rlboard.formats.base import Format
    from tensorboard_plugin_rlboard.training.settings.sections import Settings


class SideDiscovery:
    """Keeps the groups of side files. Used by the indexing thread only.

    Attributes:
        groups: (kind, folder, or path that settings name) -> group.
        missing: paths that settings name and that are not there.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self.groups: dict[tuple[SideKind, str], SideGroup] = {}
        self.missing: set[str] = set()
        self._cursor = cursor
        self._tables = 0
        self._unsure: dict[str, SourceFile] = {}
        self._rollouts: set[str] = set()

    @property
    def paths(self) -> set[str]:
        """Paths below the log directory of all side files, those among them that may be rollouts."""
        return {relative for group in self.groups.values() for relative in group.files} | set(self._unsure)

    def new_table(self) -> SideTable:
        """A new empty table."""
        self._tables += 1
        table = SideTable(self._tables)
        table.create(self._cursor)
        return table

    def check_files(
        self, present: Mapping[str, SourceFile], named: Mapping[str, SideKind], now_ns: int
    ) -> None:
        """Looks at every side file that is known, and at those that settings name.

        Args:
            present: path below the log directory -> file, of all files that the walk has found.
            named: paths of files that settings name, and what these hold.
            now_ns: the present time, nanoseconds since 1970.
        """
        by_path = {file.path: file for file in present.values()} if named else {}
        found = {path: by_path.get(path) or _file_at(path) for path in named}
        self.missing = {path for path, file in found.items() if file is None}
        for (kind, origin), group in tuple(self.groups.items()):
            is_named = not group.folder
            for relative in tuple(group.files):
                path = group.files[relative].path
                source = found.get(path) if is_named else present.get(relative)
                if (not is_named and path in named) or (is_named and named.get(path) != kind):
                    source = None  # it belongs to another group now, or to none
                group.check(self._cursor, relative, source, now_ns)
            if not group.files:
                group.table.drop(self._cursor)
                del self.groups[kind, origin]
        paths = self.paths
        for path, file in found.items():
            if file is not None and file.relative not in paths:
                self._group(named[path], path, "").add(file, now_ns)
        self._unsure = {relative: present[relative] for relative in self._unsure if relative in present}
        self._rollouts &= present.keys()

    def try_claim(self, file: SourceFile, row: Mapping[str, object], now_ns: int) -> bool:
        """Whether a file that is in no group yet is a side file, or may be one; it is added then.

        Args:
            file: the file.
            row: its first row.
            now_ns: the present time, nanoseconds since 1970.
        """
        if file.relative in self._rollouts:
            return False
        found = side_file_type(row)
        if found is None:
            return False
        if found.is_sure:
            self._group(found.kind, file.run, file.run).add(file, now_ns)
        else:
            self._unsure[file.relative] = file
        return True

    def decide_unsure(self, run_names: Iterable[str], now_ns: int) -> Iterator[SourceFile]:
        """Decides about files that may be rollouts, and gives those that are.

        Args:
            run_names: the runs that have rollouts.
            now_ns: the present time, nanoseconds since 1970.
        """
        names = list(run_names)
        for relative, file in tuple(self._unsure.items()):
            del self._unsure[relative]
            if any(SideGroup("scores", file.run, SideTable(0)).is_for(name) for name in names):
                self._group("scores", file.run, file.run).add(file, now_ns)
            else:
                self._rollouts.add(relative)
                yield file

    def _group(self, kind: SideKind, origin: str, folder: str) -> SideGroup:
        """The group of a folder or of a path that settings name, made where there is none."""
        if (kind, origin) not in self.groups:
            self.groups[kind, origin] = SideGroup(kind, folder, self.new_table())
        return self.groups[kind, origin]


def may_be_side_file(file_format: Format | None) -> bool:
    """Whether a file with this format may be a side file: other formats are told by keys that only they have."""
    if file_format is None or file_format.name == NATIVE.name:
        return True
    return file_format.mapping is not None and file_format.mapping.guessed


def reason_to_leave_out(file: SourceFile, file_format: Format | None, present: Iterable[str]) -> str:
    """Why a file is not indexed ahead of time, in one sentence; empty where it is no side file.

    Args:
        file: the file.
        file_format: the format that it would have as rollouts.
        present: paths below the log directory of all files that were found.

    Raises:
        OSError: it cannot be read.
    """
    row = first_object(file.path) if may_be_side_file(file_format) else None
    if row is not None and is_annotation(row):
        return "It holds annotations of traces: TensorBoard reads it and brings them to the samples."
    found = None if row is None else side_file_type(row)
    folder = "".join(file.relative.rpartition("/")[:2])
    neighbours = (other for other in present if other != file.relative and other.startswith(folder))
    if found is None or (not found.is_sure and next(neighbours, None) is None):
        return ""
    return (
        f"It holds {'reference answers' if found.kind == 'reference' else 'scores'}: TensorBoard reads it and joins "
        "them to the samples."
    )


def named_by(settings: Settings) -> dict[str, SideKind]:
    """The paths of the side files that settings name, and what they hold."""
    named: dict[str, SideKind] = {}
    if settings.scores.file:
        named[settings.scores.file] = "scores"
    if settings.reference.file:
        named[settings.reference.file] = "reference"
    return named


def _file_at(path: str) -> SourceFile | None:
    """A file that the walk does not find: its name is none of a log."""
    if is_address(path):
        return None
    try:
        facts = Path(path).stat()
    except OSError:
        return None
    name = printable_path(os.path.basename(path))  # noqa: PTH119 (paths are texts here)
    return SourceFile(path, "", name, facts.st_size, facts.st_mtime_ns, facts.st_ino, facts.st_dev)
