"""Texts as sequences of words: words of alphabets, single characters of scripts without spaces, numbers, signs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints

_WORDLESS = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af\u0e00-\u0e7f"
WORD = re.compile(rf"[^\W\d{_WORDLESS}]+(?:['’][^\W\d{_WORDLESS}]+)?|[{_WORDLESS}]|\d+|[^\w\s]")
"""One word: a character of a script that is written without spaces, a number, letters, or a sign."""
Hashes = NDArray[np.uint64]
_HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_LOOP_WORDS = 4
_MIN_WORDS = 24
_LETTERS, _NUMBER = 1, 2
_KNOWN_WORDS = 4096
"""Words that are cached: texts of one step have most in common."""


def words(text: str) -> list[str]:
    """The words of a text in their order."""
    return WORD.findall(text)


@dataclass(frozen=True, eq=False)
class WordSequences:
    """The sequences of words of some texts, as hashes of 64 bits.

    Attributes:
        hashes: those of each text one after the other, ascending, each once, uint64 [sequences].
        text_of: index of the text of each, int64 [sequences].
        repeated: share of the sequences of four words that the text has had before (1 − different / all), float64 [texts]; NaN for
            a text of fewer than 24 words. Other names of it: distinct-4, n-gram repetition.
    """

    hashes: Hashes
    text_of: Ints
    repeated: Floats


def sequences(texts: Sequence[str]) -> WordSequences:
    """The sequences of two and of four words of some texts.

    Sequences with a number in them are left out: they are of the task. So are those of two that are not of two words of
    letters: two characters of Chinese are hardly a word.
    """
    found = [words(text) for text in texts]
    counts = np.asarray([len(each) for each in found], np.int64)
    known = np.fromiter(map(_hash_and_kind, chain.from_iterable(found)), np.uint64, int(counts.sum()))
    own, kinds = known & np.uint64(0xFFFFFFFF), known >> np.uint64(32)
    text_of = np.repeat(np.arange(len(texts)), counts)
    two, of_two = _joined(own, 2), _within(text_of, 2)
    four, of_four = _joined(own, _LOOP_WORDS), _within(text_of, _LOOP_WORDS)
    of_two &= ~_any_of(kinds != _LETTERS, 2)
    told = of_four & ~_any_of(kinds == _NUMBER, _LOOP_WORDS)
    hashes, of_text = _distinct(
        np.concatenate([two[of_two], four[told]]),
        np.concatenate([text_of[: len(two)][of_two], text_of[: len(four)][told]]),
    )
    different = np.bincount(_distinct(four[of_four], text_of[: len(four)][of_four])[1], minlength=len(texts))
    is_long = counts >= _MIN_WORDS
    repeated = np.full(len(texts), np.nan)
    repeated[is_long] = 1.0 - different[is_long] / (counts[is_long] - _LOOP_WORDS + 1)
    return WordSequences(hashes, of_text, repeated)


def sequence(words: Sequence[str]) -> np.uint64:
    """The hash of one sequence of words, as `sequences` has it."""
    return np.uint64(_joined(_hashes(words), len(words))[0])


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


@lru_cache(maxsize=_KNOWN_WORDS)
def _hash_and_kind(word: str) -> int:
    kind = _NUMBER if word[0].isdigit() else _LETTERS if len(word) > 1 else 0
    return kind << 32 | _hash(word)


def _hashes(words: Sequence[str]) -> Hashes:
    return np.asarray([_hash(word) for word in words], np.uint64)


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


def _any_of(flags: Bools, length: int) -> Bools:
    """Whether any of so many neighbours has a flag."""
    count = max(0, len(flags) - length + 1)
    found = np.zeros(count, bool)
    for place in range(length):
        found |= flags[place : place + count]
    return found


def _within(text_of: Ints, length: int) -> Bools:
    """Whether so many neighbours are words of one text."""
    count = max(0, len(text_of) - length + 1)
    return np.asarray(text_of[:count] == text_of[length - 1 :][:count], bool)


def _distinct(hashes: Hashes, text_of: Ints) -> tuple[Hashes, Ints]:
    """The hashes of each text ascending, each once, and their texts."""
    order = np.lexsort((hashes, text_of))
    hashes, text_of = hashes[order], text_of[order]
    is_first = np.ones(len(hashes), bool)
    is_first[1:] = (hashes[1:] != hashes[:-1]) | (text_of[1:] != text_of[:-1])
    return hashes[is_first], text_of[is_first]
