"""Shows the last lines of large files before their turn: the newest step is what most users look for."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.parts import range_plan

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.index.parts.worker_pool import FinishedRange
    from tensorboard_plugin_rlboard.index.run import RunIndex
    from tensorboard_plugin_rlboard.index.run_file import IndexedFile
    from tensorboard_plugin_rlboard.index.update.file_ranges import FileRanges
    from tensorboard_plugin_rlboard.index.update.part_loader import PartLoader

NEWEST_FROM = 4 * range_plan.RANGE
"""Bytes left of a run from which the last lines of its files are shown before their turn."""
_SECONDS = 0.3
"""For so long they are read and loaded in one turn."""


class NewestLines:
    """Shows the last lines of each file once, until the turn of the file comes and its rows take their place.

    Args:
        ranges: cuts the files.
        loader: loads the lines.
    """

    def __init__(self, ranges: FileRanges, loader: PartLoader) -> None:
        self._ranges = ranges
        self._loader = loader
        self._shown: set[IndexedFile] = set()

    def forget_others(self, files: Iterable[IndexedFile]) -> None:
        """Forgets all files but these."""
        self._shown &= set(files)

    def show(self, run: RunIndex, files: Sequence[IndexedFile]) -> bool:
        """Shows those of some files, plain ones, as far as a moment allows; returns whether there were any.

        There may be more files then.
        """
        built: list[tuple[IndexedFile, FinishedRange]] = []
        until = time.perf_counter() + _SECONDS
        for file in files:
            is_far = self._ranges.bytes_left(file) > 2 * range_plan.FIRST_RANGE
            if not is_far or file in self._shown:
                continue
            if time.perf_counter() >= until:
                break
            self._shown.add(file)
            try:
                order = self._ranges.last_lines(file)
                if order is not None:
                    built.append((file, self._loader.build(order)))
            except (OSError, EOFError):
                continue  # its turn will come, and then it is said
        if built:
            self._loader.show_early(run, built)
        return bool(built)
