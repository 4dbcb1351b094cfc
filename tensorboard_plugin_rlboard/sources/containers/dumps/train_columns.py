"""The columns of train data: which are read, and how one sample's entries in several shards become one list of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.sources.containers.dumps.context_parallel import whole_response
from tensorboard_plugin_rlboard.sources.containers.dumps.plain_values import PlainConverter
from tensorboard_plugin_rlboard.texts import plural

SLICED = (
    "log_probs",
    "rollout_log_probs",
    "ref_log_probs",
    "entropy",
    "ref_entropy",
    "advantages",
    "returns",
    "values",
    "teacher_log_probs",
    "opd_reverse_kl",
)
"""Columns of which each rank of context parallelism holds a slice."""
WHOLE = ("loss_masks",)
"""Columns that every rank holds whole."""
_NUMBERS = ("response_lengths", "total_lengths", "max_seq_lens", "rewards")
KEPT = (*SLICED, *WHOLE, *_NUMBERS, "tokens")
"""All columns that are read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one shard has of one sample.

    Attributes:
        shard: Name of its file.
        values: Column -> the entry, with stand-ins for tensors.
        slice_rank, slices: Which slice of how many each response is; -1 where the shard does not say it.
        is_padded: Whether slices are cut from the length that the batch was padded to.
    """

    shard: str
    values: Mapping[str, object]
    slice_rank: int
    slices: int
    is_padded: bool


def whole_column(entries: Sequence[Entry], column: str, converter: PlainConverter) -> list[object] | None:
    """The values of a whole response; None where no shard has them.

    Raises:
        ValueError: They do not fit together or do not fit the response; a part of a sentence.
    """
    holders = [entry for entry in entries if entry.values.get(column) is not None]
    if not holders:
        return None
    lengths = converter.convert([holders[0].values.get(key) for key in _NUMBERS[:3]])
    response, total, padded = lengths if isinstance(lengths, list) else (None, None, None)
    if type(response) is not int:
        msg = "it does not say how long the response is"
        raise ValueError(msg)
    values_by_rank: dict[int, list[object]] = {}
    for entry in holders:
        if entry.slice_rank not in values_by_rank:
            values = converter.convert(entry.values[column])
            values_by_rank[entry.slice_rank] = values if isinstance(values, list) else []
    first = holders[0]
    if column in WHOLE or first.slices == 1 or -1 in values_by_rank:
        values = next(iter(values_by_rank.values()))
        if len(values) != response:
            is_slice = -1 in values_by_rank and column in SLICED
            msg = (
                f"it has {'a slice without its place' if is_slice else 'values'} ({len(values):,}) for a response of "
                f"{response:,} {plural(response, 'token', 'tokens')}"
            )
            raise ValueError(msg)
        return values
    length = padded if first.is_padded else total
    if type(total) is not int or type(length) is not int:
        msg = "it does not say how long the sequence is, so slices cannot be placed"
        raise ValueError(msg)
    return whole_response(values_by_rank, total, response, first.slices, length)
