"""Copies logged values before the call returns, because the caller may overwrite its tensors right after.

Nothing else is done here; whatever takes longer is left to the thread that writes.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

_IMMUTABLE_TYPES = frozenset({str, int, float, bool, type(None)})
"""Types of values that nobody can change."""
_ELEMENT_BYTES = 16
"""Bytes that an element of a list counts for: the list's pointer and a share of what it points to."""


def snapshot(value: Any) -> Any:
    """Copy a value so that the caller cannot change it any more: same values, on the CPU, without gradient.

    A list that begins and ends with a plain number or text is taken to hold nothing else, so that half a million
    tokens are copied in a millisecond; an array in its middle would be read later.
    """
    kind = type(value)
    if kind in _IMMUTABLE_TYPES or kind is bytes:
        return value
    if kind is list or kind is tuple:
        if not value or (type(value[0]) in _IMMUTABLE_TYPES and type(value[-1]) in _IMMUTABLE_TYPES):
            return value if kind is tuple else value.copy()
        return [snapshot(item) for item in value]
    if hasattr(value, "detach"):  # torch
        return _copy_tensor(value.detach())
    if hasattr(value, "__array__"):
        return _copy_array(value)
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return {key: snapshot(item) for key, item in value.items()}
    if isinstance(value, Sequence | AbstractSet):
        return [snapshot(item) for item in value]
    return text_form(value)


def _copy_tensor(value: Any) -> Any:
    if getattr(getattr(value, "device", None), "type", "cpu") != "cpu":
        return value.cpu()
    try:  # NumPy's copy is one thread's work; torch's own would wait for a second one to wake up
        return value.numpy().copy()
    except Exception:
        return value.clone()


def _copy_array(value: Any) -> Any:
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return text_form(value)
    if isinstance(value, numpy.generic):
        return value
    try:
        array = numpy.asarray(value)
    except Exception:
        return f"<{type(value).__name__} without a text form>"
    return snapshot(array.tolist()) if array.dtype.kind == "O" else array.copy()


def text_form(value: object) -> str:
    """The text that is written in place of an object without a JSON form."""
    try:
        return str(value)
    except Exception:
        return f"<{type(value).__name__} without a text form>"


def approximate_bytes(value: Any) -> int:
    """About how many bytes of memory a snapshot takes; texts in a long list are estimated by the first one."""
    kind = type(value)
    if kind is str or kind is bytes:
        return 50 + len(value)
    if kind is list or kind is tuple:
        if not value or type(value[0]) in _IMMUTABLE_TYPES:
            return (
                60
                + _ELEMENT_BYTES * len(value)
                + (len(value[0]) * len(value) if value and type(value[0]) is str else 0)
            )
        return sum(map(approximate_bytes, value))
    if kind is dict:
        return 200 + sum(map(approximate_bytes, value.values()))
    count = getattr(value, "nbytes", None)
    return count if isinstance(count, int) else 50


def batch_size(fields: Mapping[str, Any]) -> int:
    """The number of samples of a batch, by its longest column; at least 1."""
    return max([1, *(len(value) for value in fields.values() if _is_column(value))])


def _is_column(value: Any) -> bool:
    kind = type(value)
    return kind is list or kind is tuple or bool(getattr(value, "ndim", 0))
