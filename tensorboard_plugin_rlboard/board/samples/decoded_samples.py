"""DecodedSample samples: one line read again by its place in the index, kept for a moment for the routes that share it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.board.lru_cache import LruCache
from tensorboard_plugin_rlboard.errors import UnknownError
from tensorboard_plugin_rlboard.formats.rows.file_options import discounts, line_context
from tensorboard_plugin_rlboard.formats.rows.sample_reader import OpenedRow, open_row, sample_row
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.run_file import IndexedFile
from tensorboard_plugin_rlboard.metrics.segments import Bools
from tensorboard_plugin_rlboard.metrics.tokens import Tokens, with_derived_metrics
from tensorboard_plugin_rlboard.sources.reader import read_now

_BUDGET = 64 * 1024 * 1024


@dataclass(frozen=True)
class DecodedSample:
    """A sample with all its token metrics.

    Attributes:
        row: the row as logged, in our words.
        tokens: logged and derived token metrics, aligned.
    """

    row: OpenedRow
    tokens: Tokens

    @property
    def size(self) -> int:
        """Bytes that it holds, about."""
        return 8 * sum(len(array) for array in self.tokens.values.values()) + 60 * len(self.row.raw_tokens)


class DecodedSamples:
    """Decoded samples within a byte budget; /sample and /tokens of one click decode a line once."""

    def __init__(self, budget: int = _BUDGET) -> None:
        self._kept: LruCache[DecodedSample] = LruCache(budget, lambda opened: opened.size)

    def get(self, run: RunIndex, file: IndexedFile, place: tuple[int, int, int]) -> DecodedSample:
        """Reads and decodes the sample at a place (byte offset and length of its line, row in it), or takes it from memory.

        Raises:
            UnknownError: the line is not there any more.
        """
        key = (run.name, file.number, *place, run.keys.arrays)
        return self._kept.get(key, lambda: open_line(run, file, *place))


def open_line(run: RunIndex, file: IndexedFile, offset: int, length: int, place: int) -> DecodedSample:
    """Reads one line and decodes the sample at that place in it.

    Raises:
        UnknownError: the line is not there any more.
    """
    try:
        line = read_now(file.path, offset, length)
    except OSError as error:
        raise UnknownError(f"{file.relative} cannot be read any more: {error.strerror or error}.") from error
    arrays = sorted(run.keys.arrays)
    try:
        row = sample_row(line, file.format, line_context(file.format, file.path), place, arrays)
    except ValueError:
        row = None
    if row is None:
        raise UnknownError(
            f"{file.relative} has changed since it was indexed; it will be read again in a moment."
        )
    opened = open_row(row, file.format, arrays)
    return DecodedSample(opened, with_derived_metrics(opened.tokens, *discounts(file.format)))


def binary(opened: DecodedSample, names: list[str]) -> bytes:
    """Token metrics as little-endian float32, one row for each name; a missing value is NaN."""
    n = int(opened.tokens.sizes[0])
    rows = [np.asarray(opened.tokens.values[name], "<f4") for name in names]
    return b"".join(row[:n].tobytes() for row in rows)


def missing_spans(missing: Mapping[str, Bools], names: list[str]) -> dict[str, list[tuple[int, int]]]:
    """Where each metric has no value: [from, to) spans of positions."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for name in names:
        if name in missing and missing[name].any():
            edges = np.flatnonzero(np.diff(np.concatenate([[0], missing[name].astype(np.int8), [0]])))
            spans[name] = [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return spans
