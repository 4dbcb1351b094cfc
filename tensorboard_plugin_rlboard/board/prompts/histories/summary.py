"""Numbers of each prompt and of each kind of prompt, as a list of prompts shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tensorboard_plugin_rlboard.board.prompts.histories.prompt_history import PromptHistory
from tensorboard_plugin_rlboard.board.prompts.histories.statuses import share
from tensorboard_plugin_rlboard.board.prompts.histories.visits import (
    KL,
    KL_TOKENS,
    MEASURED,
    PASSED,
    REWARD,
    REWARDED,
    SAMPLES,
    TOKENS,
)
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats

_QUOTIENTS = {
    "reward": (REWARD, REWARDED),
    "pass_rate": (PASSED, REWARDED),
    "n_tokens": (TOKENS, MEASURED),
    "k3": (KL, KL_TOKENS),
}
"""Mean -> the sum, and what it is divided by."""
_MEANS = {
    "pass_rate" if (name, with_completeness) == ("pass_rate", "mean") else f"{name}_{with_completeness}": (
        name,
        with_completeness,
    )
    for with_completeness in ("mean", "first", "last", "change")
    for name in _QUOTIENTS
}
"""Column -> the mean that it is, and of what: of all samples, of those of a visit, or the difference of these two."""
COLUMNS = (
    *("visits", "samples", "renderings", "first_step", "last_step", "reward_best", "best_gap"),
    *_MEANS,
)
"""Columns that a list can be sorted by."""
MAX_KINDS = 100
"""Kinds of prompts that an answer lists."""


def number(history: PromptHistory, name: str) -> Floats:
    """One of `COLUMNS`, float64 [prompts]; NaN where there is no value."""
    if name in _MEANS:
        mean, with_completeness = _MEANS[name]
        part, whole = _QUOTIENTS[mean]
        if with_completeness == "change":
            change = number(history, f"{mean}_last") - number(history, f"{mean}_first")
            change[history.visits < 2] = np.nan  # one visit is no course
            return change
        sums = {"mean": history.total, "first": history.first, "last": history.last}[with_completeness]
        return share(sums[:, part], sums[:, whole])
    plain = {
        "visits": history.visits,
        "samples": history.total[:, SAMPLES],
        "renderings": history.renderings,
        "first_step": history.first_step,
        "last_step": history.last_step,
        "reward_best": history.best,
        "best_gap": history.best_gap,
    }
    return plain[name].astype(np.float64)


def numbers(history: PromptHistory) -> dict[str, Floats]:
    """All of `COLUMNS`."""
    return {name: number(history, name) for name in COLUMNS}


def kinds(
    history: PromptHistory, labels: Sequence[str], lists: Mapping[str, Bools]
) -> dict[str, list[str | float | None]]:
    """One row for each kind of prompt, those with most prompts first, at most `MAX_KINDS`.

    A number of a kind is the mean over its prompts, each counting once: what a training visits often is not what it
    learns well.

    Args:
        history: of each prompt.
        labels: text of each code.
        lists: list -> which prompts are in it.
    """
    codes = history.label
    counts = np.bincount(codes + 1, minlength=len(labels) + 1)  # the first is of those without a value
    listed = np.argsort(-counts, kind="stable")[:MAX_KINDS]
    listed = listed[counts[listed] > 0]
    found: dict[str, list[str | float | None]] = {
        "kind": [None if code == 0 else labels[code - 1] for code in listed.tolist()],
        "prompts": counts[listed].tolist(),
    }
    for name, included in lists.items():
        found[name] = np.bincount(codes[included] + 1, minlength=len(counts))[listed].tolist()
    for name in ("samples", "visits"):
        found[name] = (
            np.bincount(codes + 1, number(history, name), len(counts))[listed].astype(np.int64).tolist()
        )
    for name in _MEANS:
        values = number(history, name)
        finite = np.isfinite(values)
        at = codes[finite] + 1
        means = share(
            np.bincount(at, values[finite], len(counts)).astype(np.float64),
            np.bincount(at, minlength=len(counts)).astype(np.float64),
        )
        found[name] = [None if np.isnan(value) else value for value in means[listed].tolist()]
    return found
