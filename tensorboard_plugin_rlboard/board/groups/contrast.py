"""Phrases of one to four words that the good members of a group have and the bad ones do not, and vice versa.

Each side counts in how many of its responses a phrase stands, however often. A phrase is told if it stands in more of one
side than of the other by half of the responses or more, and in at least two responses of its side (one, where the side has only one). One that begins or ends with a word of every response is left out: without it, it says the same.
Those that tell the sides apart best come first; of phrases that stand in the very same responses and contain each other,
the longest is kept, as it says the most, and no more than three of those that stand in the very same responses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.board.groups.response_units import words_of
from tensorboard_plugin_rlboard.board.limits.running_question import check_stopped

MAX_WORDS = 4
"""Words of a phrase."""
WORDS_AT_EACH_END = 1_000
"""Words of a response that are looked at from its start, and as many from its end: a long one is told by how it sets out
and what it arrives at, and what the work costs is known before."""
MAX_PHRASES = 8
MAX_PHRASES_ALIKE = 3
"""Phrases that stand in the very same responses: of a lone good response all of them would be its own."""
MIN_SHARE_DIFFERENCE = 0.5


@dataclass(frozen=True)
class ContrastPhrase:
    """A phrase, and the number of good and bad responses that it stands in."""

    text: str
    words: int
    good: int
    bad: int


@dataclass(frozen=True)
class _CountedPhrase:
    """A phrase as it was counted: its words, and a bit for each response that it stands in."""

    text: str
    words: tuple[str, ...]
    bits: int
    good: int
    bad: int


@dataclass(frozen=True)
class Contrast:
    """Phrases of each side, best first.

    Attributes:
        good: what the good have.
        bad: what the bad have.
        is_complete: whether every word of every response was looked at.
    """

    good: list[ContrastPhrase]
    bad: list[ContrastPhrase]
    is_complete: bool


def contrast(good: Sequence[str], bad: Sequence[str]) -> Contrast:
    """The phrases that tell good responses from bad ones; none if one side is empty.

    Args:
        good: the texts of the responses of one side.
        bad: those of the other.
    """
    if not good or not bad:
        return Contrast([], [], is_complete=True)
    texts = [_ends(text) for text in (*good, *bad)]
    places: dict[
        tuple[str, ...], int
    ] = {}  # the words of a phrase -> the responses that it stands in, a bit for each
    for number, (pieces, _) in enumerate(texts):
        for piece in pieces:
            for phrase in _phrases(piece):
                places[phrase] = places.get(phrase, 0) | 1 << number
    everywhere = {
        phrase[0] for phrase, bits in places.items() if bits.bit_count() == len(texts) and len(phrase) == 1
    }
    of_good = (1 << len(good)) - 1
    counted = [
        _CountedPhrase(
            "".join(words), words, bits, (bits & of_good).bit_count(), (bits >> len(good)).bit_count()
        )
        for words, bits in places.items()
        if not everywhere.intersection((words[0], words[-1].lstrip()))
        and any(word.lstrip()[0].isalnum() for word in words)
    ]
    of_each = len(good), len(bad)
    return Contrast(
        _best([p for p in counted if _tells_apart(p.good, of_each[0], p.bad, of_each[1])], of_each, 1),
        _best([p for p in counted if _tells_apart(p.bad, of_each[1], p.good, of_each[0])], of_each, -1),
        is_complete=all(is_whole for _, is_whole in texts),
    )


def _tells_apart(own: int, of: int, other: int, of_other: int) -> bool:
    return own >= min(2, of) and own / of - other / of_other >= MIN_SHARE_DIFFERENCE


def _best(found: list[_CountedPhrase], of_each: tuple[int, int], sign: int) -> list[ContrastPhrase]:
    """The first phrases by how far the sides are apart, then the longest, then as a dictionary has them."""

    def order(p: _CountedPhrase) -> tuple[float, int, int, str]:
        share_difference = sign * (p.good / of_each[0] - p.bad / of_each[1])
        return -round(share_difference, 9), -len(p.words), -len(p.text), p.text

    kept: list[_CountedPhrase] = []
    for phrase in sorted(found, key=order):
        alike = [other.text for other in kept if other.bits == phrase.bits]
        if len(alike) < MAX_PHRASES_ALIKE and not any(phrase.text in other for other in alike):
            kept.append(phrase)
        if len(kept) == MAX_PHRASES:
            break
    return [ContrastPhrase(p.text, len(p.words), p.good, p.bad) for p in kept]


def _ends(text: str) -> tuple[list[list[str]], bool]:
    """The words of a text in one piece, or those of both its ends; and whether that is all of them."""
    check_stopped()
    words = words_of(text)
    if len(words) <= 4 * WORDS_AT_EACH_END:  # the white space between words counts here
        return [words], True
    return [words[: 2 * WORDS_AT_EACH_END], words[-2 * WORDS_AT_EACH_END :]], False


def _phrases(words: list[str]) -> Iterator[tuple[str, ...]]:
    """Every phrase of up to four words that follow each other on a line; a word behind white space keeps a blank before it."""
    line: list[str] = []
    blank = False
    for word in words:
        if word.isspace():
            line, blank = ([] if "\n" in word else line), True
            continue
        line = [*line[1 - MAX_WORDS :], f" {word}" if blank else word]
        blank = False
        for start in range(len(line)):
            yield (line[start].lstrip(), *line[start + 1 :])
