"""Answers as they are sent. Of large ones the gzipped JSON is kept as long as the board gives the same answer.

What is answered again and again must not be encoded again and again: 2,000 steps are some 350,000 numbers.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass

from tensorboard_plugin_rlboard.board.lru_cache import LruCache
from tensorboard_plugin_rlboard.web.json_answers import encode, is_large, number_columns

_CACHE_BYTES = 32 * 1024 * 1024
_LEVEL = 1
"""Digits of statistics hardly compress: level 3 takes three times as long for four percent."""


@dataclass(frozen=True)
class EncodedAnswer:
    """An answer as it is sent.

    Attributes:
        content: its bytes.
        mime_type: what they are.
        encoding: `gzip` where they are packed.
    """

    content: bytes
    mime_type: str
    encoding: str | None = None

    @property
    def size(self) -> int:
        """Bytes that it holds, about."""
        return len(self.content) + 500


@dataclass(frozen=True, eq=False)
class _LargeAnswer:
    """An answer and its gzipped JSON. It holds the answer, so that no other one can have its identity."""

    answer: object
    encoded: EncodedAnswer

    @property
    def size(self) -> int:
        """Bytes that it holds, about."""
        return self.encoded.size + 8 * sum(len(column) for column in number_columns(self.answer))


class EncodedAnswers:
    """Encodes answers, a large one once."""

    def __init__(self, max_bytes: int = _CACHE_BYTES) -> None:
        self._large: LruCache[_LargeAnswer] = LruCache(max_bytes, lambda large: large.size)

    def of(self, answer: object) -> EncodedAnswer:
        """An answer as JSON, gzipped where it is large; as it is where it is bytes."""
        if isinstance(answer, bytes):
            return EncodedAnswer(answer, "application/octet-stream")
        if is_large(answer):
            return self._large.get_or_compute(id(answer), lambda: _gzipped(answer)).encoded
        return EncodedAnswer(encode(answer), "application/json")

    def prepare(self, answer: object) -> None:
        """Encodes an answer that will be asked for, where that takes long."""
        if is_large(answer):
            self.of(answer)


def _gzipped(answer: object) -> _LargeAnswer:
    packed = gzip.compress(encode(answer), _LEVEL, mtime=0)
    return _LargeAnswer(answer, EncodedAnswer(packed, "application/json", "gzip"))
