"""Answers about groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.api.values import Value


@dataclass(frozen=True)
class Groups:
    """Answer of /groups; `members` has a row for each member shown, `row` being its group's place in `columns`."""

    total: int
    ungrouped: int
    kinds: Mapping[str, int]
    unit: str
    columns: Mapping[str, Sequence[Value]]
    members: Mapping[str, Sequence[Value]]
