"""The samples beside one: before and after it as logged, its group, and the same prompt at other steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tensorboard_plugin_rlboard.api import Neighbours, PromptVisit
from tensorboard_plugin_rlboard.board.run_schema import ADVANTAGE_EPSILON, GROUP_KEY
from tensorboard_plugin_rlboard.board.samples.ids import sample_id
from tensorboard_plugin_rlboard.index.column_names import metric, physical
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.metrics.segments import Floats

if TYPE_CHECKING:
    import duckdb

_MOST_GROUP = 512
_MOST_VISITS = 500
_PLACE = 'file, line_offset, "row"'


@dataclass(frozen=True)
class Around:
    """The samples beside one.

    Attributes:
        neighbours: who they are.
        rewards: rewards of its group, float64 [samples of the group], NaN where there is none.
        own: its own place among them; None where the index has changed meanwhile.
    """

    neighbours: Neighbours
    rewards: Floats
    own: int | None


def around(cursor: duckdb.DuckDBPyConnection, run: RunIndex, place: Mapping[str, Any]) -> Around:
    """What lies around the sample at a place, all of its own split and attempt.

    Args:
        cursor: where to ask.
        run: its run.
        place: its file (number), line_offset, row, step, split, attempt, prompt_key and group.
    """
    digests = {file.number: file.digest for file in tuple(run.files.values())}

    def name(file: int, offset: int, row: int) -> str:
        return sample_id(digests.get(file, ""), offset, row)

    scope = [place["split"], place["attempt"]]
    reward = metric("reward") if physical("m", "reward") in run.columns else "NULL"
    step = cursor.execute(
        f"SELECT {_PLACE}, {GROUP_KEY} = ?, {reward} FROM {run.table} WHERE split = ? AND attempt = ? AND step = ? "
        'ORDER BY line_offset, file, "row"',
        [place["group"], *scope, place["step"]],
    ).fetchall()
    own = (place["file"], place["line_offset"], place["row"])
    at = next((i for i, row in enumerate(step) if row[:3] == own), None)
    before = step[at - 1][:3] if at else _edge(cursor, run, place, before=True)
    after = (
        step[at + 1][:3] if at is not None and at + 1 < len(step) else _edge(cursor, run, place, before=False)
    )
    visits = cursor.execute(
        f'SELECT step, min_by(struct_pack(f := file, o := line_offset, r := "row"), struct_pack(o := line_offset, f := file, r := "row")) '
        f"FROM {run.table} WHERE split = ? AND attempt = ? AND prompt_key = ? AND step <> ? "
        f"GROUP BY step ORDER BY step LIMIT {_MOST_VISITS}",
        [*scope, place["prompt_key"], place["step"]],
    ).fetchall()
    group = [row for row in step if row[3]]
    found = Neighbours(
        previous=None if before is None else name(*before),
        next=None if after is None else name(*after),
        group=[name(*row[:3]) for row in group][:_MOST_GROUP],
        prompt=[PromptVisit(int(step), name(first["f"], first["o"], first["r"])) for step, first in visits],
    )
    rewards = np.asarray([np.nan if row[4] is None else row[4] for row in group], np.float64)
    return Around(found, rewards, next((i for i, row in enumerate(group) if row[:3] == own), None))


def group_numbers(around: Around) -> dict[str, float]:
    """How a sample stands in its group: the same numbers as `vocabulary.group_columns`, from what is at hand."""
    if around.own is None:
        return {}
    finite = around.rewards[np.isfinite(around.rewards)]
    if not len(finite):
        return {}
    own, mean, std = float(around.rewards[around.own]), float(finite.mean()), float(finite.std())
    numbers = {"group_mean": mean, "group_std": std}
    if np.isfinite(own):
        numbers["group_rank"] = 1.0 + float((finite > own).sum())
        if len(finite) > 1:
            numbers["advantage"] = (own - mean) / (std + ADVANTAGE_EPSILON)
    return numbers


def _edge(
    cursor: duckdb.DuckDBPyConnection, run: RunIndex, place: Mapping[str, Any], *, before: bool
) -> tuple[int, int, int] | None:
    """The last sample of the step before, or the first one of the step after; None at the ends of the attempt."""
    nearest, direction = ("max(step)", "DESC") if before else ("min(step)", "ASC")
    same = "split = ? AND attempt = ?"
    scope = [place["split"], place["attempt"]]
    found = cursor.execute(
        f"SELECT {_PLACE} FROM {run.table} WHERE {same} AND step = (SELECT {nearest} FROM {run.table} "
        f"WHERE {same} AND step {'<' if before else '>'} ?) ORDER BY line_offset {direction}, "
        f'file {direction}, "row" {direction} LIMIT 1',
        [*scope, *scope, place["step"]],
    ).fetchall()
    return (int(found[0][0]), int(found[0][1]), int(found[0][2])) if found else None
