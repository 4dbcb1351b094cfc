"""Characters that no text has, and scripts: which letters a response is written in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints

NEUTRAL, BAD = "", "bad"
_RANGES: tuple[tuple[int, str], ...] = (
    *((0x00, BAD), (0x09, NEUTRAL), (0x0E, BAD), (0x20, NEUTRAL), (0x41, "Latin"), (0x5B, NEUTRAL)),
    *((0x61, "Latin"), (0x7B, NEUTRAL), (0x7F, BAD), (0xA0, NEUTRAL), (0xC0, "Latin"), (0x2B0, NEUTRAL)),
    *((0x400, "Cyrillic"), (0x530, "Armenian"), (0x590, "Hebrew"), (0x600, "Arabic"), (0x700, NEUTRAL)),
    *((0x750, "Arabic"), (0x780, NEUTRAL), (0x900, "Devanagari"), (0x980, "Bengali"), (0xA00, "Gurmukhi")),
    *((0xA80, "Gujarati"), (0xB00, "Oriya"), (0xB80, "Tamil"), (0xC00, "Telugu"), (0xC80, "Kannada")),
    *((0xD00, "Malayalam"), (0xD80, "Sinhala"), (0xE00, "Thai"), (0xE80, "Lao"), (0xF00, "Tibetan")),
    *((0x1000, "Myanmar"), (0x10A0, "Georgian"), (0x1100, "Hangul"), (0x1200, "Ethiopic"), (0x13A0, NEUTRAL)),
    *((0x1780, "Khmer"), (0x1800, "Mongolian"), (0x18B0, NEUTRAL), (0x1E00, "Latin"), (0x1F00, NEUTRAL)),
    *((0x3041, "Hiragana"), (0x30A0, "Katakana"), (0x3100, NEUTRAL), (0x3131, "Hangul"), (0x318F, NEUTRAL)),
    *((0x3400, "Han"), (0x4DC0, NEUTRAL), (0x4E00, "Han"), (0xA000, NEUTRAL), (0xAC00, "Hangul")),
    *((0xD800, BAD), (0xF900, "Han"), (0xFB00, NEUTRAL), (0xFB50, "Arabic"), (0xFE00, NEUTRAL)),
    *((0xFE70, "Arabic"), (0xFEFF, NEUTRAL), (0xFFFD, BAD), (0x10000, NEUTRAL), (0x20000, "Han")),
    *((0x323B0, NEUTRAL), (0xF0000, BAD)),
)
"""First code point -> what it and the following ones are. Greek and all of mathematics, symbols and emoji are neutral: they
stand in texts of any language. `bad` are control characters but white space, surrogates, private use and U+FFFD."""
SCRIPTS: tuple[str, ...] = tuple(sorted({name for _, name in _RANGES if name not in (NEUTRAL, BAD)}))
"""Names as RE2 has them in `\\p{…}`."""
BAD_PATTERN = r"\x00-\x08\x0E-\x1F\x7F-\x{9F}\x{E000}-\x{F8FF}\x{FFFD}"
"""The bad characters, for the inside of brackets of a regular expression."""
_KINDS = (*SCRIPTS, BAD, NEUTRAL)
_STARTS = np.asarray([start for start, _ in _RANGES], np.int64)
_KIND_OF_RANGE = np.asarray([_KINDS.index(name) for _, name in _RANGES], np.int64)


def letter_counts(texts: Sequence[str]) -> Ints:
    """Letters of each script and bad characters of some texts: int64 [texts, scripts + 1], as in `SCRIPTS`, the bad ones last.

    A bad character at either end is none: a response that is cut, or a text that was cut out of one, may end within a
    character.
    """
    whole = [text.strip("�") for text in texts]
    points = np.frombuffer("".join(whole).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
    kinds = _KIND_OF_RANGE[np.searchsorted(_STARTS, points, side="right") - 1]
    text_of = np.repeat(np.arange(len(texts)), [len(text) for text in whole])
    counts = np.bincount(text_of * len(_KINDS) + kinds, minlength=len(texts) * len(_KINDS))
    return counts.reshape(len(texts), len(_KINDS))[:, : len(SCRIPTS) + 1].astype(np.int64)


def odd_share(counts: Ints, usual: Bools) -> Floats:
    """Share of the letters of each text that are of none of the usual scripts.

    Args:
        counts: as of `letter_counts`, int64 [texts, scripts + 1].
        usual: which scripts are usual for each text, bool [texts, scripts].

    Returns:
        float64 [texts]; 0 for a text without letters.
    """
    scripts = counts[:, :-1]
    total = np.maximum(scripts.sum(axis=1), 1)
    found: Floats = np.where(usual, 0, scripts).sum(axis=1) / total
    return found
