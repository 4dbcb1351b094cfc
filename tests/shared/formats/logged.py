"""Rows of fixtures, as their format makes them of lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples
from tensorboard_plugin_rlboard.formats.rows.sample_reader import (
    SampleValues,
    parse_line_with_python,
    read_sample_values,
)

# A tokenizer of its own kind: the token of an id is a letter, and 0 is padding.
LETTERS = LineContext(
    to_tokens=lambda ids: [chr(64 + i % 60) for i in ids],
    to_text=lambda ids: "".join(chr(64 + i % 60) for i in ids),
)


def lines(path: Path) -> list[dict[str, Any]]:
    """The JSON objects of a file."""
    rows = [parse_line_with_python(line) for line in path.read_bytes().splitlines() if line.strip()]
    assert all(row is not None for row in rows), path
    return [row for row in rows if row is not None]


def exploded(file_format: Format, row: dict[str, Any], context: LineContext = LineContext()) -> LineSamples:
    """What a format makes of a line, having recognised it."""
    assert file_format.recognise(row)
    assert file_format.to_samples is not None
    return file_format.to_samples(row, context)


def only(file_format: Format, row: dict[str, Any], context: LineContext = LineContext()) -> dict[str, Any]:
    """The one sample of a line that has no problem."""
    found = exploded(file_format, row, context)
    assert not found.problems
    (sample,) = found.rows
    return {key: value for key, value in sample.items() if value is not None}


def opened(file_format: Format, row: dict[str, Any], context: LineContext = LineContext()) -> SampleValues:
    """The one sample of a line as the tab opens it."""
    return read_sample_values(only(file_format, row, context), file_format, ())
