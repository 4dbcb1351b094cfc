"""The groups of some steps: one plain query fetches the numbers of their samples, and NumPy groups them.

The aggregates of a query that reduced them took three times as long to plan as to run on a step.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tensorboard_plugin_rlboard.board.finite_numbers import finite_ones
from tensorboard_plugin_rlboard.board.groups.member_sql import member_sql
from tensorboard_plugin_rlboard.board.labels import Labels, label_sql
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.selection import Relation
from tensorboard_plugin_rlboard.board.sql_rows import as_list
from tensorboard_plugin_rlboard.board.sums.group_columns import GROUP_KEY, group_number
from tensorboard_plugin_rlboard.index.column_names import text
from tensorboard_plugin_rlboard.metrics.groups.group_statistics import (
    GroupStatistics,
    group_statistics,
    group_weights,
)
from tensorboard_plugin_rlboard.metrics.groups.kinds import group_kinds
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints
from tensorboard_plugin_rlboard.metrics.step_statistics import StepSegments, ordered_mean, step_segments

Columns = dict[str, np.ma.MaskedArray]
KEYS = ("step", "attempt", "group")
_KEY_HASHES = {"key_hash": f"hash({GROUP_KEY})", "key_digest": f"md5_number_lower({GROUP_KEY})"}
"""Two numbers of 64 bits for a group's key; the second is NULL where there is none. One alone may be that of two groups."""


@dataclass(frozen=True)
class GroupedSamples:
    """The samples of some groups, by `KEYS`, then as logged.

    Attributes:
        columns: `rowid`, `KEYS`, those of `member_sql` and, where asked for, `response_hash`, a number for the response; [rows]
            each, masked where the database has NULL.
        groups: which rows belong to which group.
        ungrouped: samples that are in no group, and left out.
    """

    columns: Columns
    groups: StepSegments
    ungrouped: int

    def numbers(self, name: str) -> Floats:
        """A column as float64 [rows], NaN where there is no number."""
        found: Floats = np.ma.filled(self.columns[name].astype(np.float64), np.nan)
        return found

    def whole(self, name: str) -> Ints:
        """A column of whole numbers that has a value in every row, int64 [rows]."""
        found: Ints = np.ma.getdata(self.columns[name]).astype(np.int64)
        return found


def read_samples(
    session: RunSession, rows: Relation, *, tell_responses: bool, by: str = ""
) -> GroupedSamples:
    """The samples of a relation that are in groups, numbers only.

    Args:
        session: the run.
        rows: the samples.
        tell_responses: whether to tell responses apart as well, which reads their texts.
        by: a text column whose value comes along as `label`; empty for none.
    """
    columns = {"rowid": "rowid", "step": "step", "attempt": "attempt"} | member_sql(session.schema)
    if tell_responses:
        columns["response_hash"] = f"hash({text('response')})"
    if by:
        columns["label"] = label_sql(session.schema, by)
    found = _read(session, rows, columns | _KEY_HASHES)
    grouped = ~np.ma.getmaskarray(found["key_digest"])
    first = _first_rows(found, grouped)
    found["group"] = _numbered(session, rows, found["rowid"]) if first is None else np.ma.asarray(first)
    order = np.lexsort(
        [np.ma.getdata(found[name]) for name in ("row", "file", "line_offset", *reversed(KEYS))]
    )
    order = order[grouped[order]]
    found = {name: column[order] for name, column in found.items() if name not in _KEY_HASHES}
    return GroupedSamples(found, _segments(found), int((~grouped).sum()))


def _read(session: RunSession, rows: Relation, columns: dict[str, str]) -> Columns:
    selected = ", ".join(f'{sql} AS "{name}"' for name, sql in columns.items())
    query = f"SELECT {selected} FROM {rows.table_sql} WHERE {rows.where}"
    answer = session.cursor.execute(query, rows.values).fetchnumpy()
    return {name: np.ma.asarray(column) for name, column in answer.items()}


def _numbered(session: RunSession, rows: Relation, rowid: np.ma.MaskedArray) -> np.ma.MaskedArray:
    """The number of the first row of each row's group by the database, which takes three times as long as to read the rows."""
    found = _read(session, rows, {"rowid": "rowid", "group": group_number(*KEYS[:2])})
    in_order = found["group"][np.argsort(np.ma.getdata(found["rowid"]))]
    numbered: np.ma.MaskedArray = in_order[np.argsort(np.argsort(np.ma.getdata(rowid)))]
    return numbered


def _first_rows(columns: Columns, grouped: Bools) -> Ints | None:
    """The number of the first row of each row's group, as `group_number`; None where two groups have one hash."""
    at = np.flatnonzero(grouped)
    group_keys = [
        np.ma.getdata(columns[name])[at].astype(np.int64) for name in (*KEYS[:2], "key_hash", "key_digest")
    ]
    *own, digest = group_keys
    order = np.lexsort(own[::-1])
    groups = step_segments(tuple(column[order] for column in own))
    first = np.full(len(grouped), -1, np.int64)
    if len(at):
        digest = digest[order]
        if np.any(np.minimum.reduceat(digest, groups.starts) != np.maximum.reduceat(digest, groups.starts)):
            return None
        rowid = np.ma.getdata(columns["rowid"])[at][order].astype(np.int64)
        first[at[order]] = np.repeat(np.minimum.reduceat(rowid, groups.starts), groups.sizes)
    return first


def _segments(columns: Columns) -> StepSegments:
    return step_segments(tuple(np.ma.getdata(columns[name]).astype(np.int64) for name in KEYS))


@dataclass(frozen=True)
class GroupTable:
    """One row for each group, [groups] each.

    Attributes:
        step, attempt, group: what tells it; the last is its first row.
        statistics: of its rewards, its truncated responses and its logged advantages.
        kind: its place in `KINDS`.
        weight, length: Σ|A| over its tokens and the mean length of its responses, NaN where there is none.
        distinct: how many different responses it has; 0 where that was not asked for.
        logged: offset of its first line, the file of that, and the row in it, int64 [3, groups].
        label: code of the value of a text column at its first sample; -1 where it has none, or none was asked for.
        is_mixed: whether its samples have several values of that column, or some of them none.
        matched: whether it is one of those that are listed.
    """

    step: Ints
    attempt: Ints
    group: Ints
    statistics: GroupStatistics
    kind: Ints
    weight: Floats
    length: Floats
    distinct: Ints
    logged: NDArray[np.int64]
    label: Ints
    is_mixed: Bools
    matched: Bools


def group_table(
    samples: GroupedSamples, chosen: Ints | None, by: str = "", labels: Labels | None = None
) -> GroupTable:
    """The groups of samples.

    Args:
        samples: whole groups.
        chosen: row numbers; a group is matched where one of its samples has one of them. None for all.
        by: the text column that samples were read with; empty for none.
        labels: codes of its values.

    Raises:
        TooManyKindsError: it has too many.
    """
    groups = samples.groups
    reward, length = (_finite(samples.numbers(name)) for name in ("reward", "length"))
    statistics = group_statistics(
        groups, reward, samples.numbers("cut"), samples.numbers("largest_advantage")
    )
    weight = group_weights(groups, statistics, reward, length, samples.numbers("logged_weight"))
    matched = np.ones(len(groups.sizes), bool)
    if chosen is not None and len(matched):
        matched = np.logical_or.reduceat(np.isin(samples.whole("rowid"), chosen), groups.starts)
    step, attempt, group = (samples.whole(name)[groups.starts] for name in KEYS)
    logged = np.stack([samples.whole(name)[groups.starts] for name in ("line_offset", "file", "row")])
    label, is_mixed = np.full(len(groups.sizes), -1, np.int64), np.zeros(len(groups.sizes), bool)
    if labels is not None and by:
        label = labels.codes(by, as_list(samples.columns["label"][groups.starts]))
        is_mixed = _several_values(samples.columns["label"], groups)
    return GroupTable(
        *(step, attempt, group, statistics, group_kinds(statistics), weight),
        ordered_mean(length, groups),
        distinct_responses(samples),
        *(logged, label, is_mixed, matched),
    )


def _several_values(values: np.ma.MaskedArray, groups: StepSegments) -> Bools:
    """Which groups have rows of several values, bool [groups]; none at all is one as well."""
    if not len(values):
        return np.zeros(0, bool)
    known, missing = np.ma.getdata(values), np.ma.getmaskarray(values)
    differs = np.zeros(len(known), bool)  # from the row before it
    either, both = missing[1:] | missing[:-1], missing[1:] & missing[:-1]
    differs[1:] = np.where(either, ~both, known[1:] != known[:-1])
    differs[groups.starts] = False
    found: Bools = np.logical_or.reduceat(differs, groups.starts)
    return found


def distinct_responses(samples: GroupedSamples) -> Ints:
    """How many different responses each group has, int64 [groups]; 0 where responses were not told apart."""
    groups = samples.groups
    if "response_hash" not in samples.columns:
        return np.zeros(len(groups.sizes), np.int64)
    group = groups.of_rows(np.arange(len(groups.sizes), dtype=np.float64)).astype(np.int64)
    response_hashes = np.ma.getdata(samples.columns["response_hash"]).view(np.int64)
    different = step_segments((group, response_hashes))
    of_group = different.by_step(group)[different.starts]
    return np.bincount(of_group, minlength=len(groups.sizes)).astype(np.int64)


def number_list(x: Floats) -> list[float | None]:
    """Numbers as a list, None in place of NaN."""
    return [None if isnan(value) else value for value in x.tolist()]


def _finite(x: Floats) -> Floats:
    return np.where(finite_ones(x), x, np.nan)


def concatenated(parts: list[GroupTable]) -> GroupTable:
    """The groups of several parts, in their order. It uses the parts up: column by column, so that no two copies are there."""
    if len(parts) == 1:
        return parts.pop()
    statistics, own = _columns(part.statistics for part in parts), _columns(parts)
    parts.clear()
    del own["statistics"]
    joined_statistics = GroupStatistics(**_joined(statistics))
    return GroupTable(statistics=joined_statistics, **_joined(own))


def _columns(tables: Iterable[GroupStatistics] | Iterable[GroupTable]) -> dict[str, list[NDArray[Any]]]:
    columns: defaultdict[str, list[NDArray[Any]]] = defaultdict(list)
    for table in tables:
        for name, column in vars(table).items():
            columns[name].append(column)
    return columns


def _joined(columns: dict[str, list[NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    return {name: np.concatenate(columns.pop(name), axis=-1) for name in tuple(columns)}
