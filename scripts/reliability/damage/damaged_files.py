"""Writes files of intact and damaged lines of a log, packed in each way that there is."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from damage.mutations import MUTATIONS
from damage.packings import Packing, as_row
from damage.row_mutations import change_cells
from damage.seed_logs import SeedLog

LINES_PER_FILE = 48
CELLS, ARCHIVE = "other values in a table", "bytes of an archive or container"
"""Names, as the report says them, of damage to rows of typed tables, and to what lines are packed into."""
_IN_ROWS = tuple(
    name for name in MUTATIONS if name not in {"two lines in one", "nesting beyond every parser"}
)
_MAX_TRIES = 20
_AGE_S = 100.0
"""Seconds since a file was written: what is being written may end anywhere, and nothing is said of it."""


@dataclass(frozen=True)
class DamagedFile:
    """A file that was written.

    Attributes:
        path: below the log directory.
        seed: its log.
        packing: how it is stored.
        lines: its lines without their ends.
        intact: 0-based number of a line that was not damaged -> number of the seed's line that it is.
        damage: 0-based number of a line -> the mutation.
        is_torn: whether the last line lacks its end.
        broken: what was done to the packed bytes; empty where nothing was.
    """

    path: str
    seed: SeedLog
    packing: Packing
    lines: Sequence[bytes]
    intact: dict[int, int]
    damage: dict[int, str] = field(default_factory=dict)
    is_torn: bool = False
    broken: str = ""


def damaged_file(
    rng: random.Random,
    seed: SeedLog,
    number: int,
    folder: Path,
    *,
    lines: int = LINES_PER_FILE,
    first_is_whole: bool,
) -> DamagedFile:
    """Writes one file.

    Args:
        rng: says how it is packed, and what is damaged and how.
        seed: the log whose lines they are.
        number: of the file; its folder is named so.
        folder: the log directory.
        lines: how many the file gets.
        first_is_whole: whether the first line is never damaged. By it is told whether a file holds lines or one document.
    """
    packing = rng.choice(seed.packings)
    is_broken = bool(packing.suffix) and rng.random() < 0.2
    written: list[bytes] = []
    intact: dict[int, int] = {}
    damage: dict[int, str] = {}
    share = 0.0 if is_broken else rng.choice([0.1, 0.5, 0.5, 0.9])
    for index in range(lines):
        seed_line = rng.randrange(len(seed.lines))
        if rng.random() > share or (index == 0 and (first_is_whole or rng.random() < 0.8)):
            intact[index] = seed_line
            written.append(seed.lines[seed_line])
        else:
            damage[index], line = _damage_line(rng, packing, seed.lines[seed_line])
            written.append(line)
    is_torn = not packing.suffix and rng.random() < 0.2
    path = f"{number:06}/{path_of(seed, packing)}"
    data = packing.pack(written)
    data = data[:-1] if is_torn else data
    broken, data = _break_bytes(rng, data) if is_broken else ("", data)
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(data)
    os.utime(folder / path, (time.time() - _AGE_S,) * 2)
    return DamagedFile(path, seed, packing, written, intact, damage, is_torn, broken)


def path_of(seed: SeedLog, packing: Packing) -> str:
    """Where a log lies once it is packed: a container has its own ending in place of that of lines."""
    if not packing.holds_rows:
        return seed.path + packing.suffix
    return seed.path.rpartition(".")[0] + packing.suffix


def _damage_line(rng: random.Random, packing: Packing, line: bytes) -> tuple[str, bytes]:
    """The name of a damage, and the line with it: in a container of rows one that still is a row."""
    if not packing.holds_rows:
        name = rng.choice(list(MUTATIONS))
        return name, MUTATIONS[name](rng, line)
    for _ in range(0 if packing.is_typed else _MAX_TRIES):
        name = rng.choice(_IN_ROWS)
        if as_row(changed := MUTATIONS[name](rng, line)) is not None:
            return name, changed
    return CELLS, change_cells(rng, line)


def _break_bytes(rng: random.Random, data: bytes) -> tuple[str, bytes]:
    """Damages a file's bytes; returns the name of the damage and the bytes."""
    offset = rng.randrange(len(data))
    damage = rng.choice(("cut", "bits flipped", "zeros", "bytes lost"))
    if damage == "cut":
        return damage, data[:offset]
    if damage == "zeros":
        length = min(rng.choice([1, 64, 4096]), len(data) - offset)
        return damage, data[:offset] + bytes(length) + data[offset + length :]
    if damage == "bytes lost":
        return damage, data[:offset] + data[offset + rng.randint(1, 40) :]
    return damage, data[:offset] + bytes([data[offset] ^ 1 << rng.randrange(8)]) + data[offset + 1 :]
