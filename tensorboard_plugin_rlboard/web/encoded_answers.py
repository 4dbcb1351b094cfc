"""Encodes answers as they are sent. The gzipped JSON of large ones is cached as long as the board gives the same answer.

What is answered again and again must not be encoded again and again: 2,000 steps are some 350,000 numbers.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from hashlib import blake2b

from tensorboard_plugin_rlboard.board.lru_cache import LruCache
from tensorboard_plugin_rlboard.web.json_answers import encode, is_large, number_columns

_CACHE_BYTES = 32 * 1024 * 1024
_MIN_LONG_BYTES, _LONG_CACHE_BYTES = 256 * 1024, 8 * 1024 * 1024
"""Bytes of JSON from which on it is packed once for everybody who is given the same, and of those that are kept: the list
of ten thousand runs is 100 MB, and a tab asks for it every five seconds."""
_GZIP_LEVEL = 1
"""Digits of statistics hardly compress: level 3 takes three times as long for four percent."""


@dataclass(frozen=True)
class EncodedAnswer:
    """An answer as it is sent.

    Attributes:
        content: its bytes.
        mime_type: what they are.
        encoding: `gzip` where they are packed.
        digest: of what they say, where they are many; else empty.
    """

    content: bytes
    mime_type: str
    encoding: str | None = None
    digest: str = ""

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
        self._long: LruCache[EncodedAnswer] = LruCache(_LONG_CACHE_BYTES, lambda long: long.size)

    def of(self, answer: object) -> EncodedAnswer:
        """An answer as JSON, gzipped where it is large; as it is where it is bytes."""
        if isinstance(answer, bytes):
            return EncodedAnswer(answer, "application/octet-stream")
        if is_large(answer):
            return self._large.get_or_compute(id(answer), lambda: _gzipped(answer)).encoded
        content = encode(answer)
        if len(content) < _MIN_LONG_BYTES:
            return EncodedAnswer(content, "application/json")
        digest = blake2b(content, digest_size=16).hexdigest()
        return self._long.get_or_compute(digest, lambda: _packed(content, digest))

    def prepare(self, answer: object) -> None:
        """Encodes an answer that will be asked for, where that takes long."""
        if is_large(answer):
            self.of(answer)


def _gzipped(answer: object) -> _LargeAnswer:
    return _LargeAnswer(answer, _packed(encode(answer)))


def _packed(content: bytes, digest: str = "") -> EncodedAnswer:
    return EncodedAnswer(gzip.compress(content, _GZIP_LEVEL, mtime=0), "application/json", "gzip", digest)
