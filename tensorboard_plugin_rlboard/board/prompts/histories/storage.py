"""Histories of prompts as bytes, saved between starts. What is damaged or foreign is as good as absent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.board.prompts.histories.prompt_history import PassSums, PromptHistory
from tensorboard_plugin_rlboard.board.steps.step_index import StepEntry
from tensorboard_plugin_rlboard.board.stored_arrays import StoredArrays, dump_arrays, load_arrays

_MAGIC = b"rlboard-prompts-1\n"
"""Changes with everything that the numbers depend on beside the samples: what a prompt's identity is, the layout."""
_ARRAYS = tuple(field.name for field in fields(PromptHistory) if field.name != "passes")


@dataclass(frozen=True)
class StoredHistory:
    """What is known of the prompts of a run, as it is asked for where nothing is chosen.

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
    for place, name in enumerate(("pass_counts", "pass_sums", "share_sums")):
        columns = [of_step[place] for of_step in passes.values()]
        arrays[name] = np.concatenate(columns) if columns else np.zeros(0)
    return dump_arrays(_MAGIC, StoredArrays(head, arrays))


def load_history(data: bytes) -> StoredHistory | None:
    """The history of `dump_history`, None where the bytes are no such thing."""
    stored = load_arrays(_MAGIC, data)
    if stored is None:
        return None
    head, arrays = stored.head, stored.arrays
    try:
        columns = {name: arrays[name] for name in _ARRAYS}
        counts = arrays["pass_counts"].astype(np.int64)
        sums, shares = (arrays[name].astype(np.float64) for name in ("pass_sums", "share_sums"))
    except (ValueError, KeyError):
        return None
    passes: dict[int, PassSums] = {}
    at = 0
    for step, length in head["passes"]:
        own = slice(at, at + length)
        passes[step] = counts[own], sums[own], shares[own]
        at += length
    return StoredHistory(
        head["split"],
        head["by"],
        head["no_kinds"],
        head["threshold"],
        head["labels"],
        {
            step: StepEntry(0, tuple((attempt, count) for attempt, count in attempts), largest)
            for step, attempts, largest in head["entries"]
        },
        PromptHistory(**columns, passes=passes),
    )
