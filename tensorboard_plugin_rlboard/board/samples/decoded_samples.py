"""Decoded samples: one line read again by its byte offset; a bounded cache shared by the routes of one click."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tensorboard_plugin_rlboard.board.lru_cache import LruCache
from tensorboard_plugin_rlboard.errors import UnknownError, UnreadError
from tensorboard_plugin_rlboard.formats.rows.file_options import discounts, line_context
from tensorboard_plugin_rlboard.formats.rows.sample_reader import SampleValues, read_sample_values, sample_row
from tensorboard_plugin_rlboard.index.annotations.addresses import read_annotations
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.run_file import IndexedFile
from tensorboard_plugin_rlboard.metrics.critic import critic_target
from tensorboard_plugin_rlboard.metrics.derived_metrics import with_derived_metrics
from tensorboard_plugin_rlboard.metrics.tokens import Tokens
from tensorboard_plugin_rlboard.sources.reader import read_range_in_time

_CACHE_BYTES = 64 * 1024 * 1024
_OBJECT_BYTES = 120
"""Bytes of an array or a mapping itself, or of a key and its place in one."""
_PLAIN = frozenset({str, int, float, bool, type(None)})


@dataclass(frozen=True)
class SampleLocation:
    """Where a sample lies.

    Attributes:
        file: its file.
        offset, length: of its line, in bytes.
        row: which sample of the line it is.
        annotations: addresses of what was logged of its trace later and is in its row; empty for nothing.
    """

    file: IndexedFile
    offset: int
    length: int
    row: int
    annotations: str = ""


@dataclass(frozen=True)
class DecodedSample:
    """A sample with all its token metrics.

    Attributes:
        row: the row as logged, in our words.
        tokens: logged and derived token metrics, aligned.
        logged: names of those that are logged.
        value_target: what `value_error` is the distance to: `returns` (logged) or `gae`; None where there is no such
            metric, or it is logged itself.
    """

    row: SampleValues
    tokens: Tokens
    logged: frozenset[str]
    value_target: str | None

    @property
    def size(self) -> int:
        """Bytes that it holds, about: its texts as well, or a run without tokens is kept whole."""
        arrays = {
            id(array): array.nbytes + _OBJECT_BYTES
            for tokens in (self.tokens, self.row.aligned)
            for array in (*tokens.values.values(), *tokens.missing.values())
        }
        plain = (self.row.texts, self.row.numbers, self.row.token_strings, self.row.messages)
        return sum(arrays.values()) + sum(map(_bytes_of, plain))


def _bytes_of(value: object) -> int:
    """Bytes that a value of JSON holds, about."""
    if isinstance(value, Mapping):
        return _OBJECT_BYTES + sum(_OBJECT_BYTES + _bytes_of(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        sizes = map(sys.getsizeof if set(map(type, value)) <= _PLAIN else _bytes_of, value)
        return _OBJECT_BYTES + 8 * len(value) + sum(sizes)
    return sys.getsizeof(value)


class DecodedSamples:
    """Decodes samples and keeps the last ones, 64 MB by default; /sample and /tokens of one click decode a line once."""

    def __init__(self, max_bytes: int = _CACHE_BYTES) -> None:
        self._cache: LruCache[DecodedSample] = LruCache(max_bytes, lambda sample: sample.size)

    def get(self, run: RunIndex, location: SampleLocation) -> DecodedSample:
        """The sample at a location.

        Raises:
            UnknownError: the line is not there any more.
        """
        arrays = run.keys.arrays
        place = (location.file.number, location.offset, location.length, location.row, location.annotations)
        key = (run.name, *place, arrays)
        return self._cache.get_or_compute(key, lambda: decode_sample(run, location))


def decode_sample(run: RunIndex, location: SampleLocation) -> DecodedSample:
    """Reads one line and decodes the sample in it.

    Raises:
        UnknownError: the line is not there any more.
    """
    opened = read_sample(run, location)
    logged, (gamma, lam) = opened.aligned, discounts(location.file.format)
    target = critic_target(logged, gamma, lam)
    source = None
    if target is not None and "value_error" not in logged.values:
        source = "returns" if target.logged.any() else "gae"
    tokens = with_derived_metrics(logged, target, gamma, lam)
    return DecodedSample(opened, tokens, frozenset(logged.values), source)


def read_sample(run: RunIndex, location: SampleLocation) -> SampleValues:
    """Reads one line and gives what was logged of the sample in it.

    Raises:
        UnreadError: its file cannot be read now.
        UnknownError: the line is not there any more.
    """
    return read_sample_values(read_row(run, location), location.file.format, sorted(run.keys.arrays))


def read_row(run: RunIndex, location: SampleLocation) -> Mapping[str, object]:
    """Reads one line and gives the row of the sample in it.

    Raises:
        UnreadError: its file cannot be read now.
        UnknownError: the line is not there any more.
    """
    file = location.file
    context = line_context(file.format, file.path)
    try:
        line = read_range_in_time(file.path, location.offset, location.length)
        if location.annotations:
            found = read_annotations(run.annotation_paths, [location.annotations])
            context = replace(context, annotations=found)
    except OSError as error:
        raise UnreadError(f"{file.relative} cannot be read any more: {error.strerror or error}.") from error
    try:
        row = sample_row(line, file.format, context, location.row, sorted(run.keys.arrays))
    except ValueError:
        row = None
    if row is None:
        raise UnknownError(
            f"{file.relative} has changed since it was indexed; it will be read again in a moment."
        )
    return row
