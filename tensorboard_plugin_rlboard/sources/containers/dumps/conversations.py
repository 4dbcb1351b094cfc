"""The conversations of one rollout, which miles writes beside its samples: ``D/trajectory/<id>.jsonl``.

A line is an object with ``sample_index``, ``sample_occurrence`` (since 1d61f32d: the number of this sample among those
of the same index) and ``messages``. Samples without a recorded conversation have no line. Held are only the places of
the lines; a line is read when its sample is asked for.

Source: ``trajectory_rows`` in ``miles/ray/rollout/debug_data.py`` of radixark/miles 31f1ca9 and 1d61f32d.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.local_files import open_regular

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.sources.companions import Companion

_MAX_LINE_BYTES = 64 * 1024 * 1024
_MAX_LINES = 1_000_000


class Conversations:
    """The conversations of one rollout.

    Args:
        file: Where they are.

    Attributes:
        problems: One sentence for each thing that could not be read.
    """

    def __init__(self, file: Companion) -> None:
        self.problems: list[str] = []
        self._path = Path(file.path)
        self._name = f"{file.place.folder}/{self._path.name}"
        self._numbered: dict[tuple[int, int], int] = {}
        self._unnumbered: dict[int, list[int]] = {}
        try:
            self._find_lines()
        except OSError as error:
            self.problems.append(f"{self._name} cannot be read: {error.strerror or error}.")

    def _find_lines(self) -> None:
        unread = []
        with open_regular(self._path) as file:
            offset = number = 0
            while number < _MAX_LINES and (line := file.readline(_MAX_LINE_BYTES)):
                number += 1
                row = _row(line)
                index, occurrence = row.get("sample_index"), row.get("sample_occurrence")
                if type(index) is not int:
                    unread.append(number)
                elif type(occurrence) is int:
                    self._numbered[index, occurrence] = offset
                else:
                    self._unnumbered.setdefault(index, []).append(offset)
                offset += len(line)
            if number == _MAX_LINES and file.read(1):
                self.problems.append(
                    f"{self._name} has more than {_MAX_LINES:,} lines; the others are left out."
                )
        if unread:
            self.problems.append(
                f"{self._name}, line {unread[0]}{f' and {len(unread) - 1} more' if len(unread) > 1 else ''}: no whole "
                "conversation of a sample; it is left out."
            )

    def of(self, index: object, occurrence: int, alike: int) -> object:
        """The messages of a sample; None where it has none, or where it cannot be told which of several is its own.

        Args:
            index: The sample's index.
            occurrence: Its number among the samples of the same index, from 0.
            alike: How many samples have this index.
        """
        if type(index) is not int:
            return None
        offset = self._numbered.get((index, occurrence))
        unnumbered = self._unnumbered.get(index, ())
        if offset is None and len(unnumbered) == alike:
            offset = unnumbered[occurrence]
        if offset is None:
            return None
        try:
            with open_regular(self._path) as file:
                file.seek(offset)
                return _row(file.readline(_MAX_LINE_BYTES)).get("messages")
        except OSError:
            return None


def _row(line: bytes) -> dict[str, object]:
    """The object of a line; an empty one where it is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
