"""Logs of rollouts for tests: written row by row, and opened as TensorBoard would open them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots

Row = dict[str, Any]
Line = Row | str | bytes
"""A row, or the text or bytes of a line that is none: empty, torn, damaged."""


def row(step: int, response: str = "a", *, tokens: int = 0, **fields: Any) -> Row:
    """A sample as a line of the native format has it.

    Args:
        step: The trainer's step; the reward is half of it.
        response: Its text.
        tokens: How many response tokens it has, each with its log-probabilities; none by default.
        fields: Further fields, or others than the defaults; what is None is written as null.
    """
    found: Row = {"step": step, "prompt": "p", "response": response, "reward": step / 2}
    if tokens:
        found["response_tokens"] = [f"t{i}" for i in range(tokens)]
        found["logprobs"] = [-0.5] * tokens
        found["ref_logprobs"] = [-1.0] * tokens
    return found | fields


def line(step: int, response: str = "a", **fields: Any) -> bytes:
    """A sample as the bytes of its line."""
    return lines(row(step, response, **fields))


def long_line(step: int) -> bytes:
    """A line of about 340 bytes: a few of them are a range of the index where tests make ranges small."""
    return lines({"step": step, "response": f"r{step} " + "x" * 300, "reward": step / 2})


def log_of(*steps: int, **fields: Any) -> bytes:
    """The bytes of a log with one sample for each of these steps."""
    return lines(*(row(step, **fields) for step in steps))


def rollouts(steps: Iterable[int], samples: int = 4, group: int = 2, **fields: Any) -> list[Row]:
    """Every sample of some steps; `group` of them answer one prompt and have one group."""
    return [
        row(step, f"r{step}.{i}", prompt=f"p{i // group}", group_id=f"{step}.{i // group}", **fields)
        for step in steps
        for i in range(samples)
    ]


def lines(*rows: Line) -> bytes:
    """The rows as a log has them: text gets its newline, bytes stay as they are, NaN and Infinity are bare."""
    return b"".join(
        each
        if isinstance(each, bytes)
        else (each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)).encode() + b"\n"
        for each in rows
    )


def append(path: Path, *rows: Line) -> None:
    """Adds to a log as a training does; an archive gets one member more."""
    data = lines(*rows)
    with path.open("ab") as file:
        file.write(gzip.compress(data) if path.suffix == ".gz" else data)


class TestLog:
    """A log directory, and the indexes that a test opens on it.

    Args:
        folder: The log directory; it is made here.
        cache: Where parts of the index are kept, the same for every start; by default nowhere.
    """

    __test__ = False  # not a class of tests, whatever its name begins with

    def __init__(self, folder: Path, cache: Path | None = None) -> None:
        self.folder = folder
        self.cache = cache
        self._opened: list[BackgroundIndexer] = []
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, file: str = "a.jsonl") -> Path:
        """Where a file lies; its folders name its run and are made here."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write(self, *rows: Line, file: str = "a.jsonl") -> Path:
        """Writes a file anew; one that ends on .gz as an archive."""
        path = self.path(file)
        path.write_bytes(b"")
        append(path, *rows)
        return path

    def append(self, *rows: Line, file: str = "a.jsonl") -> Path:
        """Adds to a file."""
        path = self.path(file)
        append(path, *rows)
        return path

    def indexer(self, **options: Any) -> BackgroundIndexer:
        """A new index, as a new TensorBoard would have it; nothing is read yet."""
        made = BackgroundIndexer(Registry(parse_roots(str(self.folder), ""), self.cache, **options), 0)
        self._opened.append(made)
        return made

    def open(self, *, with_curves: bool = False, **options: Any) -> Board:
        """A board on a new index that has read everything.

        Args:
            with_curves: Curves are computed with the index, as in a running TensorBoard. By default that is left to the
                first question for them: for a small log they cost as much as the rest, and few tests ask for any.
            options: Those of the index.
        """
        indexer = self.indexer(**options)
        if with_curves:
            board = Board(indexer)
            indexer.index_now()
            return board
        indexer.index_now()
        return Board(indexer)

    def close(self) -> None:
        """Ends every index that was opened."""
        for indexer in self._opened:
            indexer.stop()
        self._opened.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def opened(folder: Path) -> Iterator[Board]:
    """A board on everything below a folder, for a fixture that yields it."""
    with TestLog(folder) as log:
        yield log.open()
