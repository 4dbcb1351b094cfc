"""The columns of a run that joins fill: those of references, differences to them, and those that scores bring."""

from __future__ import annotations

from collections.abc import Mapping

from tensorboard_plugin_rlboard.index.column_names import logical, physical
from tensorboard_plugin_rlboard.index.joins.side_file_type import SideKind

REF_TEXT = physical("t", "ref_response")
REF_CHARS = physical("m", "ref_n_chars")
GAPS = {
    physical("m", gap): (physical("m", own), physical("m", reference))
    for gap, own, reference in (
        ("reward_gap", "reward", "ref_reward"),
        ("valid_reward_gap", "valid_reward", "ref_valid_reward"),
    )
}
"""Column of a difference -> the columns that it is the difference of."""
_REFERENCE_ORDER = (
    "ref_response",
    "ref_reward",
    "ref_valid_reward",
    "ref_n_chars",
    "reward_gap",
    "valid_reward_gap",
)
ColumnTargets = Mapping[str, str]
"""Physical column of a side -> physical column of the run that its values go to."""


def filled_names(kind: SideKind, targets: ColumnTargets, filled: frozenset[str]) -> list[str]:
    """The names of the columns of a side that hold something, in an order that does not depend on what was read first.

    Args:
        kind: what the side brings.
        targets: the columns of the run that its values go to.
        filled: physical columns of the run that hold a joined value somewhere.
    """
    columns = list(targets.values())
    if REF_TEXT in columns:
        columns.append(REF_CHARS)
    columns += [gap for gap, pair in GAPS.items() if set(pair) & set(targets.values())]
    names = [logical(column) for column in dict.fromkeys(columns) if column in filled]
    first = _REFERENCE_ORDER if kind == "reference" else ()
    return sorted(names, key=lambda name: (first.index(name) if name in first else len(first), name))
