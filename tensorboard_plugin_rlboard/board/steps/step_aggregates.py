"""The aggregates of the step metrics: which sums, shares and pooled moments of its samples a step is given."""

from __future__ import annotations

import numpy as np

from tensorboard_plugin_rlboard.board.finite_numbers import is_finite
from tensorboard_plugin_rlboard.board.groups.kinds import kind_facts, kind_shares
from tensorboard_plugin_rlboard.board.ordered_sums import ordered_mean, ordered_sum
from tensorboard_plugin_rlboard.board.run_schema import GROUP_KEY, RunSchema
from tensorboard_plugin_rlboard.board.steps.aggregates import FIRST_STEP_KL, Aggregate
from tensorboard_plugin_rlboard.index.column_names import hidden, metric, quoted, text
from tensorboard_plugin_rlboard.metrics.catalog.catalog import METRICS, split_statistic
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints
from tensorboard_plugin_rlboard.metrics.step_sums import (
    ADDED,
    CRITIC,
    PROBABILITIES,
    ROUNDING,
    Moments,
)
from tensorboard_plugin_rlboard.metrics.thresholds import ZERO_ADVANTAGE_SPREAD

STEP_AGGREGATES = ("", "critic", "probabilities", "groups", "duplicates")
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
    finite = f"FILTER ({is_finite(gap)})"
    both = f"FILTER ({is_finite(reward)} AND {is_finite(length)})"
    columns = {
        "n_samples": "count(*)",
        "win": f"avg(CAST({gap} > 0 AS DOUBLE)) {finite}",
        "tie": f"avg(CAST({gap} = 0 AS DOUBLE)) {finite}",
        "loss": f"avg(CAST({gap} < 0 AS DOUBLE)) {finite}",
        "reward_length_correlation": _correlation(reward, length, both),
        "truncation_share": ordered_mean(metric("truncated")),
    }
    columns |= {name: ordered_sum(hidden(name)) for name in ADDED if name in schema.stored_sums}
    if "k3_sum" in schema.metric_sql:  # of every step; which of them is the first is said later
        k3, rows = metric("k3_sum"), f"FILTER ({is_finite(metric('k3_sum'))})"
        columns[FIRST_STEP_KL] = f"{ordered_sum(k3, rows)} / nullif(sum({hidden('k3_count')}) {rows}, 0)"
    of_samples = Aggregate(tuple((name, f'"{{at}}{name}"') for name in columns), tuple(columns.items()))
    pooled = {"critic": CRITIC, "probabilities": PROBABILITIES}
    found = {"": of_samples}
    found |= {name: _pooled(moments) for name, moments in pooled.items() if moments.n in schema.stored_sums}
    return found | {"groups": _group_shares(schema), "duplicates": _duplicate_share()}


def finding_aggregate(schema: RunSchema) -> Aggregate:
    """A few plain statistics of further metrics, named `metric:statistic`: what findings need beside the curves."""
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


def _correlation(x: str, y: str, rows: str) -> str:
    """Pearson over the rows that a FILTER leaves; NULL where one of both varies by no more than its mean was rounded by."""
    found = f"corr({x}, {y} ORDER BY {x}, {y}) {rows}"
    varies = " AND ".join(
        f"stddev_pop({z} ORDER BY {z}) {rows} > {ROUNDING} * abs({ordered_mean(z, rows)})" for z in (x, y)
    )
    return f"CASE WHEN {varies} AND isfinite({found}) THEN greatest(-1.0, least(1.0, {found})) END"


def _pooled(moments: Moments) -> Aggregate:
    """Means and centred sums over all tokens of each step, of those that are kept for each sample."""
    n, own = hidden(moments.n), {name: hidden(name) for name in (*moments.means, *moments.products)}
    centre = {name: f"centre:{name}" for name in moments.means}
    apart = {name: f"({own[name]} - {quoted(centre[name])})" for name in moments.means}
    inner = {moments.n: f"sum({n})"}
    inner |= {name: f"any_value({quoted(centre[name])})" for name in moments.means}
    inner |= {
        name: f"{ordered_sum(own[name])} + {ordered_sum(f'{n} * {apart[one]} * {apart[other]}')}"
        for name, (one, other) in moments.products.items()
    }
    return Aggregate(
        tuple((name, quoted(name)) for name in inner),
        tuple(inner.items()),
        # fsum adds without rounding: of a million samples a plain mean would be off by more than they differ by
        centres=tuple(
            (centre[name], f"fsum({n} * {own[name]} ORDER BY {n} * {own[name]}) / sum({n})")
            for name in moments.means
        ),
        needs=(n, *own.values()),
        where=f"{n} > 0",
    )


def _group_shares(schema: RunSchema) -> Aggregate:
    """Shares over the groups of each step: those without advantage among the ones of two or more, and of each kind among all."""
    reward = metric("reward")
    finite = f"FILTER ({is_finite(reward)})"
    zero = f"spread <= {ZERO_ADVANTAGE_SPREAD}"
    return Aggregate(
        (
            ("zero_advantage_groups", f"avg(CAST({zero} AS DOUBLE)) FILTER (n >= 2)"),
            ("all_good_groups", f"avg(CAST({zero} AND mean > 0 AS DOUBLE)) FILTER (n >= 2)"),
            ("all_bad_groups", f"avg(CAST({zero} AND mean <= 0 AS DOUBLE)) FILTER (n >= 2)"),
            *kind_shares(),
        ),
        (
            ("n", f"count({reward}) {finite}"),
            ("spread", f"max({reward}) {finite} - min({reward}) {finite}"),
            ("mean", ordered_mean(reward, finite)),
            *kind_facts(schema).items(),
        ),
        by=GROUP_KEY,
        where=f"{GROUP_KEY} IS NOT NULL",
    )


def _duplicate_share() -> Aggregate:
    """The share of repeated responses among those to one prompt.

    Told apart by a hash of 64 bits: texts as keys would need the memory of all responses.
    """
    response = text("response")
    return Aggregate(
        (("duplicate_share", ordered_mean("(1.0 - different / n)", "FILTER (n >= 2)")),),
        (("different", f"count(DISTINCT hash({response}))"), ("n", "count(*)")),
        by="prompt_key",
        where=f"{response} IS NOT NULL AND prompt_key IS NOT NULL",
    )


def at_first_step(values: Floats, steps: Ints, first: int | None) -> Floats:
    """`first_step_kl` at the first step of the training and nowhere else; None where the training was resumed."""
    return np.where(steps == first, values, np.nan) if first is not None else np.full(len(steps), np.nan)
