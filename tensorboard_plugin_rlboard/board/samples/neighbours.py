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
    # A step may have a million samples, and its group as well: no more than two of its rows, and numbers, leave the database.
    own = (sample["line_offset"], sample["file"], sample["row"])
    place = 'row(line_offset, file, "row")'
    here = "row(CAST(? AS BIGINT), CAST(? AS INTEGER), CAST(? AS INTEGER))"
    of_step = f"FROM {table} WHERE split = ? AND attempt = ? AND step = ?"
    beside = execute(
        f"SELECT max({place}) FILTER ({place} < {here}), min({place}) FILTER ({place} > {here}) {of_step}",
        [*own, *own, *attempt, sample["step"]],
    ).fetchall()[0]
    previous, following = (
        _nearest_sample(session, sample, before=before) if found is None else (found[1], found[0], found[2])
        for before, found in zip((True, False), beside, strict=True)
    )
    visits = execute(
        f'SELECT step, min_by(struct_pack(f := file, o := line_offset, r := "row", v := {reward}), '
        'struct_pack(o := line_offset, f := file, r := "row")) '
        f"FROM {table} WHERE split = ? AND attempt = ? AND prompt_key = ? AND step <> ? "
        f"GROUP BY step ORDER BY step LIMIT {_MAX_VISITS}",
        [*attempt, sample["prompt_key"], sample["step"]],
    ).fetchall()
    group = execute(
        f"SELECT {_LOCATION}, CAST({reward} AS DOUBLE) AS reward {of_step} AND {GROUP_KEY} = ? "
        'ORDER BY line_offset, file, "row"',
        [*attempt, sample["step"], sample["group"]],
    ).fetchnumpy()
    logged = np.ma.asarray(group["reward"], np.float64)
    places = (group[name] for name in ("file", "line_offset", "row"))
    first = zip(*(each[:_MAX_GROUP].tolist() for each in places), strict=True)
    neighbours = Neighbours(
        previous=None if previous is None else id_of(*previous),
        next=None if following is None else id_of(*following),
        group=[id_of(*row) for row in first],
        group_rewards=logged[:_MAX_GROUP].tolist(),
        prompt=[
            PromptVisit(int(step), id_of(visit["f"], visit["o"], visit["r"]), visit["v"])
            for step, visit in visits
        ],
    )
    is_own = np.logical_and.reduce([group[n] == sample[n] for n in ("file", "line_offset", "row")])
    at = np.flatnonzero(is_own)
    return SampleContext(neighbours, np.ma.filled(logged, np.nan), int(at[0]) if len(at) else None)


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
