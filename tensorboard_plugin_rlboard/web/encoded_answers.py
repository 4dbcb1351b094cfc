"""Gzipped JSON of large answers, kept as long as the board gives the same answer.

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


@dataclass(frozen=True, eq=False)
class _Encoded:
    """An answer and its gzipped JSON. It holds the answer, so that no other one can have its identity."""

    answer: object
    gzipped: bytes

    @property
    def size(self) -> int:
        """Bytes that it holds, about."""
        return len(self.gzipped) + 8 * sum(len(column) for column in number_columns(self.answer))


class EncodedAnswers:
    """Encodes large answers, each answer once."""

    def __init__(self, max_bytes: int = _CACHE_BYTES) -> None:
        self._cache: LruCache[_Encoded] = LruCache(max_bytes, lambda encoded: encoded.size)

    def gzipped(self, answer: object) -> bytes | None:
        """The gzipped JSON of an answer; None where the answer is small, and encoded as it is sent."""
        if not is_large(answer):
            return None
        return self._cache.get_or_compute(id(answer), lambda: _encoded(answer)).gzipped


def _encoded(answer: object) -> _Encoded:
    return _Encoded(answer, gzip.compress(encode(answer), _LEVEL, mtime=0))
