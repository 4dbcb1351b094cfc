"""A column of numbers in an answer that stays a NumPy array until somebody reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, overload

from tensorboard_plugin_rlboard.api.values import Number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class NumberColumn(Sequence[Number]):
    """A float64 array [rows] as a sequence of numbers, None for NaN.

    Args:
        array: the numbers.
        integer: whether they are whole by nature, and read as integers.
    """

    def __init__(self, array: NDArray[np.float64], integer: bool = False) -> None:
        self.array = array
        self.integer = integer

    @overload
    def __getitem__(self, index: int) -> Number: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Number]: ...
    def __getitem__(self, index: int | slice) -> Number | Sequence[Number]:
        """One number, or some of them as a column of their own."""
        if isinstance(index, slice):
            return NumberColumn(self.array[index], self.integer)
        return self._number(float(self.array[index]))

    def __len__(self) -> int:
        """How many numbers there are."""
        return len(self.array)

    def __iter__(self) -> Iterator[Number]:
        """Every number, as Python's own."""
        return map(self._number, self.array.tolist())

    def __eq__(self, other: object) -> bool:
        """Whether another sequence holds the same numbers."""
        return list(self) == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # compared by value, as a list is

    def __repr__(self) -> str:
        """As a list."""
        return repr(list(self))

    def _number(self, value: float) -> Number:
        if value != value:  # noqa: PLR0124 (NaN; the fastest test of a float)
            return None
        return int(value) if self.integer and abs(value) < 2**53 else value
