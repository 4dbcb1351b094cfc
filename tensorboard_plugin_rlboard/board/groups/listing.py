"""The list of groups: found and ordered by numbers alone, then the texts of one page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tensorboard_plugin_rlboard.api import Groups
from tensorboard_plugin_rlboard.board.groups.by_value import (
    groups_by_value,
    lines_of,
    ranked_codes,
)
from tensorboard_plugin_rlboard.board.groups.group_table import (
    KEYS,
    GroupedSamples,
    GroupTable,
    concatenated,
    group_table,
    read_samples,
)
from tensorboard_plugin_rlboard.board.groups.member_sql import length_unit
from tensorboard_plugin_rlboard.board.groups.page_columns import page_columns
from tensorboard_plugin_rlboard.board.groups.question import GroupsQuestion
from tensorboard_plugin_rlboard.board.labels import Labels, checked_column
from tensorboard_plugin_rlboard.board.limits.running_question import check_stopped
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.selection import Relation, Selection, pieces_of, select_samples
from tensorboard_plugin_rlboard.board.sums.group_columns import GROUP_KEY
from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.metrics.groups.kinds import KINDS
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints

MAX_LIMIT = 200
SORTS = ("weight", "reward_mean", "reward_std", "n_tokens", "distinct", "logged")
"""What the list can be sorted by."""
MAX_GROUPS = 2_000_000
"""Groups of a question: 150 bytes each, 230 while they are put together. A million groups of one member took 230 MB."""
_ROWS_AT_ONCE = 200_000
"""Rows whose numbers are held at once: 20 MB."""


def groups(session: RunSession, question: GroupsQuestion) -> Groups:
    """Answers /groups.

    Raises:
        ArgumentError: an unknown sort, order, kind or text column, a text column of too many values, a limit that is too
            large, more than `MAX_GROUPS` groups, or a selection that cannot be answered.
    """
    _check(question)
    labels = Labels()
    by = checked_column(session, question.by)
    with session.snapshot():
        whole = select_samples(session, whole_steps(question.selection))
        found, ungrouped, samples = _find(session, question, whole, labels)
        codes = ranked_codes(found, labels.texts) if by else []
        values = groups_by_value(found, labels.texts, codes) if by else {}
        mixed = int(np.count_nonzero(found.is_mixed & found.matched))
        lines = lines_of(found, codes) if question.selection.step is None else []
        found = _of_value(question, found, labels)
        counted = np.bincount(found.kind[found.matched], minlength=len(KINDS)).tolist()
        kinds = dict(zip(KINDS, counted, strict=True))
        at = _page(question, found)
        samples, here = _members(session, whole, found, at) if samples is None else (samples, at)
        columns, members = page_columns(session, found, at, samples, here, question.text_rules)
    if by:
        columns["value"] = [labels.texts[code] if code >= 0 else None for code in found.label[at].tolist()]
    total = sum(n for kind, n in kinds.items() if not question.kinds or kind in question.kinds)
    return Groups(
        *(total, ungrouped, kinds, length_unit(session.schema)),
        *(by, len(codes), mixed),
        *(values, lines),
        *(columns, members),
    )


def _check(question: GroupsQuestion) -> None:
    if question.sort not in SORTS:
        raise ArgumentError(f"sort={question.sort[:40]} is not known: it takes {', '.join(SORTS)}.")
    if question.order not in {"", "asc", "desc"}:
        raise ArgumentError(f"order={question.order[:40]} is not known: it takes asc or desc.")
    unknown = [kind for kind in question.kinds if kind not in KINDS]
    if unknown:
        raise ArgumentError(f"kinds={unknown[0][:40]} is not known: it takes {', '.join(KINDS)}.")
    if question.value is not None and not question.by:
        raise ArgumentError("value needs by: the text column that it is a value of.")
    if not 0 < question.limit <= MAX_LIMIT or question.offset < 0:
        raise ArgumentError(f"limit takes 1 to {MAX_LIMIT} and offset 0 or more.")


def whole_steps(selection: Selection) -> Selection:
    """The same steps without what narrows their samples: groups are counted whole, and shares are those of the step."""
    return replace(selection, search="", regex=False, within=(), where="", prompt_key=None, group=None)


def _find(
    session: RunSession, question: GroupsQuestion, whole: Relation, labels: Labels
) -> tuple[GroupTable, int, GroupedSamples | None]:
    """The groups of the selected steps, how many samples are in none, and of a single step the samples that are in one."""
    selection, chosen = question.selection, None
    if whole_steps(selection) != selection:
        narrowed = select_samples(session, selection)
        answer = session.cursor.execute(
            f"SELECT rowid FROM {narrowed.table_sql} WHERE {narrowed.where}", narrowed.values
        ).fetchnumpy()
        chosen = np.asarray(answer["rowid"], np.int64)
    by = question.by
    if selection.step is not None:
        samples = read_samples(session, whole, tell_responses=True, by=by)
        return group_table(samples, chosen, by, labels), samples.ungrouped, samples
    parts: list[GroupTable] = []
    ungrouped = 0
    for piece in pieces_of(session.cursor, whole, _ROWS_AT_ONCE):
        check_stopped()
        samples = read_samples(session, piece, tell_responses=question.sort == "distinct", by=by)
        parts.append(group_table(samples, chosen, by, labels))
        if sum(len(part.step) for part in parts) > MAX_GROUPS:
            raise ArgumentError(f"There are more than {MAX_GROUPS:,} groups: ask for fewer steps.")
        ungrouped += samples.ungrouped
    return concatenated(parts), ungrouped, None


def _of_value(question: GroupsQuestion, found: GroupTable, labels: Labels) -> GroupTable:
    """The groups, of which only those of the asked value are matched."""
    if question.value is None:
        return found
    code = labels.texts.index(question.value) if question.value in labels.texts else None
    if question.value == "":
        code = -1
    is_so = found.label == code if code is not None else np.zeros(len(found.label), bool)
    return replace(found, matched=found.matched & is_so)


def _page(question: GroupsQuestion, found: GroupTable) -> Ints:
    """The places of the groups of one page, in its order."""
    listed = found.matched
    if question.kinds:
        listed = listed & np.isin(found.kind, [KINDS.index(kind) for kind in question.kinds])
    at = np.flatnonzero(listed)
    descending = question.order == "desc" or (not question.order and question.sort != "logged")
    ties = (*found.logged[::-1], found.step)
    if question.sort == "logged":
        order = np.lexsort([(-key if descending else key)[at] for key in ties])
    else:
        numbers = _sorted_by(found, question.sort)[at]
        order = np.lexsort(
            [*(key[at] for key in ties), -numbers if descending else numbers]
        )  # NaN comes last
    return at[order][question.offset : question.offset + question.limit]


def _sorted_by(found: GroupTable, sort: str) -> Floats:
    return {
        "weight": found.weight,
        "reward_mean": found.statistics.mean,
        "reward_std": found.statistics.std,
        "n_tokens": found.length,
        "distinct": found.distinct.astype(np.float64),
    }[sort]


def _members(
    session: RunSession, whole: Relation, found: GroupTable, at: Ints
) -> tuple[GroupedSamples, Ints]:
    """The samples of the groups of a page, out of the steps that it has groups of, and the places of its groups there."""
    # Written out, the steps let the database pass over what holds no row of them.
    steps = ", ".join(map(str, np.unique(found.step[at]).tolist())) or "NULL"
    firsts = ", ".join(map(str, found.group[at].tolist())) or "NULL"
    keys = f"SELECT {GROUP_KEY} FROM {whole.table_sql} WHERE rowid IN ({firsts})"
    where = f"{whole.where} AND step IN ({steps}) AND {GROUP_KEY} IN ({keys})"
    samples = read_samples(session, replace(whole, where=where), tell_responses=True)
    own = (samples.whole(name)[samples.groups.starts].tolist() for name in KEYS)
    place = {key: at for at, key in enumerate(zip(*own, strict=True))}
    wanted = zip(*(getattr(found, name)[at].tolist() for name in KEYS), strict=True)
    return samples, np.asarray([place[key] for key in wanted], np.int64)
