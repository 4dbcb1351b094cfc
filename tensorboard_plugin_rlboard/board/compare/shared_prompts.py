"""The prompts that two selections share, each with the mean of a metric on either side; kept until a run changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.board.compare.group_sums import sums_by_prompt
from tensorboard_plugin_rlboard.board.finite_numbers import is_finite
from tensorboard_plugin_rlboard.board.missing_column import missing_column_error
from tensorboard_plugin_rlboard.board.prompts.identity_cache import NUMBER, Keys, PromptIdentities, as_text
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.selection import Relation, Selection, default_split, select_samples
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints

_SIGNIFICANT_DIGITS = 12
"""Means are compared by so many digits of what they are means of: rewards that are the same, added up in another order,
differ in the sixteenth, and the advantages of a group add up to 0 only as far as that."""


@dataclass(frozen=True)
class SideCounts:
    """The counts and the mean of one side.

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
class Renderings:
    """The logged keys of a side's prompts: one prompt may have been rendered in several ways.

    Attributes:
        key, identity: of each, uint64 [keys].
        has_whole_groups: whether it is known that no group has samples of several of them.
    """

    key: Keys
    identity: Keys
    has_whole_groups: bool = False

    def of(self, identities: Keys) -> tuple[list[str], list[int]]:
        """The keys of some prompts as they are logged, each with its prompt's identity."""
        found = np.isin(self.identity, identities)
        return [as_text(key) for key in self.key[found].tolist()], self.identity[found].tolist()


@dataclass(frozen=True)
class SharedPrompts:
    """Prompts with a finite value on both sides, in the order of their identities.

    Attributes:
        identity: of each prompt, uint64 [prompts].
        a, b: mean of the metric over the samples of the prompt, to `_SIGNIFICANT_DIGITS` digits of its mean size, float64 [prompts].
        a_count, b_count: samples that these are means of, int64 [prompts].
        of_a, of_b: what each side has.
        shared: prompts that both have samples of, with or without a value.
        renderings_a, renderings_b: the logged keys of each side.
    """

    identity: Keys
    a: Floats
    b: Floats
    a_count: Ints
    b_count: Ints
    of_a: SideCounts
    of_b: SideCounts
    shared: int
    renderings_a: Renderings
    renderings_b: Renderings

    @property
    def size(self) -> int:
        """Bytes that it holds."""
        a, b = self.renderings_a, self.renderings_b
        keys = (self.identity, a.key, a.identity, b.key, b.identity)
        numbers = (self.a, self.b, self.a_count, self.b_count)
        return 1000 + sum(each.nbytes for each in keys) + sum(each.nbytes for each in numbers)


def metric_sql(session: RunSession, name: str) -> str:
    """SQL of a metric.

    Raises:
        ArgumentError: the run has no such metric.
        StoppedError: nor yet, but it is still being read.
    """
    sql = session.schema.metric_sql.get(name)
    if sql is None:
        unknown = f"metric={name} is not a metric of run {session.run.name}; /runs lists its metrics."
        raise missing_column_error(session.run, session.schema, name, ArgumentError(unknown))
    return sql


def side_samples(session: RunSession, selection: Selection, metric: str, among: str = "") -> Relation:
    """The samples of one side, with the group metrics where the metric is one.

    Args:
        session: the run.
        selection: which samples.
        metric: what is compared.
        among: as `select_samples` takes it.
    """
    groups = session.schema.needs_groups([metric])
    return select_samples(
        session, selection, needs_groups=groups, many_steps=selection.step is None, among=among
    )


def shared_prompts(
    a: RunSession, b: RunSession, identities: PromptIdentities, of_a: Selection, of_b: Selection, metric: str
) -> SharedPrompts:
    """Compares two selections prompt by prompt.

    Args:
        a: the run of one side, within a snapshot.
        b: that of the other, with the same cursor.
        identities: what tells prompts apart.
        of_a: what is compared of the one.
        of_b: and of the other.
        metric: the sample metric.

    Raises:
        ArgumentError: a run has no such metric, or a selection cannot be answered.
        StoppedError: the question was given up.
    """
    left, right = _side(a, identities, of_a, metric), _side(b, identities, of_b, metric)
    shared, at_left, at_right = np.intersect1d(
        left.identity, right.identity, assume_unique=True, return_indices=True
    )
    valued = (left.n[at_left] > 0) & (right.n[at_right] > 0)
    at_left, at_right = at_left[valued], at_right[valued]
    # One for both: else the same number could be rounded in two ways.
    size = np.maximum(left.size[at_left], right.size[at_right])
    return SharedPrompts(
        identity=left.identity[at_left],
        a=_rounded(left.mean[at_left], size),
        b=_rounded(right.mean[at_right], size),
        a_count=left.n[at_left],
        b_count=right.n[at_right],
        of_a=left.counts,
        of_b=right.counts,
        shared=len(shared),
        renderings_a=left.renderings,
        renderings_b=right.renderings,
    )


@dataclass(frozen=True)
class _Side:
    """The prompts of one side.

    Attributes:
        identity: of each prompt, ascending, uint64 [prompts].
        mean: of its values, float64 [prompts]; means nothing where there is none.
        size: mean of the sizes of its values, float64 [prompts].
        n: how many values that is the mean of, int64 [prompts].
        counts: what they add up to.
        renderings: the logged keys that they are put together from.
    """

    identity: Keys
    mean: Floats
    size: Floats
    n: Ints
    counts: SideCounts
    renderings: Renderings


def _side(session: RunSession, identities: PromptIdentities, selection: Selection, metric: str) -> _Side:
    sql = metric_sql(session, metric)
    of_groups = sums_by_prompt(session, selection, metric)
    if of_groups is None:
        found = _sums_of_samples(session, side_samples(session, selection, metric), sql)
    else:
        found = of_groups
    has_prompt = ~np.ma.getmaskarray(found["k"])
    mean, size = (np.asarray(found[name], np.float64) for name in ("mean", "size"))
    n, valued, samples = (np.asarray(found[name], np.int64) for name in ("n", "valued", "samples"))
    total = int(n.sum())
    average = _rounded(*(np.asarray([(x * (n / total)).sum()]) for x in (mean, size))) if total else None
    key = np.asarray(np.ma.getdata(found["k"]), np.uint64)[has_prompt]
    identity = identities.of(session, key)
    prompts, at = np.unique(identity, return_inverse=True)
    of_key = n[has_prompt]
    of_prompt = np.bincount(at, of_key, len(prompts)).astype(np.int64)
    sums, sizes = (np.bincount(at, x[has_prompt] * of_key, len(prompts)) for x in (mean, size))
    counts = SideCounts(
        split=selection.split or default_split(session),
        samples=int(samples.sum()),
        prompts=len(prompts),
        without_prompt=int(samples[~has_prompt].sum()),
        nonfinite=int((valued - n).sum()),
        mean=None if average is None else float(average[0]),
    )
    valued_ones = np.maximum(of_prompt, 1)
    return _Side(
        prompts,
        sums / valued_ones,
        sizes / valued_ones,
        of_prompt,
        counts,
        Renderings(key, identity, has_whole_groups=of_groups is not None),
    )


def _sums_of_samples(session: RunSession, rows: Relation, sql: str) -> dict[str, Any]:
    """The same as `sums_by_prompt` of a metric of samples, from each of them."""
    finite = f"FILTER ({is_finite('x')})"
    found: dict[str, Any] = session.cursor.execute(
        f"SELECT {NUMBER} AS k, * EXCLUDE (prompt_key) FROM (SELECT prompt_key, coalesce(avg(x) {finite}, 0) AS mean, "
        f"coalesce(avg(abs(x)) {finite}, 0) AS size, "
        f"count(*) {finite} AS n, count(x) AS valued, count(*) AS samples "
        f"FROM (SELECT prompt_key, CAST({sql} AS DOUBLE) AS x FROM {rows.table_sql} WHERE {rows.where}) "
        "GROUP BY prompt_key)",
        rows.values,
    ).fetchnumpy()
    return found


def _rounded(x: Floats, size: Floats) -> Floats:
    """Numbers rounded to `_SIGNIFICANT_DIGITS` digits of numbers of some sizes, float64 [n]; those next to 0 stay as they are."""
    tiny = size < 1e-200
    exponent = _SIGNIFICANT_DIGITS - 1 - np.floor(np.log10(np.where(tiny, 1.0, size)))
    scale = 10.0**exponent
    return np.where(tiny, x, np.round(x * scale) / scale)
