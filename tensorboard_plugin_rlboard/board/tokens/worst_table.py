"""Found tokens as the table of /worst_tokens: one row a token, or gathered by the token's text or its position."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.api import Value


@dataclass(frozen=True)
class Found:
    """One token: where it is, what stands around it, its value, and how far out that lies (the larger, the worse)."""

    id: str
    step: int
    position: int
    token: str
    before: str
    after: str
    value: float
    reach: float


def table(found: Sequence[Found], by: str, end: str, kind: str, limit: int) -> dict[str, list[Value]]:
    """The columns of the answer, the worst row first."""
    if by == "sample":
        rows = sorted(found, key=lambda one: -one.reach)[:limit]
        names = ("id", "step", "position", "token", "before", "after", "value")
        return {name: [getattr(one, name) for one in rows] for name in names}
    groups: dict[Hashable, list[Found]] = defaultdict(list)
    for one in found:
        groups[one.token if by == "token" else one.position].append(one)
    # What a token adds up to tells more than its mean, which rare tokens lead; probabilities do not add up.
    added = by == "token" and kind != "probability"
    scored = []
    for members in groups.values():
        total = sum(one.value for one in members)
        score = total if added else total / len(members)
        scored.append(({"lowest": -score, "extreme": abs(score)}.get(end, score), total, members))
    scored.sort(key=lambda row: -row[0])
    columns: dict[str, list[Value]] = {by: [], "count": [], "mean": [], "sum": []}
    places: dict[str, list[Value]] = {"id": [], "step": [], "at": [], "value": []}
    for _, total, members in scored[:limit]:
        worst = max(members, key=lambda one: one.reach)
        own: Value = worst.token if by == "token" else worst.position
        row: tuple[Value, ...] = (own, len(members), total / len(members), total)
        place: tuple[Value, ...] = (worst.id, worst.step, worst.position, worst.value)
        for values, value in zip([*columns.values(), *places.values()], row + place, strict=True):
            values.append(value)
    return columns | places
