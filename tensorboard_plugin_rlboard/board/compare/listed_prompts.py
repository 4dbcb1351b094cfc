"""A page of the prompts of a comparison, with their texts and the samples of both sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from tensorboard_plugin_rlboard.api import ComparedPrompts
from tensorboard_plugin_rlboard.board.compare.question import CompareQuestion
from tensorboard_plugin_rlboard.board.compare.shared_prompts import (
    Renderings,
    SharedPrompts,
    metric_sql,
    side_samples,
)
from tensorboard_plugin_rlboard.board.finite_numbers import is_finite
from tensorboard_plugin_rlboard.board.prompts.identity_cache import NUMBER, Keys, as_text, has_key
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.samples.ids import sample_ids
from tensorboard_plugin_rlboard.board.selection import Selection, select_samples
from tensorboard_plugin_rlboard.board.sums.group_columns import GROUP_KEY
from tensorboard_plugin_rlboard.index.column_names import literal
from tensorboard_plugin_rlboard.metrics.segments import Ints
from tensorboard_plugin_rlboard.metrics.step_statistics import ordered_mean, step_segments

_KEYS_IN_SQL = 1000
"""Renderings of the prompts of a page that may stand in a query one by one."""
MAX_SAMPLES = 16
"""Samples that are named of a prompt, on each side: those whose value is nearest to the prompt's mean come first."""


@dataclass
class _PromptSamples:
    """The samples of one prompt on one side."""

    row: int = -1
    ids: list[str] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)


def list_order(found: SharedPrompts, sort: str) -> Ints:
    """Positions of the prompts in the order of the list; equal ones by their keys."""
    difference = found.a - found.b
    weight = {"change": -np.abs(difference), "a": -difference, "b": difference}[sort]
    return np.argsort(weight, kind="stable")


def listed_prompts(
    a: RunSession, b: RunSession, question: CompareQuestion, found: SharedPrompts
) -> ComparedPrompts:
    """One page; sessions within a snapshot."""
    at = list_order(found, question.sort)[question.offset : question.offset + question.limit]
    identities = found.identity[at]
    keys = identities.tolist()
    left = _samples(a, question.a, question.metric, found.renderings_a, identities)
    texts = _texts(a, {key: named.row for key, named in left.items()})
    # What was compared a moment ago may be gone from the run; the page is asked for again then.
    prompts = [texts.get(key, ("", None)) for key in keys]
    right = _samples(b, question.b, question.metric, found.renderings_b, identities)
    lefts, rights = ([side.get(key, _PromptSamples()) for key in keys] for side in (left, right))
    return ComparedPrompts(
        identity=[as_text(key) for key in keys],
        prompt_key=[key for key, _ in prompts],
        prompt=question.text_rules.list_column("prompt", [text for _, text in prompts]),
        a=found.a[at].tolist(),
        b=found.b[at].tolist(),
        difference=(found.a - found.b)[at].tolist(),
        a_count=found.a_count[at].tolist(),
        b_count=found.b_count[at].tolist(),
        a_ids=[each.ids for each in lefts],
        b_ids=[each.ids for each in rights],
        a_values=[each.values for each in lefts],
        b_values=[each.values for each in rights],
        a_steps=[each.steps for each in lefts],
        b_steps=[each.steps for each in rights],
    )


def _samples(
    session: RunSession, selection: Selection, metric: str, renderings: Renderings, identities: Keys
) -> Mapping[int, _PromptSamples]:
    """The samples of some prompts, at most `MAX_SAMPLES` of each."""
    logged, prompts = renderings.of(identities)
    condition, values = has_key(logged)
    if renderings.has_whole_groups and 0 < len(logged) <= _KEYS_IN_SQL:
        among = f"prompt_key IN ({', '.join(map(literal, logged))})"
    else:
        among = _their_groups(session, selection, metric, condition, values)
    rows, sql = side_samples(session, selection, metric, among), metric_sql(session, metric)
    answer = session.cursor.execute(
        f'SELECT {NUMBER} AS key, rowid AS place, file, line_offset, "row", step, CAST({sql} AS DOUBLE) AS x '
        f"FROM {rows.table_sql} WHERE {rows.where} AND {is_finite(sql)} AND {condition}",
        [*rows.values, *values],
    ).fetchnumpy()
    # Numbers: a prompt that stands everywhere has as many keys as the run has samples.
    number = np.asarray([int(key, 16) for key in logged], np.uint64)
    by_number = np.argsort(number)
    at = np.searchsorted(number[by_number], np.asarray(answer["key"], np.uint64))
    prompt = np.asarray(prompts, np.uint64)[by_number][at].view(np.int64)
    place, file, offset, row, step = (
        np.asarray(answer[name], np.int64) for name in ("place", "file", "line_offset", "row", "step")
    )
    x = np.asarray(answer["x"], np.float64)
    segments = step_segments((prompt,))
    far = np.round(np.abs(x - segments.of_rows(ordered_mean(x, segments))), 9)
    order = np.lexsort((row, file, offset, -step, far, prompt))
    turn = np.arange(len(order)) - np.repeat(segments.starts, segments.sizes)
    shown = order[turn < MAX_SAMPLES]
    ids = sample_ids(session.run, zip(*(each[shown].tolist() for each in (file, offset, row)), strict=True))
    found: dict[int, _PromptSamples] = {}
    columns = (prompt.view(np.uint64), place, step, x)
    for name, (key, place_of, of_step, value) in zip(
        ids, zip(*(column[shown].tolist() for column in columns), strict=True), strict=True
    ):
        named = found.setdefault(key, _PromptSamples(place_of))
        named.ids.append(name)
        named.steps.append(of_step)
        named.values.append(value)
    return found


def _their_groups(
    session: RunSession, selection: Selection, metric: str, condition: str, values: list[object]
) -> str:
    """The condition that a row is in a group of some prompts: to compute the groups of every step again takes longest.

    Empty where the metric is none of groups.

    Args:
        session: the run.
        selection: its samples.
        metric: what is compared.
        condition: that a row is of the prompts.
        values: bound in it.
    """
    if not session.schema.needs_groups([metric]):
        return ""
    # Whatever narrows the samples further leaves some of these groups, and none beside them.
    steps = replace(selection, search="", regex=False, within=(), where="")
    rows = select_samples(session, steps)
    found = session.cursor.execute(
        f"SELECT DISTINCT step, hash({GROUP_KEY}) FROM {rows.table_sql} WHERE {rows.where} AND {condition}",
        [*rows.values, *values],
    ).fetchall()
    near, groups = (
        (", ".join(map(str, sorted(set(each)))) for each in zip(*found, strict=True))
        if found
        else ("NULL", "NULL")
    )
    return f"step IN ({near}) AND hash({GROUP_KEY}) IN ({groups})"


def _texts(session: RunSession, rows: Mapping[int, int]) -> Mapping[int, tuple[str, str | None]]:
    """The logged key of each prompt and its text, as the sample with this row number has them."""
    table, prompt = session.schema.table, session.schema.text_sql.get("prompt", "NULL")
    found = session.cursor.execute(
        f"SELECT rowid, prompt_key, {prompt} FROM {table} WHERE rowid IN (SELECT unnest(?))",
        [list(rows.values())],
    ).fetchall()
    by_row = {int(row): (str(key), text) for row, key, text in found}
    return {key: by_row[row] for key, row in rows.items()}
