"""The samples that one row holds: in a list of objects, in parallel lists, or under numbered keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tensorboard_plugin_rlboard.formats.base import Row
from tensorboard_plugin_rlboard.formats.generic.fields import RESPONSE_FIELDS
from tensorboard_plugin_rlboard.formats.generic.key_paths import (
    ENTRIES,
    PARTS,
    getter,
    list_of,
    lists_in,
    numbers_of,
    total,
)

MAX_SAMPLES_OF_ROW = 100_000
"""Samples that one row may hold."""
_MAX_SHARED_CHARACTERS = 256_000_000
"""Characters that the samples of a row share, times their number: each of them is shown with its prompt."""
Member = tuple[dict[str, object], Mapping[str, object]]
"""Field -> value of one sample, and what else stands in its object."""


class RowMembers:
    """Finds the samples in rows.

    Args:
        each: field -> path, of the fields that every sample of a row has for itself.
    """

    def __init__(self, each: Mapping[str, str]) -> None:
        first = next((each[name] for name in RESPONSE_FIELDS if name in each), next(iter(each.values())))
        self._each = each
        self._first = list_of(first)[0] if ENTRIES in first else first
        self._is_list = ENTRIES in first
        self._lists: dict[str, dict[str, str]] = {}
        self._numbered: dict[str, str] = {}
        for name, path in each.items():
            if ENTRIES in path:
                base, inner = list_of(path)
                self._lists.setdefault(base, {})[name] = inner
            else:
                self._numbered[name] = path
        self._used = {inner for inner in self._lists.get(self._first, {}).values() if inner}
        self._taken: frozenset[str] = frozenset(
            base.partition(".")[0] for base in self._lists if "." not in base
        )

    def of(self, row: Row, problems: list[str]) -> list[Member]:
        """The samples of a row.

        Args:
            row: the row.
            problems: sentences on what cannot be used are added.

        Raises:
            ValueError: it has none, or too many to be one row's.
        """
        if not self._is_list:
            return self._of_numbers(row)
        entries = getter(self._first)(row)
        if not isinstance(entries, list):
            reason = f"The line has no list under {self._first}, so it has no sample."
            raise ValueError(reason)  # noqa: TRY004 (what a format raises for a line that is none of it)
        if not entries:
            problems.append(f"{self._first} is empty: the line has no sample.")
        _check_size(row, entries)
        members: list[Member] = []
        columns = [
            self._column(row, base, len(entries), problems) for base in self._lists if base != self._first
        ]
        for at, entry in enumerate(entries):
            fields = self._fields(self._first, entry)
            for base, column in columns:
                if column is not None:
                    fields |= self._fields(base, column[at])
            further = entry if isinstance(entry, dict) else {}
            members.append((fields, {key: value for key, value in further.items() if key not in self._used}))
        return members

    def takes(self, key: str) -> bool:
        """Whether a key of the row holds what is each sample's own."""
        return key in self._taken or any(numbers_of({key: None}, path) for path in self._numbered.values())

    def _fields(self, base: str, entry: object) -> dict[str, object]:
        found: dict[str, object] = {}
        for name, inner in self._lists[base].items():
            if not inner:
                found[name] = entry
            elif isinstance(entry, dict):
                found[name] = getter(inner)(entry)
        return found

    def _column(
        self, row: Row, base: str, count: int, problems: list[str]
    ) -> tuple[str, Sequence[object] | None]:
        """A list beside that of the responses; None where it has another length, so that nothing says whose is what."""
        if base.endswith(f".{PARTS}"):
            return base, self._sums(row, base, count, problems)
        value = getter(base)(row)
        if value is None:
            return base, None
        if isinstance(value, list) and len(value) == count:
            return base, value
        has = f"{len(value)} entries" if isinstance(value, list) else "no list"
        problems.append(f"{base} has {has} for {count} of {self._first}; it is left out.")
        return base, None

    def _sums(self, row: Row, base: str, count: int, problems: list[str]) -> list[float | None] | None:
        """The sums, entry by entry, of the parallel lists in an object; None where one has another length."""
        lists = lists_in(row, base)
        if any(len(one) != count for one in lists):
            problems.append(
                f"{base} has a list that is not one of {count} entries, as {self._first}; it is left out."
            )
            return None
        return [total(entries) for entries in zip(*lists, strict=True)] if lists else None

    def _of_numbers(self, row: Row) -> list[Member]:
        found = {name: numbers_of(row, path) for name, path in self._numbered.items()}
        numbers = numbers_of(row, self._first)
        if not numbers:
            raise ValueError(f"The line has no key {self._first} with a number, so it has no sample.")
        _check_size(row, list(numbers))
        return [
            ({name: row[keys[number]] for name, keys in found.items() if number in keys}, {})
            for number in numbers
            if row[numbers[number]] is not None
        ]


def _check_size(row: Row, entries: Sequence[object]) -> None:
    """Refuse a row whose samples would be far more than it is itself.

    Raises:
        ValueError: there are too many samples, or too long a text for so many.
    """
    count = len(entries)
    if count > MAX_SAMPLES_OF_ROW:
        raise ValueError(
            f"The line holds {count:,} samples; more than {MAX_SAMPLES_OF_ROW:,} are not read of one line: write a line for each."
        )
    shared = sum(len(value) for value in row.values() if isinstance(value, str))
    if shared * count > _MAX_SHARED_CHARACTERS:
        raise ValueError(
            f"The line has {count:,} samples and {shared:,} characters that all of them share, which is too much: write a line for each."
        )
