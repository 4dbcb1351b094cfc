"""Answers /prompts: one page of the prompts of a training, with the history of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.api import PromptLine, Prompts, Threshold
from tensorboard_plugin_rlboard.board.finite_numbers import is_finite
from tensorboard_plugin_rlboard.board.labels import checked_column
from tensorboard_plugin_rlboard.board.prompts.histories.history_cache import PromptHistories
from tensorboard_plugin_rlboard.board.prompts.histories.prompt_history import PromptHistory
from tensorboard_plugin_rlboard.board.prompts.histories.selection_history import SelectionHistory
from tensorboard_plugin_rlboard.board.prompts.histories.statuses import (
    LISTS,
    NEVER_BEATS_REFERENCE,
    STATUSES,
)
from tensorboard_plugin_rlboard.board.prompts.histories.summary import COLUMNS, number, numbers
from tensorboard_plugin_rlboard.board.prompts.identity_cache import NUMBER, as_text, has_key
from tensorboard_plugin_rlboard.board.prompts.question import PromptsQuestion
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.selection import select_samples
from tensorboard_plugin_rlboard.board.sums.ordered_sums import ordered_mean
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.index.column_names import text
from tensorboard_plugin_rlboard.metrics.segments import Bools, Ints

MAX_LIMIT = 200
LINE_POINTS = 32
"""Points of a prompt's line."""
_WHOLE = frozenset({"visits", "samples", "renderings", "first_step", "last_step"})
_KIND_COLUMNS = ("data_source", "dataset", "source", "task", "language", "difficulty")
"""Text columns that tell kinds of prompts apart unless another is named; the first that the run has."""


def kind_columns(session: RunSession, by: str | None = None) -> tuple[str, ...]:
    """The text columns that may tell kinds of prompts apart, the first that does counts; empty for none.

    Raises:
        ArgumentError: the run has no such text column, or it holds the prompts or responses themselves.
    """
    if by is None:
        return (*(name for name in _KIND_COLUMNS if name in session.schema.texts), "")
    return (checked_column(session, by),)


def prompts(session: RunSession, question: PromptsQuestion, histories: PromptHistories) -> Prompts:
    """Answers /prompts.

    Raises:
        ArgumentError: an unknown list, order or column, or a limit that is too large.
    """
    if not 0 < question.limit <= MAX_LIMIT or question.offset < 0:
        raise ArgumentError(f"limit takes 1 to {MAX_LIMIT} and offset 0 or more.")
    if question.status and question.status not in LISTS:
        raise ArgumentError(f"status={question.status} is not known: it takes {', '.join(LISTS)}.")
    columns = kind_columns(session, question.by)
    read = histories.of(session, question.selection, question.threshold, columns)
    history = read.history
    lists = read.lists
    included = _included(question, read, lists[question.status] if question.status else None)
    order = _order(question, history)
    listed = order[included[order]]
    page = listed[question.offset : question.offset + question.limit]
    lines, texts = _lines_and_texts(session, question, history, page)
    found: dict[str, list[Any]] = {
        "identity": [as_text(identity) for identity in history.identity[page].tolist()],
        "prompt_key": [key for key, _ in texts],
        "prompt": question.text_rules.list_column("prompt", [prompt for _, prompt in texts]),
        "status": [next(name for name in STATUSES if lists[name][i]) for i in page.tolist()],
        NEVER_BEATS_REFERENCE: lists[NEVER_BEATS_REFERENCE][page].tolist(),
        "kind": [None if code < 0 else read.labels[code] for code in history.label[page].tolist()],
    }
    for name, values in numbers(history.of_prompts(page)).items():
        found[name] = [_value(name, value) for value in values.tolist()]
    return Prompts(
        total=len(listed),
        split=read.split,
        is_complete=read.is_complete,
        threshold=Threshold(read.threshold.value, read.threshold.rule),
        by=read.by,
        counts={"all": len(history.identity)} | {name: int(mask.sum()) for name, mask in lists.items()},
        kinds_total=len(np.unique(history.label)) if read.by else 0,
        kinds_mixed=int(np.count_nonzero(history.is_mixed)),
        kinds=read.kinds if read.by else {},
        columns=found,
        lines=lines,
    )


def _value(name: str, value: float) -> float | int | None:
    if np.isnan(value):
        return None
    return int(value) if name in _WHOLE else value


def _included(question: PromptsQuestion, read: SelectionHistory, listed: Bools | None) -> Bools:
    """Which prompts the list is narrowed to, bool [prompts]."""
    included = np.ones(len(read.history.identity), bool) if listed is None else listed
    if question.kind is None:
        return included
    code = read.labels.index(question.kind) if question.kind in read.labels else None
    if question.kind == "":
        code = -1
    return included & (read.history.label == code) if code is not None else np.zeros(len(included), bool)


def _order(question: PromptsQuestion, history: PromptHistory) -> Ints:
    """Positions of the prompts in the order of the list: what has no value last both ways, ties by first step."""
    sort = question.sort or "reward_change"
    if sort not in COLUMNS:
        raise ArgumentError(f"sort={sort} is no column of prompts: it takes {', '.join(COLUMNS)}.")
    if question.order not in {"", "asc", "desc"}:
        raise ArgumentError(f"order={question.order} is not known: it takes asc or desc.")
    values = number(history, sort)
    directed = -values if question.order == "desc" else values
    by_step = np.argsort(history.first_step, kind="stable")
    found: Ints = by_step[np.argsort(directed[by_step], kind="stable")]  # NumPy puts NaN last
    return found


def _lines_and_texts(
    session: RunSession, question: PromptsQuestion, history: PromptHistory, page: Ints
) -> tuple[list[PromptLine], list[tuple[str, str]]]:
    """For each prompt of a page its line, and the key and text of its newest rendering."""
    wanted = history.identity[page]
    if not len(wanted):  # a run without prompts has no column for them
        return [], []
    is_on_page = np.isin(history.identity_of_key, wanted)
    identity_of = dict(
        zip(history.keys[is_on_page].tolist(), history.identity_of_key[is_on_page].tolist(), strict=True)
    )
    reward = session.schema.metric_sql.get("reward", "CAST(NULL AS DOUBLE)")
    finite = f"CASE WHEN {is_finite(reward)} THEN {reward} END"
    keys = [as_text(key) for key in identity_of]
    with session.snapshot():
        rows = select_samples(session, question.selection)
        condition, values = has_key(keys)
        visits = session.cursor.execute(
            f"SELECT {NUMBER}, step, {ordered_mean(finite)}, count({finite}), min(rowid) "
            f"FROM {rows.table_sql} WHERE {rows.where} AND {condition} "
            "GROUP BY prompt_key, step ORDER BY step, prompt_key",
            [*rows.values, *values],
        ).fetchall()
        at: dict[int, dict[int, tuple[float, int]]] = {}
        newest: dict[int, int] = {}
        for key, step, mean, count, row in visits:
            identity = identity_of[key]
            newest[identity] = row
            steps = at.setdefault(identity, {})
            total, n = steps.get(step, (0.0, 0))
            steps[step] = (total + (mean or 0.0) * count, n + count)
        table = session.schema.table
        texts = session.cursor.execute(
            f"SELECT rowid, prompt_key, {text('prompt')} FROM {table} WHERE rowid IN (SELECT unnest(?))",
            [list(newest.values())],
        ).fetchall()
    text_of = {row: (key, prompt) for row, key, prompt in texts}
    # Rows may have gone since the history was read: the prompt is listed all the same until it is read anew.
    found = [text_of.get(newest.get(identity, -1), ("", "")) for identity in wanted.tolist()]
    return [prompt_line(at.get(identity, {})) for identity in wanted.tolist()], found


def prompt_line(visits: dict[int, tuple[float, int]], points: int = LINE_POINTS) -> PromptLine:
    """The line of a prompt: the mean reward of each visit, or of some visits that follow each other where there are many.

    Args:
        visits: step -> sum and number of the finite rewards, ascending.
        points: at most.
    """
    steps: Sequence[int] = [step for step, (_, n) in visits.items() if n]
    parts = np.array_split(np.asarray(steps, np.int64), min(points, len(steps))) if steps else []
    line = [
        (part[-1], sum(visits[step][0] for step in part), sum(visits[step][1] for step in part))
        for part in (part.tolist() for part in parts)
    ]
    return PromptLine([step for step, _, _ in line], [total / n for _, total, n in line])
