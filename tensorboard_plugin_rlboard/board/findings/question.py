"""The question of /findings."""

from __future__ import annotations

from dataclasses import dataclass

from tensorboard_plugin_rlboard.board.selection import Selection


@dataclass(frozen=True)
class FindingsQuestion:
    """The findings of a selection.

    Attributes:
        selection: run, split and attempt; the rest of it does not count.
        thresholds: (name, value), for this answer only: what if.
    """

    selection: Selection
    thresholds: tuple[tuple[str, float], ...] = ()
