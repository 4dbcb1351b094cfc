"""Rows of fixtures, as their format makes them of lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tensorboard_plugin_rlboard.formats.base import Exploded, Format, Reading
from tensorboard_plugin_rlboard.formats.rows.sample_reader import OpenedRow, open_row, parse_slowly

# A tokenizer of its own kind: the token of an id is a letter, and 0 is padding.
LETTERS = Reading(
    to_tokens=lambda ids: [chr(64 + i % 60) for i in ids],
    to_text=lambda ids: "".join(chr(64 + i % 60) for i in ids),
)


def lines(path: Path) -> list[dict[str, Any]]:
    """The JSON objects of a file."""
    rows = [parse_slowly(line) for line in path.read_bytes().splitlines() if line.strip()]
    assert all(row is not None for row in rows), path
    return [row for row in rows if row is not None]


def exploded(known: Format, row: dict[str, Any], reading: Reading = Reading()) -> Exploded:  # noqa: B008 (frozen)
    """What a format makes of a line, having recognised it."""
    assert known.recognise(row)
    assert known.rows is not None
    return known.rows(row, reading)


def only(known: Format, row: dict[str, Any], reading: Reading = Reading()) -> dict[str, Any]:  # noqa: B008 (frozen)
    """The one sample of a line that has no problem."""
    found = exploded(known, row, reading)
    assert not found.problems
    (sample,) = found.rows
    return {key: value for key, value in sample.items() if value is not None}


def opened(known: Format, row: dict[str, Any], reading: Reading = Reading()) -> OpenedRow:  # noqa: B008 (frozen)
    """The one sample of a line as the tab opens it."""
    return open_row(only(known, row, reading), known, ())
