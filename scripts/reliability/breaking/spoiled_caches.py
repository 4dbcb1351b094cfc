"""Kept indexes that are damaged, foreign, older or newer: what is built over them is what a clean build is."""

from __future__ import annotations

import gzip
import random
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from breaking.file_faults import content, dump
from damage.accounts import open_index

_VERSIONED = re.compile(r"(files|parts)-(\d+)")


@dataclass
class SpoiledCaches:
    """What was spoiled.

    Attributes:
        counts: kind of damage -> how often.
        failures: one sentence for each cache over which something else was built.
    """

    counts: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


def spoil_caches(home: Path, times: int, seed: int) -> SpoiledCaches:
    """Spoils a kept index again and again, each time a whole one, and compares what is built over it.

    Args:
        home: where logs and indexes are made.
        times: how often.
        seed: of the file, the place and the damage.
    """
    logs, whole = home / "logs", home / "whole"
    for number in range(3):
        path = logs / f"run{number}" / "a.jsonl"
        path.parent.mkdir(parents=True)
        path.write_bytes(content(range(1, 12 + number)))
    (logs / "run3").mkdir()
    (logs / "run3" / "a.jsonl.gz").write_bytes(gzip.compress(content(range(1, 9))))
    with open_index(logs, whole) as built:
        clean = dump(built)
    files = sorted(path.relative_to(whole) for path in whole.rglob("*") if path.is_file())
    if not any(path.suffix == ".parquet" for path in files):
        msg = f"no part was kept in {whole}: {files}"
        raise RuntimeError(msg)
    rng, found = random.Random(seed), SpoiledCaches()
    for number in range(times):
        kind = list(DAMAGES)[number % len(DAMAGES)]
        cache = home / "spoiled"
        shutil.rmtree(cache, ignore_errors=True)
        shutil.copytree(whole, cache)
        where = rng.choice(files)
        DAMAGES[kind](rng, cache / where)
        found.counts[kind] = found.counts.get(kind, 0) + 1
        with open_index(logs, cache) as rebuilt:
            other = dump(rebuilt)
        if other != clean:
            found.failures.append(f"a cache {kind} ({where}): {len(other['samples'])} lines with samples")
    return found


def _flip(rng: random.Random, path: Path) -> None:
    data = bytearray(path.read_bytes())
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)


def _cut(rng: random.Random, path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: rng.randrange(len(data))] if data else b"x")


def _zeros(_: random.Random, path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _swap(rng: random.Random, path: Path) -> None:
    """The content of another file of its kind."""
    others = sorted(
        other for other in _cache_of(path).rglob(f"*{path.suffix}") if other.is_file() and other != path
    )
    path.write_bytes(rng.choice(others).read_bytes() if others else b"")


def _folder(_: random.Random, path: Path) -> None:
    path.unlink()
    path.mkdir()


def _loop(_: random.Random, path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def _cache_of(path: Path) -> Path:
    return next(parent for parent in path.parents if parent.name == "spoiled")


def _other_version(by: int) -> Callable[[random.Random, Path], None]:
    def rename(_: random.Random, path: Path) -> None:
        for folder in sorted(_cache_of(path).rglob("*")):
            named = _VERSIONED.fullmatch(folder.name)
            if named and folder.is_dir():
                folder.rename(folder.with_name(f"{named[1]}-{int(named[2]) + by}"))

    return rename


DAMAGES: dict[str, Callable[[random.Random, Path], None]] = {
    "with a bit flipped in one of its files": _flip,
    "with one of its files cut": _cut,
    "with zeros for one of its files": _zeros,
    "with one of its files in the place of another": _swap,
    "without one of its files": lambda _, path: path.unlink(),
    "with a folder for one of its files": _folder,
    "with a link to itself for one of its files": _loop,
    "of a version before": _other_version(-1),
    "of a version to come": _other_version(1),
}
"""What is done to a kept index, at one of its files."""
