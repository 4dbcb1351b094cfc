"""Bare NaN and Infinity in lines that simdjson reads: replaced by numbers that stand nowhere in the line, and taken back.

simdjson knows the JSON standard only. The objects and arrays of a line with stand-ins give back what was logged, so nobody
else knows of them.
"""

from __future__ import annotations

from collections.abc import Iterator, KeysView
from typing import Any, cast

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Floats

_STAND_INS = {
    "-Infinity": ("7.318193370484e-291", -np.inf),  # first: it contains the next one
    "Infinity": ("7.318193370483e-291", np.inf),
    "NaN": ("7.318193370482e-291", np.nan),
}
"""What simdjson does not know -> the number that stands for it, what it means."""
_VALUES = {float(number): value for number, value in _STAND_INS.values()}
_BYTES = tuple((word.encode(), number.encode()) for word, (number, _) in _STAND_INS.items())


def with_stand_ins(line: bytes) -> bytes | None:
    """A line with the stand-ins, inside texts as well; None where it needs none, or holds one already."""
    if b"NaN" not in line and b"Infinity" not in line:
        return None
    if any(number in line for _, number in _BYTES):
        return None
    for word, number in _BYTES:
        line = line.replace(word, number)
    return line


class RestoredObject:
    """A JSON object of simdjson's with what was logged in the place of stand-ins.

    Attributes:
        has_repeats: whether a key stands in it twice.
    """

    def __init__(self, parsed: Any) -> None:
        self._parsed = parsed
        self._keys: dict[str, str] = {_restored_text(key): key for key in parsed.keys()}  # noqa: SIM118 (it has no iterator)
        self.has_repeats = len(self._keys) < len(parsed)

    def keys(self) -> KeysView[str]:
        """Its keys, as logged."""
        return self._keys.keys()

    def __getitem__(self, key: str) -> Any:
        """The value of a key."""
        return _restored(self._parsed[self._keys[key]])

    def as_dict(self) -> dict[str, Any]:
        """The object as Python's, and all that is in it."""
        return cast("dict[str, Any]", _restored_whole(self._parsed.as_dict()))


class RestoredArray:
    """A JSON array of simdjson's with what was logged in the place of stand-ins."""

    def __init__(self, parsed: Any) -> None:
        self._parsed = parsed

    def __len__(self) -> int:
        return len(self._parsed)

    def __getitem__(self, index: int) -> Any:
        return _restored(self._parsed[index])

    def __iter__(self) -> Iterator[Any]:
        return map(_restored, self._parsed)

    def as_buffer(self, *, of_type: str) -> Floats:
        """Its numbers, those of lists in it as well; as simdjson, raises ValueError or TypeError for anything else."""
        values = np.array(np.frombuffer(self._parsed.as_buffer(of_type=of_type)))
        for stand_in, value in _VALUES.items():
            values[np.abs(values) == stand_in] = value
        return values

    def as_list(self) -> list[Any]:
        """The array as Python's, and all that is in it."""
        return cast("list[Any]", _restored_whole(self._parsed.as_list()))


def _restored(value: Any) -> Any:
    if isinstance(value, str):
        return _restored_text(value)
    if isinstance(value, float):
        return _VALUES.get(abs(value), value)
    if hasattr(value, "as_dict"):
        return RestoredObject(value)
    return RestoredArray(value) if hasattr(value, "as_list") else value


def _restored_text(text: str) -> str:
    for word, (number, _) in _STAND_INS.items():
        text = text.replace(number, word)
    return text


def _restored_whole(whole: dict[str, Any] | list[Any]) -> dict[str, Any] | list[Any]:
    """A value of Python's with what was logged put back into it, however deeply it is nested."""
    pending: list[dict[str, Any] | list[Any]] = [whole]
    while pending:
        container = pending.pop()
        if isinstance(container, dict):
            values = {_restored_text(key): _restored(value) for key, value in container.items()}
            container.clear()
            container.update(values)
            pending += [value for value in container.values() if isinstance(value, (dict, list))]
        else:
            container[:] = [_restored(value) for value in container]
            pending += [value for value in container if isinstance(value, (dict, list))]
    return whole
