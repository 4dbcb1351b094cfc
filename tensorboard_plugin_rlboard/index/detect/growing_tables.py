"""Finds tables that were logged again with more rows: the later one has every row of the earlier, which is left out.

A script that adds rows to one W&B table and logs it again has a copy of it for each step, `<key>_<step>_<hash>.table.json`.
The number is that of the log before where `wandb.log` was given a step, so two copies may have the same one.
Read all together they would count the first rows once for each copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.formats.rows.file_options import file_defaults
from tensorboard_plugin_rlboard.formats.rows.path_names import logged_table
from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.local_files import open_regular

if TYPE_CHECKING:
    from typing import BinaryIO

    from tensorboard_plugin_rlboard.formats.base import Format
    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile

_BLOCK_BYTES, _MAX_BLOCKS = 64 * 1024, 256
"""Bytes that are compared at a place, and places: all of a table of up to 16 MB, of a larger one pieces of it."""
_END_BYTES = 4096
"""Bytes at the end of a table in which its last row ends; what follows says how many rows there are."""
_Facts = tuple[str, int, int, str, int, int]


class GrowingTables:
    """Knows which tables are contained in later ones. Used by the thread that indexes."""

    def __init__(self) -> None:
        self._next: dict[str, str] = {}
        self._compared: dict[str, tuple[_Facts, bytes]] = {}
        self._left_out: dict[str, str] = {}

    def update(self, present: Mapping[str, SourceFile]) -> list[str]:
        """Look at the names of all files.

        Args:
            present: the files by their paths below the log directory.

        Returns:
            Tables that were left out for one that is gone: they are to be looked at again.
        """
        of_key: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
        for relative, file in present.items():
            folder, _, name = relative.rpartition("/")
            found = logged_table(name) if name.endswith(".table.json") else None
            if found is not None:
                of_key.setdefault((folder, found[0]), []).append((found[1], file.size, relative))
        self._next = {}
        for tables in of_key.values():
            for (step, size, one), (later, larger, other) in pairwise(sorted(tables)):
                if step < later or size < larger:
                    self._next[one] = other
        self._compared = {one: found for one, found in self._compared.items() if one in self._next}
        freed = [one for one, other in self._left_out.items() if self._next.get(one) != other]
        for one in freed:
            del self._left_out[one]
        return freed

    def reason_against(self, relative: str, file_format: Format, present: Mapping[str, SourceFile]) -> str:
        """Why a table is left out, in one sentence: the next one of its key begins with its rows. Empty where it is read.

        Args:
            relative: its path below the log directory.
            file_format: its format. Rows without a step are each step's own where two tables are the same.
            present: as in `update`.
        """
        later = self._next.get(relative, "")
        if not later:
            return ""
        follows = self._follows(relative, present[relative], present[later])
        has_own_step = file_defaults(file_format).step is None
        if follows != b"," and not (follows == b"]" and has_own_step):
            return ""
        self._left_out[relative] = later
        read = f"All of its rows are in {later} as well, which is read instead."
        no_step = "Its rows have no step, so they are shown at the step of that: log a column step."
        return read if has_own_step else f"{read} {no_step}"

    def _follows(self, relative: str, table: SourceFile, later: SourceFile) -> bytes:
        """What follows in a later table on the rows of an earlier one; nothing where it does not begin with them."""
        facts = (table.path, table.size, table.mtime_ns, later.path, later.size, later.mtime_ns)
        known = self._compared.get(relative)
        if known is None or known[0] != facts:
            known = self._compared[relative] = facts, _behind_rows(table, later)
        return known[1]


def _behind_rows(table: SourceFile, later: SourceFile) -> bytes:
    if is_address(table.path) or is_address(later.path):
        return b""  # each comparison would load both
    try:
        with open_regular(table.path) as one, open_regular(later.path) as other:
            end = _end_of_rows(one, table.size)
            if not end or end >= later.size or not begin_alike(one, other, end):
                return b""
            other.seek(end)
            return other.read(_BLOCK_BYTES).lstrip()[:1]
    except OSError:
        return b""  # whoever reads them next will say so


def _end_of_rows(table: BinaryIO, size: int) -> int:
    """Where the last row of a table ends, in bytes; 0 where it has none."""
    start = max(0, size - _END_BYTES)
    table.seek(start)
    end = table.read(_END_BYTES).rfind(b"]]")
    return start + end + 1 if end >= 0 else 0


def begin_alike(one: BinaryIO, other: BinaryIO, end: int) -> bool:
    """Whether two files have the same first bytes, as far as they are compared: from the last ones on."""
    last = max(0, end - _BLOCK_BYTES)
    count = min(_MAX_BLOCKS, -(-end // _BLOCK_BYTES))
    for place in (last * at // max(1, count - 1) for at in reversed(range(count))):
        one.seek(place)
        other.seek(place)
        size = min(_BLOCK_BYTES, end - place)
        if one.read(size) != other.read(size):
            return False
    return True
