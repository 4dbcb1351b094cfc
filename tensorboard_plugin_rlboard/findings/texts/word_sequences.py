"""Texts as sequences of words: words of alphabets, single characters of scripts without spaces, numbers, signs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

_WORDLESS = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af\u0e00-\u0e7f"
WORD = re.compile(
    rf"[{_WORDLESS}]|\d+|(?:(?![{_WORDLESS}])[^\W\d])+(?:['’](?:(?![{_WORDLESS}])[^\W\d])+)?|[^\w\s]"
)
"""One word: a character of a script that is written without spaces, a number, letters, or a sign."""
Hashes = NDArray[np.uint64]
_SEQUENCE_LENGTHS = (2, 4)
_HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_LOOP_WORDS = 4
_MIN_WORDS = 24
_LETTERS, _NUMBER = 1, 2
_RECENT_TEXTS, _KNOWN_WORDS = 32, 4096
"""Texts and words that are cached: both functions look at a text, and texts of one step have most words in common. A drawn
text is cut, and its words with it."""


def words(text: str) -> list[str]:
    """The words of a text in their order."""
    return WORD.findall(text)


def sequences(text: str, lengths: Sequence[int] = _SEQUENCE_LENGTHS) -> Hashes:
    """The different sequences of words of a text, as hashes of 64 bits, ascending.

    Sequences with a number in them are left out: they are of the task. So are those of two that are not of two words of
    letters: two characters of Chinese are hardly a word.
    """
    own, kinds = _hashes_and_kinds(text)
    numbers, wordlike = kinds == _NUMBER, kinds == _LETTERS
    found = []
    for length in lengths:
        usable = _all_of(wordlike, length) if length == 2 else ~_any_of(numbers, length)
        found.append(_joined(own, length)[usable])
    return np.unique(np.concatenate(found)) if found else np.zeros(0, np.uint64)


def sequence(said: Sequence[str]) -> np.uint64:
    """The hash of one sequence of words, as `sequences` has it."""
    return np.uint64(_joined(_hashes(said), len(said))[0])


def repeated_share(text: str) -> float:
    """Share of the sequences of four words that the text has had before: 1 − different / all.

    NaN for a text of fewer than 24 words. Other names of it: distinct-4, n-gram repetition.
    """
    own, _ = _hashes_and_kinds(text)
    if len(own) < _MIN_WORDS:
        return np.nan
    all_of = _joined(own, _LOOP_WORDS)
    return 1.0 - len(np.unique(all_of)) / len(all_of)


def loop_start(text: str) -> int | None:
    """The character of the word with which a text is seen to go round in circles; None where it does not.

    That is the fourth word of the longest stretch of words that are, four by four, what the text has said before.
    """
    found = list(WORD.finditer(text))
    all_of = _joined(_hashes([word.group() for word in found]), _LOOP_WORDS)
    if len(found) < _MIN_WORDS:
        return None
    had = np.ones(len(all_of), bool)
    had[np.unique(all_of, return_index=True)[1]] = False
    edges = np.diff(had.astype(np.int8), prepend=0, append=0)
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    if not len(starts):
        return None
    return found[int(starts[np.argmax(ends - starts)]) + _LOOP_WORDS - 1].start()


@lru_cache(maxsize=_RECENT_TEXTS)
def _hashes_and_kinds(text: str) -> tuple[Hashes, NDArray[np.uint64]]:
    """Of each word of a text its hash, and whether it is letters, a number or neither."""
    found = np.fromiter(map(_hash_and_kind, words(text)), np.uint64)
    return found & np.uint64(0xFFFFFFFF), found >> np.uint64(32)


@lru_cache(maxsize=_KNOWN_WORDS)
def _hash_and_kind(word: str) -> int:
    kind = _NUMBER if word[0].isdigit() else _LETTERS if len(word) > 1 else 0
    return kind << 32 | _hash(word)


def _hashes(said: Sequence[str]) -> Hashes:
    return np.asarray([_hash(word) for word in said], np.uint64)


def _hash(word: str) -> int:
    return crc32(word.encode("utf-8", "surrogatepass"))


def _joined(own: Hashes, length: int) -> Hashes:
    """The hash of every sequence of so many neighbours."""
    count = max(0, len(own) - length + 1)
    found = np.full(count, length, np.uint64)
    for place in range(length):
        found = (found + own[place : place + count] + np.uint64(1)) * _HASH_FACTOR
        found ^= found >> np.uint64(29)
    return found


def _all_of(flags: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    return ~_any_of(~flags, length)


def _any_of(flags: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    count = max(0, len(flags) - length + 1)
    found = np.zeros(count, bool)
    for place in range(length):
        found |= flags[place : place + count]
    return found
