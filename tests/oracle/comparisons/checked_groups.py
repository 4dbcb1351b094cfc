"""Every number of /groups and /group against plain Python."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import plain_comparisons as plain
from compared_trainings import Row
from nearness import near, same

from tensorboard_plugin_rlboard.api import Groups
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.groups.question import GroupQuestion, GroupsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.metrics.groups.kinds import KINDS


def check_groups(board: Board, selection: Selection, rows: Sequence[Row], by: str) -> None:
    """Every column of /groups, and every number of /group of each of them.

    Args:
        board: has the run.
        selection: of what the groups are.
        rows: its samples.
        by: the text column that tells groups apart; empty for none.
    """
    wanted = plain.gathered(rows, plain.group_key)
    found = board.groups(GroupsQuestion(selection, by=by, limit=200))
    facts = {key: plain.group(members) for key, members in wanted.items()}
    step_weights: dict[int, list[float | None]] = {}
    for (step, _, _), own in facts.items():
        step_weights.setdefault(step, []).append(own["weight"])
    listed = by_group(found)
    assert set(listed) == set(wanted)
    assert found.ungrouped == sum(plain.group_key(row) is None for row in rows)
    assert found.kinds == {kind: sum(own["kind"] == kind for own in facts.values()) for kind in KINDS}
    for (step, attempt, name), own in facts.items():
        if not found.by:
            own.pop("value")
        whole = math.fsum(w for w in step_weights[step] if w is not None)
        own["share"] = None if own["weight"] is None or not whole else own["weight"] / whole
        same((step, name), listed[step, attempt, name], own)
    check_members(found, wanted)
    for key, members in wanted.items():
        check_group(board, selection, key, members, facts[key])
    if found.by:
        check_values(found, facts)
        assert found.values_mixed == sum(
            len({row.get(by) for row in members}) > 1 for members in wanted.values()
        )


def by_group(found: Groups) -> dict[tuple[Any, Any, str], dict[str, Any]]:
    columns = found.columns
    keys = zip(columns["step"], columns["attempt"], map(str, columns["group"]), strict=True)
    rows = zip(*columns.values(), strict=True)
    return {key: dict(zip(columns, row, strict=True)) for key, row in zip(keys, rows, strict=True)}


def check_members(found: Groups, wanted: Mapping[Any, Sequence[Row]]) -> None:
    """The weight of each member, in the order of the log."""
    weights = {key: plain.weights(of) for key, of in wanted.items()}
    rows = list(by_group(found))
    listed: dict[Any, list[Any]] = {}
    for row, weight in zip(found.members["row"], found.members["weight"], strict=True):
        listed.setdefault(rows[int(str(row))], []).append(weight)
    assert listed == {key: list(map(near, of)) for key, of in weights.items()}


def check_values(found: Groups, facts: Mapping[Any, Mapping[str, Any]]) -> None:
    """What the groups of each value come to, and along the steps."""
    whole = math.fsum(own["weight"] or 0.0 for own in facts.values())
    by_value = plain.gathered_values(facts)
    rows = {
        row[0]: dict(zip(found.values, row, strict=True)) for row in zip(*found.values.values(), strict=True)
    }
    assert rows.keys() == by_value.keys()
    assert found.values_total == len(rows)
    counts = [int(str(n)) for n in found.values["groups"]]
    assert counts == sorted(counts, reverse=True)
    for value, of in by_value.items():
        known = [own["weight"] for own in of.values() if own["weight"] is not None]
        weight = math.fsum(known) if known else None
        same(value, rows[value], {"groups": len(of), "weight": weight})
        same(value, rows[value], {kind: sum(own["kind"] == kind for own in of.values()) for kind in KINDS})
        assert rows[value]["share"] == near(None if weight is None or not whole else weight / whole)
    steps = sorted({step for step, _, _ in facts})
    for value, line in zip(found.values["value"], found.lines, strict=True):
        assert line.step == steps
        for at, step in enumerate(steps):
            own = [fact for (of, _, _), fact in by_value[value].items() if of == step]
            total = math.fsum(fact["weight"] or 0.0 for (of, _, _), fact in facts.items() if of == step)
            weight = math.fsum(fact["weight"] or 0.0 for fact in own)
            assert line.share[at] == near(weight / total if own and total else None)
            for kind, shares in line.kinds.items():
                part = sum(fact["kind"] == kind for fact in own)
                assert shares[at] == near(part / len(own) if own else None)


def check_group(
    board: Board, selection: Selection, key: Any, members: Sequence[Row], facts: Mapping[str, Any]
) -> None:
    """One group whole: its row of /groups once more, and its members, the highest reward first."""
    step, attempt, name = key
    chosen = Selection(selection.run, selection.split, attempt, step, group=name)
    found = board.group(GroupQuestion(chosen, limit=64))
    same(key, found.facts, {own: value for own, value in facts.items() if own not in {"share", "value"}})
    rows = plain.members(members)
    assert len(found.members["id"]) == len(members), "a group of more than 64 members is another test's"
    for column, values in rows.items():
        assert list(found.members[column]) == [
            near(x, nan_ok=True) if isinstance(x, float) else x for x in values
        ], f"{column} of {key}"
    for side in ("good", "bad"):
        lengths = [n for n, of in zip(rows["length"], rows["side"], strict=True) if of == side]
        assert getattr(found, side) == len(lengths)
        assert getattr(found, f"{side}_length") == near(plain.mean(lengths))
