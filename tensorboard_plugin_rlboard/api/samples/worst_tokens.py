"""Answer of /worst_tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.api.runs.runs import MetricInfo
from tensorboard_plugin_rlboard.api.values import Value


@dataclass(frozen=True)
class WorstTokens:
    """Answer of /worst_tokens."""

    metric: MetricInfo
    by: str
    end: str
    samples: int
    samples_read: int
    complete: bool
    columns: Mapping[str, Sequence[Value]]
