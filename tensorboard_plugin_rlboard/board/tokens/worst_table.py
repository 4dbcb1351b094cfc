"""Extreme tokens as the table of /worst_tokens: one row a token, or gathered by the token's text or its position."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.api import Value
from tensorboard_plugin_rlboard.metrics.large_numbers import scaled_moments


@dataclass(frozen=True)
class ExtremeToken:
    """One token.

    Attributes:
        id, step: of its sample.
        position: in the response, from 0.
        token: its text.
        before, after: the text around it.
        prompt: of its sample, cut as in lists; empty where none was logged.
        reward: of its sample; None where none was logged.
        value: of the metric.
        extremity: how far out the value lies; the larger, the worse.
    """

    id: str
    step: int
    position: int
    token: str
    before: str
    after: str
    prompt: str
    reward: float | None
    value: float
    extremity: float


def worst_table(
    tokens: Sequence[ExtremeToken], by: str, end: str, kind: str, limit: int
) -> dict[str, list[Value]]:
    """The columns of the answer, the worst row first.

    Args:
        tokens: the tokens.
        by: what a row is: `sample`, `token` or `position`.
        end: which values are worst: `highest`, `lowest` or `extreme`.
        kind: of the metric.
        limit: rows at most.
    """
    if by == "sample":
        rows = sorted(tokens, key=lambda token: -token.extremity)[:limit]
        names = ("id", "step", "position", "token", "before", "after", "prompt", "reward", "value")
        return {name: [getattr(token, name) for token in rows] for name in names}
    groups: dict[Hashable, list[ExtremeToken]] = defaultdict(list)
    for token in tokens:
        groups[token.token if by == "token" else token.position].append(token)
    # What a token adds up to tells more than its mean, which rare tokens lead; probabilities do not add up.
    by_sum = by == "token" and kind != "probability"
    scored = []
    for members in groups.values():
        total = sum(token.value for token in members)
        mean = total / len(members)
        if math.isinf(total):
            mean = scaled_moments(np.asarray([token.value for token in members])).mean
        score = total if by_sum else mean
        scored.append(({"lowest": -score, "extreme": abs(score)}.get(end, score), total, mean, members))
    scored.sort(key=lambda row: -row[0])
    columns: dict[str, list[Value]] = {by: [], "count": [], "mean": [], "sum": []}
    columns |= {"id": [], "step": [], "at": [], "value": []}
    for _, total, mean, members in scored[:limit]:
        worst = max(members, key=lambda token: token.extremity)
        key: Value = worst.token if by == "token" else worst.position
        row: tuple[Value, ...] = (key, len(members), mean, total)
        row += (worst.id, worst.step, worst.position, worst.value)
        for values, value in zip(columns.values(), row, strict=True):
            values.append(value)
    return columns
