"""Which files are left out because another file has all of their rows, and which one that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.detect.copies import Copies
from tensorboard_plugin_rlboard.index.detect.growing_tables import GrowingTables

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.formats.base import Format
    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile


class RedundantFiles:
    """Asks all that know of repeated rows: the format (a trainer's two files), copies, tables that grow."""

    def __init__(self) -> None:
        self._tables, self._copies = GrowingTables(), Copies()

    def update(self, present: Mapping[str, SourceFile]) -> list[str]:
        """Look at all files; files that were left out and are to be looked at again are returned.

        Args:
            present: the files by their paths below the log directory.
        """
        return [*self._tables.update(present), *self._copies.update(present)]

    def reason_against(self, relative: str, found: Format, present: Mapping[str, SourceFile]) -> str:
        """Why a file's rows are read from another one, in one sentence; empty where they are not.

        Args:
            relative: its path below the log directory.
            found: its format.
            present: as in `update`.
        """
        twin = found.superseded_by(relative)
        if twin in present:
            return f"It has the same rows as {twin}, which is read instead."
        copied = self._copies.reason_against(relative)
        return copied or (
            self._tables.reason_against(relative, found, present) if relative in present else ""
        )
