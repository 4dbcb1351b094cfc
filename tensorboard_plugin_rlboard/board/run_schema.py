"""Which metrics a run has, under which names, and the SQL that computes each of them for one sample."""

from __future__ import annotations

from dataclasses import replace

from tensorboard_plugin_rlboard.api import MetricInfo
from tensorboard_plugin_rlboard.index.column_names import hidden, logical, metric, physical, text
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.metrics.tokens import STATISTICS, TOKEN_METRICS

GROUP_METRICS = ("group_mean", "group_std", "group_rank", "advantage")
GROUP_KEY = f"coalesce({text('group_id')}, prompt_key, file || ':' || line_offset || ':' || \"row\")"
"""What makes samples of one step a group: the logged id, else the prompt; a sample with neither is alone."""
ADVANTAGE_EPSILON = 1e-6
_UNITS = {
    "n_tokens": ("count", "tokens"),
    "n_chars": ("count", "characters"),
    "ref_n_chars": ("count", "characters"),
    "truncated": ("flag", ""),
    "nonfinite": ("count", "values"),
    "problems": ("count", "problems"),
    "group_rank": ("count", "rank"),
    "staleness": ("count", "versions"),
    "repetition": ("probability", ""),
    "value_mse": ("magnitude", "reward²"),
    "perplexity": ("value", ""),
    "explained_variance": ("value", ""),
}
_REWARDS = ("reward", "ref_reward", "valid_reward", "ref_valid_reward", "group_mean", "group_std")
_GAPS = ("reward_gap", "valid_reward_gap", "advantage")
TOKEN_ORDER = ("token_rewards", "log_ratio", "k3", "values", "logprobs", "ref_logprobs", "prob", "ref_prob")
"""Token metrics that RL Logging Board shows come first, then the rest as logged."""


def split_statistic(name: str) -> tuple[str, str] | None:
    """`k3_mean` -> (`k3`, `mean`); None for a name that is no statistic."""
    stem, _, last = name.rpartition("_")
    return (stem, last) if stem and last in STATISTICS else None


def token_metrics(run: RunIndex) -> list[MetricInfo]:
    """The token metrics of a run, logged and derived, in the order of the view."""
    names = {
        stem[0]
        for column in run.available
        if column.startswith("m:") and (stem := split_statistic(logical(column)))
    }
    known = [name for name in names if name in TOKEN_METRICS or name in run.keys.arrays]
    order = dict.fromkeys((*TOKEN_ORDER, *TOKEN_METRICS))
    rank = {name: i for i, name in enumerate(order)}
    return [token_info(name) for name in sorted(known, key=lambda name: (rank.get(name, len(rank)), name))]


def token_info(name: str) -> MetricInfo:
    """How a token metric is labelled and coloured."""
    found = TOKEN_METRICS.get(name)
    return MetricInfo(name, found.kind, found.unit) if found else MetricInfo(name, "value", "")


def info(name: str) -> MetricInfo:
    """How a sample metric is labelled and coloured."""
    if name in _UNITS:
        return MetricInfo(name, *_UNITS[name])
    if name in _REWARDS:
        return MetricInfo(name, "value", "reward")
    if name in _GAPS:
        return MetricInfo(name, "signed", "reward")
    parts = split_statistic(name)
    if parts and parts[0] in TOKEN_METRICS:
        found, statistic = TOKEN_METRICS[parts[0]], parts[1]
        if statistic == "argmax":
            return MetricInfo(name, "count", "position")
        kind = "magnitude" if statistic in {"std", "absmean"} else found.kind
        return MetricInfo(name, "value" if statistic == "sum" and kind == "probability" else kind, found.unit)
    return MetricInfo(name, "value", "")


def metric_info(run: RunIndex, name: str) -> MetricInfo:
    """The same for a metric of a run, with where its values come from."""
    found = info(name)
    return replace(found, origin="joined") if name in run.joined_metrics else found


def sample_metrics(run: RunIndex) -> list[str]:
    """Names of the sample metrics that have a value somewhere in the run, the well-known ones first."""
    names = [logical(column) for column in run.columns if column.startswith("m:") and column in run.available]
    names += [
        f"{name.removesuffix('_sum')}_mean" for name in names if name.endswith("_sum") and _counted(run, name)
    ]
    if physical("m", "reward") in run.available:
        names += [name for name in GROUP_METRICS if name not in names]
    if physical("m", "logprobs_sum") in run.available and "perplexity" not in names:
        names.append("perplexity")
    if physical("m", "policy_version") in run.available and "staleness" not in names:
        names.append("staleness")
    first = ("reward", "reward_gap", "ref_reward", "valid_reward", "ref_valid_reward", "n_tokens")
    return sorted(names, key=lambda name: (first.index(name) if name in first else len(first), name))


def _counted(run: RunIndex, name: str) -> bool:
    return physical("h", f"{name.removesuffix('_sum')}_count") in run.columns


def text_columns(run: RunIndex) -> list[str]:
    """Names of the text columns that have a value somewhere in the run."""
    return [logical(column) for column in run.columns if column.startswith("t:") and column in run.available]


def expression(run: RunIndex, name: str) -> str | None:
    """SQL of a sample metric over the relation of `selection.relation`; None where the run has no such metric."""
    if physical("m", name) in run.columns:
        return metric(name)
    parts = split_statistic(name)
    if parts and parts[1] == "mean" and _counted(run, f"{parts[0]}_sum"):
        return f"({metric(f'{parts[0]}_sum')} / nullif({hidden(f'{parts[0]}_count')}, 0))"
    if name in GROUP_METRICS and physical("m", "reward") in run.columns:
        return name
    if name == "perplexity" and (mean := expression(run, "logprobs_mean")):
        return f"exp(-{mean})"
    if name == "staleness" and physical("m", "policy_version") in run.columns:
        return f"(step - {metric('policy_version')})"
    return None


def needs_groups(run: RunIndex, names: list[str]) -> bool:
    """Whether any of these metrics is computed over the group of its sample."""
    return any(name in GROUP_METRICS and physical("m", name) not in run.columns for name in names)


def group_columns(run: RunIndex) -> str:
    """Window expressions of the group metrics (GRPO: population standard deviation, arXiv 2402.03300)."""
    reward = f"CASE WHEN isfinite({metric('reward')}) THEN {metric('reward')} END"
    over = f"(PARTITION BY split, attempt, step, {GROUP_KEY})"
    ranked = f"(PARTITION BY split, attempt, step, {GROUP_KEY} ORDER BY {reward} DESC NULLS LAST)"
    mean, std = f"avg({reward}) OVER {over}", f"stddev_pop({reward}) OVER {over}"
    columns = {
        "group_mean": mean,
        "group_std": std,
        "group_rank": f"CASE WHEN {reward} IS NOT NULL THEN CAST(rank() OVER {ranked} AS DOUBLE) END",
        # A group of one says nothing about its sample, and 0 would look like a finding.
        "advantage": f"CASE WHEN count({reward}) OVER {over} > 1 THEN "
        f"({reward} - {mean}) / ({std} + {ADVANTAGE_EPSILON}) END",
    }
    return ", ".join(
        f"{sql} AS {name}" for name, sql in columns.items() if physical("m", name) not in run.columns
    )
