"""Sums, products and choices of values that each of several samples of a row has: `accuracy[] * 0.5 + format[]`."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping

from tensorboard_plugin_rlboard.formats.base import Row
from tensorboard_plugin_rlboard.formats.generic.fields import COLUMN_PREFIX, FIELDS
from tensorboard_plugin_rlboard.formats.generic.key_paths import (
    ENTRIES,
    NUMBER,
    getter,
    is_formula,
    is_of_each,
    list_of,
    operands,
)


class MemberFormulas:
    """Splits paths into values that are looked up and formulas that are computed of them, sample by sample.

    Args:
        each: field -> path, of the fields that every sample of a row has for itself.

    Attributes:
        looked_up: field -> path of one value; the operands of formulas under their own paths.
    """

    def __init__(self, each: Mapping[str, str]) -> None:
        self._formulas = {name: getter(path) for name, path in each.items() if is_formula(path)}
        self.looked_up = {name: path for name, path in each.items() if name not in self._formulas}
        plain = set(self.looked_up.values())
        self._columns: dict[str, str] = {}
        for name in self._formulas:
            for path in filter(is_of_each, operands(each[name])):
                self.looked_up[path] = path
                column = _column_name(path)
                if column and column not in FIELDS and path not in plain:
                    self._columns[path] = COLUMN_PREFIX + column

    def fields_of(self, found: Mapping[str, object], entry: Row, row: Row) -> dict[str, object]:
        """Field -> value of one sample.

        Args:
            found: field or operand -> value, of this sample.
            entry: the sample's own object, in which an operand that names a key of it is found.
            row: the row around it.
        """
        fields = {
            name: value for name, value in found.items() if name not in self._columns and not is_of_each(name)
        }
        names = ChainMap(dict(found), dict(entry), dict(row))
        fields |= {name: value_of(names) for name, value_of in self._formulas.items()}
        return fields | {column: found[path] for path, column in self._columns.items() if path in found}


def _column_name(path: str) -> str:
    """The name under which an operand stays a metric of its own; empty where its key stands in the sample's object."""
    if ENTRIES in path:
        base, inner = list_of(path)
        return base if not inner and "." not in base else ""
    return path.replace(NUMBER, "").strip("_-. ")
