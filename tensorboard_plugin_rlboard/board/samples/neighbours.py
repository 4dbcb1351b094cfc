"""The samples beside one: before and after it as logged, its group, and the same prompt at other steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.api import Neighbours, PromptVisit
from tensorboard_plugin_rlboard.board.finite_numbers import finite_ones
from tensorboard_plugin_rlboard.board.run_schema import GROUP_KEY, RunSession
from tensorboard_plugin_rlboard.board.samples.ids import sample_id
from tensorboard_plugin_rlboard.metrics.segments import Floats
from tensorboard_plugin_rlboard.metrics.thresholds import ADVANTAGE_EPSILON, HUGE

_MAX_GROUP = 512
_MAX_VISITS = 500
_LOCATION = 'file, line_offset, "row"'


@dataclass(frozen=True)
class SampleContext:
    """The samples beside one.

    Attributes:
        neighbours: their ids.
        group_rewards: rewards of its group, float64 [samples of the group], NaN where there is none.
        position: its own place among them; None where the index has changed meanwhile.
    """

    neighbours: Neighbours
    group_rewards: Floats
    position: int | None


def sample_context(session: RunSession, sample: Mapping[str, Any]) -> SampleContext:
    """Finds the samples beside one: before and after it, its group, its prompt; all of its own split and attempt.

    Args:
        session: its run.
        sample: its file (number), line_offset, row, step, split, attempt, prompt_key and group (`IndexRow.values`).
    """
    table, execute = session.schema.table, session.cursor.execute
    digests = {file.number: file.digest for file in tuple(session.run.files.values())}

    def id_of(file: int, offset: int, row: int) -> str:
        return sample_id(digests.get(file, ""), offset, row)

    attempt = [sample["split"], sample["attempt"]]
    reward = session.schema.metric_sql.get("reward", "NULL")
    step = execute(
        f"SELECT {_LOCATION}, {GROUP_KEY} = ?, {reward} FROM {table} WHERE split = ? AND attempt = ? AND step = ? "
        'ORDER BY line_offset, file, "row"',
        [sample["group"], *attempt, sample["step"]],
    ).fetchall()
    own = (sample["file"], sample["line_offset"], sample["row"])
    at = next((i for i, row in enumerate(step) if row[:3] == own), None)
    previous = step[at - 1][:3] if at else _nearest_sample(session, sample, before=True)
    if at is None or at + 1 == len(step):
        following = _nearest_sample(session, sample, before=False)
    else:
        following = step[at + 1][:3]
    visits = execute(
        f'SELECT step, min_by(struct_pack(f := file, o := line_offset, r := "row", v := {reward}), '
        'struct_pack(o := line_offset, f := file, r := "row")) '
        f"FROM {table} WHERE split = ? AND attempt = ? AND prompt_key = ? AND step <> ? "
        f"GROUP BY step ORDER BY step LIMIT {_MAX_VISITS}",
        [*attempt, sample["prompt_key"], sample["step"]],
    ).fetchall()
    group = [row for row in step if row[3]]
    neighbours = Neighbours(
        previous=None if previous is None else id_of(*previous),
        next=None if following is None else id_of(*following),
        group=[id_of(*row[:3]) for row in group][:_MAX_GROUP],
        group_rewards=[row[4] for row in group][:_MAX_GROUP],
        prompt=[
            PromptVisit(int(step), id_of(first["f"], first["o"], first["r"]), first["v"])
            for step, first in visits
        ],
    )
    rewards = np.asarray([np.nan if row[4] is None else row[4] for row in group], np.float64)
    position = next((i for i, row in enumerate(group) if row[:3] == own), None)
    return SampleContext(neighbours, rewards, position)


def group_metrics(context: SampleContext) -> dict[str, float]:
    """The group metrics of a sample: the same numbers as `RunSchema.group_columns`, from what is at hand.

    None where it is in no group.
    """
    if context.position is None:
        return {}
    finite = context.group_rewards[finite_ones(context.group_rewards)]
    if not len(finite):
        return {}
    own = float(context.group_rewards[context.position])
    if (
        finite.min() == finite.max()
    ):  # as there: added up and divided they are not themselves to the last digit
        mean, std = float(finite[0]), 0.0
    else:
        mean, std = float(finite.mean()), float(finite.std())
    metrics = {"group_mean": mean, "group_std": std}
    if abs(own) < HUGE:
        metrics["group_rank"] = 1.0 + float((finite > own).sum())
        if len(finite) > 1:
            metrics["advantage"] = (own - mean) / (std + ADVANTAGE_EPSILON)
    return metrics


def _nearest_sample(
    session: RunSession, sample: Mapping[str, Any], *, before: bool
) -> tuple[int, int, int] | None:
    """The last sample of the step before, or the first one of the step after; None at the ends of the attempt."""
    table = session.schema.table
    nearest, direction = ("max(step)", "DESC") if before else ("min(step)", "ASC")
    same_attempt = "split = ? AND attempt = ?"
    attempt = [sample["split"], sample["attempt"]]
    rows = session.cursor.execute(
        f"SELECT {_LOCATION} FROM {table} WHERE {same_attempt} AND step = (SELECT {nearest} FROM {table} "
        f"WHERE {same_attempt} AND step {'<' if before else '>'} ?) ORDER BY line_offset {direction}, "
        f'file {direction}, "row" {direction} LIMIT 1',
        [*attempt, *attempt, sample["step"]],
    ).fetchall()
    return (int(rows[0][0]), int(rows[0][1]), int(rows[0][2])) if rows else None
