"""What the groups of each value of a text column come to: which kinds of task teach, and how much."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.api.values import Value
from tensorboard_plugin_rlboard.board.groups.group_table import GroupTable
from tensorboard_plugin_rlboard.metrics.groups.kinds import KINDS
from tensorboard_plugin_rlboard.metrics.step_statistics import ordered_sum, step_segments

MOST_VALUES = 100
"""Values that an answer lists: those with the most groups."""


def groups_by_value(found: GroupTable, labels: Sequence[str]) -> dict[str, list[Value]]:
    """One row for each value of the matched groups, those with the most groups first.

    Args:
        found: the groups, with their labels.
        labels: text of each code.
    """
    matched = found.matched
    segments = step_segments((found.label[matched],))
    codes = segments.by_step(found.label[matched])[segments.starts]
    order = np.argsort(-segments.sizes, kind="stable")[:MOST_VALUES]
    weights = ordered_sum(found.weight[matched], segments)
    whole = float(np.nansum(weights))
    rows: dict[str, list[Value]] = {
        "value": [labels[code] if code >= 0 else None for code in codes[order].tolist()],
        "groups": segments.sizes[order].tolist(),
    }
    place = np.searchsorted(codes, found.label[matched])
    for at, kind in enumerate(KINDS):
        of_kind = np.bincount(place[found.kind[matched] == at], minlength=len(codes))
        rows[kind] = of_kind[order].tolist()
    listed = weights[order].tolist()
    rows["weight"] = [None if np.isnan(weight) else weight for weight in listed]
    rows["share"] = [None if np.isnan(weight) or not whole > 0 else weight / whole for weight in listed]
    return rows
