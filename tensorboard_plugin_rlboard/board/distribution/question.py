"""The question of /distribution."""

from __future__ import annotations

from dataclasses import dataclass

from tensorboard_plugin_rlboard.board.selection import Selection


@dataclass(frozen=True)
class DistributionQuestion:
    """The distribution of one metric.

    Attributes:
        selection: which samples.
        metric: the sample metric.
        bins: number of bins.
        lo, hi: ends of the bins; None for the extremes of the values.
        against: what it is compared with: `reference`, `step:N`, or empty for nothing.
    """

    selection: Selection
    metric: str = "reward"
    bins: int = 40
    lo: float | None = None
    hi: float | None = None
    against: str = ""
