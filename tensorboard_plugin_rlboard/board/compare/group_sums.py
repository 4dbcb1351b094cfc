"""A metric of groups summed up by prompt from the groups themselves, where all members of each have the same prompt.

All members share a group's mean and standard deviation, their ranks add up to what its ties leave of 1 + 2 + … + n, and their
advantages to 0. So no group has to be brought back to its members, which takes half of the time at a million samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorboard_plugin_rlboard.board.prompts.identity_cache import NUMBER
from tensorboard_plugin_rlboard.board.selection import Selection, select_samples
from tensorboard_plugin_rlboard.board.sums.group_columns import GROUP_KEY, group_reward
from tensorboard_plugin_rlboard.metrics.thresholds import ADVANTAGE_EPSILON

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.board.run_schema import RunSession

_MEAN = "CASE WHEN low = high THEN low ELSE average END"
_GROUP_KEYS = ("step", "attempt", "of_group")
_MAX_PAIRWISE = 64
"""Rewards of a group up to which each is compared with each other one."""
_EQUAL_PAIRS = (
    f"CASE WHEN len(rewards) <= {_MAX_PAIRWISE} "
    "THEN list_sum(list_transform(rewards, lambda x: len(list_filter(rewards, lambda y: y = x)))) "
    "ELSE list_sum(list_transform(map_values(list_histogram(rewards)), lambda n: n * n)) END"
)
"""Ordered pairs of equal rewards, each with itself among them."""


@dataclass(frozen=True)
class _GroupMetric:
    """A metric of groups as SQL over whole groups.

    Attributes:
        aggregates_sql: aggregates over the rewards `r` of its members.
        count: how many members have it.
        total, sizes: the sum of it over them, and that of its sizes; NULL where none has it.
    """

    aggregates_sql: str
    count: str
    total: str
    sizes: str


_MEMBERS_IF_REWARDED = "CASE WHEN rewarded > 0 THEN members ELSE 0 END"
_RANKS = f"rewarded + (rewarded * rewarded - ({_EQUAL_PAIRS})) / 2"
_METRICS = {
    "group_mean": _GroupMetric(
        "min(r) AS low, max(r) AS high, avg(r) AS average",
        _MEMBERS_IF_REWARDED,
        f"members * ({_MEAN})",
        f"members * abs({_MEAN})",
    ),
    "group_std": _GroupMetric(
        "stddev_pop(r) AS deviation", _MEMBERS_IF_REWARDED, "members * deviation", "members * deviation"
    ),
    "group_rank": _GroupMetric("list(r) FILTER (r IS NOT NULL) AS rewards", "rewarded", _RANKS, _RANKS),
    # A mean of sizes is at most the root of a mean of squares; it says to how many digits 0 is 0.
    "advantage": _GroupMetric(
        "stddev_pop(r) AS deviation",
        "CASE WHEN rewarded > 1 THEN rewarded ELSE 0 END",
        "0.0",
        f"CASE WHEN rewarded > 1 THEN rewarded * deviation / (deviation + {ADVANTAGE_EPSILON}) END",
    ),
}


def sums_by_prompt(session: RunSession, selection: Selection, metric: str) -> dict[str, Any] | None:
    """The sums of a metric of groups for each prompt key, as `fetchnumpy` gives them.

    Args:
        session: the run.
        selection: which samples.
        metric: what is summed up.

    Returns:
        `k` (the key as a number, masked for none), `mean` and `size` (0 without a value), `n`, `valued` and `samples`; None
        where the groups alone do not tell: the metric is logged or none of groups, the samples are narrowed within groups,
        or the members of a group have several prompts.
    """
    whole = Selection(
        selection.run, selection.split, selection.attempt, None, selection.step_min, selection.step_max
    )
    if selection != whole or metric not in _METRICS or session.schema.metric_sql[metric] != metric:
        return None
    rows, of = select_samples(session, whole), _METRICS[metric]
    groups = (
        f"SELECT step, attempt, of_group, prompt_key, count(*) AS members, count(r) AS rewarded, {of.aggregates_sql} FROM ("
        f"SELECT step, attempt, {GROUP_KEY} AS of_group, prompt_key, {group_reward()} AS r "
        f"FROM {rows.table_sql} WHERE {rows.where}) GROUP BY step, attempt, of_group, prompt_key"
    )
    # Without ids each prompt is a group of its own.
    group_hash = f"hash({', '.join(_GROUP_KEYS)})" if "group_id" in session.schema.texts else "0"
    found: dict[str, Any] = session.cursor.execute(
        f"SELECT {NUMBER} AS k, {group_hash} AS of_group, members, CAST({of.count} AS BIGINT) AS n, "
        f"coalesce({of.total}, 0.0) AS total, coalesce({of.sizes}, 0.0) AS sizes FROM ({groups})",
        rows.values,
    ).fetchnumpy()
    group = np.sort(np.asarray(found.pop("of_group")))
    # Two groups may have one number: then the samples are asked, which are right however that is.
    if group_hash != "0" and bool((group[1:] == group[:-1]).any()):
        return None
    return _by_key(found)


def _by_key(groups: dict[str, Any]) -> dict[str, Any]:
    """The sums of the groups of each prompt key: to group them in the database once more takes as long as all before."""
    known = ~np.ma.getmaskarray(groups["k"])
    keys, at = np.unique(np.ma.getdata(groups["k"])[known].astype(np.uint64), return_inverse=True)
    place = np.full(len(known), len(keys), np.int64)  # behind them: what has no prompt
    place[known] = at
    size = len(keys) + (not known.all())
    n, samples, total, sizes = (
        np.bincount(place, np.asarray(groups[name], np.float64), size)
        for name in ("n", "members", "total", "sizes")
    )
    counts = np.maximum(n, 1)
    of_key = np.ma.masked_array(
        np.append(keys, np.zeros(size - len(keys), np.uint64)), np.arange(size) >= len(keys)
    )
    whole = n.astype(np.int64)
    return {
        "k": of_key,
        "mean": total / counts,
        "size": sizes / counts,
        "n": whole,
        "valued": whole,
        "samples": samples.astype(np.int64),
    }
