"""Phrases that come up in the course of a run: sequences of words that few of the first responses have and many of the last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.findings.texts.step_texts import StepTexts
from tensorboard_plugin_rlboard.findings.texts.word_sequences import WORD, Hashes, sequence
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats

_MAX_CANDIDATES, _MAX_PHRASES = 60, 3
_MIN_OVERLAP = 0.6
"""Sequences that share so much of the responses that one of them has are of one phrase."""
_MAX_SHOWN_WORDS, _MAX_COMPARED = 24, 24
_MIN_AGREEMENT = 0.8
_MIN_RELATIVE_GROWTH = 0.5
"""What grows by less than this part of what the first phrase grows by is none of its kind."""


@dataclass(frozen=True, eq=False)
class RisingPhrase:
    """A phrase that comes up.

    Attributes:
        words: as one of the newest responses has it.
        core: the part of it that all responses have which `has` names.
        has: which responses have it, bool [responses], in the order of the steps.
        early, late: share of the responses of the first and of the last quarter of the steps that have it.
    """

    words: str
    core: str
    has: Bools
    early: float
    late: float


def windows(texts: Sequence[StepTexts]) -> tuple[slice, slice]:
    """The first and the last quarter of the steps, three at least."""
    count = max(3, round(len(texts) / 4))
    return slice(0, count), slice(max(count, len(texts) - count), len(texts))


def rising_phrases(texts: Sequence[StepTexts], rise: float, odds: float) -> list[RisingPhrase]:
    """The phrases that come up most, three at most, of which none is another one's part.

    Args:
        texts: the steps that were looked at, six at least.
        rise: by how much the share of the responses that have it rises at least.
        odds: how many times as large the odds of having it have become at least.
    """
    early, late = windows(texts)
    n_early, n_late = (sum(len(each.responses) for each in texts[part]) for part in (early, late))
    if not n_early or not n_late:
        return []
    found, counts = np.unique(np.concatenate([each.sequences for each in texts[late]]), return_counts=True)
    often = counts >= rise * n_late
    found, counts = found[often], counts[often]
    before = _counts_of(found, texts[early])
    after, was = (counts + 0.5) / (n_late + 1), (before + 0.5) / (n_early + 1)
    rises = (counts / n_late - before / n_early >= rise) & (after / (1 - after) >= odds * was / (1 - was))
    found, growth = found[rises], (counts / n_late - before / n_early)[rises]
    chosen = np.sort(found[np.argsort(-growth, kind="stable")[:_MAX_CANDIDATES]])
    if not len(chosen):
        return []
    return _distinct(texts, chosen, _presence(texts, chosen), early, late)


def _counts_of(wanted: Hashes, texts: Sequence[StepTexts]) -> Floats:
    """How many responses have each of some sequences, which ascend: float64 [sequences]."""
    counts = np.zeros(len(wanted))
    for each in texts:
        place = np.searchsorted(wanted, each.sequences)
        place[place == len(wanted)] = 0
        if len(wanted):
            counts += np.bincount(place[wanted[place] == each.sequences], minlength=len(wanted))
    return counts


def _presence(texts: Sequence[StepTexts], wanted: Hashes) -> Bools:
    """Which responses have which of some sequences: bool [sequences, responses]."""
    parts = []
    for each in texts:
        has = np.zeros((len(wanted), len(each.responses)), bool)
        place = np.searchsorted(wanted, each.sequences)
        place[place == len(wanted)] = 0
        hit = wanted[place] == each.sequences
        has[place[hit], each.response_of[hit]] = True
        parts.append(has)
    found: Bools = np.concatenate(parts, axis=1)
    return found


def _distinct(
    texts: Sequence[StepTexts], wanted: Hashes, has: Bools, early: slice, late: slice
) -> list[RisingPhrase]:
    """Of sequences that the same responses have, the one that most of them have, with the words around it."""
    sizes = [len(each.responses) for each in texts]
    ends = np.concatenate([[0], np.cumsum(sizes)])
    first = slice(0, int(ends[early.stop]))
    last = slice(int(ends[late.start]), int(ends[-1]))
    growth = has[:, last].mean(axis=1) - has[:, first].mean(axis=1)
    rest = [
        at for at in np.argsort(-growth, kind="stable") if growth[at] >= _MIN_RELATIVE_GROWTH * growth.max()
    ]
    responses = [text for each in texts for text in each.responses]
    phrases: list[RisingPhrase] = []
    while rest and len(phrases) < _MAX_PHRASES:
        best = rest[0]
        same = [each for each in rest if _overlap(has[best], has[each]) >= _MIN_OVERLAP]
        rest = [each for each in rest if each not in same]
        having = has[best]
        places = [last.start + place for place in np.flatnonzero(having[last])][-_MAX_COMPARED:]
        core, words = _around(int(wanted[best]), [responses[place] for place in places])
        phrases.append(
            RisingPhrase(words, core, having, float(having[first].mean()), float(having[last].mean()))
        )
    return phrases


def _overlap(one: Bools, other: Bools) -> float:
    return float((one & other).sum() / max(1, min(one.sum(), other.sum())))


def _around(wanted: int, responses: Sequence[str]) -> tuple[str, str]:
    """The words of a sequence, and the same with those before and after that nearly all of some responses have there."""
    spans = [[found.span() for found in WORD.finditer(text)] for text in responses]
    word_lists = [
        [text[low:high] for low, high in of_text] for text, of_text in zip(responses, spans, strict=True)
    ]
    at: list[tuple[int, int, int]] = []  # response, first word, behind the last
    for index, own in enumerate(word_lists):
        place = next(
            (
                (low, low + length)
                for length in (2, 4)
                for low in range(len(own) - length + 1)
                if int(sequence(own[low : low + length])) == wanted
            ),
            None,
        )
        if place:
            at.append((index, *place))
    if not at:
        return "", ""
    model = len(at) - 1
    before = after = 0
    while at[model][2] - at[model][1] + before + after < _MAX_SHOWN_WORDS:
        left = _agreed([word_lists[i][low - before - 1] if low > before else "" for i, low, _ in at], model)
        right = _agreed(
            [word_lists[i][high + after] if high + after < len(word_lists[i]) else "" for i, _, high in at],
            model,
        )
        if not left and not right:
            break
        before, after = before + left, after + (right and not left)
    index, low, high = at[model]
    places = spans[index]
    whole = word_lists[index][low - before : high + after]
    signs = [place for place, word in enumerate(whole) if word[0].isalnum()] or [0, len(whole) - 1]
    text = responses[index]
    core = text[places[low][0] : places[high - 1][1]]
    return core, text[places[low - before + signs[0]][0] : places[low - before + signs[-1]][1]]


def _agreed(next_words: Sequence[str], model: int) -> bool:
    """Whether nearly all have the same next word as the first response, and it is no number."""
    word = next_words[model]
    if not word or word[0].isdigit():
        return False
    return Counter(next_words)[word] >= _MIN_AGREEMENT * len(next_words)
