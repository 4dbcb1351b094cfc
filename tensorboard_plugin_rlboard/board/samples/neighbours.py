"""The samples beside one: before and after it as logged, its group, and the same prompt at other steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard import api
from tensorboard_plugin_rlboard.board.finite_numbers import finite_ones
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.samples.ids import sample_id
from tensorboard_plugin_rlboard.board.sums.group_columns import GROUP_KEY
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints
from tensorboard_plugin_rlboard.metrics.thresholds import ADVANTAGE_EPSILON, HUGE

_MAX_GROUP = 512
_MAX_VISITS = 500
_LOCATION = 'file, line_offset, "row"'
_OF_STEP = "split = ? AND attempt = ? AND step = ?"
SampleAddress = tuple[int, int, int]
"""Number of a sample's file, byte offset of its line, and the row in it."""


@dataclass(frozen=True)
class SampleContext:
    """The neighbours of a sample.

    Attributes:
        neighbours: their ids.
        group_rewards: rewards of its group, float64 [samples of the group], NaN where there is none.
        position: its own place among them; None where the index has changed meanwhile.
    """

    neighbours: api.Neighbours
    group_rewards: Floats
    position: int | None


def sample_context(session: RunSession, sample: Mapping[str, Any]) -> SampleContext:
    """Finds the samples beside one: before and after it, its group, its prompt; all of its own split and attempt.

    Args:
        session: its run.
        sample: its file (number), line_offset, row, step, split, attempt, prompt_key and group (`IndexRow.values`).
    """
    digests = {file.number: file.digest for file in tuple(session.run.files.values())}

    def id_of(file: int, offset: int, row: int) -> str:
        return sample_id(digests.get(file, ""), offset, row)

    previous, following = _before_and_after(session, sample)
    places, rewards = _group(session, sample)
    first = zip(*places[:, :_MAX_GROUP].tolist(), strict=True)
    neighbours = api.Neighbours(
        previous=None if previous is None else id_of(*previous),
        next=None if following is None else id_of(*following),
        group=[id_of(*place) for place in first],
        group_rewards=rewards[:_MAX_GROUP].tolist(),
        prompt=[
            api.PromptVisit(step, id_of(*place), reward) for step, place, reward in _visits(session, sample)
        ],
    )
    own = np.asarray([[sample["file"]], [sample["line_offset"]], [sample["row"]]])
    at = np.flatnonzero((places == own).all(axis=0))
    return SampleContext(neighbours, np.ma.filled(rewards, np.nan), int(at[0]) if len(at) else None)


def _before_and_after(
    session: RunSession, sample: Mapping[str, Any]
) -> tuple[SampleAddress | None, SampleAddress | None]:
    """The samples before and after one, in the order of the log; None at the ends of the attempt.

    A step may have a million samples: no more than two of its rows leave the database.
    """
    own = (sample["line_offset"], sample["file"], sample["row"])
    place = 'row(line_offset, file, "row")'
    place_sql = "row(CAST(? AS BIGINT), CAST(? AS INTEGER), CAST(? AS INTEGER))"
    found = session.cursor.execute(
        f"SELECT max({place}) FILTER ({place} < {place_sql}), min({place}) FILTER ({place} > {place_sql}) "
        f"FROM {session.schema.table} WHERE {_OF_STEP}",
        [*own, *own, sample["split"], sample["attempt"], sample["step"]],
    ).fetchall()[0]
    before, after = (
        _nearest_sample(session, sample, before=is_before)
        if beside is None
        else (beside[1], beside[0], beside[2])
        for is_before, beside in zip((True, False), found, strict=True)
    )
    return before, after


def _visits(session: RunSession, sample: Mapping[str, Any]) -> list[tuple[int, SampleAddress, float | None]]:
    """The first sample of the prompt at each other step, with its reward."""
    reward = session.schema.metric_sql.get("reward", "NULL")
    rows = session.cursor.execute(
        f'SELECT step, min_by(struct_pack(f := file, o := line_offset, r := "row", v := {reward}), '
        'struct_pack(o := line_offset, f := file, r := "row")) '
        f"FROM {session.schema.table} WHERE split = ? AND attempt = ? AND prompt_key = ? AND step <> ? "
        f"GROUP BY step ORDER BY step LIMIT {_MAX_VISITS}",
        [sample["split"], sample["attempt"], sample["prompt_key"], sample["step"]],
    ).fetchall()
    return [(int(step), (first["f"], first["o"], first["r"]), first["v"]) for step, first in rows]


def _group(session: RunSession, sample: Mapping[str, Any]) -> tuple[Ints, np.ma.MaskedArray]:
    """The places of a sample's group as int64 [3, samples], in the order of the log, and their rewards, masked where none is."""
    reward = session.schema.metric_sql.get("reward", "NULL")
    found = session.cursor.execute(
        f"SELECT {_LOCATION}, CAST({reward} AS DOUBLE) AS reward "
        f"FROM {session.schema.table} WHERE {_OF_STEP} AND {GROUP_KEY} = ?",
        [sample["split"], sample["attempt"], sample["step"], sample["group"]],
    ).fetchnumpy()
    places = np.stack(
        [np.ma.getdata(found[name]).astype(np.int64) for name in ("file", "line_offset", "row")]
    )
    order = np.lexsort((places[2], places[0], places[1]))
    return places[:, order], np.ma.asarray(found["reward"], np.float64)[order]


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


def _nearest_sample(session: RunSession, sample: Mapping[str, Any], *, before: bool) -> SampleAddress | None:
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
