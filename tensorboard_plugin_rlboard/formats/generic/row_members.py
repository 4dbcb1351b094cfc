"""The samples that one row holds: in a list of objects, in parallel lists, or under numbered keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tensorboard_plugin_rlboard.formats.base import Row
from tensorboard_plugin_rlboard.formats.generic.fields import RESPONSE_FIELDS
from tensorboard_plugin_rlboard.formats.generic.key_paths import (
    ENTRIES,
    PARTS,
    TOGETHER,
    getter,
    is_of_each,
    list_of,
    lists_in,
    numbers_of,
    operands,
    total,
)
from tensorboard_plugin_rlboard.formats.generic.member_formulas import MemberFormulas
from tensorboard_plugin_rlboard.formats.generic.named_members import AGENT, are_agents, column_of, entries_of
from tensorboard_plugin_rlboard.texts import plural

MAX_SAMPLES_OF_ROW = 100_000
"""Samples that one row may hold."""
_MAX_SHARED_CHARACTERS = 256_000_000
"""Characters that the samples of a row share, times their number: each of them is shown with its prompt."""
Member = tuple[dict[str, object], Mapping[str, object]]
"""Field -> value of one sample, and what else stands in its object."""


class RowMembers:
    """Finds the samples in rows.

    Attributes:
        base: the path of what holds them; of numbered keys, the path of these.

    Args:
        each: field -> path, of the fields that every sample of a row has for itself.
    """

    def __init__(self, each: Mapping[str, str]) -> None:
        self._formulas = MemberFormulas(each)
        first = next((each[name] for name in RESPONSE_FIELDS if name in each), next(iter(each.values())))
        self._choices = [path for path in operands(first) if is_of_each(path)]
        self._is_list = ENTRIES in self._choices[0]
        self.base = list_of(self._choices[0])[0]
        self._lists: dict[str, dict[str, str]] = {}
        self._numbered: dict[str, str] = {}
        for name, path in self._formulas.looked_up.items():
            if ENTRIES in path:
                base, inner = list_of(path)
                self._lists.setdefault(base, {})[name] = inner
            else:
                self._numbered[name] = path
        # An operand of a formula stays what it is, a number of its own.
        self._used = {
            base: {inner for name, inner in fields.items() if inner and name in each}
            for base, fields in self._lists.items()
        }
        self._taken: frozenset[str] = frozenset(
            key for base in self._lists if "." not in base for key in (base, *base.split(TOGETHER))
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
        bases = [list_of(path)[0] for path in self._choices]
        first = next((base for base in bases if isinstance(getter(base)(row), (list, dict))), bases[0])
        entries, names = entries_of(getter(first)(row))
        agents = names if are_agents(names) else []
        if entries is None:
            reason = f"The line has no list under {' or '.join(bases)}, so it has no sample."
            raise ValueError(reason)
        if not entries:
            problems.append(f"{first} is empty: the line has no sample.")
        check_size(row, len(entries))
        members: list[Member] = []
        columns = [
            (base, self._column(row, base, (first, len(entries)), names, problems))
            for base in self._lists
            if base != first
        ]
        used = self._used[first]
        for at, entry in enumerate(entries):
            fields = self._fields(first, entry)
            for base, column in columns:
                if column is not None:
                    fields |= self._fields(base, column[at])
            further = entry if isinstance(entry, dict) else {}
            further = {AGENT: agents[at], **further} if agents else further
            fields = self._formulas.fields_of(fields, further, row)
            members.append((fields, {key: value for key, value in further.items() if key not in used}))
        return members

    def takes(self, key: str) -> bool:
        """Whether a key of the row holds values of single samples."""
        return key in self._taken or any(numbers_of({key: None}, path) for path in self._numbered.values())

    def _fields(self, base: str, entry: object) -> dict[str, object]:
        found: dict[str, object] = {}
        for name, inner in self._lists[base].items():
            if not inner:
                found[name] = entry
            elif isinstance(entry, dict):
                found[name] = getter(inner)(entry)
            elif isinstance(entry, list):  # turns, say, of which each has a reward
                found[name] = getter(f"turns.{inner}")({"turns": entry})
        return found

    def _of_numbers(self, row: Row) -> list[Member]:
        found = {name: numbers_of(row, path) for name, path in self._numbered.items()}
        numbers = next((some for path in self._choices if (some := numbers_of(row, path))), None)
        if numbers is None:
            reason = f"The line has no key {' or '.join(self._choices)} with a number, so it has no sample."
            raise ValueError(reason)
        check_size(row, len(numbers))
        of_each = (
            {name: row[keys[number]] for name, keys in found.items() if number in keys}
            for number in numbers
            if row[numbers[number]] is not None
        )
        return [(self._formulas.fields_of(fields, {}, row), {}) for fields in of_each]

    def _column(
        self, row: Row, base: str, responses: tuple[str, int], names: Sequence[str], problems: list[str]
    ) -> Sequence[object] | None:
        """A list beside that of the responses; None where it has another length, so that nothing says whose is what.

        Args:
            row: the row.
            base: the path of the list.
            responses: the path of the list of responses, and how many it has.
            names: the names of the responses, where they stand in an object.
            problems: a sentence on a list that is left out is added.
        """
        if base.endswith(f".{PARTS}"):
            return _sums(row, base, responses, problems)
        value = column_of(getter(base)(row), names)
        if value is None or (isinstance(value, list) and len(value) == responses[1]):
            return value
        if isinstance(value, list):
            problems.append(
                f"{base} has {len(value):,} {plural(len(value), 'entry', 'entries')} for {responses[1]:,} of {responses[0]}; it is left out."
            )
        else:
            problems.append(f"{base} has no list for {responses[1]:,} of {responses[0]}; it is left out.")
        return None


def _sums(row: Row, base: str, responses: tuple[str, int], problems: list[str]) -> list[float | None] | None:
    """The sums, entry by entry, of the parallel lists in an object; None where one has another length."""
    lists = lists_in(row, base)
    if any(len(one) != responses[1] for one in lists):
        problems.append(
            f"{base} has a list that is not one of {responses[1]:,} {plural(responses[1], 'entry', 'entries')}, as {responses[0]}; it is left out."
        )
        return None
    return [total(entries) for entries in zip(*lists, strict=True)] if lists else None


def check_size(row: Row, count: int) -> None:
    """Refuse a row whose samples would be far more than it is itself.

    Args:
        row: the row.
        count: how many samples it has.

    Raises:
        ValueError: there are too many samples, or too long a text for so many.
    """
    if count > MAX_SAMPLES_OF_ROW:
        raise ValueError(
            f"The line holds {count:,} samples; more than {MAX_SAMPLES_OF_ROW:,} are not read of one line: write a line for each."
        )
    shared = sum(len(value) for value in row.values() if isinstance(value, str))
    if shared * count > _MAX_SHARED_CHARACTERS:
        raise ValueError(
            f"The line has {count:,} samples and {shared:,} characters that all of them share, which is too much: write a line for each."
        )
