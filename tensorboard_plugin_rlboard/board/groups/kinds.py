"""Which kind of group it is: one that gives a gradient, or why it gives none. docs/metrics.md defines the kinds.

The same SQL serves the list of groups and the shares per step, so the two cannot disagree.
"""

from __future__ import annotations

from tensorboard_plugin_rlboard.board.finite_numbers import is_finite
from tensorboard_plugin_rlboard.board.run_schema import RunSchema
from tensorboard_plugin_rlboard.index.column_names import metric
from tensorboard_plugin_rlboard.metrics.thresholds import RIGHT_REWARD, ZERO_ADVANTAGE_SPREAD

GRADIENT = "gradient"
KINDS = (
    GRADIENT,
    "filtered",
    "all_truncated",
    "all_right",
    "all_wrong",
    "all_equal",
    "one_member",
    "unrewarded",
)
"""Every group is of exactly one kind. All but the first give no gradient."""


def kind_facts(schema: RunSchema) -> dict[str, str]:
    """What the kind of a group is told by, as aggregates over its samples; none depends on their order.

    `size` samples, `rewards` finite ones among theirs from `low` to `high`, `cut` truncated ones, and `push`, the largest
    size of a logged advantage, of samples or tokens: NULL where none is logged.
    """
    reward, pushes = metric("reward"), _pushes(schema)
    finite = f"FILTER ({is_finite(reward)})"
    return {
        "size": "count(*)",
        "rewards": f"count({reward}) {finite}",
        "low": f"min({reward}) {finite}",
        "high": f"max({reward}) {finite}",
        "cut": f"count_if({metric('truncated')} > 0)",
        "push": f"greatest({', '.join(pushes)})" if pushes else "CAST(NULL AS DOUBLE)",
    }


def _pushes(schema: RunSchema) -> list[str]:
    """The largest sizes of advantages, as logged for samples and for tokens, as aggregates over samples."""
    logged = [schema.logged_advantage] if schema.logged_advantage else []
    ends = (f"advantages_{end}" for end in ("min", "max"))
    logged += [metric(name) for name in ends if name in schema.metric_sql]
    # Tokens may pull in both ways, so that their mean is 0 and they are not. NULL is passed over by `greatest`.
    return [f"max(abs({x})) FILTER ({is_finite(x)})" for x in logged]


def kind_shares() -> list[tuple[str, str]]:
    """The share of groups that are of each kind, named as the step metrics, as aggregates over the facts of groups."""
    return [(f"groups_{kind}", f"avg(CAST({kind_sql()} = '{kind}' AS DOUBLE))") for kind in KINDS]


def kind_sql() -> str:
    """The kind of a group, over its facts."""
    return (
        "CASE "
        f"WHEN CASE WHEN push IS NOT NULL THEN push > {ZERO_ADVANTAGE_SPREAD} "
        f"ELSE rewards >= 2 AND high - low > {ZERO_ADVANTAGE_SPREAD} END THEN 'gradient' "
        "WHEN rewards = 0 THEN 'unrewarded' "
        "WHEN rewards = 1 THEN 'one_member' "
        f"WHEN high - low > {ZERO_ADVANTAGE_SPREAD} THEN 'filtered' "
        "WHEN cut = size THEN 'all_truncated' "
        f"WHEN low >= {RIGHT_REWARD} THEN 'all_right' "
        "WHEN high <= 0 THEN 'all_wrong' "
        "ELSE 'all_equal' END"
    )
