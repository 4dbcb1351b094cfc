"""The logs that are damaged: one small real log of each format, from the fixtures of the tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
_FOLDERS_KEPT = 5
_MAX_LINE = 20_000
"""Bytes of a line; longer ones have the same keys and take the time of many."""


@dataclass(frozen=True)
class SeedLog:
    """A log whose lines are damaged.

    Attributes:
        name: of the trainer's folder among the fixtures.
        path: where it lay below that folder; a format may read its step from it.
        lines: its lines without their ends, each a JSON object.
    """

    name: str
    path: str
    lines: tuple[bytes, ...]


def seed_logs() -> list[SeedLog]:
    """The files of lines of every folder of fixtures that hold an object in every line."""
    found = []
    for kind in ("formats", "samples"):
        for folder in sorted(path for path in (FIXTURES / kind).iterdir() if path.name != "look_alikes"):
            for path in sorted(folder.rglob("*.jsonl")):
                lines = [line for line in path.read_bytes().splitlines() if _is_small_object(line)]
                if (
                    lines
                    and "annotations" not in path.parts
                    and not path.name.endswith((".index.jsonl", "metadata.jsonl"))
                ):
                    inner = "/".join(path.relative_to(folder).parts[-_FOLDERS_KEPT:])
                    found.append(SeedLog(f"{kind}/{folder.name}", inner, tuple(lines)))
    return found


def _is_small_object(line: bytes) -> bool:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and bool(row) and len(line) <= _MAX_LINE
