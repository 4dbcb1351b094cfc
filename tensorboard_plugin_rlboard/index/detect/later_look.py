"""Looks again at files that were understood by few rows, when they have grown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.detect.spread_rows import SMALL_BYTES

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.formats.base import Format
    from tensorboard_plugin_rlboard.index.detect.recognition import Recognition
    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile

_GROWTH, _MOST_BYTES = 1.25, 64_000_000
"""A file is looked at again each time it is so many times as large, or has so many bytes more, because its keys may change
late: a look costs a fiftieth of reading that much. A small one is each time it has grown, which costs no more than to read
it."""


class LaterLook:
    """Remembers how large files were when they were understood, and which are to be read anew.

    Args:
        recognition: recognises files.
    """

    def __init__(self, recognition: Recognition) -> None:
        self._recognition = recognition
        self._sizes: dict[str, int] = {}
        self._reasons: dict[str, str] = {}

    def finds_else(self, relative: str, file_format: Format, source: SourceFile | None) -> bool:
        """Whether a file that has grown is understood otherwise now; it is to be read anew then.

        Args:
            relative: its path below the log directory.
            file_format: how it was understood.
            source: the file as it is now.
        """
        size = self._sizes.get(relative, 0)
        if source is None or source.size < _next_look(size):
            return False
        self._sizes[relative] = source.size
        try:
            reason = self._recognition.other_reading(file_format, source)
        except OSError:
            return False  # whoever reads it next will say so
        if reason:
            self._reasons[relative] = reason
        return bool(reason)

    def is_anew(self, relative: str) -> bool:
        """Whether a file is to be read anew, whatever is kept of it."""
        return relative in self._reasons

    def understood(self, file: SourceFile) -> str:
        """Note that a file was understood as it is; why it was read anew, in one sentence, empty where it was not."""
        self._sizes[file.relative] = file.size
        return self._reasons.pop(file.relative, "")


def _next_look(size: int) -> float:
    """Bytes from which on a file is looked at again that was understood when it had so many."""
    return size + 1 if size <= SMALL_BYTES else min(_GROWTH * size, size + _MOST_BYTES)
