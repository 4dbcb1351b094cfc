"""What the index has made of a file, line by line: samples, problems, or a sentence about the whole file."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import checkout  # noqa: F401  before what it makes importable

from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots

_UNLISTED = re.compile(r" (\d+) more of this kind follow(?:s)? in the next lines, not listed one by one\.$")
Sample = tuple[int, str | None, float | None]
"""What is compared of a sample: its row within the line, response, reward."""


@dataclass
class Account:
    """What became of the lines of one file.

    Attributes:
        format: name of its format; empty where it has none.
        reason: why it is left alone; empty where it is not.
        samples: 1-based line -> its samples.
        problems: 1-based line -> the kinds of its problems; of the file as a whole under 0.
        unlisted: how many problems are only counted, behind a thousand of their kind.
        is_read: whether every byte of it was read.
    """

    format: str = ""
    reason: str = ""
    samples: dict[int, list[Sample]] = field(default_factory=lambda: defaultdict(list))
    problems: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    unlisted: int = 0
    is_read: bool = False


@contextmanager
def open_index(folder: Path, cache: Path | None = None) -> Iterator[BackgroundIndexer]:
    """The index of a log directory, brought up to date once, as a TensorBoard that starts now would build it."""
    indexer = BackgroundIndexer(Registry(parse_roots(str(folder), ""), cache), 0)
    try:
        indexer.index_now()
        yield indexer
    finally:
        indexer.stop()


def accounts(registry: Registry) -> dict[str, Account]:
    """Path below the log directory -> its account, of every file that the index speaks of."""
    found: dict[str, Account] = defaultdict(Account)
    for path, reason in registry.ignored.items():
        found[path].reason = reason
    cursor = registry.cursor()
    for run in registry.runs.values():
        paths = {file.number: file.relative for file in run.files.values()}
        for file in run.files.values():
            found[file.relative].format = file.format.name
            found[file.relative].is_read = file.loaded_to == file.state.size
        reward = '"m:reward"' if "m:reward" in run.columns else "NULL"
        response = '"t:response"' if "t:response" in run.columns else "NULL"
        query = f'SELECT file, line, "row", {response}, {reward} FROM {run.table} ORDER BY file, line, "row"'  # noqa: S608  our own names
        for number, line, row, text, value in cursor.execute(query).fetchall():
            found[paths[number]].samples[line].append((row, text, value))
        query = f"SELECT file, coalesce(line, 0), kind, reason FROM {run.problem_table}"  # noqa: S608  our own name
        for path, line, kind, text in cursor.execute(query).fetchall():
            found[path].problems[line][kind] += 1
            more = _UNLISTED.search(text)
            found[path].unlisted += int(more[1]) if more else 0
    return found
