"""The weight of samples and of groups, as SQL: how much of a step's gradient is theirs, Σ|A| over tokens.

A policy gradient adds up advantage times the gradient of a token's log-probability, so |A| summed over tokens says whose
tokens a step is made of. Where no advantage is logged for the tokens, that of the sample counts for each of its tokens.
"""

from __future__ import annotations

from tensorboard_plugin_rlboard.board.finite_numbers import is_finite
from tensorboard_plugin_rlboard.board.ordered_sums import ordered_list, ordered_mean, ordered_sum
from tensorboard_plugin_rlboard.board.run_schema import RunSchema
from tensorboard_plugin_rlboard.index.column_names import hidden, metric
from tensorboard_plugin_rlboard.metrics.thresholds import ADVANTAGE_EPSILON

NONE = "CAST(NULL AS DOUBLE)"


def length_unit(schema: RunSchema) -> str:
    """What responses are measured in: `tokens`, or `characters` in a run without tokens."""
    return "tokens" if "n_tokens" in schema.metrics or "n_chars" not in schema.metrics else "characters"


def length_sql(schema: RunSchema) -> str:
    """The length of a sample's response in that unit."""
    return metric("n_tokens") if length_unit(schema) == "tokens" else metric("n_chars")


def logged_weight(schema: RunSchema) -> str:
    """Σ|A| over the tokens of a sample by its logged advantages; NULL where none is logged."""
    found = []
    if "advantages_count" in schema.stored_sums and "advantages_absmean" in schema.metric_sql:
        found.append(f"{metric('advantages_absmean')} * {hidden('advantages_count')}")
    if schema.logged_advantage:
        found.append(f"abs({schema.logged_advantage}) * {length_sql(schema)}")
    finite = [f"CASE WHEN {is_finite(x)} THEN {x} END" for x in found]
    return f"coalesce({', '.join(finite)})" if finite else NONE


def reward_facts() -> dict[str, str]:
    """Mean and population standard deviation of a group's finite rewards, as aggregates over its samples."""
    reward = metric("reward")
    finite = f"FILTER ({is_finite(reward)})"
    low, high = f"min({reward}) {finite}", f"max({reward}) {finite}"
    same = f"{low} = {high}"  # added up and divided they are not themselves to the last digit
    return {
        "mean": f"CASE WHEN {same} THEN {low} ELSE {ordered_mean(reward, finite)} END",
        "std": f"CASE WHEN {same} THEN 0.0 ELSE list_stddev_pop({ordered_list(reward, finite)}) END",
    }


def weight_facts(schema: RunSchema) -> dict[str, str]:
    """What the weight of a group is made of: `logged_weight`, and the `apart` of samples without a logged advantage."""
    reward, length, own = metric("reward"), length_sql(schema), logged_weight(schema)
    rows = f"FILTER ({is_finite(reward)} AND {is_finite(length)} AND {own} IS NULL)"
    pair = f"struct_pack(r := {reward}, t := {length})"
    return {
        "logged_weight": NONE if own == NONE else ordered_sum(own),
        "apart": f"list({pair} ORDER BY {reward}, {length}) {rows}",
    }


def weight_sql() -> str:
    """The weight of a group over its facts, those of its kind and its rewards included; NULL where nothing is known."""
    apart = "[abs(pair.r - mean) * pair.t for pair in apart]"
    computed = f"CASE WHEN rewards > 1 THEN list_sum({apart}) / (std + {ADVANTAGE_EPSILON}) END"
    return f"CASE WHEN logged_weight IS NULL THEN {computed} ELSE logged_weight + coalesce({computed}, 0) END"
