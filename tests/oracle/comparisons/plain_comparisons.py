"""Groups, prompts and comparisons once more in plain Python: one row after the other, from nothing of the package but the identity."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import md5
from statistics import fmean, pstdev
from typing import Any, TypeVar

from compared_trainings import Row, finite, k3_of
from plain_groups import kind_of

from tensorboard_plugin_rlboard.board.prompts.prompt_identity import prompt_identity

Number = float | None
T = TypeVar("T")


def mean(values: Iterable[Number]) -> Number:
    """The mean of what is known; None of nothing."""
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None


def gathered(rows: Iterable[T], key: Callable[[T], Any]) -> dict[Any, list[T]]:
    """The rows of each key; those of None are in none."""
    found: dict[Any, list[T]] = {}
    for row in rows:
        if key(row) is not None:
            found.setdefault(key(row), []).append(row)
    return found


def group_key(row: Row) -> Any:
    """What makes the samples of a step a group: the logged id, else the prompt as it was logged."""
    name = row.get("group_id") or digest(row.get("prompt"))
    return None if name is None else (row["step"], row["attempt"], name)


def digest(prompt: str | None) -> str | None:
    """The key of a prompt as it was logged."""
    return None if prompt is None else md5(prompt.encode(), usedforsecurity=False).hexdigest()[:16]


def reward_of(row: Row) -> Number:
    return finite(row.get("reward"))


def length_of(row: Row) -> Number:
    return float(len(row["response_tokens"])) if "response_tokens" in row else None


def size_of(row: Row) -> Number:
    """What a response is measured in: tokens, or characters in a run without any."""
    return row["characters"] if "characters" in row else length_of(row)


def advantages(members: Sequence[Row]) -> list[Number]:
    """That of each member by the rewards of its group; None where there is nothing to compare it with."""
    rewards = [r for r in map(reward_of, members) if r is not None]
    if len(rewards) < 2:
        return [None] * len(members)
    equal, middle, spread = min(rewards) == max(rewards), fmean(rewards), pstdev(rewards)
    return [
        None if (r := reward_of(row)) is None else 0.0 if equal else (r - middle) / (spread + 1e-6)
        for row in members
    ]


def group_metrics(members: Sequence[Row]) -> list[dict[str, Number]]:
    """The metrics of each member that are of its group."""
    rewards = [r for r in map(reward_of, members) if r is not None]
    spread = (0.0 if min(rewards) == max(rewards) else pstdev(rewards)) if rewards else None
    return [
        {
            "advantage": advantage,
            "group_mean": rewards[0] if spread == 0 else mean(rewards),
            "group_std": spread,
            "group_rank": None if own is None else float(1 + sum(r > own for r in rewards)),
        }
        for own, advantage in zip(map(reward_of, members), advantages(members), strict=True)
    ]


def weights(members: Sequence[Row]) -> list[Number]:
    """|advantage| × tokens of each member: the logged advantage where that is a number, else that of its reward."""
    found: list[Number] = []
    for row, computed in zip(members, advantages(members), strict=True):
        logged, length = finite(row.get("advantage")), size_of(row)
        advantage = computed if logged is None or length is None else logged
        known = None if advantage is None or length is None else abs(advantage) * length
        found.append(row.get("logged_weight", known))
    return found


def group(members: Sequence[Row]) -> dict[str, Any]:
    """The numbers of a row of `/groups`."""
    rewards = [r for r in map(reward_of, members) if r is not None]
    lengths = [n for n in map(size_of, members) if n is not None]
    known = [w for w in weights(members) if w is not None]
    equal = bool(rewards) and min(rewards) == max(rewards)
    return {
        "kind": kind_of(members),
        "size": len(members),
        "rewarded": len(rewards),
        "reward_mean": rewards[0] if equal else mean(rewards),
        "reward_std": None if not rewards else 0.0 if equal else pstdev(rewards),
        "reward_min": min(rewards, default=None),
        "reward_max": max(rewards, default=None),
        "length_mean": mean(lengths),
        "length_min": min(lengths, default=None),
        "length_max": max(lengths, default=None),
        "distinct": len({row["response"] for row in members}),
        "weight": math.fsum(known) if known else None,
        "value": members[0].get("data_source"),
    }


def members(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """The columns of the members of `/group`: the highest finite reward first, then those without a finite one, then without any."""
    rewards = [(reward_of(row), row.get("reward")) for row in rows]
    order = sorted(
        range(len(rows)),
        key=lambda k: (rewards[k][0] is None, -(rewards[k][0] or 0.0), rewards[k][1] is None, k),
    )
    computed, weight = advantages(rows), weights(rows)
    of = group(rows)
    found: dict[str, list[Any]] = {name: [] for name in ("advantage", "length", "weight", "side")}
    for k in order:
        advantage = rows[k].get("advantage", computed[k])
        found["advantage"].append(advantage)
        found["length"].append(size_of(rows[k]))
        found["weight"].append(weight[k])
        found["side"].append(_side(advantage, reward_of(rows[k]), of["reward_mean"]))
    return found


def _side(advantage: Number, reward: Number, middle: Number) -> str | None:
    """Good above 0 or above the mean of the group, bad below; neither next to it."""
    if advantage is not None and abs(advantage) > 1e-8:
        return "good" if advantage > 0 else "bad"
    if reward is None or middle is None or abs(reward - middle) <= 1e-8:
        return None
    return "good" if reward > middle else "bad"


def gathered_values(facts: Mapping[Any, Mapping[str, Any]]) -> dict[Any, dict[Any, Mapping[str, Any]]]:
    """The groups of each value of the text column."""
    found: dict[Any, dict[Any, Mapping[str, Any]]] = {}
    for key, own in facts.items():
        found.setdefault(own["value"], {})[key] = own
    return found


def identity(row: Row) -> str | None:
    return None if row.get("prompt") is None else prompt_identity(row["prompt"])


def prompt(rows: Sequence[Row], threshold: float) -> dict[str, Any]:
    """The numbers of a row of `/prompts`."""
    steps = gathered(rows, lambda row: row["step"])
    first, last = steps[min(steps)], steps[max(steps)]
    found: dict[str, Any] = {
        "visits": len(steps),
        "samples": len(rows),
        "renderings": len({row["prompt"] for row in rows}),
        "first_step": min(steps),
        "last_step": max(steps),
        "reward_best": max((r for r in map(reward_of, rows) if r is not None), default=None),
        "best_gap": max((g for g in map(gap_of, rows) if g is not None), default=None),
        "kind": min((row["data_source"] for row in first if "data_source" in row), default=None),
    }
    for name, of in (("mean", rows), ("first", first), ("last", last)):
        rewards = [r for r in map(reward_of, of) if r is not None]
        k3, tokens = (sum(column) for column in zip(*map(k3_of, of), strict=True))
        found[f"reward_{name}"] = mean(rewards)
        found["pass_rate" if name == "mean" else f"pass_rate_{name}"] = mean(
            float(r >= threshold) for r in rewards
        )
        found[f"n_tokens_{name}"] = mean(map(length_of, of))
        found[f"k3_{name}"] = k3 / tokens if tokens else None
    for name in ("reward", "pass_rate", "n_tokens", "k3"):
        ends = found[f"{name}_last"], found[f"{name}_first"]
        known = None not in ends and len(steps) > 1
        found[f"{name}_change"] = ends[0] - ends[1] if known else None
    return found


def gap_of(row: Row) -> Number:
    """The reward less the reference's."""
    own, reference = row.get("reward"), row.get("ref_reward")
    return None if own is None or reference is None or math.isnan(own) else finite(own - reference)


def values(rows: Sequence[Row], metric: str) -> list[tuple[Row, Number]]:
    """Each row with its value of a metric: those of a group are over the whole group."""
    groups = gathered(rows, group_key)
    of_group = {
        id(row): own for of in groups.values() for row, own in zip(of, group_metrics(of), strict=True)
    }

    def value(row: Row) -> Number:
        if metric in {"advantage", "group_mean", "group_std", "group_rank"}:
            computed = of_group.get(id(row), {}).get(metric)
            return row.get("advantage", computed) if metric == "advantage" else computed
        if metric == "reward_gap":
            own, reference = row.get("reward"), row.get("ref_reward")
            return None if own is None or reference is None else own - reference
        return length_of(row) if metric == "n_tokens" else row.get(metric)

    return [(row, value(row)) for row in rows]


def threshold(rows: Sequence[Row]) -> tuple[float, str]:
    """The threshold that fits the rewards of a split, and its rule."""
    values = sorted({r for r in map(reward_of, rows) if r is not None})
    if not values:
        return 1.0, "no_reward"
    if len(values) == 1:
        return 1.0, "one_value"
    if len(values) == 2:
        return values[1], "two_valued"
    if values[0] >= 0 and math.isclose(values[-1], 1.0, rel_tol=1e-9):
        return min(1.0, values[-1]), "full_marks"
    with_reward = [row for row in rows if reward_of(row) is not None]
    begin = min(row["step"] for row in with_reward)
    first = sorted(r for row in with_reward if row["step"] == begin and (r := reward_of(row)) is not None)
    at = 0.75 * (len(first) - 1)
    low, high = first[math.floor(at)], first[math.ceil(at)]
    return low + (high - low) * (at - math.floor(at)), "first_step"
