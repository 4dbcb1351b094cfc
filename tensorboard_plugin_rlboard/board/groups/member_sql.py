"""The numbers of a group's member as SQL: its reward, its length, and its logged advantage.

How much of a step's gradient is a sample's is Σ|A| over its tokens: a policy gradient adds up advantage times the gradient
of a token's log-probability. Where no advantage is logged for the tokens, that of the sample counts for each of its tokens.
"""

from __future__ import annotations

from tensorboard_plugin_rlboard.board.finite_numbers import is_finite
from tensorboard_plugin_rlboard.board.run_schema import RunSchema
from tensorboard_plugin_rlboard.index.column_names import hidden, metric

NONE = "CAST(NULL AS DOUBLE)"


def length_unit(schema: RunSchema) -> str:
    """The unit of a response's length: `tokens`, or `characters` in a run without tokens."""
    return "tokens" if "n_tokens" in schema.metrics or "n_chars" not in schema.metrics else "characters"


def member_sql(schema: RunSchema) -> dict[str, str]:
    """Name -> SQL of one sample, all of them numbers.

    `file`, `line_offset` and `row` tell the sample; `logged` is its logged advantage, `logged_weight` Σ|A| over its tokens by
    logged advantages, `largest_advantage` the largest size of one, `cut` more than 0 where the response was cut off.
    """
    return {
        "file": "file",
        "line_offset": "line_offset",
        "row": '"row"',
        "reward": metric("reward"),
        "length": _length(schema),
        "cut": metric("truncated"),
        "logged": schema.logged_advantage or NONE,
        "logged_weight": _logged_weight(schema),
        "largest_advantage": largest_advantage(schema),
    }


def largest_advantage(schema: RunSchema) -> str:
    """The largest size of a finite advantage that is logged with a sample, for it or its tokens; NULL where none is."""
    # Not the mean of tokens: it lies between their ends, is 0 where they pull in both ways, and where they are huge its
    # rounding, so their order, would decide. NULL is passed over by `greatest`.
    names = ("advantages_min", "advantages_max")
    logged = [schema.sample_advantage] if schema.sample_advantage else []
    logged += [metric(name) for name in names if name in schema.metric_sql]
    sizes = [f"CASE WHEN {is_finite(x)} THEN abs({x}) END" for x in logged]
    return f"greatest({', '.join(sizes)})" if sizes else NONE


def _length(schema: RunSchema) -> str:
    return metric("n_tokens") if length_unit(schema) == "tokens" else metric("n_chars")


def _logged_weight(schema: RunSchema) -> str:
    found = []
    if "advantages_count" in schema.stored_sums and "advantages_absmean" in schema.metric_sql:
        found.append(f"{metric('advantages_absmean')} * {hidden('advantages_count')}")
    if schema.logged_advantage:
        found.append(f"abs({schema.logged_advantage}) * {_length(schema)}")
    finite = [f"CASE WHEN {is_finite(x)} THEN {x} END" for x in found]
    return f"coalesce({', '.join(finite)})" if finite else NONE
