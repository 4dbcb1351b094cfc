"""Encodes the numbers of token arrays as rounded JSON: many at once with NumPy, which releases Python's lock.

The rule, for precision p: at least p decimals and at least p significant digits. So the error is at most 0.5 · 10^-p,
and at most 5 · 10^-p of the value itself, which keeps log-probabilities near 0 apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_PRECISION = 7
"""Beyond this precision float32 has no more digits, and the arithmetic below would overflow: numbers are written in full."""
_BLOCK_NUMBERS = 1 << 16
_HUGE = 1e9
_NEAR_ZERO = 1e-90
_TINY = 1e-2
"""Numbers below it are written with an exponent, which is shorter: 123e-5."""


def round_number(value: float, precision: int) -> float:
    """Round one number by the rule above; NaN and infinities stay as they are."""
    size = abs(value)
    if not math.isfinite(value) or size == 0.0 or size >= _HUGE or size < _NEAR_ZERO:
        return value
    further = 0 if size >= 0.1 else -math.floor(math.log10(size)) - 1
    return round(value, precision + further)


def array_texts(arrays: Sequence[NDArray[np.floating[Any]]], precision: int) -> list[bytes]:
    """Encode arrays as JSON without their brackets; NaN and infinities are bare.

    Args:
        arrays: one-dimensional, of any float type, none of them empty.
        precision: p of the rule above, 1 to `MOST_DIGITS`.
    """
    import numpy as np

    found: list[bytes] = []
    begin = 0
    while begin < len(arrays):
        end, count = begin, 0
        while end < len(arrays) and (end == begin or count + len(arrays[end]) <= _BLOCK_NUMBERS):
            count += len(arrays[end])
            end += 1
        some = arrays[begin:end]
        with np.errstate(invalid="ignore"):  # any NaN may come
            flat = np.concatenate(some).astype(np.float64)
        joined, ends = _block_text(flat, precision)
        at, start = 0, 0
        for array in some:
            at += len(array)
            stop = int(ends[at - 1])
            found.append(joined[start : stop - 1])  # without the comma behind its last number
            start = stop
        begin = end
    return found


def _block_text(x: NDArray[np.float64], precision: int) -> tuple[bytes, NDArray[np.int64]]:
    """Encode numbers one behind the other, a comma behind each; also gives the offset behind each.

    Every number gets the same columns (sign, digits, point, decimals, exponent), and those that it does not need are
    left out in the end.
    """
    import numpy as np

    size = np.abs(x)
    with np.errstate(invalid="ignore"):
        special = ~(size < _HUGE) | ((size < _NEAR_ZERO) & (size > 0.0))
    some_special = bool(special.any())
    if some_special:
        size = np.where(special, 0.0, size)
    tiny = (size < _TINY) & (size > 0.0)
    some_tiny = bool(tiny.any())
    decimals = precision + 1
    scaled = np.rint(size * 10.0**precision) * 10.0
    small = size < 0.1
    scaled = np.where(small, np.rint(size * 10.0**decimals), scaled)
    exponent = np.zeros(0)
    if some_tiny:
        power = np.floor(np.log10(size[tiny]))
        exponent = precision - 1.0 - power
        scaled[tiny] = np.rint(size[tiny] * 10.0**exponent) * 10.0**decimals
    highest = float(scaled.max(initial=0.0))
    left: NDArray[Any] = scaled.astype(np.uint32 if highest < 2**32 else np.uint64)
    whole = len(str(int(highest) // 10**decimals))
    last = 1 + whole + decimals  # column of the last decimal
    width = max(last + 6, 28 if some_special else 0)
    columns, used = np.empty((len(x), width), np.uint8), np.zeros((len(x), width), bool)
    needed = np.zeros(len(x), bool)
    for place in range(decimals):
        rest = left // 10
        digit = (left - rest * 10).astype(np.uint8)
        needed |= digit > 0
        columns[:, last - place] = digit + 48
        used[:, last - place] = needed
        left = rest
    columns[:, whole + 1] = ord(".")
    used[:, whole + 1] = needed
    for place in range(whole):
        rest = left // 10
        columns[:, whole - place] = (left - rest * 10).astype(np.uint8) + 48
        used[:, whole - place] = True if place == 0 else left > 0
        left = rest
    columns[:, 0] = ord("-")
    used[:, 0] = np.signbit(x) & (scaled > 0.0)
    if some_tiny:
        columns[:, last + 1 : last + 3] = np.frombuffer(b"e-", np.uint8)
        used[tiny, last + 1], used[tiny, last + 2], used[tiny, last + 4] = True, True, True
        tens = exponent.astype(np.uint8) // 10
        columns[tiny, last + 3], used[tiny, last + 3] = tens + 48, tens > 0
        columns[tiny, last + 4] = exponent.astype(np.uint8) % 10 + 48
    columns[:, -1] = ord(",")
    used[:, -1] = True
    for row in np.flatnonzero(special).tolist() if some_special else ():
        text = _python_json(float(x[row])).encode()
        used[row, :-1] = False
        columns[row, : len(text)] = np.frombuffer(text, np.uint8)
        used[row, : len(text)] = True
    return columns[used].tobytes(), np.cumsum(used.sum(axis=1, dtype=np.int64))


def _python_json(value: float) -> str:
    """A number as Python's json writes it."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value)
