"""The most extreme tokens of one sample, and a cache of them: the samples that are worst stay so while a run grows.

Reading a line again, laying out its arrays and spelling its tokens is nearly all that /worst_tokens takes. What is kept
of a sample is what can be shown of it, a few kilobytes, and true as long as its line is.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.board.lru_cache import LruCache
from tensorboard_plugin_rlboard.board.run_schema import RunSession
from tensorboard_plugin_rlboard.board.samples.decoded_samples import SampleLocation, decode_sample
from tensorboard_plugin_rlboard.board.samples.shown_tokens import Spelling, shown_tokens, spaces_between
from tensorboard_plugin_rlboard.metrics.segments import Floats, Ints
from tensorboard_plugin_rlboard.metrics.tokens import Tokens
from tensorboard_plugin_rlboard.texts import TextRules

_CACHE_BYTES = 16 * 1024 * 1024
_CONTEXT = 64
"""Characters shown on either side of a token."""


@dataclass(frozen=True)
class TokenSearch:
    """Which tokens of a sample are searched.

    Attributes:
        metric: a token metric.
        end: which values are extreme: `highest`, `lowest` or `extreme`.
        per_sample: how many tokens of the sample, with the text around them; 0 for all, without.
        text_rules: how its prompt is shown.
    """

    metric: str
    end: str
    per_sample: int
    text_rules: TextRules


@dataclass(frozen=True)
class SampleExtremes:
    """The tokens of one sample that were looked for, the most extreme one first where not all were.

    Attributes:
        positions: in the response, from 0, int64 [tokens].
        values: of the metric, float64 [tokens].
        extremities: how far out each value lies, float64 [tokens]; the larger, the worse.
        texts: the text before each token, its own, and that after it.
        prompt: of the sample, by the text rules, cut as in lists.
    """

    positions: Ints
    values: Floats
    extremities: Floats
    texts: Sequence[tuple[str, str, str]]
    prompt: str

    @property
    def size(self) -> int:
        """Bytes that it holds, about."""
        characters = sum(len(text) for around in self.texts for text in around)
        return 1000 + 24 * len(self.positions) + 250 * len(self.texts) + 4 * characters


class ExtremeTokens:
    """Finds the most extreme tokens of samples, and keeps the last ones found."""

    def __init__(self, max_bytes: int = _CACHE_BYTES) -> None:
        self._cache: LruCache[SampleExtremes] = LruCache(max_bytes, lambda found: found.size)

    def of(
        self, session: RunSession, location: SampleLocation, search: TokenSearch, spelling: Spelling
    ) -> SampleExtremes:
        """The most extreme tokens of a sample, of those that count in statistics.

        Args:
            session: its run.
            location: where it lies.
            search: what is looked for.
            spelling: of its file.

        Raises:
            UnknownError: its line is not there any more.
        """

        def find() -> SampleExtremes:
            return _find(session, location, search, spelling)

        if not search.per_sample:  # all tokens of a sample are too many to keep
            return find()
        return self._cache.get_or_compute(_key(session, location, search, spelling), find)


def _key(session: RunSession, location: SampleLocation, search: TokenSearch, spelling: Spelling) -> Hashable:
    """The cache key of a sample's tokens. No two runs have one table, no two versions of a file one number."""
    place = (location.offset, location.length, location.row, location.annotations)
    return (session.run.table, location.file.number, *place, session.run.keys.arrays, search, spelling)


def _find(
    session: RunSession, location: SampleLocation, search: TokenSearch, spelling: Spelling
) -> SampleExtremes:
    sample = decode_sample(session.run, location)
    positions, values = _included_tokens(sample.tokens, search.metric)
    extremities = _extremities(values, search.end)
    if search.per_sample:
        order = np.argsort(-extremities, kind="stable")[: search.per_sample]
        positions, values, extremities = positions[order], values[order], extremities[order]
    shown = shown_tokens(session, spelling, sample.row) if len(positions) else []
    spaces = spaces_between(shown, sample.row.texts.get("response", "")) if search.per_sample else []
    texts = [_with_context(shown, spaces, int(at)) for at in positions]
    prompt = search.text_rules.list_cell("prompt", sample.row.texts.get("prompt", ""))
    return SampleExtremes(positions, values, extremities, texts, prompt)


def _included_tokens(tokens: Tokens, name: str) -> tuple[Ints, Floats]:
    """Positions and values of the tokens that count in statistics."""
    values = tokens.values.get(name)
    if values is None:
        return np.empty(0, np.int64), np.empty(0)
    counts = np.isfinite(values)
    if name in tokens.missing:
        counts &= ~tokens.missing[name]
    if tokens.mask is not None:
        counts &= tokens.mask
    positions = np.flatnonzero(counts).astype(np.int64)
    return positions, values[positions]


def _extremities(values: Floats, end: str) -> Floats:
    """How far out each value lies: the larger, the worse."""
    return {"highest": values, "lowest": -values, "extreme": np.abs(values)}[end]


def _with_context(texts: list[str], spaces: list[str], at: int) -> tuple[str, str, str]:
    """The text before a token, the token, and the text after it; without spaces, which stand before tokens, it alone."""
    token = texts[at] if at < len(texts) else ""
    if at >= len(spaces):
        return "", token, ""
    before = "".join(spaces[i] + texts[i] for i in range(max(0, at - _CONTEXT), at)) + spaces[at]
    after = "".join(spaces[i] + texts[i] for i in range(at + 1, min(len(texts), at + 1 + _CONTEXT)))
    return before[-_CONTEXT:], token, after[:_CONTEXT]
