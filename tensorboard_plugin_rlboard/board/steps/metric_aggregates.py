"""The aggregates of sample metrics: the columns that `metric_statistics` needs, as SQL."""

from __future__ import annotations

from tensorboard_plugin_rlboard.board.finite_numbers import is_finite
from tensorboard_plugin_rlboard.board.run_schema import RunSchema
from tensorboard_plugin_rlboard.board.steps.aggregates import METRIC, Aggregate
from tensorboard_plugin_rlboard.index.column_names import hidden, metric


def metric_aggregate(schema: RunSchema, name: str) -> Aggregate:
    """Statistics of one metric. The mean of a token metric's `_mean` is weighted by tokens, not by samples."""
    x = schema.metric_sql[name]
    finite = is_finite(x)
    derived = {"x": _where(finite, x)}
    if schema.is_token_mean(name):
        token_metric = name.removesuffix("_mean")
        tokens = hidden(f"{token_metric}_count")
        derived |= {
            "total": _where(finite, metric(f"{token_metric}_sum")),
            "tokens": _where(finite, tokens),
            "odd": _where(f"NOT {finite}", tokens),
            "nonfinite": hidden(f"{token_metric}_nonfinite"),
        }
    else:
        derived["odd"] = _where(f"NOT {finite}", "1")
    return Aggregate(
        (), (), groups=schema.needs_groups([name]), derived=tuple(derived.items()), reducer=METRIC
    )


def _where(condition: str, x: str) -> str:
    """SQL of a value that counts only under a condition, NULL otherwise: aggregates pass over NULL."""
    return f"CASE WHEN {condition} THEN {x} END"
