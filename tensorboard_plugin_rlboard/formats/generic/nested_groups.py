"""Rows that hold several groups: a list of groups in a row, each with several samples of its own.

    groups[].answers[]         each entry of `groups` is an object with parallel lists
    groups[].rollouts[].reward each is an object with a list of rollouts
    rollouts[][].reward        each is a list of rollouts
    completions[][]            each is a list of responses; `prompts[]` beside it says one prompt for each

A row is taken apart into one row for each group, in which the group stands in place of the list. Below a path without its
first `[]` that row is what any row with several samples is, and is read as such.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain

from tensorboard_plugin_rlboard.formats.base import LineContext, LineSamples, Row
from tensorboard_plugin_rlboard.formats.generic.key_paths import (
    AFTER,
    EITHER,
    ENTRIES,
    PRODUCT,
    SUM,
    getter,
    list_of,
)
from tensorboard_plugin_rlboard.formats.generic.mapped_rows import MappedRows
from tensorboard_plugin_rlboard.formats.generic.row_members import check_size
from tensorboard_plugin_rlboard.texts import plural

_MARKS = re.compile("|".join(f"({re.escape(mark)})" for mark in (EITHER, SUM, PRODUCT, AFTER)))


class GroupedRows:
    """Makes the samples of rows that hold several groups.

    Args:
        keys: field -> path, of which some lead through two lists.
    """

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._lists = group_lists(keys)
        inner = {name: path_within_group(path) for name, path in keys.items()}
        self._rows = MappedRows(inner, are_groups=True)
        used = {operand for path in inner.values() for operand in _operands(path)}
        self._used = {operand.partition(ENTRIES)[0] for operand in used}

    def to_samples(self, row: Row, context: LineContext) -> LineSamples:
        """The samples of a row.

        Raises:
            ValueError: the row has no list of groups, none that could be read, or too much in it.
        """
        groups, problems = rows_of_groups(row, self._lists)
        first = next((base for base in self._lists if isinstance(getter(base)(row), list)), None)
        if first is None:
            reason = f"The line has no list under {self._lists[0]}, so it has no sample."
            raise ValueError(reason)
        if not groups:
            problems.append(f"{first} is empty: the line has no sample.")
        check_size(row, len(groups))
        samples: list[dict[str, object]] = []
        seen: dict[object, int] = {}
        for number, group in enumerate(groups, 1):
            try:
                found = self._rows.to_samples(group, context)
            except ValueError as error:
                problems.append(f"Group {number} of {first} is left out: {error}")
                continue
            problems += found.problems
            check_size(row, len(samples) + len(found.rows))
            members = [self._without_lists(dict(sample)) for sample in found.rows]
            _tell_apart(members, seen)
            samples += members
        if groups and not samples:
            raise ValueError(problems[-1] if problems else f"The groups of {first} are empty.")
        return LineSamples(samples, list(dict.fromkeys(problems)))

    def _without_lists(self, sample: dict[str, object]) -> dict[str, object]:
        """A sample without the lists of its group's object that have an entry for each of its samples."""
        for base in self._lists:
            group = sample.get(base)
            if isinstance(group, dict):
                further = {key: value for key, value in group.items() if f"{base}.{key}" not in self._used}
                if further:
                    sample[base] = further
                else:
                    del sample[base]
        return sample


def _tell_apart(members: Sequence[dict[str, object]], seen: dict[object, int]) -> None:
    """Number groups of one row that are equal in all texts, which are what they are named by."""
    named = {member["group_id"] for member in members if isinstance(member.get("group_id"), str)}
    for name in named:
        seen[name] = seen.get(name, 0) + 1
        for member in members:
            if seen[name] > 1 and member.get("group_id") == name:
                member["group_id"] = f"{name}-{seen[name]}"


def has_nested_groups(keys: Mapping[str, str]) -> bool:
    """Whether rows hold several groups each: the mapping has a path through two lists."""
    return any(operand.count(ENTRIES) > 1 for path in keys.values() for operand in _operands(path))


def group_lists(keys: Mapping[str, str]) -> list[str]:
    """The paths of the lists that have an entry for each group, those first in which the samples lie."""
    found = [operand for path in keys.values() for operand in _operands(path) if ENTRIES in operand]
    found.sort(key=lambda operand: operand.count(ENTRIES), reverse=True)
    return list(dict.fromkeys(list_of(operand)[0] for operand in found))


def path_within_group(path: str) -> str:
    """A path of a row as a path of the row of one of its groups: without its first `[]`."""
    return _changed(path, lambda operand: operand.replace(ENTRIES, "", 1))


def path_from_row(path: str, lists: Sequence[str]) -> str:
    """A path within the row of a group as a path from the whole row.

    Args:
        path: the path.
        lists: the paths of the lists that have an entry for each group.
    """

    def whole(operand: str) -> str:
        for base in lists:
            if operand == base or operand.startswith((f"{base}.", f"{base}{ENTRIES}")):
                return f"{base}{ENTRIES}{operand[len(base) :]}"
        return operand

    return _changed(path, whole)


def rows_of_groups(row: Row, lists: Sequence[str]) -> tuple[list[dict[str, object]], list[str]]:
    """A row for each group, and a sentence on each list that is left out, because nothing says whose its entries are.

    Args:
        row: the row.
        lists: the paths of the lists that have an entry for each group. The first one that the row has says how many
            groups there are.
    """
    found = {base: value for base in lists if (value := getter(base)(row)) is not None}
    first = next((base for base, value in found.items() if isinstance(value, list)), "")
    count = len(found[first]) if first else 0  # type: ignore[arg-type]  # it is a list
    groups: list[dict[str, object]] = [dict(row) for _ in range(count)]
    problems: list[str] = []
    for base, entries in found.items():
        if isinstance(entries, list) and len(entries) == count:
            groups = [_with(group, base, entry) for group, entry in zip(groups, entries, strict=True)]
        else:
            if isinstance(entries, list):
                problems.append(
                    f"{base} has {len(entries):,} {plural(len(entries), 'entry', 'entries')} for {count:,} of {first}; it is left out."
                )
            else:
                problems.append(f"{base} has no list for {count:,} of {first}; it is left out.")
            groups = [_with(group, base, None) for group in groups]
    return groups, problems


def lists_of_groups(row: Row) -> Iterator[list[str]]:
    """The lists of a row that may have an entry for each group: each list of objects or of lists, with those beside it.

    They are lists of the row itself or of an object in it. Beside it stand lists of the same length.
    """
    holders: list[tuple[str, Mapping[str, object]]] = [("", row)]
    holders += [
        (f"{key}.", value) for key, value in row.items() if isinstance(value, dict) and "." not in key
    ]
    for before, holder in holders:
        lists = {
            key: value for key, value in holder.items() if isinstance(value, list) and ENTRIES not in key
        }
        for key, entries in lists.items():
            if entries and (all(map(_is_object, entries)) or all(map(_is_list, entries))):
                beside = [other for other in lists if other != key and len(lists[other]) == len(entries)]
                yield [f"{before}{name}" for name in (key, *beside)]


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _with(row: Mapping[str, object], path: str, value: object) -> dict[str, object]:
    """A row with another value under a path; the objects that lead there are copied."""
    key, _, rest = path.partition(".")
    inner = row.get(key)
    if path in row or not rest or not isinstance(inner, dict):
        return {**row, path: value}
    return {**row, key: _with(inner, rest, value)}


def _operands(path: str) -> list[str]:
    return [part for part in _MARKS.split(path)[:: _MARKS.groups + 1] if part]


def _changed(path: str, change: Callable[[str], str]) -> str:
    """A path with each of its operands changed and the marks between them as they are."""
    parts = _MARKS.split(path)
    step = _MARKS.groups + 1
    pieces = [[change(part)] if at % step == 0 else [part or ""] for at, part in enumerate(parts)]
    return "".join(chain.from_iterable(pieces))
