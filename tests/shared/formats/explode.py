"""Lines of fixtures read as the file at their place is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tensorboard_plugin_rlboard.formats.base import LineContext, LineSamples
from tensorboard_plugin_rlboard.formats.registry import recognise
from tensorboard_plugin_rlboard.formats.rows.file_options import bind_to_file, file_defaults

LETTERS = LineContext(
    to_tokens=lambda ids: [chr(64 + i % 26) for i in ids],
    to_text=lambda ids: "".join(chr(64 + i % 26) for i in ids),
)
"""A tokenizer that spells 1 as A, 2 as B and so on."""


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def explode(path: Path, number: int = 0) -> LineSamples:
    """The samples of one line, read as a file at that place is."""
    row = lines(path)[number]
    known = recognise(lines(path)[0])
    assert known is not None
    assert known.to_samples is not None
    return known.to_samples(row, LineContext(file_defaults(bind_to_file(known, str(path), {}))))


def only(path: Path, number: int = 0) -> dict[str, Any]:
    found = explode(path, number)
    assert not found.problems
    assert len(found.rows) == 1
    return dict(found.rows[0])
