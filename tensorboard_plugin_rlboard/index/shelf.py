"""Between the refresh thread and the cache: what is put there, and what is taken from it at the next start.

A file is kept as a prefix of whole ranges. The small ranges of a log that is still being written are not: they would
be thousands; at the next start they are read again as one.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.formats.registry import by_name
from tensorboard_plugin_rlboard.index.cache import Cache, KeptRange, Manifest
from tensorboard_plugin_rlboard.index.ranges import Built, Order
from tensorboard_plugin_rlboard.index.run import IndexedFile, Range
from tensorboard_plugin_rlboard.sources.access import damage, is_packed
from tensorboard_plugin_rlboard.sources.tail import Change, look
from tensorboard_plugin_rlboard.sources.walk import SourceFile

if TYPE_CHECKING:
    from pathlib import Path

    from tensorboard_plugin_rlboard.formats.base import Format
    from tensorboard_plugin_rlboard.sources.tail import FileState

logger = logging.getLogger(__name__)
SMALL = 1024 * 1024


class Shelf:
    """Keeps parts in a cache and takes them from it; does nothing without one."""

    def __init__(self, cache: Cache | None) -> None:
        self._cache = cache

    def recall(self, file: SourceFile) -> tuple[Format, FileState, Manifest] | None:
        """What an earlier start knows of a file that is still what it was, or has grown since."""
        manifest = None if self._cache is None else self._cache.manifest(file.path)
        if manifest is None or not manifest.ranges:
            return None
        try:
            known = by_name(manifest.known)
        except KeyError:
            return None
        seen = look(manifest.state, file, time.time_ns())
        if seen.change not in {Change.UNCHANGED, Change.APPENDED} or seen.state is None:
            return None
        return known, seen.state, manifest

    def place(self, file: IndexedFile, manifest: Manifest) -> None:
        """Lays the parts of an earlier start ready to be loaded."""
        file.to_load = deque(manifest.ranges)
        file.kept = manifest

    def fetch(self, kept: KeptRange) -> tuple[Built, Path] | None:
        """A part of an earlier start; None where it is gone or cannot be read."""
        return None if self._cache is None else self._cache.part(kept.part)

    def keep(self, file: IndexedFile, order: Order, built: Built, parquet: Path, taken: Range) -> None:
        """Keeps a part, if it goes on where the kept ones end; called before the file's state moves on."""
        if self._cache is None or (is_packed(file.path) and damage(file.path)):
            return  # what is wrong with an archive is known by unpacking it, not by a part
        before = file.kept
        end = sum((before.ranges[-1].offset, before.ranges[-1].length)) if before and before.ranges else 0
        if taken.offset != end or (taken.length < SMALL and taken.offset > 0):
            return
        try:
            part = KeptRange(
                taken.offset, taken.length, taken.newlines, self._cache.keep(order, built, parquet)
            )
        except OSError as error:
            logger.warning("RL Board keeps no index between starts: %s", error)
            self._cache = None
            return
        file.kept = Manifest(
            file.known.name, file.state, file.newlines, (*(before.ranges if before else ()), part)
        )

    def save(self, file: IndexedFile) -> None:
        """Writes down what is kept of a file, once its state is that of the last kept range."""
        if self._cache is None or file.kept is None or not file.kept.ranges:
            return
        last = file.kept.ranges[-1]
        if last.offset + last.length != file.state.read_to:
            return
        file.kept = replace(file.kept, state=file.state, newlines=file.newlines)
        try:
            self._cache.save(file.path, file.kept)
        except OSError as error:
            logger.warning("RL Board keeps no index between starts: %s", error)
            self._cache = None
