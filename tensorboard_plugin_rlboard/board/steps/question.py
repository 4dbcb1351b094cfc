"""What is asked of the steps: the curves of a selection."""

from __future__ import annotations

from dataclasses import dataclass

from tensorboard_plugin_rlboard.board.selection import Selection


@dataclass(frozen=True)
class StepsQuestion:
    """Statistics of every step.

    Attributes:
        selection: which samples.
        metrics: the sample metrics that are wanted; None for those of the overview.
    """

    selection: Selection
    metrics: tuple[str, ...] | None = None
