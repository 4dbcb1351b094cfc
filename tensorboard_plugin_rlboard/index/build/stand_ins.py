"""NaN and Infinity for a parser that does not know them: numbers that occur nowhere else stand for them in a line.

The objects and arrays of such a line give back what was logged, so nobody behind the decoder knows of it.
"""

from __future__ import annotations

from collections.abc import KeysView
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Floats

_STAND_INS = {
    "-Infinity": ("7.318193370484e-291", -np.inf),  # first: it contains the next one
    "Infinity": ("7.318193370483e-291", np.inf),
    "NaN": ("7.318193370482e-291", np.nan),
}
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
    """A JSON object of simdjson's with what was logged in the place of stand-ins."""

    def __init__(self, parsed: Any) -> None:
        self._parsed = parsed
        self._keys: dict[str, str] = {}
        for key in parsed.keys():  # noqa: SIM118 (it has no iterator)
            self._keys.setdefault(_restored_text(key), key)

    def keys(self) -> KeysView[str]:
        """Its keys, as logged."""
        return self._keys.keys()

    def __getitem__(self, key: str) -> Any:
        """The first value of a key."""
        return _restored(self._parsed[self._keys[key]])

    def as_dict(self) -> dict[str, Any]:
        """The object as Python's, and all that is in it."""
        return {key: _plain(self[key]) for key in self._keys}


class RestoredArray:
    """A JSON array of simdjson's with what was logged in the place of stand-ins."""

    def __init__(self, parsed: Any) -> None:
        self._parsed = parsed

    def __len__(self) -> int:
        return len(self._parsed)

    def __getitem__(self, index: int) -> Any:
        return _restored(self._parsed[index])

    def as_buffer(self, *, of_type: str) -> Floats:
        """Its numbers, those of lists in it as well; as simdjson, raises ValueError or TypeError for anything else."""
        values = np.array(np.frombuffer(self._parsed.as_buffer(of_type=of_type)))
        for stand_in, value in _VALUES.items():
            values[np.abs(values) == stand_in] = value
        return values

    def as_list(self) -> list[Any]:
        """The array as Python's, and all that is in it."""
        return [_plain(_restored(value)) for value in self._parsed]


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


def _plain(value: Any) -> Any:
    if isinstance(value, RestoredObject):
        return value.as_dict()
    return value.as_list() if isinstance(value, RestoredArray) else value
