"""Turns logged calls into rows, one a sample."""

from __future__ import annotations

from typing import Any

from tensorboard_plugin_rlboard.writing.arrays import is_array, to_list, to_numpy
from tensorboard_plugin_rlboard.writing.output.json_lines import TOKEN_FIELDS, Row


class LogCall:
    """The copied arguments of one call of `RolloutWriter.log` or `log_batch`.

    Attributes:
        fields: name -> value; of a batch, name -> column.
        samples: how many samples the call has.
        lengths: of a batch, numbers of response tokens that padded columns are cut to; None without.
        is_batch: whether it is a call of `log_batch`.
        dropped_before: samples of calls right before it that were not queued.
    """

    __slots__ = ("dropped_before", "fields", "is_batch", "lengths", "samples")

    def __init__(self, fields: Row, samples: int = 1, lengths: Any = None, *, batch: bool = False) -> None:
        self.fields, self.samples, self.lengths, self.is_batch = fields, samples, lengths, batch
        self.dropped_before = 0

    def rows(self) -> list[Row]:
        """The rows of the call's samples.

        Raises:
            ValueError: a batch whose columns have different lengths.
        """
        return batch_rows(self.fields, self.lengths) if self.is_batch else [self.fields]


def batch_rows(fields: dict[str, Any], lengths: Any) -> list[Row]:
    """Split a batch's columns into rows, cut to `lengths` if given.

    Raises:
        ValueError: the columns have different lengths, or there is none.
    """
    columns = {key: _as_column(value) for key, value in {**fields, "lengths": lengths}.items()}
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


def _as_column(values: Any) -> Any:
    """A batch's column as a list with one entry a sample; a value that is the same for all samples stays as it is."""
    if isinstance(values, list | tuple):
        return list(values)
    if not is_array(values):
        return values
    array = to_numpy(values)
    return list(array) if array.ndim > 1 else to_list(array)
