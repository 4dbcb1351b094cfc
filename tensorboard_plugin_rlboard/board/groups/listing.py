"""The list of groups: found and ordered by numbers alone, then the members and prompts of one page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tensorboard_plugin_rlboard.api import Groups
from tensorboard_plugin_rlboard.board.finite_numbers import is_finite
from tensorboard_plugin_rlboard.board.groups.kinds import KINDS, kind_facts, kind_sql
from tensorboard_plugin_rlboard.board.groups.page import GroupPage, page_columns
from tensorboard_plugin_rlboard.board.groups.question import GroupsQuestion
from tensorboard_plugin_rlboard.board.groups.weights import (
    length_sql,
    length_unit,
    reward_facts,
    weight_facts,
    weight_sql,
)
from tensorboard_plugin_rlboard.board.ordered_sums import ordered_mean, ordered_sum
from tensorboard_plugin_rlboard.board.run_schema import GROUP_KEY, RunSession
from tensorboard_plugin_rlboard.board.selection import Selection, select_samples
from tensorboard_plugin_rlboard.board.sql_rows import fetch_columns
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.index.column_names import text

MAX_LIMIT = 200
SORTS = {
    "weight": "weight",
    "reward_mean": "mean",
    "reward_std": "std",
    "n_tokens": "length",
    "distinct": '"distinct"',
    "logged": "",
}
"""What the list can be sorted by -> the column of the found groups; the order of logging needs none."""
_FOUND = "found_groups"


def groups(session: RunSession, question: GroupsQuestion) -> Groups:
    """Answers /groups.

    Raises:
        ArgumentError: an unknown sort, order or kind, a limit that is too large, or a selection that cannot be answered.
    """
    _check(question)
    schema = session.schema
    with session.snapshot():
        ungrouped, split = _find(session, question)
        counted = session.cursor.execute(
            f"SELECT kind, count(*) FROM {_FOUND} WHERE matched GROUP BY kind"
        ).fetchall()
        kinds = dict.fromkeys(KINDS, 0) | {str(kind): int(n) for kind, n in counted}
        page = _page(session, question, split)
        columns, members = page_columns(session, page, question.text_rules)
    total = sum(n for kind, n in kinds.items() if not question.kinds or kind in question.kinds)
    return Groups(total, ungrouped, kinds, length_unit(schema), columns, members)


def _check(question: GroupsQuestion) -> None:
    if question.sort not in SORTS:
        raise ArgumentError(f"sort={question.sort[:40]} is not known: it takes {', '.join(SORTS)}.")
    if question.order not in {"", "asc", "desc"}:
        raise ArgumentError(f"order={question.order[:40]} is not known: it takes asc or desc.")
    unknown = [kind for kind in question.kinds if kind not in KINDS]
    if unknown:
        raise ArgumentError(f"kinds={unknown[0][:40]} is not known: it takes {', '.join(KINDS)}.")
    if not 0 < question.limit <= MAX_LIMIT or question.offset < 0:
        raise ArgumentError(f"limit takes 1 to {MAX_LIMIT} and offset 0 or more.")


def whole_steps(selection: Selection) -> Selection:
    """The same steps without what narrows their samples: groups are counted whole, and shares are those of the step."""
    return replace(selection, search="", regex=False, within=(), where="", prompt_key=None, group=None)


def _find(session: RunSession, question: GroupsQuestion) -> tuple[int, str]:
    """Makes the table of the groups of the selected steps; says how many samples are in none, and which split they are of."""
    schema, selection = session.schema, question.selection
    whole = whole_steps(selection)
    samples = select_samples(session, whole)
    length = length_sql(schema)
    facts = kind_facts(schema) | reward_facts() | weight_facts(schema)
    facts |= {"length": ordered_mean(length, f"FILTER ({is_finite(length)})"), "begins": "min(line_offset)"}
    if question.sort == "distinct":
        facts["distinct"] = f"count(DISTINCT hash({text('response')}))"
    inner = ", ".join(f'{sql} AS "{name}"' for name, sql in facts.items())
    matched, values = "true", list(samples.values)
    if whole != selection:
        chosen = select_samples(session, selection)
        matched = f"(step, attempt, g) IN (SELECT (step, attempt, {GROUP_KEY}) FROM {chosen.source} WHERE {chosen.where})"
        values = [*chosen.values, *values]  # in the order of their places
    session.cursor.execute(
        f"CREATE TEMP TABLE {_FOUND} AS SELECT * EXCLUDE (apart, logged_weight), {kind_sql()} AS kind, "
        f"{weight_sql()} AS weight, {matched} AS matched FROM ("
        f"SELECT step, attempt, {GROUP_KEY} AS g, {inner} FROM {samples.source} "
        f"WHERE {samples.where} AND {GROUP_KEY} IS NOT NULL GROUP BY step, attempt, g)",
        values,
    )
    ungrouped = session.cursor.execute(
        f"SELECT count(*) FROM {samples.source} WHERE {samples.where} AND {GROUP_KEY} IS NULL", samples.values
    ).fetchall()[0][0]
    return int(ungrouped), samples.split


def _page(session: RunSession, question: GroupsQuestion, split: str) -> GroupPage:
    """The groups of one page in their order, with the weight of their steps."""
    key = SORTS[question.sort]
    descending = question.order == "desc" or (not question.order and bool(key))
    direction = "DESC" if descending else "ASC"
    by = (
        f"{key} {direction} NULLS LAST, step, begins, g"
        if key
        else f"step {direction}, begins {direction}, g {direction}"
    )
    kinds = "AND kind IN (SELECT unnest(?))" if question.kinds else ""
    values: list[Any] = [list(question.kinds)] if question.kinds else []
    rows = fetch_columns(
        session.cursor,
        f"WITH page AS (SELECT * FROM {_FOUND} WHERE matched {kinds} ORDER BY {by} "
        f"LIMIT {int(question.limit)} OFFSET {int(question.offset)}), "
        f"steps AS (SELECT step, attempt, {ordered_sum('weight')} AS step_weight FROM {_FOUND} "
        "WHERE step IN (SELECT step FROM page) GROUP BY step, attempt) "
        f"SELECT step, attempt, g, kind, size, rewards, mean, std, low, high, length, weight, step_weight "
        f"FROM page JOIN steps USING (step, attempt) ORDER BY {by}",
        values,
    )
    return GroupPage(split, rows)
