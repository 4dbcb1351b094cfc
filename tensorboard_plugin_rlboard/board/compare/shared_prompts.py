"""The prompts that two selections share, each with the mean of a metric on either side; kept until a run changes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tensorboard_plugin_rlboard.board.finite_numbers import is_finite
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.selection import Relation, Selection, select_samples
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints

_DIGITS = 12
"""Means are compared by so many digits: rewards that are the same, added up in another order, differ in the sixteenth."""
PROMPT = "CASE WHEN prompt_key IS NOT NULL THEN hash(prompt_key) END"
"""What tells prompts apart, as SQL: 64 bits as the digest that it is made of, and numbers are grouped in half the time."""
_numbers = itertools.count()


@dataclass(frozen=True)
class SideCounts:
    """What one side has.

    Attributes:
        split: of its samples.
        samples: how many there are.
        prompts: how many different ones.
        without_prompt: samples that have none.
        nonfinite: values of the metric that are not finite, and count nowhere.
        mean: of the metric over all its samples with a finite value; None without one.
    """

    split: str
    samples: int
    prompts: int
    without_prompt: int
    nonfinite: int
    mean: float | None


@dataclass(frozen=True)
class SharedPrompts:
    """Prompts with a finite value on both sides, in the order of their keys.

    Attributes:
        key: of each prompt (`PROMPT`), uint64 [prompts].
        a, b: mean of the metric over the samples of the prompt, rounded to `_DIGITS` digits, float64 [prompts].
        a_count, b_count: samples that these are means of, int64 [prompts].
        of_a, of_b: what each side has.
        shared: prompts that both have samples of, with or without a value.
    """

    key: NDArray[np.uint64]
    a: Floats
    b: Floats
    a_count: Ints
    b_count: Ints
    of_a: SideCounts
    of_b: SideCounts
    shared: int

    @property
    def size(self) -> int:
        """Bytes that it holds."""
        columns = (self.key, self.a, self.b, self.a_count, self.b_count)
        return 1000 + sum(column.nbytes for column in columns)


def metric_sql(session: RunSession, name: str) -> str:
    """SQL of a metric.

    Raises:
        ArgumentError: the run has no such metric.
    """
    sql = session.schema.metric_sql.get(name)
    if sql is None:
        raise ArgumentError(
            f"metric={name} is not a metric of run {session.run.name}; /runs lists its metrics."
        )
    return sql


def relation_of(session: RunSession, selection: Selection, metric: str) -> Relation:
    """The samples of one side, with the group metrics where the metric is one."""
    return select_samples(session, selection, groups=session.schema.needs_groups([metric]))


def shared_prompts(
    a: RunSession, b: RunSession, of_a: Selection, of_b: Selection, metric: str
) -> SharedPrompts:
    """Compares two selections prompt by prompt.

    Args:
        a: the run of one side, within a snapshot.
        b: that of the other, with the same cursor.
        of_a: what is compared of the one.
        of_b: and of the other.
        metric: the sample metric.

    Raises:
        ArgumentError: a run has no such metric, or a selection cannot be answered.
        StoppedError: the question was given up.
    """
    left, left_counts = _side(a, of_a, metric)
    right, right_counts = _side(b, of_b, metric)
    execute = a.cursor.execute
    both = f"{left} l JOIN {right} r ON l.k = r.k"
    shared = int(execute(f"SELECT count(*) FROM {both}").fetchall()[0][0])
    rows = execute(
        f"SELECT l.k AS key, l.mean AS a, r.mean AS b, l.n AS a_count, r.n AS b_count FROM {both} "
        "WHERE l.n > 0 AND r.n > 0 ORDER BY l.k"
    ).fetchnumpy()
    return SharedPrompts(
        key=np.asarray(rows["key"], np.uint64),
        a=_rounded(np.asarray(rows["a"], np.float64)),
        b=_rounded(np.asarray(rows["b"], np.float64)),
        a_count=np.asarray(rows["a_count"], np.int64),
        b_count=np.asarray(rows["b_count"], np.int64),
        of_a=left_counts,
        of_b=right_counts,
        shared=shared,
    )


def _side(session: RunSession, selection: Selection, metric: str) -> tuple[str, SideCounts]:
    """A temporary table with one row a prompt, and what it adds up to; it goes with the snapshot."""
    sql = metric_sql(session, metric)
    rows, table, execute = (
        relation_of(session, selection, metric),
        f"side_{next(_numbers)}",
        session.cursor.execute,
    )
    finite = f"FILTER ({is_finite('x')})"
    execute(
        f"CREATE TEMP TABLE {table} AS SELECT k, avg(x) {finite} AS mean, "
        f"count(*) {finite} AS n, count(x) AS valued, count(*) AS samples "
        f"FROM (SELECT {PROMPT} AS k, CAST({sql} AS DOUBLE) AS x FROM {rows.source} WHERE {rows.where}) GROUP BY k",
        rows.values,
    )
    samples, prompts, without, nonfinite, mean = execute(
        "SELECT coalesce(sum(samples), 0), count(k), coalesce(sum(samples) FILTER (k IS NULL), 0), "
        "coalesce(sum(valued - n), 0), sum(mean * n / total) FILTER (n > 0) "
        f"FROM {table}, (SELECT nullif(sum(n), 0) AS total FROM {table})"
    ).fetchall()[0]
    average = None if mean is None else float(_rounded(np.asarray([mean], np.float64))[0])
    return table, SideCounts(rows.split, int(samples), int(prompts), int(without), int(nonfinite), average)


def _rounded(x: Floats) -> Floats:
    """Numbers rounded to `_DIGITS` significant digits; those next to 0 stay as they are."""
    size = np.abs(x)
    tiny = size < 1e-200
    exponent = _DIGITS - 1 - np.floor(np.log10(np.where(tiny, 1.0, size)))
    scale = 10.0**exponent
    return np.where(tiny, x, np.round(x * scale) / scale)
