"""Draws a few random samples of each of some steps: the same ones for the same rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from tensorboard_plugin_rlboard.board.lru_cache import LruCache
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.selection import Selection, select_samples

SPREAD_STEPS, NEWEST_STEPS = 48, 4
"""Steps that are looked at: at most so many spread over the run, and the newest."""
Value = TypeVar("Value")


def sampled_steps(steps: Sequence[int]) -> list[int]:
    """The steps from which samples are drawn: every 2ⁿth, and the newest ones.

    The distance is a power of two, so that a step which was looked at stays one until their number has doubled, and a new
    step costs the reading of one.
    """
    distance = 1
    while len(steps) > SPREAD_STEPS * distance:
        distance *= 2
    chosen = dict.fromkeys(steps[::distance])
    return sorted(chosen | dict.fromkeys(steps[-NEWEST_STEPS:]))


def drawn_samples(
    session: RunSession, selection: Selection, steps: Sequence[int], count: int, condition: str, columns: str
) -> list[tuple[Any, ...]]:
    """Columns of at most so many samples of each step, those whose places have the smallest hashes, in the order of the table.

    Args:
        session: of the run, within a snapshot.
        selection: split and attempt.
        steps: which steps, one at least.
        count: samples of each.
        condition: SQL that they fulfil.
        columns: SQL of what is read of them.
    """
    bounds = Selection(
        selection.run,
        split=selection.split,
        attempt=selection.attempt,
        step_min=min(steps),
        step_max=max(steps),
    )
    rows = select_samples(session, bounds)
    found = session.cursor.execute(
        f'SELECT min_by(rowid, hash(file, line_offset, "row"), {count}) FROM {rows.table_sql} '
        f"WHERE {rows.where} AND step IN ({', '.join(map(str, steps))}) AND {condition} GROUP BY step",
        rows.values,
    ).fetchall()
    table = session.schema.table
    return session.cursor.execute(
        f"SELECT {columns} FROM (SELECT unnest(?) AS place) JOIN {table} ON {table}.rowid = place ORDER BY place",
        [sorted(place for (places,) in found for place in places)],
    ).fetchall()


class StepCache(Generic[Value]):
    """A cache of what was computed from the samples of a step; a step whose rows change is computed again.

    Args:
        max_steps: how many are kept.
    """

    def __init__(self, max_steps: int) -> None:
        self._cache: LruCache[tuple[object, Value]] = LruCache(max_steps)

    def get(
        self,
        session: RunSession,
        selection: Selection,
        steps: Sequence[int],
        read: Callable[[list[int]], dict[int, Value]],
    ) -> list[Value]:
        """The values of some steps; those that are not cached are read together. Steps without a value are left out.

        Args:
            session: of the run.
            selection: split and attempt; a split has to be named.
            steps: which steps.
            read: steps -> what is made of each.
        """
        run = session.run
        versions = run.step_versions.copy()
        of_run, invalidations = (run.name, run.table, selection.split, selection.attempt), run.invalidations
        rows = {step: (invalidations, versions.get((selection.split or "", step))) for step in steps}
        cached = {step: self._cache.get((of_run, step)) for step in steps}
        found = {step: one[1] for step, one in cached.items() if one is not None and one[0] == rows[step]}
        missing = [step for step in steps if step not in found]
        new = read(missing) if missing else {}
        for step, value in new.items():
            self._cache.replace((of_run, step), (rows[step], value))
        found |= new
        return [found[step] for step in steps if step in found]
