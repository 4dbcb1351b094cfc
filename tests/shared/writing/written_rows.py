"""What a writer has written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tensorboard_plugin_rlboard.writer import RolloutWriter


def rows_of(writer: RolloutWriter) -> list[dict[str, Any]]:
    return [json.loads(line) for line in writer.path.read_bytes().decode().splitlines()]


def written(folder: Path, precision: int | None = None, **fields: object) -> dict[str, Any]:
    """The one row that logging these fields writes."""
    with RolloutWriter(folder, precision=precision) as writer:
        writer.log(**{"step": 1, **fields})
    assert writer.dropped == 0
    (row,) = rows_of(writer)
    return row
