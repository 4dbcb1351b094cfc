"""A page of the prompts of a comparison, with their texts and the samples of both sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tensorboard_plugin_rlboard.api import ComparedPrompts
from tensorboard_plugin_rlboard.board.compare.question import CompareQuestion
from tensorboard_plugin_rlboard.board.compare.shared_prompts import (
    Renderings,
    SharedPrompts,
    metric_sql,
    relation_of,
)
from tensorboard_plugin_rlboard.board.finite_numbers import is_finite
from tensorboard_plugin_rlboard.board.prompts.identities import Keys, as_text
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.samples.ids import sample_ids
from tensorboard_plugin_rlboard.board.samples.paging import LOGGED_ORDER
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.metrics.segments import Ints

MAX_SAMPLES = 16
"""Samples that are named of a prompt, on each side: those whose value is nearest to the prompt's mean come first."""


@dataclass
class _Named:
    """Samples of one prompt on one side, and the row number of the first."""

    row: int = -1
    ids: list[str] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)


def order_of(found: SharedPrompts, sort: str) -> Ints:
    """Positions of the prompts in the order of the list; equal ones by their keys."""
    difference = found.a - found.b
    weight = {"change": -np.abs(difference), "a": -difference, "b": difference}[sort]
    return np.argsort(weight, kind="stable")


def listed_prompts(
    a: RunSession, b: RunSession, question: CompareQuestion, found: SharedPrompts
) -> ComparedPrompts:
    """One page; sessions within a snapshot."""
    at = order_of(found, question.sort)[question.offset : question.offset + question.limit]
    identities = found.identity[at]
    keys = identities.tolist()
    left = _samples(a, question.a, question.metric, found.renderings_a, identities)
    texts = _texts(a, {key: named.row for key, named in left.items()})
    # What was compared a moment ago may be gone from the run; the page is asked for again then.
    prompts = [texts.get(key, ("", None)) for key in keys]
    right = _samples(b, question.b, question.metric, found.renderings_b, identities)
    lefts, rights = ([side.get(key, _Named()) for key in keys] for side in (left, right))
    return ComparedPrompts(
        identity=[as_text(key) for key in keys],
        prompt_key=[key for key, _ in prompts],
        prompt=[question.text_rules.list_cell("prompt", text) for _, text in prompts],
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
) -> Mapping[int, _Named]:
    """The samples of some prompts, at most `MAX_SAMPLES` of each."""
    rows, x = relation_of(session, selection, metric), metric_sql(session, metric)
    logged, prompts = renderings.of(identities)
    inner = (
        f'SELECT k, rowid AS place, file, line_offset, "row", step, CAST({x} AS DOUBLE) AS x FROM {rows.source} '
        f"JOIN wanted ON prompt_key = key WHERE {rows.where} AND {is_finite(x)}"
    )
    near = f"abs(x - avg(x) OVER (PARTITION BY k)) AS far FROM ({inner})"
    turn = f"row_number() OVER (PARTITION BY k ORDER BY round(far, 9), step DESC, {LOGGED_ORDER}) AS turn"
    listed = session.cursor.execute(
        "WITH wanted AS (SELECT unnest(CAST(? AS VARCHAR[])) AS key, unnest(CAST(? AS UBIGINT[])) AS k) "
        f"SELECT * FROM (SELECT *, {turn} FROM (SELECT *, {near})) WHERE turn <= {MAX_SAMPLES} ORDER BY k, turn",
        [logged, prompts, *rows.values],
    ).fetchall()
    found: dict[int, _Named] = {}
    ids = sample_ids(session.run, ((row[2], row[3], row[4]) for row in listed))
    for name, row in zip(ids, listed, strict=True):
        named = found.setdefault(int(row[0]), _Named(int(row[1])))
        named.ids.append(name)
        named.steps.append(int(row[5]))
        named.values.append(float(row[6]))
    return found


def _texts(session: RunSession, rows: Mapping[int, int]) -> Mapping[int, tuple[str, str | None]]:
    """The logged key of each prompt and its text, as the sample with this row number has them."""
    table, prompt = session.schema.table, session.schema.text_sql.get("prompt", "NULL")
    found = session.cursor.execute(
        f"SELECT rowid, prompt_key, {prompt} FROM {table} WHERE rowid IN (SELECT unnest(?))",
        [list(rows.values())],
    ).fetchall()
    by_row = {int(row): (str(key), text) for row, key, text in found}
    return {key: by_row[row] for key, row in rows.items()}
