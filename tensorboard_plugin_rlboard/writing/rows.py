"""What was logged, as rows: one a sample."""

from __future__ import annotations

from typing import Any

from tensorboard_plugin_rlboard.writing.arrays import as_array, as_list, is_array
from tensorboard_plugin_rlboard.writing.output.json_lines import TOKEN_FIELDS, Row


class Item:
    """One call of `log`, or of `log_batch` with its lengths."""

    __slots__ = ("batch", "fields", "lengths", "samples")

    def __init__(self, fields: Row, samples: int = 1, lengths: Any = None, *, batch: bool = False) -> None:
        self.fields, self.samples, self.lengths, self.batch = fields, samples, lengths, batch

    def rows(self) -> list[Row]:
        """Its samples.

        Raises:
            ValueError: a batch whose columns have different lengths.
        """
        return rows_of(self.fields, self.lengths) if self.batch else [self.fields]


def rows_of(fields: dict[str, Any], lengths: Any) -> list[Row]:
    """A batch's columns as rows, cut to `lengths` if given.

    Raises:
        ValueError: the columns have different lengths, or there is none.
    """
    columns = {key: _column(value) for key, value in {**fields, "lengths": lengths}.items()}
    sizes = {key: len(column) for key, column in columns.items() if isinstance(column, list)}
    if len(set(sizes.values())) != 1:
        raise ValueError(f"a batch needs columns of one length, got {sizes}")
    cuts = columns.pop("lengths")
    rows = []
    for index in range(max(sizes.values())):
        row = {key: column[index] if isinstance(column, list) else column for key, column in columns.items()}
        for key, value in fields.items() if cuts is not None else ():
            if row[key] is not None and (key in TOKEN_FIELDS or getattr(value, "ndim", 0) == 2):
                row[key] = row[key][: int(cuts[index])]
        rows.append(row)
    return rows


def _column(values: Any) -> Any:
    """A batch's column as a list with one entry per sample; what is the same for all samples stays as it is."""
    if isinstance(values, list | tuple):
        return list(values)
    if not is_array(values):
        return values
    array = as_array(values)
    return list(array) if array.ndim > 1 else as_list(array)
