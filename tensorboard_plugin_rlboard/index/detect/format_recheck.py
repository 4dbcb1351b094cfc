"""Checks the format of a file again when the file has grown: it was recognised, or guessed, by the rows that were there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.detect.named_fields import is_guessed
from tensorboard_plugin_rlboard.index.detect.spread_rows import SMALL_BYTES

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.index.detect.recognition import Recognition
    from tensorboard_plugin_rlboard.index.run_file import IndexedFile
    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile

_GROWTH, _MAX_GROWTH_BYTES = 1.25, 64_000_000
"""A file is looked at again each time it is so many times as large, or has so many bytes more, because its keys may change
late: a look costs a fiftieth of reading that much. A small one is each time it has grown, which costs no more than to read
it."""


_UNLIKE_GROWTH = 2
"""Whatever its size, a file is also looked at again when the first of its new rows are unlike those before (without the
reward that the earlier ones had, say, or with a key that was not seen before), and each time that so many times as many
are: of a log whose rows differ by nature that is a few times."""

_MIN_UNREWARDED = 2
"""Samples without a reward at the end of a file that are worth a sentence."""


class FormatRecheck:
    """Remembers how large files were when they were recognised, and which are to be read anew.

    Args:
        recognition: recognises files.
    """

    def __init__(self, recognition: Recognition) -> None:
        self._recognition = recognition
        self._sizes: dict[str, int] = {}
        self._differences: dict[str, int] = {}
        self._reasons: dict[str, str] = {}

    def is_recognised_otherwise(self, file: IndexedFile, source: SourceFile | None) -> bool:
        """Whether a file that has grown is recognised as something else now; it is to be read anew then.

        Args:
            file: the file as it was recognised and read.
            source: the file as it is now.
        """
        relative = file.relative
        has_grown = source is not None and source.size >= _next_recheck(self._sizes.get(relative, 0))
        is_unlike = file.differences >= max(1, _UNLIKE_GROWTH * self._differences.get(relative, 0))
        if source is None or not (has_grown or is_unlike):
            return False
        self._sizes[relative] = source.size
        if is_unlike:
            self._differences[relative] = file.differences
        try:
            reason = self._recognition.changed_reading(file.format, source)
        except OSError:
            return False  # whoever reads it next will say so
        if reason:
            self._reasons[relative] = reason
        return bool(reason)

    def lost_reward(self, file: IndexedFile) -> str:
        """What is said of a file whose newest samples have no reward although earlier ones have; empty where they have.

        It is said of two and more: a rollout that failed may stand alone.
        """
        mapping = file.format.mapping
        if file.unrewarded_at_end < _MIN_UNREWARDED or not is_guessed(file.format):
            return ""
        key = "reward" if mapping is None else mapping.keys.get("reward", "reward")
        return (
            f"Its newest samples have no reward under {key}, though earlier ones have. If the training logs it under another "
            f'key by now, write into an rlboard.toml in the run\'s folder: [mapping], reward = "{key} | the other key", beside '
            "the fields that are guessed (rlboard doctor prints them)."
        )

    def is_to_be_reread(self, relative: str) -> bool:
        """Whether a file is to be read anew, whatever is kept of it."""
        return relative in self._reasons

    def note_recognised(self, file: SourceFile) -> str:
        """Note that a file was recognised as it is now; returns why it was read anew, in one sentence, empty where it was not."""
        self._sizes[file.relative] = file.size
        reason = self._reasons.pop(file.relative, "")
        if not reason:
            self._differences.pop(file.relative, None)  # it is another file
        return reason


def _next_recheck(size: int) -> float:
    """Bytes from which on the format of a file is checked again that was recognised when it had so many."""
    return size + 1 if size <= SMALL_BYTES else min(_GROWTH * size, size + _MAX_GROWTH_BYTES)
