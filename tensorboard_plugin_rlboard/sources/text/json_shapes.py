"""The shapes in which one JSON object holds the rows of a whole table, told by its members.

| shape | written by |
| --- | --- |
| ``{"columns": ["prompt", …], "data": [["Q", …], …]}`` | W&B tables, pandas ``orient="split"``; scripts, as ``headers``, ``rows`` |
| ``{"step": 3, "results": [{…}, {…}]}`` | evaluations, scripts, pandas ``orient="table"`` |
| ``{"prompt": ["Q", …], "reward": [1, …]}`` | ``dict`` of lists, pandas ``to_dict("list")`` |
| ``{"prompt": {"0": "Q", …}, "reward": {"0": 1, …}}`` | pandas ``orient="columns"``, its default |
| ``{"0": {"prompt": "Q", "reward": 1}, "1": {…}}`` | pandas ``orient="index"`` |
| ``{"aime_0": {"prompt": "Q", …}, "aime_1": {…}}`` | evaluations, rows by their identifiers |
| ``{"train": [{…}, {…}], "eval": [{…}]}`` | scripts, lists of rows by split, step, task, outcome |
| ``{"step_0": {"rollouts": [{…}]}, "step_1": {…}}`` | scripts, lists of rows in objects by split or step |
| ``{"accuracy": 50, "details": {"0": {…}, "1": {…}}}`` | OpenCompass; one of the last two in a member |

Any other object is one row. Where members hold the rows, each row gets what its member's name says: ``split``, ``step``,
``id`` (a number), else ``member``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.text.row_names import (
    has_prompt,
    has_sample_word,
    holds_rows,
    is_group,
    is_row_word,
    is_whole_number,
    may_be_list_of_rows,
    sample_words_of,
    split_or_step_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tensorboard_plugin_rlboard.sources.text.json_member import Member

HEADERS, _TABLE_ROWS = ("columns", "headers", "header", "fields"), ("data", "rows", "values")
"""Members with the names of a table's columns, and with its rows."""
_SHARED = re.compile(r"(?:.*_)?(?:epoch|iteration|iter|phase|rollout_id|split|stage|step)", re.IGNORECASE)
"""What is said once of all rows, and belongs to each of them."""


class DocumentShape(Enum):
    """How an object holds rows."""

    ROW = auto()
    TABLE = auto()
    LIST = auto()
    COLUMN_LISTS = auto()
    COLUMN_OBJECTS = auto()
    ROW_OBJECTS = auto()
    MEMBERS = auto()
    MEMBERS_OF_MEMBERS = auto()


@dataclass(frozen=True, slots=True)
class RowPlan:
    """How the rows of an object are read.

    Attributes:
        shape: The shape.
        key: The member whose list holds the rows, of a table or a list; of members with rows the one in which they lie,
            empty where they are the object's own; of members of members the one in each of them whose list holds them.
        columns: The names of a table's columns.
        shared: What each row of a list, or of members, gets beside its own values.
        names: The members that hold rows; empty for all of them.
        are_steps: Whether their names are steps where they are bare numbers.
    """

    shape: DocumentShape
    key: str = ""
    columns: Sequence[str] = ()
    shared: Mapping[str, object] | None = None
    names: frozenset[str] = frozenset()
    are_steps: bool = False


ONE_ROW = RowPlan(DocumentShape.ROW)


def plan_of(members: Mapping[str, Member], *, is_line: bool) -> RowPlan:
    """Tell how an object holds rows.

    Args:
        members: Its members.
        is_line: Whether it is a whole line with its line's end. Some trainers write a batch into a line, as lists of
            equal lengths: such a line is one row, which their own formats read.
    """
    columns = next((members[key].texts for key in HEADERS if key in members and members[key].texts), [])
    table = next((key for key in _TABLE_ROWS if key in members and members[key].all_lists), "")
    if columns and table and members[table].is_list:
        return RowPlan(DocumentShape.TABLE, table, columns)
    lists = frozenset(_list_of_rows(members)) or _lists_of_rows(members) or _list_of_groups(members)
    if len(lists) == 1:
        (key,) = lists
        column, value_of_key = (
            ("", None) if is_row_word(key) else split_or_step_of(key, numbers_are_steps=True)
        )
        shared = _shared(members) | ({column: value_of_key} if column in {"split", "step"} else {})
        return RowPlan(DocumentShape.LIST, key, shared=shared)
    if lists:
        are_steps = all(map(is_whole_number, lists))
        return RowPlan(DocumentShape.MEMBERS, shared=_shared(members), names=lists, are_steps=are_steps)
    values = list(members.values())
    alike = len(values) > 1 and len({value.size for value in values}) == 1 and values[0].size > 0
    if alike and not is_line and all(value.is_list and not value.all_objects for value in values):
        return RowPlan(DocumentShape.COLUMN_LISTS)
    if alike and all(value.is_object and value.is_numbered and not value.all_objects for value in values):
        return RowPlan(DocumentShape.COLUMN_OBJECTS)
    if values and all(value.is_object for value in values) and is_numbered(members):
        return RowPlan(DocumentShape.ROW_OBJECTS)
    if inner := _lists_in_members(members):
        return RowPlan(DocumentShape.MEMBERS_OF_MEMBERS, inner, shared=_shared(members), are_steps=True)
    if _are_rows(members) and not (is_line and len(members) == 1):
        return RowPlan(DocumentShape.MEMBERS, shared=_shared(members))
    return _plan_of_inner(members)


def is_numbered(keys: Mapping[str, object]) -> bool:
    """Whether keys are the numbers from 0 on, in their order."""
    return all(key == str(number) for number, key in enumerate(keys))


def _list_of_rows(members: Mapping[str, Member]) -> tuple[str, ...]:
    """The only list of objects among the members, if it holds rows; else none.

    Of several the one that is called rows and asks something: Inspect has `samples` beside `reductions` of their scores.
    """
    lists = {name: member for name, member in members.items() if member.is_list and member.all_objects}
    if len(lists) > 1:
        asking = {
            name: one for name, one in lists.items() if isinstance(one.first, dict) and has_prompt(one.first)
        }
        lists = asking if all(map(is_row_word, asking)) else {}
    if len(lists) != 1 or has_sample_word(members):
        return ()
    ((name, found),) = lists.items()
    if isinstance(found.first, dict) and found.first and not has_prompt(found.first) and _has_text(members):
        return ()  # what was asked may stand beside the list, under any name: a group of samples, whole
    others = (member for key, member in members.items() if key != name)
    fits = (is_row_word(name) or holds_rows(found.first)) or not any(
        m.is_object or (m.is_list and m.size) for m in others
    )
    return (name,) if fits and may_be_list_of_rows(name, found.first) else ()


def _list_of_groups(members: Mapping[str, Member]) -> frozenset[str]:
    """The only list of lists of samples among the members, each of which is a group."""
    found = [name for name, one in members.items() if one.is_list and one.all_lists and is_group(one.first)]
    return frozenset(found) if len(found) == 1 and not has_sample_word(members) else frozenset()


def _has_text(members: Mapping[str, Member]) -> bool:
    """Whether a member is a text with a blank in it, and so no name of a model or a date."""
    return any(isinstance(member.scalar, str) and " " in member.scalar for member in members.values())


def _shared(members: Mapping[str, Member]) -> dict[str, object]:
    """What is said once of all rows."""
    return {
        name: member.scalar
        for name, member in members.items()
        if _SHARED.fullmatch(name) and member.scalar is not None
    }


def _lists_of_rows(members: Mapping[str, Member]) -> frozenset[str]:
    """Which of several lists hold rows; none where the lists are parts of one sample.

    They begin with an item that has words of a sample, or with one like it. Other lists may stand beside them only where
    their names say that they hold rows.
    """
    filled = {name: member for name, member in members.items() if member.is_list and member.size}
    has_part = any(member.is_object and member.sample_words for member in members.values())
    if len(filled) < 2 or has_part or has_sample_word(members):
        return frozenset()
    found = {
        name: member
        for name, member in filled.items()
        if member.all_objects and member.sample_words and may_be_list_of_rows(name, member.first)
    }
    first = next((member.first for member in found.values()), None)
    found |= {
        name: member
        for name, member in filled.items()
        if name not in found and member.all_objects and _is_like(member.first, first)
    }
    fits = len(found) == len(filled) or all(map(is_row_word, found))
    return frozenset(found) if fits else frozenset()


def _lists_in_members(members: Mapping[str, Member]) -> str:
    """The name of the list of rows that each of several objects has, one for each step or data set; empty where there is none."""
    objects = [member for member in members.values() if member.is_object]
    keys = {member.list_of_rows for member in objects}
    is_alone = (
        len(objects) < 2 or has_sample_word(members) or any(member.is_list for member in members.values())
    )
    return "" if is_alone or len(keys) != 1 else keys.pop()


def _is_like(item: object, other: object) -> bool:
    """Whether two objects have most of their keys in common."""
    if not isinstance(item, dict) or not isinstance(other, dict):
        return False
    return 2 * len(item.keys() & other.keys()) > max(len(item), len(other))


def _are_rows(members: Mapping[str, Member]) -> bool:
    """Whether the members are rows: objects, or nulls, and most of the objects have a word of a sample in common.

    Where it is half of them, they may be the parts of one sample: what was asked, and what was answered.
    """
    shared = _shared(members)
    rows = [member for name, member in members.items() if name not in shared]
    objects = [member for member in rows if member.is_object]
    words = next((set(member.sample_words) for member in objects if member.sample_words), set())
    if has_sample_word(members) or any(member.is_list or member.scalar is not None for member in rows):
        return False
    return 2 * sum(not words.isdisjoint(member.sample_words) for member in objects) > len(objects)


def _plan_of_inner(members: Mapping[str, Member]) -> RowPlan:
    """The plan of an object whose rows are the members of the only one that is called rows; else that of one row."""
    found = [name for name, member in members.items() if is_row_word(name) and member.is_object]
    if len(found) != 1 or has_sample_word(members):
        return ONE_ROW
    inner = members[found[0]]
    first = inner.first
    if isinstance(first, list):
        is_rows = inner.all_lists and bool(first) and bool(sample_words_of(first[0]))
    else:
        is_rows = inner.all_objects and bool(sample_words_of(first))
    if not is_rows:
        return ONE_ROW
    return RowPlan(DocumentShape.MEMBERS, found[0], shared=_shared(members), names=inner.numbered)
