"""Reads the lines of side files: reference answers made ahead of a training, and scores made after it.

Each line has keys that find its samples. A key is 64 bits of a digest: of the prompt as the index has it (`prompt_key`),
of an id, or of a prompt and response together. `join_sides.py` computes the same of a run's samples in SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any

from tensorboard_plugin_rlboard.formats.arrays.number_values import number_from_value
from tensorboard_plugin_rlboard.formats.conversations.from_row import structure_to_text
from tensorboard_plugin_rlboard.formats.rows.json_parsers import to_python
from tensorboard_plugin_rlboard.index.joins.side_file_type import ID_KEYS, STEP_KEYS, SideKind
from tensorboard_plugin_rlboard.index.parts.clean_texts import without_leading, without_trailing
from tensorboard_plugin_rlboard.index.parts.extra_keys import can_be_column
from tensorboard_plugin_rlboard.index.parts.line_decoder import LineDecoder, Problem, Row

MAX_COLUMNS = 40
"""Numbers that a kind of side files may bring: each is a column of every sample."""
_SINGLE = (str, bool, int, float)
_REWARDS = frozenset({"ref_reward", "ref_valid_reward"})


def prompt_key(prompt: str) -> int:
    """The key of a prompt, which may begin with pads."""
    return int.from_bytes(_digest(without_leading(prompt))[:8], "big")


def text_key(prompt: str, response: str) -> int:
    """The key of a prompt and a response; the response may end with pads."""
    bare = _digest(without_leading(prompt)).hex()[:16] + without_trailing(response, None, 0)
    return int.from_bytes(_digest(bare)[8:], "little")


def id_key(value: object) -> int:
    """The key of an id."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return int.from_bytes(_digest(f"id:{value}")[8:], "little")


def _digest(text: str) -> bytes:
    return md5(text.encode("utf-8", "replace"), usedforsecurity=False).digest()


@dataclass
class SideRows:
    """What was read of a range of a side file.

    Attributes:
        lines: line of the range of each row.
        keys: (index of its row, key).
        texts: text column -> (index of its row, text).
        numbers: column -> (index of its row, number).
        problems: what could not be used, by line of the range.
        has_ids, has_texts: whether there are keys of ids, and of prompts with responses.
    """

    lines: list[int] = field(default_factory=list)
    keys: list[tuple[int, int]] = field(default_factory=list)
    texts: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    numbers: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    has_ids: bool = False
    has_texts: bool = False


class SideReader:
    """Reads the lines of one side file; it remembers which columns the file has."""

    def __init__(self, kind: SideKind) -> None:
        self.kind = kind
        self._columns: set[str] = set()
        self._decoder = LineDecoder()
        self._has_too_many_columns = False

    def read(self, lines: list[bytes]) -> SideRows:
        """The rows of a range."""
        rows = SideRows()
        for index, line in enumerate(lines):
            if not line.strip():
                continue
            row, problem = self._decoder.row(line, index)
            if problem is not None:
                rows.problems.append(problem)
            values = None if row is None else self._single_values(row)
            del row  # simdjson reads no further line while somebody holds the last one
            if values is not None:
                self._add_row(rows, index, values)
        return rows

    def _single_values(self, row: Row) -> dict[str, Any]:
        """The texts and numbers of a row, and its conversations as text."""
        values: dict[str, Any] = {}
        for key in row.keys():  # noqa: SIM118 (simdjson's object is no dictionary)
            try:
                value = row[key]
            except KeyError:  # simdjson does not find keys with a NUL in them
                continue
            if not isinstance(value, _SINGLE):
                if value is None or key not in {"prompt", "response", "ref_response"}:
                    continue
                value = structure_to_text(to_python(value))
            values.setdefault(key, value)
        return values

    def _add_row(self, rows: SideRows, line: int, row: dict[str, Any]) -> None:
        """Adds a row, or a problem where it has no key or no value."""
        index = len(rows.lines)
        ids, texts = _id_keys(self.kind, row), _text_keys(self.kind, row)
        keys = ids + texts
        if not keys:
            reason = (
                f"The line has no {'prompt' if self.kind == 'reference' else 'id, and no prompt with a response'}: it "
                "belongs to no sample and is left out."
            )
            rows.problems.append(Problem(line, "no_key", reason))
            return
        answers, numbers = self._values(rows, line, row)
        if not answers and not numbers:
            reason = (
                f"The line has no {'ref_response or ref_reward' if self.kind == 'reference' else 'number'}: nothing of "
                "it can be joined."
            )
            rows.problems.append(Problem(line, "no_value", reason))
            return
        rows.lines.append(line)
        rows.keys += [(index, key) for key in keys]
        rows.has_ids, rows.has_texts = rows.has_ids or bool(ids), rows.has_texts or bool(texts)
        for name, text in answers.items():
            rows.texts.setdefault(name, []).append((index, text))
        for name, number in numbers.items():
            rows.numbers.setdefault(name, []).append((index, number))

    def _values(
        self, rows: SideRows, line: int, row: dict[str, Any]
    ) -> tuple[dict[str, str], dict[str, float]]:
        """The reference answer and the numbers of a row, by column."""
        texts: dict[str, str] = {}
        numbers: dict[str, float] = {}
        for key, value in row.items():
            name = _column(self.kind, key, row)
            if name == "ref_response":
                texts[name] = without_trailing(value if isinstance(value, str) else str(value), None, 0)
                continue
            if not name:
                continue
            is_column = name in self._columns or name in _REWARDS
            # A text that happens to be a number begins no column: the next one may be a word.
            number = number_from_value(value) if is_column or not isinstance(value, str) else None
            if number is not None and self._has_room(rows, line, name):
                numbers[name] = number
            elif is_column:
                reason = f"{key} is no number; the sample is left without one."
                rows.problems.append(Problem(line, "not_a_number", reason))
        return texts, numbers

    def _has_room(self, rows: SideRows, line: int, name: str) -> bool:
        """Whether a number may have a column of that name; adds a problem where it is one too many."""
        if name in self._columns:
            return True
        if not can_be_column(name) or len(self._columns) >= MAX_COLUMNS:
            if not self._has_too_many_columns:
                reason = f"The lines have more than {MAX_COLUMNS:,} numbers, or a key that can name no column; the further ones are left out."
                rows.problems.append(Problem(line, "too_many_keys", reason))
            self._has_too_many_columns = True
            return False
        self._columns.add(name)
        return True


def _id_keys(kind: SideKind, row: Mapping[str, Any]) -> list[int]:
    if kind == "reference":
        return []
    return [id_key(row[key]) for key in ID_KEYS if isinstance(row.get(key), (str, int, float))]


def _text_keys(kind: SideKind, row: Mapping[str, Any]) -> list[int]:
    prompt, response = row.get("prompt"), row.get("response")
    if not isinstance(prompt, str):
        return []
    if kind == "reference":
        return [prompt_key(prompt)]
    return [text_key(prompt, response)] if isinstance(response, str) else []


def _column(kind: SideKind, key: str, row: Mapping[str, Any]) -> str:
    """The name of the column that a value goes to; empty where it goes to none."""
    if kind == "scores":
        return "" if key in {*ID_KEYS, "prompt", "response", *STEP_KEYS} else key
    if key.startswith("ref_"):
        return key
    # A plain file of answers, which is a reference file because the settings say so.
    if key in {"response", "reward", "valid_reward"} and f"ref_{key}" not in row:
        return f"ref_{key}"
    return ""
