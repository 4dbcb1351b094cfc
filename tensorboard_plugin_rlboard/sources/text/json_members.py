"""Summarises the members of a JSON object that may be a whole table, without holding its lists."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.text.json_member import Member
from tensorboard_plugin_rlboard.sources.text.json_shapes import is_numbered
from tensorboard_plugin_rlboard.sources.text.json_values import BrokenJsonError, JsonValues
from tensorboard_plugin_rlboard.sources.text.row_names import is_row_word, is_whole_number, sample_words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_COLUMNS = 10_000
_MAX_MEMBERS = 1_000_000
_MAX_NAME_CHARACTERS = 1_000
"""Characters of a column's name, and of any text that is kept of a document: else its rows would be held, all of them."""


def read_members(values: JsonValues, members: dict[str, Member]) -> None:
    """Read an object. The next character has to be its brace.

    Args:
        values: The text that it stands in.
        members: Filled on the way, so that what was read is there if the object breaks off.

    Raises:
        BrokenJsonError: It cannot be read on.
    """
    for name in values.members():
        if len(members) == _MAX_MEMBERS:
            msg = f"It is an object of more than {_MAX_MEMBERS:,} keys, which are too many to be rows: write JSON lines."
            raise BrokenJsonError(msg)
        values.expect_colon()
        members[name] = member = Member()
        character = values.peek()
        member.is_list, member.is_object = character == "[", character == "{"
        if member.is_list:
            _read_list(values, member)
        else:
            _set_value(member, values.value())


def members_of(row: Mapping[str, object]) -> dict[str, Member]:
    """The members of an object that is decoded already."""
    members = {}
    for name, value in row.items():
        members[name] = member = Member(is_list=isinstance(value, list), is_object=isinstance(value, dict))
        if isinstance(value, list):
            _add_items(member, value)
        else:
            _set_value(member, value)
    return members


def members_until_cut(text: str) -> dict[str, Member]:
    """The members at the beginning of an object that is cut off somewhere; of the last one what is there."""
    members: dict[str, Member] = {}
    with suppress(BrokenJsonError):
        read_members(JsonValues(io.StringIO(text)), members)
    return members


def _read_list(values: JsonValues, member: Member) -> None:
    values.skip("[")
    member.opens_object = values.peek() == "{"
    for items in values.rest_in_stretches():
        _add_items(member, items)


def _add_items(member: Member, items: list[object]) -> None:
    """Add what follows in a list. Many at once: rows have lists of thousands of numbers."""
    if not items:
        return
    if not member.size:
        member.first = _outline(items[0])
        member.opens_object = isinstance(items[0], dict)
        member.all_texts = member.all_objects = member.all_lists = True
        member.sample_words = sample_words_of(items[0])
    had_names = len(member.texts) == member.size
    member.size += len(items)
    kinds = set(map(type, items))
    member.all_texts &= kinds == {str}
    member.all_objects &= kinds == {dict}
    member.all_lists &= kinds == {list}
    texts = [item for item in items if isinstance(item, str)] if member.all_texts else []
    if had_names and texts and member.size <= _MAX_COLUMNS and max(map(len, texts)) <= _MAX_NAME_CHARACTERS:
        member.texts.extend(texts)
    else:
        member.texts.clear()


def _set_value(member: Member, value: object) -> None:
    if not isinstance(value, dict):
        text = value[:_MAX_NAME_CHARACTERS] if isinstance(value, str) else value
        member.scalar = None if isinstance(value, list) else text
        return
    numbered = {name: item for name, item in value.items() if is_whole_number(name)}
    if len(numbered) < len(value) and all(isinstance(item, dict) for item in numbered.values()):
        beside = (item for name, item in value.items() if name not in numbered)
        if numbered and not any(isinstance(item, (dict, list)) for item in beside):
            member.numbered, value = frozenset(numbered), numbered
    lists = [name for name, rows in value.items() if is_row_word(name) and _begins_with_sample(rows)]
    member.list_of_rows = lists[0] if len(lists) == 1 else ""
    member.size = len(value)
    member.first = _outline(next(iter(value.values()), None))
    member.all_texts = bool(value) and all(isinstance(item, str) for item in value.values())
    member.all_objects = bool(value) and all(isinstance(item, dict) for item in value.values())
    member.all_lists = bool(value) and all(isinstance(item, list) for item in value.values())
    member.sample_words = sample_words_of(value)
    member.is_numbered = bool(value) and is_numbered(value)


def _begins_with_sample(rows: object) -> bool:
    return isinstance(rows, list) and bool(rows) and bool(sample_words_of(rows[0]))


def _outline(value: object) -> object:
    """The kind of a value, with its keys and the beginning of its lists: all that is asked of it, without its texts."""
    if isinstance(value, dict):
        return {
            key: _outline(item) if isinstance(item, list) else _emptied(item) for key, item in value.items()
        }
    if isinstance(value, list):
        return [dict.fromkeys(item) if isinstance(item, dict) else _emptied(item) for item in value[:1]]
    return _emptied(value)


def _emptied(value: object) -> object:
    return type(value)() if isinstance(value, (str, dict, list)) else value
