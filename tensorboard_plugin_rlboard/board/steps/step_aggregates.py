"""The aggregates of the step metrics: sums, shares and pooled moments over the samples of each step."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_rlboard.board.finite_numbers import is_finite
from tensorboard_plugin_rlboard.board.groups.member_sql import largest_advantage
from tensorboard_plugin_rlboard.board.run_schema import RunSchema
from tensorboard_plugin_rlboard.board.steps.aggregates import (
    OF_CRITIC,
    OF_GROUPS,
    OF_PROBABILITIES,
    SHARES,
    Aggregate,
)
from tensorboard_plugin_rlboard.board.sums.group_columns import GROUP_ID, group_number
from tensorboard_plugin_rlboard.board.sums.ordered_sums import ordered_mean
from tensorboard_plugin_rlboard.index.column_names import hidden, metric, text
from tensorboard_plugin_rlboard.metrics.catalog.catalog import METRICS, split_statistic
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints
from tensorboard_plugin_rlboard.metrics.step_sums import (
    CRITIC,
    PLAIN_SUMS,
    PROBABILITIES,
)
from tensorboard_plugin_rlboard.metrics.thresholds import MAX_LONE_PROMPT_SHARE

STEP_AGGREGATES = ("", OF_CRITIC, OF_PROBABILITIES, OF_GROUPS, "duplicates")
"""Names of the aggregates of step metrics. The first has a row for every step; the others may leave steps out, or not be
there. Those of metrics have other names: they are prefixed."""
FINDINGS = "findings"
"""Name of the aggregate that only findings are made of: it is no part of an answer of /steps."""
FINDING_METRICS = {
    "nonfinite": ("sum", "positive"),
    "mismatch_absmean": ("count", "zero"),
    "staleness": ("mean", "max"),
    "log_ratio_sum": ("mean",),
    "k3_max": ("max",),
    "repetition": ("mean",),
}
"""Sample metrics that findings look at beside the curves of the overview, and their statistics. Few: to plan a query of a
hundred aggregates takes as long as to run it on a step."""
MAX_OWN_METRICS = 24
"""Metrics of this log alone, among them the parts of its reward, that findings look at."""
_AS_FLOAT = 2**53 - 1
"""Bits of a row number that a float64 holds as they are. Rows of a transaction that is open count from 2**55 on."""
_OF_OWN = ("mean", "min", "max", "count", "zero")
_PLAIN = {
    "mean": "avg({x})",
    "min": "min({x})",
    "max": "max({x})",
    "sum": "sum({x})",
    "count": "count({x})",
    "positive": "count_if({x} > 0)",
    "zero": "count_if({x} = 0)",
}


def step_aggregates(schema: RunSchema) -> dict[str, Aggregate]:
    """The step metrics of docs/metrics.md that the run has what it needs for; names are those of `STEP_AGGREGATES`."""
    gap, reward, length = metric("reward_gap"), metric("reward"), metric("n_tokens")
    both = f"{is_finite(reward)} AND {is_finite(length)}"
    derived = {
        "gap": f"CASE WHEN {is_finite(gap)} THEN {gap} END",
        "reward": f"CASE WHEN {both} THEN {reward} END",
        "length": f"CASE WHEN {both} THEN {length} END",
        "truncated": metric("truncated"),
    }
    derived |= {name: hidden(name) for name in PLAIN_SUMS if name in schema.stored_sums}
    if "k3_sum" in schema.metric_sql:  # of every step; which of them is the first is said later
        k3 = metric("k3_sum")
        derived |= {
            "k3": f"CASE WHEN {is_finite(k3)} THEN {k3} END",
            "k3_tokens": f"CASE WHEN {is_finite(k3)} THEN {hidden('k3_count')} END",
        }
    found = {"": Aggregate((), (), derived=tuple(derived.items()), reducer=SHARES)}
    for name, moments in {OF_CRITIC: CRITIC, OF_PROBABILITIES: PROBABILITIES}.items():
        if moments.n in schema.stored_sums:
            columns = {column: hidden(column) for column in (moments.n, *moments.means, *moments.products)}
            found[name] = Aggregate((), (), derived=tuple(columns.items()), reducer=name)
    return found | {OF_GROUPS: _group_shares(schema), "duplicates": _duplicate_share()}


def finding_aggregate(schema: RunSchema) -> Aggregate:
    """A few plain statistics of further metrics, named `metric:statistic`, which findings need beside the curves."""
    wanted = {name: kinds for name, kinds in FINDING_METRICS.items() if name in schema.metrics}
    wanted |= dict.fromkeys(own_metrics(schema), _OF_OWN)
    # names of a log may hold braces, which a merged query would take for places: inside, everything goes by numbers
    columns: list[tuple[str, str]] = [("n", "count(*)")]
    derived: list[tuple[str, str]] = []
    for number, (name, kinds) in enumerate(wanted.items()):
        x = schema.metric_sql[name]
        derived.append((f"x{number}", f"CASE WHEN {is_finite(x)} THEN {x} END"))
        own = f'"{{at}}x{number}"'
        columns += [(f"{name}:{kind}", _PLAIN[kind].replace("{x}", own)) for kind in kinds]
    return Aggregate(
        tuple((name, f'"{{at}}{place}"') for place, (name, _) in enumerate(columns)),
        tuple((str(place), sql) for place, (_, sql) in enumerate(columns)),
        derived=tuple(derived),
    )


def own_metrics(schema: RunSchema) -> list[str]:
    """The sample metrics that only the log knows: no entry of the catalog and no statistic of a token metric."""
    tokens = set(schema.token_metrics)

    def is_own(name: str) -> bool:
        parts = split_statistic(name)
        return name not in METRICS and not (parts and parts[0] in tokens)

    return [name for name in schema.metrics if is_own(name)][:MAX_OWN_METRICS]


def _group_shares(schema: RunSchema) -> Aggregate:
    """Shares over the groups of each step: those without advantage among the ones of two or more, and of each kind among all."""
    reward = metric("reward")
    derived = {
        "group": f"CAST({group_number()} & {_AS_FLOAT} AS DOUBLE)",
        "has_id": f"CAST({GROUP_ID} IS NOT NULL AS DOUBLE)",
        "reward": f"CASE WHEN {is_finite(reward)} THEN {reward} END",
        "truncated": metric("truncated"),
        "largest_advantage": largest_advantage(schema),
    }
    return Aggregate((), (), derived=tuple(derived.items()), reducer=OF_GROUPS)


def _duplicate_share() -> Aggregate:
    """The share of repeated responses among those to one prompt; none where many responses are the only one to theirs.

    Told apart by a hash of 64 bits: texts as keys would need the memory of all responses.
    """
    response, share = text("response"), ordered_mean("(1.0 - different / n)", "FILTER (n >= 2)")
    return Aggregate(
        (
            (
                "duplicate_share",
                f"CASE WHEN count_if(n = 1) <= {MAX_LONE_PROMPT_SHARE} * count(*) THEN {share} END",
            ),
        ),
        (("different", f"count(DISTINCT hash({response}))"), ("n", "count(*)")),
        by="prompt_key",
        where=f"{response} IS NOT NULL AND prompt_key IS NOT NULL",
    )


def at_first_step(values: Floats, steps: Ints, first: int | None) -> Floats:
    """`first_step_kl` at the first step of the training and nowhere else; None where the training was resumed."""
    return np.where(steps == first, values, np.nan) if first is not None else np.full(len(steps), np.nan)
