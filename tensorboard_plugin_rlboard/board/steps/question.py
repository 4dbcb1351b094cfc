"""The question of /steps."""

from __future__ import annotations

from dataclasses import dataclass

from tensorboard_plugin_rlboard import api
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.step_index import RunSteps
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.texts import plural

MAX_NUMBERS = 10_000_000
"""Numbers of an answer: about 80 MB of them, and twice as much as JSON. 50,000 steps with the overview's metrics."""
_STATISTICS = len(api.StepStatistics.__dataclass_fields__)


@dataclass(frozen=True)
class StepsQuestion:
    """Statistics of every step.

    Attributes:
        selection: which samples.
        metrics: the sample metrics that are wanted; None for those of the overview.
        by: the text column for whose values there are curves of their own; empty for curves of all samples.
    """

    selection: Selection
    metrics: tuple[str, ...] | None = None
    by: str = ""


def check_numbers(steps: RunSteps, selection: Selection, metrics: int) -> None:
    """Refuses a question whose answer would hold more than `MAX_NUMBERS`; steps of all splits count.

    Raises:
        ArgumentError: it would; with what to narrow.
    """
    low, high = selection.step_min, selection.step_max
    count = 1 if selection.step is not None else 0
    if not count:
        count = sum(
            (low is None or step >= low) and (high is None or step <= high) for _, step in steps.entries
        )
    if count * metrics * _STATISTICS > MAX_NUMBERS:
        fitting = max(1, MAX_NUMBERS // (count * _STATISTICS))
        raise ArgumentError(
            f"{metrics:,} {plural(metrics, 'metric', 'metrics')} of {count:,} {plural(count, 'step', 'steps')} are more than one answer holds: "
            f"name at most {fitting:,} {plural(fitting, 'metric', 'metrics')}, or fewer steps with step_min and step_max."
        )
