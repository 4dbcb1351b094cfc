"""Makes plain values of what a pickle held: tensors, arrays and records become lists and objects, within a budget."""

from __future__ import annotations

import math
from array import array

from tensorboard_plugin_rlboard.sources.containers.pickle_machine import GlobalName
from tensorboard_plugin_rlboard.sources.containers.tensors import (
    NumpyArray,
    NumpyDtype,
    PlainRecord,
    TensorStorage,
    TensorView,
)

_MAX_SAMPLE_VALUES = 4_000_000
"""Values that one sample may unfold to; one in a long list of numbers counts an eighth."""
_MAX_DEPTH = 100


class PlainConverter:
    """Replaces stand-ins by plain values and counts them: a few lists that hold each other would unfold without end."""

    def __init__(self) -> None:
        self._values_left = _MAX_SAMPLE_VALUES
        self._converted: dict[int, tuple[object, int]] = {}

    def convert(self, value: object, depth: int = 0) -> object:
        """The plain value of anything that a pickle held.

        Raises:
            ValueError: It holds what is no value, or more values than can be shown.
        """
        before = self._values_left
        self._count(1 + (len(value) // 16 if isinstance(value, (str, bytes)) else 0), depth)
        if isinstance(value, (GlobalName, TensorStorage, NumpyDtype)):
            msg = "It holds a type instead of a value."
            raise ValueError(msg)  # noqa: TRY004  of the file, not of a caller
        if isinstance(value, PlainRecord):
            value = value.fields
        if not isinstance(value, (dict, list, tuple, TensorView, NumpyArray)):
            return value
        if id(value) not in self._converted:
            found = self._convert_container(value, depth + 1)
            self._converted[id(value)] = found, before - self._values_left
            return found
        found, size = self._converted[id(value)]
        self._count(size, depth)
        return found

    def _count(self, values: int, depth: int) -> None:
        self._values_left -= values
        if self._values_left < 0 or depth > _MAX_DEPTH:
            msg = "It unfolds to more values than can be shown, or is nested too deeply."
            raise ValueError(msg)

    def _convert_container(
        self,
        value: dict[object, object] | list[object] | tuple[object, ...] | TensorView | NumpyArray,
        depth: int,
    ) -> object:
        if isinstance(value, TensorView):
            self._count(0 if value.is_shape_only else max(math.prod(value.size), value.span) // 8, 0)
            return value.to_lists()
        if isinstance(value, NumpyArray):
            objects = value.objects
            return self._numbers(value.to_lists()) if objects is None else self.convert(objects, depth)
        if isinstance(value, dict):
            return {key: self.convert(item, depth) for key, item in value.items()}
        items: list[object] = []
        for item in value:
            if isinstance(item, array):
                items += item.tolist()
                self._count(len(item) // 8, depth)
            else:
                items.append(self.convert(item, depth))
        return items

    def _numbers(self, numbers: object) -> object:
        """Count the numbers of an array, which hold no stand-ins."""
        rows = numbers if isinstance(numbers, list) else []
        self._count(sum(len(row) if isinstance(row, list) else 1 for row in rows) // 8, 0)
        return numbers
