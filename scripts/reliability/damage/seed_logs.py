"""The logs that are damaged: one small real log of each format, from the fixtures of the tests."""

from __future__ import annotations

import json
from dataclasses import dataclass

from checkout import FIXTURES
from damage.packings import BY_NAME, LINES, Packing, as_row
from trackio_stores import trace

from tensorboard_plugin_rlboard.sources.kinds.file_kinds import file_kind

_FOLDERS_KEPT = 5
_MAX_LINE = 20_000
"""Bytes of a line; longer ones have the same keys and take the time of many."""
_OF_ANY_ROWS = ("JSON list", "JSON list in gzip", "indented JSON")
_TABLES = (
    ("slime", "rollout_data/2.pt", ("torch",)),
    ("miles", "dump/rollout_data/1.pt", ("torch",)),
    ("trl", "plain/completions/completions_00002.parquet", ("Parquet", "CSV")),
    ("art", "sums/models/tiny/trajectories/train/0001.parquet", ("Parquet",)),
    ("tunix", "trajectory_log_1.csv", ("CSV",)),
)
"""Fixtures that hold rows: folder, file, and what they are packed into again."""
_JOINED = ("rollout_id", "train_data")
"""What a reader puts into the rows of a dump, and is therefore not written into them."""


@dataclass(frozen=True)
class SeedLog:
    """A log whose lines are damaged.

    Attributes:
        name: of the trainer's folder among the fixtures.
        path: where it lay below that folder; a format may read its step from it.
        lines: its lines without their ends, each a JSON object.
        packings: the ways in which such a log may be stored.
    """

    name: str
    path: str
    lines: tuple[bytes, ...]
    packings: tuple[Packing, ...] = LINES


def seed_logs() -> list[SeedLog]:
    """The logs of every folder of fixtures that hold an object in every line, and those that hold tables of rows."""
    found = [_traces(), *(_table(*table) for table in _TABLES)]
    of_rows = tuple(BY_NAME[name] for name in _OF_ANY_ROWS)
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
                    # One object alone may be a table by its columns, which many are not.
                    ways = (*LINES, *of_rows) if len(set(lines)) > 1 else LINES
                    found.append(SeedLog(f"{kind}/{folder.name}", inner, tuple(lines), ways))
    return found


def _table(folder: str, name: str, packings: tuple[str, ...]) -> SeedLog:
    path = FIXTURES / "samples" / folder / name
    container = file_kind(str(path)).container
    if container is None:
        msg = f"{path} is no container"
        raise ValueError(msg)
    lines = []
    for row in container.read_rows(path):
        if isinstance(row, dict):
            own = {key: value for key, value in row.items() if key not in _JOINED}
            lines.append(json.dumps(own).encode())
    return SeedLog(f"samples/{folder}", name, tuple(lines), tuple(BY_NAME[name] for name in packings))


def _traces() -> SeedLog:
    rows = [trace(step, index, str(index), reward=index / 4) for step in (1, 2) for index in range(4)]
    lines = tuple(json.dumps(row).encode() for row in rows)
    return SeedLog("trackio", "store.db", lines, (BY_NAME["SQLite"],))


def _is_small_object(line: bytes) -> bool:
    return bool(as_row(line)) and len(line) <= _MAX_LINE
