"""Lines that a writer has written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def rows_in(folder: Path, name: str = "rollouts.rank_0.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]
