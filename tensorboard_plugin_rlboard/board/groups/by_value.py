"""Groups summed up by the values of a text column: which kinds of task teach, how much, and along the steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.api import GroupsLine
from tensorboard_plugin_rlboard.api.values import Value
from tensorboard_plugin_rlboard.board.groups.group_table import GroupTable, number_list
from tensorboard_plugin_rlboard.metrics.groups.kinds import KINDS
from tensorboard_plugin_rlboard.metrics.step_statistics import ordered_sum, step_segments

MAX_VALUES = 100
"""Values that an answer lists: those with the most groups."""
MAX_LINES = 7
"""Values that have a line along the steps, as many as have curves."""
MAX_POINTS = 200
"""Points of such a line."""


def ranked_codes(found: GroupTable, labels: Sequence[str]) -> list[int]:
    """The codes of the values of the matched groups, those with the most groups first, then by their texts; -1 is for none.

    Args:
        found: the groups, with their labels.
        labels: text of each code.
    """
    codes, counts = np.unique(found.label[found.matched], return_counts=True)
    groups = dict(zip(codes.tolist(), counts.tolist(), strict=True))
    return sorted(groups, key=lambda code: (-groups[code], code < 0, labels[code] if code >= 0 else ""))


def groups_by_value(
    found: GroupTable, labels: Sequence[str], ranked: Sequence[int]
) -> dict[str, list[Value]]:
    """One row for each value of the matched groups, at most `MAX_VALUES`.

    Args:
        found: the groups, with their labels.
        labels: text of each code.
        ranked: the codes, as `ranked_codes` gives them.
    """
    matched, listed = found.matched, list(ranked[:MAX_VALUES])
    segments = step_segments((found.label[matched],))
    codes = segments.by_step(found.label[matched])[segments.starts]
    order = np.searchsorted(codes, listed)
    weights = ordered_sum(found.weight[matched], segments)
    whole = float(np.nansum(weights))
    rows: dict[str, list[Value]] = {
        "value": [labels[code] if code >= 0 else None for code in listed],
        "groups": segments.sizes[order].tolist(),
    }
    place = np.searchsorted(codes, found.label[matched])
    for at, kind in enumerate(KINDS):
        of_kind = np.bincount(place[found.kind[matched] == at], minlength=len(codes))
        rows[kind] = of_kind[order].tolist()
    of_values = weights[order]
    rows["weight"] = [*number_list(of_values)]
    rows["share"] = [*number_list(of_values / (whole if whole > 0 else np.nan))]
    return rows


def lines_of(found: GroupTable, ranked: Sequence[int]) -> list[GroupsLine]:
    """The first values along the steps, at most `MAX_LINES`.

    Args:
        found: the groups, with their labels.
        ranked: the codes, as `ranked_codes` gives them.
    """
    matched = found.matched
    step, label, kind = (x[matched] for x in (found.step, found.label, found.kind))
    weight = np.nan_to_num(found.weight[matched], posinf=np.inf)
    steps = np.unique(step)
    parts = np.array_split(steps, min(MAX_POINTS, len(steps))) if len(steps) else []
    ends = np.asarray([part[-1] for part in parts], np.int64)
    at = np.searchsorted(ends, step)
    whole = np.bincount(at, weight, len(ends))
    lines = []
    for code in ranked[:MAX_LINES]:
        own = label == code
        counts = np.bincount(at[own], minlength=len(ends))
        groups = np.where(counts > 0, counts, np.nan)
        of_kinds = {
            name: np.bincount(at[own & (kind == place)], minlength=len(ends))
            for place, name in enumerate(KINDS)
        }
        own_weight = np.where(counts > 0, np.bincount(at[own], weight[own], len(ends)), np.nan)
        lines.append(
            GroupsLine(
                step=ends.tolist(),
                kinds={name: number_list(n / groups) for name, n in of_kinds.items() if n.any()},
                share=number_list(own_weight / np.where(whole > 0, whole, np.nan)),
            )
        )
    return lines
