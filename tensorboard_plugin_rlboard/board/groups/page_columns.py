"""The groups of one page with their members, prompts and distinct responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.api.values import Value
from tensorboard_plugin_rlboard.board.groups.group_table import (
    GroupedSamples,
    GroupTable,
    distinct_responses,
    number_list,
)
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.samples.ids import sample_ids
from tensorboard_plugin_rlboard.board.sql_rows import as_list
from tensorboard_plugin_rlboard.board.sums.group_columns import GROUP_KEY
from tensorboard_plugin_rlboard.index.column_names import text
from tensorboard_plugin_rlboard.metrics.groups.kinds import KINDS
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints
from tensorboard_plugin_rlboard.metrics.step_statistics import ordered_sum, step_segments
from tensorboard_plugin_rlboard.metrics.thresholds import ADVANTAGE_EPSILON, HUGE
from tensorboard_plugin_rlboard.texts import TextRules

MAX_MEMBERS = 64
"""Members of one group that the list names: a larger one is a prompt that stands everywhere, and `size` says so."""
_MAX_ROWS_BETWEEN = 600
"""Rows that are read between the first and the last one that is wanted: their prompts are read with them."""
Columns = dict[str, Sequence[Value]]
Rows = dict[str, list[Any]]
MEMBER_NUMBERS = ("file", "line_offset", "row", "reward", "length", "cut", "logged", "logged_weight")
"""The columns that `member_columns` needs of each sample, as `member_sql` names them."""


def page_columns(
    session: RunSession,
    found: GroupTable,
    at: Ints,
    samples: GroupedSamples,
    positions: Ints,
    rules: TextRules,
) -> tuple[Columns, Columns]:
    """The columns of /groups: one row a group, and one row a member.

    Args:
        session: the run.
        found: all groups of the selection.
        at: the places of those of the page among them, in its order.
        samples: of these groups at least, with their responses told apart.
        positions: the places of the groups of the page among those of `samples`.
        rules: how prompts are shown.
    """
    statistics = found.statistics
    starts, sizes = samples.groups.starts[positions], samples.groups.sizes[positions]
    texts = _texts(session, samples.whole("rowid")[starts])
    weight, step_weight = found.weight[at], _step_weights(found)[at]
    columns: Columns = {
        "step": found.step[at].tolist(),
        "attempt": found.attempt[at].tolist(),
        "group": [group for group, _, _ in texts],
        "prompt_key": [key for _, key, _ in texts],
        "prompt": rules.list_column("prompt", [prompt for _, _, prompt in texts]),
        "kind": [KINDS[kind] for kind in found.kind[at].tolist()],
        "size": statistics.size[at].tolist(),
        "rewarded": statistics.rewarded[at].tolist(),
        "reward_mean": number_list(statistics.mean[at]),
        "reward_std": number_list(statistics.std[at]),
        "reward_min": number_list(statistics.low[at]),
        "reward_max": number_list(statistics.high[at]),
        "length_mean": number_list(found.length[at]),
        **_lengths(samples, positions),
        "distinct": distinct_responses(samples)[positions].tolist(),
        "weight": number_list(weight),
        "share": number_list(weight / np.where(step_weight > 0, step_weight, np.nan)),
        "step_weight": number_list(step_weight),
    }
    shown = np.minimum(sizes, MAX_MEMBERS)
    rows = np.repeat(starts - np.cumsum(shown) + shown, shown) + np.arange(int(shown.sum()))
    members = {name: as_list(samples.columns[name][rows]) for name in MEMBER_NUMBERS}
    members["turn"] = np.repeat(np.arange(len(at)), shown).tolist()
    of_groups: Rows = {
        "rewards": statistics.rewarded[at].tolist(),
        "mean": statistics.mean[at].tolist(),
        "std": statistics.std[at].tolist(),
    }
    return columns, member_columns(session, of_groups, members)


def _step_weights(found: GroupTable) -> Floats:
    """For each group the weight of all groups of its step, float64 [groups]; NaN where none has one."""
    steps = step_segments((found.step, found.attempt))
    return steps.of_rows(ordered_sum(found.weight, steps))


def _lengths(samples: GroupedSamples, positions: Ints) -> Columns:
    """The shortest and the longest response of some groups."""
    if not len(positions):
        return {"length_min": [], "length_max": []}
    length, starts = samples.numbers("length"), samples.groups.starts
    return {
        "length_min": number_list(np.fmin.reduceat(length, starts)[positions]),
        "length_max": number_list(np.fmax.reduceat(length, starts)[positions]),
    }


def _texts(session: RunSession, rowids: Ints) -> list[tuple[str, str | None, str | None]]:
    """The key of the group, that of the prompt, and the prompt of some rows, in their order."""
    if not len(rowids):
        return []
    # Written out, the ends let the database pass over all that lies outside. Rows of one step mostly lie together: to take
    # all of a few hundred is quicker than to look each of them up.
    first, last = int(rowids.min()), int(rowids.max())
    where = f"rowid BETWEEN {first} AND {last}"
    if last - first > _MAX_ROWS_BETWEEN:
        where += f" AND rowid IN ({', '.join(map(str, np.unique(rowids).tolist()))})"
    found = session.cursor.execute(
        f"SELECT rowid, {GROUP_KEY}, prompt_key, {text('prompt')} FROM {session.schema.table} WHERE {where}"
    ).fetchall()
    of_row = {row: (group, key, prompt) for row, group, key, prompt in found}
    return [of_row[row] for row in rowids.tolist()]


def member_columns(session: RunSession, rows: Rows, members: Rows) -> Columns:
    """The columns of members that both answers have.

    Args:
        session: their run.
        rows: `rewards`, `mean` and `std` of each group.
        members: `turn` (the place of the group) and the columns of `MEMBER_NUMBERS` of each.
    """
    advantages, weights = [], []
    for turn, reward, logged, weight, length in zip(
        *(members[name] for name in ("turn", "reward", "logged", "logged_weight", "length")), strict=True
    ):
        of_reward = _advantage(rows, turn, reward)
        advantages.append(of_reward if logged is None else logged)
        # One that is logged and not finite has no weight: that of the reward counts, as it does in the group's.
        computed = None if of_reward is None or length is None else abs(of_reward) * length
        weights.append(computed if weight is None else weight)
    places = zip(members["file"], members["line_offset"], members["row"], strict=True)
    return {
        "row": members["turn"],
        "id": sample_ids(session.run, places),
        "reward": members["reward"],
        "advantage": advantages,
        "length": members["length"],
        "truncated": [None if cut is None else cut > 0 for cut in members["cut"]],
        "weight": weights,
    }


def _advantage(rows: Rows, turn: int, reward: float | None) -> float | None:
    """The advantage of a member by the mean and deviation of its group, as `RunSchema.group_columns`."""
    if reward is None or not abs(reward) < HUGE or rows["rewards"][turn] < 2:
        return None
    return float((reward - rows["mean"][turn]) / (rows["std"][turn] + ADVANTAGE_EPSILON))
