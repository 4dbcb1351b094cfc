"""The reward from which on a sample counts as a success: the given one, else one that fits the rewards."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tensorboard_plugin_rlboard.board.finite_numbers import is_finite
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.selection import Relation
from tensorboard_plugin_rlboard.index.column_names import metric, physical

GIVEN, ONE_VALUE, TWO_VALUED, FULL_MARKS, FIRST_STEP, NO_REWARD = (
    "given",
    "one_value",
    "two_valued",
    "full_marks",
    "first_step",
    "no_reward",
)
_UPPER_QUARTER = 0.75


@dataclass(frozen=True)
class SuccessThreshold:
    """A threshold and why it is the one.

    Attributes:
        value: a sample with at least this reward is a success.
        rule: `given`; `one_value`: 1, as all rewards are equal and say nothing; `two_valued`: the higher of two rewards; `full_marks`: 1 where rewards are shares from 0 to 1;
            `first_step`: the upper quartile of the first step's rewards; `no_reward`: there is none that could pass.
    """

    value: float
    rule: str


def success_threshold(session: RunSession, rows: Relation, given: float | None) -> SuccessThreshold:
    """The threshold that is given, else the one that fits the rewards.

    Args:
        session: the run.
        rows: the samples.
        given: what somebody said.
    """
    if given is not None:
        return SuccessThreshold(given, GIVEN)
    if physical("m", "reward") not in session.run.columns:
        return SuccessThreshold(1.0, NO_REWARD)
    reward = metric("reward")
    finite = f"{rows.where} AND {is_finite(reward)}"

    def ask(sql: str) -> list[tuple[float | None, ...]]:
        return session.cursor.execute(sql, rows.values).fetchall()

    low, high, step = ask(
        f"SELECT min({reward}), max({reward}), min(step) FROM {rows.table_sql} WHERE {finite}"
    )[0]
    if low is None or high is None:
        return SuccessThreshold(1.0, NO_REWARD)
    if low == high:
        return SuccessThreshold(1.0, ONE_VALUE)
    # The first one found is enough: to list different values takes the database longer than all else here.
    between = f"{reward} > {low!r} AND {reward} < {high!r}"
    if not ask(f"SELECT 1 FROM {rows.table_sql} WHERE {rows.where} AND {between} LIMIT 1"):
        return SuccessThreshold(high, TWO_VALUED)
    if low >= 0.0 and math.isclose(high, 1.0, rel_tol=1e-9):
        return SuccessThreshold(min(1.0, high), FULL_MARKS)
    first = ask(
        f"SELECT quantile_cont({reward}, {_UPPER_QUARTER}) FROM {rows.table_sql} WHERE {finite} AND step = {step}"
    )[0][0]
    return SuccessThreshold(float(first or 0.0), FIRST_STEP)
