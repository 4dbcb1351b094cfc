"""Histories of prompts as bytes, saved between starts. Damaged or foreign bytes count as absent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import msgspec
import numpy as np

from tensorboard_plugin_rlboard.board.prompts.histories.prompt_history import PassSums, PromptHistory
from tensorboard_plugin_rlboard.board.steps.step_index import StepEntry
from tensorboard_plugin_rlboard.board.stored_arrays import StoredArrays, dump_arrays, load_arrays

_MAGIC = b"rlboard-prompts-2\n"
"""Changes with everything that the numbers depend on beside the samples: what a prompt's identity is, the layout."""
_ARRAYS = tuple(field.name for field in fields(PromptHistory) if field.name != "passes")
_PASSES = {"pass_counts": np.int64, "pass_sums": np.float64, "share_sums": np.float64}
"""Array of `PromptHistory.passes` -> type of its numbers."""


@dataclass(frozen=True)
class StoredHistory:
    """The histories of a run's prompts with the default settings, as they are saved.

    Attributes:
        split: of the samples.
        by: the text column that tells kinds apart; empty for none.
        no_kinds: text columns that were looked at before, and have too many values.
        threshold: the reward from which on a sample is a success.
        labels: texts of the codes of `by`.
        entries: the steps that it is of, as they were.
        history: of each prompt.
    """

    split: str
    by: str
    no_kinds: Sequence[str]
    threshold: float
    labels: Sequence[str]
    entries: Mapping[int, StepEntry]
    history: PromptHistory


class _Head(msgspec.Struct):
    """The head that is stored beside the arrays."""

    split: str
    by: str
    no_kinds: list[str]
    threshold: float
    labels: list[str]
    entries: list[tuple[int, list[tuple[int, int]], int]]
    passes: list[tuple[int, int]]


def dump_history(stored: StoredHistory) -> bytes:
    """A history as bytes."""
    history, passes = stored.history, stored.history.passes
    head = {
        "split": stored.split,
        "by": stored.by,
        "no_kinds": [*stored.no_kinds],
        "threshold": stored.threshold,
        "labels": [*stored.labels],
        "entries": [[step, entry.attempts, entry.largest_group] for step, entry in stored.entries.items()],
        "passes": [(step, len(counts)) for step, (counts, _, _) in passes.items()],
    }
    arrays: dict[str, Any] = {name: getattr(history, name) for name in _ARRAYS}
    for place, name in enumerate(_PASSES):
        columns = [of_step[place] for of_step in passes.values()]
        arrays[name] = np.concatenate(columns) if columns else np.zeros(0)
    return dump_arrays(_MAGIC, StoredArrays(head, arrays))


def load_history(data: bytes) -> StoredHistory | None:
    """The history of `dump_history`, None where the bytes are no such thing."""
    found = load_arrays(_MAGIC, data)
    if found is None:
        return None
    try:
        head = msgspec.convert(found.head, _Head)
        history = PromptHistory(**{name: found.arrays[name] for name in _ARRAYS}, passes=_passes(head, found))
    except (ValueError, KeyError):
        return None
    entries = {
        step: StepEntry(0, tuple(attempts), largest_group) for step, attempts, largest_group in head.entries
    }
    if not _is_sound(history, len(head.labels)):
        return None
    return StoredHistory(head.split, head.by, head.no_kinds, head.threshold, head.labels, entries, history)


def _passes(head: _Head, found: StoredArrays) -> dict[int, PassSums]:
    """The sums from which pass@k of each step is computed.

    Raises:
        ValueError: there are more or fewer numbers than the steps have.
    """
    lengths = [length for _, length in head.passes]
    columns = [found.arrays[name].astype(dtype) for name, dtype in _PASSES.items()]
    if min(lengths, default=0) < 0 or any(column.shape != (sum(lengths),) for column in columns):
        raise ValueError  # nobody reads it: such bytes count as none
    ends = np.cumsum(lengths)[:-1]
    of_steps = zip(*(np.split(column, ends) for column in columns), strict=True)
    return dict(zip((step for step, _ in head.passes), of_steps, strict=False)) if lengths else {}


def _is_sound(history: PromptHistory, labels: int) -> bool:
    """Whether its columns have the types, lengths and orders that `PromptHistory` says."""
    empty = PromptHistory()
    prompts, keys = history.identity, history.keys
    for name in _ARRAYS:
        column, like = getattr(history, name), getattr(empty, name)
        rows = keys if name in {"keys", "identity_of_key"} else prompts
        if column.dtype != like.dtype or column.shape != (len(rows), *like.shape[1:]):
            return False
    if not all(np.all(column[1:] > column[:-1]) for column in (prompts, keys)):
        return False
    has_labels = np.all((history.label >= -1) & (history.label < labels))
    return bool(has_labels and np.isin(history.identity_of_key, prompts).all())
