"""Looks metrics up by name: entries of the registry, statistics of token metrics, and what only a log names."""

from __future__ import annotations

from functools import lru_cache

from tensorboard_plugin_rlboard.metrics.catalog.metric import Metric
from tensorboard_plugin_rlboard.metrics.catalog.sample_metrics import GROUP_ENTRIES, SAMPLE_ENTRIES
from tensorboard_plugin_rlboard.metrics.catalog.step_metrics import STEP_ENTRIES
from tensorboard_plugin_rlboard.metrics.catalog.token_metrics import TOKEN_ENTRIES

METRICS: dict[str, Metric] = {
    metric.name: metric for metric in (*TOKEN_ENTRIES, *SAMPLE_ENTRIES, *GROUP_ENTRIES, *STEP_ENTRIES)
}
GROUP_METRIC_NAMES = tuple(metric.name for metric in GROUP_ENTRIES)
STATISTICS = ("sum", "mean", "std", "min", "max", "argmax", "absmean")
"""Statistics of a token metric over the tokens of a sample; each is a sample metric `<token metric>_<statistic>`."""
_TOKEN = {metric.name: metric for metric in TOKEN_ENTRIES}
_SAMPLE = {metric.name: metric for metric in (*SAMPLE_ENTRIES, *GROUP_ENTRIES)}
_STATISTIC_FORMULA = "{statistic} of {name} over the finite, present, unmasked tokens"


def split_statistic(name: str) -> tuple[str, str] | None:
    """`k3_mean` -> (`k3`, `mean`); None for a name that is no statistic."""
    token_metric, _, statistic = name.rpartition("_")
    return (token_metric, statistic) if token_metric and statistic in STATISTICS else None


def token_metric(name: str) -> Metric:
    """A token metric; one that only the log knows is a plain value without a unit."""
    return _TOKEN.get(name) or Metric(name, "value", "", "as logged", "per-token")


@lru_cache(maxsize=4096)  # runs of a folder have the same hundred, and a log may have any names
def sample_metric(name: str) -> Metric:
    """A sample metric: an entry, a statistic of a token metric, else a logged number without a unit."""
    if name in _SAMPLE:
        return _SAMPLE[name]
    parts = split_statistic(name)
    return _statistic(name, *parts) if parts else Metric(name, "value", "", "as logged", "per-sample")


def _statistic(name: str, token_metric_name: str, statistic: str) -> Metric:
    formula = _STATISTIC_FORMULA.format(statistic=statistic, name=token_metric_name)
    token = _TOKEN.get(token_metric_name)
    if token is None:
        return Metric(name, "value", "", formula, "per-sample")
    if statistic == "argmax":
        return Metric(name, "count", "position", formula, "per-sample")
    kind = "magnitude" if statistic in {"std", "absmean"} else token.kind
    if statistic == "sum" and kind == "probability":  # probabilities do not add up to one
        kind = "value"
    return Metric(name, kind, token.unit, formula, "per-sample")
