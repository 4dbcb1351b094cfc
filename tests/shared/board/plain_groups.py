"""docs/metrics.md, "Groups", once more: from logged rows in plain Python, and from nothing of the package."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, pstdev
from typing import Any

Row = dict[str, Any]


def kind_of(members: Sequence[Row]) -> str:
    """Whether a group gives a gradient, and if not, why."""
    rewards = [m["reward"] for m in members if m.get("reward") is not None and abs(m["reward"]) < 1e150]
    largest = [
        m.get("largest_advantage", m.get("advantage")) for m in members
    ]  # of its tokens, where they have some
    pushes = [abs(size) for size in largest if size is not None and abs(size) < 1e150]
    differ = len(rewards) > 1 and max(rewards) - min(rewards) > 1e-8
    if max(pushes) > 1e-8 if pushes else differ:
        return "gradient"
    if len(rewards) < 2:
        return "one_member" if rewards else "unrewarded"
    if differ:
        return "filtered"
    if all(m.get("finish_reason") == "length" for m in members):
        return "all_truncated"
    return "all_right" if min(rewards) >= 1 else "all_wrong" if max(rewards) <= 0 else "all_equal"


def weights_of(members: list[Row]) -> list[float | None]:
    """|advantage| × tokens of each member, the advantage as logged, else by the rewards of the group."""
    rewards = [m["reward"] for m in members if m.get("reward") is not None and abs(m["reward"]) < 1e150]
    found: list[float | None] = []
    for member in members:
        own, logged = member.get("reward"), member.get("advantage")
        if logged is None and own is not None and abs(own) < 1e150 and len(rewards) > 1:
            equal = min(rewards) == max(rewards)
            logged = 0.0 if equal else (own - fmean(rewards)) / (pstdev(rewards) + 1e-6)
        found.append(None if logged is None else abs(logged) * len(member["response_tokens"]))
    return found


def weight_of(members: list[Row]) -> float | None:
    """Σ|A| over the tokens of a group; None where no member has an advantage."""
    known = [weight for weight in weights_of(members) if weight is not None]
    return sum(known) if known else None


def member(group: str, reward: float | None, tokens: int = 2, step: int = 1, **more: Any) -> dict[str, Any]:
    """One row of a log: a sample of a group. What is None is not logged."""
    found = {
        "step": step,
        "prompt": f"prompt of {group}",
        "group_id": group,
        "response": "r",
        "reward": reward,
    }
    found["response_tokens"] = ["t"] * tokens
    return {key: value for key, value in (found | more).items() if value is not None}
