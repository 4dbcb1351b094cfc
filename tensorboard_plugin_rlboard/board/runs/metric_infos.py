"""The sample metrics that a run has, each with its label and where its values come from."""

from __future__ import annotations

from tensorboard_plugin_rlboard import api
from tensorboard_plugin_rlboard.board.run_schema import RunSchema
from tensorboard_plugin_rlboard.index.column_names import physical
from tensorboard_plugin_rlboard.index.parts.part import LOGGED_FIRST, SAMPLE_METRICS
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.metrics.catalog import catalog
from tensorboard_plugin_rlboard.metrics.catalog.catalog import split_statistic

_GROUP_NUMBERS = frozenset({"group_mean", "group_std", "group_rank"})


def sample_metric_infos(run: RunIndex, schema: RunSchema, largest_group: int) -> list[api.MetricInfo]:
    """The sample metrics that have a value somewhere.

    Args:
        run: the run.
        schema: its columns.
        largest_group: how many samples with a finite reward its largest group has; 0 where no sample is in a group.
    """
    without = _GROUP_NUMBERS if largest_group < 1 else frozenset()
    if largest_group < 2 and not _logs_advantage(run):
        without |= {"advantage"}
    return [_sample_metric_info(run, schema, name) for name in schema.metrics if name not in without]


def _sample_metric_info(run: RunIndex, schema: RunSchema, name: str) -> api.MetricInfo:
    entry = catalog.sample_metric(name)
    if name in run.joined_metrics:
        return api.MetricInfo(name, entry.kind, entry.unit, "joined")
    return api.MetricInfo(name, entry.kind, entry.unit, "computed" if _is_computed(run, schema, name) else "")


def _is_computed(run: RunIndex, schema: RunSchema, name: str) -> bool:
    """Whether no value of a metric is the log's own."""
    if name == "advantage":
        return not _logs_advantage(run)
    if name in LOGGED_FIRST:
        return physical("m", name) not in run.available
    parts = split_statistic(name)
    return name in SAMPLE_METRICS or (parts is not None and f"{parts[0]}_count" in schema.stored_sums)


def _logs_advantage(run: RunIndex) -> bool:
    """Whether some sample has an advantage of its own, or its tokens have."""
    return not run.available.isdisjoint({physical("m", "advantage"), physical("m", "advantages_sum")})
