"""Judges an object that is longer than the beginning of its file, by those of its members that stand there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.text.json_members import members_until_cut
from tensorboard_plugin_rlboard.sources.text.json_shapes import HEADERS
from tensorboard_plugin_rlboard.sources.text.row_names import (
    has_sample_word,
    is_group,
    is_row_word,
    may_be_list_of_rows,
    sample_words_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tensorboard_plugin_rlboard.sources.text.json_member import Member

_GROUPS = re.compile(r'"[^"\\]*"\s*:\s*\[\s*\[\s*(?=\{)')
_NUMBERED = re.compile(r'\{\s*(?:"0"\s*:\s*\{|"(?:[^"\\]|\\.)*"\s*:\s*\{\s*"0"\s*:)')
_FIRST_OBJECT = re.compile(r'\{\s*"(?:[^"\\]|\\.){0,200}"\s*:\s*(?=\{)')
"""An object whose first member is one."""
_OBJECT = re.compile(r'"(\w{1,200})"\s*:\s*(?=\{)')
"""A member that is an object."""


@dataclass(frozen=True, slots=True)
class CutObject:
    """What the beginning of a long object says.

    Attributes:
        holds_rows: Whether a list, or the cells of a table, may be rows.
        holds_columns: Whether all that is seen of it are lists, which may be the columns of a table.
        holds_row_objects: Whether objects, each under a name of its own, may be rows.
        is_sample: Whether it may be a sample itself.
    """

    holds_rows: bool
    holds_columns: bool
    holds_row_objects: bool
    is_sample: bool

    @property
    def may_hold_rollouts(self) -> bool:
        """Whether the object is worth reading."""
        return self.holds_rows or self.holds_columns or self.holds_row_objects or self.is_sample


def cut_object(text: str) -> CutObject:
    """Judge the beginning of an object.

    Args:
        text: From its brace on.
    """
    members = members_until_cut(text)
    is_sample = has_sample_word(members)
    columns = next((members[key] for key in HEADERS if key in members), None)
    is_table = columns is not None and (bool(columns.texts) or columns.is_list)
    are_lists = all(member.is_list for member in members.values())
    return CutObject(
        holds_rows=is_table
        or (not is_sample and _holds_groups(text))
        or _NUMBERED.match(text) is not None
        or (not is_sample and _has_rows(members)),
        holds_columns=bool(members) and are_lists and not any(m.opens_object for m in members.values()),
        holds_row_objects=not is_sample and _has_row_objects(text, members),
        is_sample=is_sample,
    )


def _holds_groups(text: str) -> bool:
    """Whether a list of groups of samples begins in an object that is cut off."""
    found = _GROUPS.search(text)
    return found is not None and is_group([dict(members_until_cut(text[found.end() :]))])


def _has_rows(members: Mapping[str, Member]) -> bool:
    lists = [
        name
        for name, member in members.items()
        if member.opens_object and may_be_list_of_rows(name, member.first or {})
    ]
    is_plain = not any(member.is_object for member in members.values())
    return any(is_plain or is_row_word(name) or bool(members[name].sample_words) for name in lists)


def _has_row_objects(text: str, members: Mapping[str, Member]) -> bool:
    """Whether members are rows, or those of the first member that is called rows are such, or lists of them."""
    if _begins_with_row(text, members):
        return True
    called = (m for m in _OBJECT.finditer(text) if is_row_word(m[1]) and m[1] in members)
    found = next(called, None)
    if found is None:
        return False
    inner_text = text[found.end() :]
    inner = members_until_cut(inner_text)
    return _has_rows(inner) or _begins_with_row(inner_text, inner)


def _begins_with_row(text: str, members: Mapping[str, Member]) -> bool:
    """Whether a member of an object has words of a sample, the first of them even if it is cut off itself."""
    if any(member.is_object and member.sample_words for member in members.values()):
        return True
    found = _FIRST_OBJECT.match(text)
    return found is not None and bool(sample_words_of(members_until_cut(text[found.end() :])))
