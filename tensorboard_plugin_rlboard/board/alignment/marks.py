"""Combining marks and other parts of a grapheme cluster: a text is never cut before them."""

from __future__ import annotations

import unicodedata
from functools import cache

_SEARCHED = range(0x300, 0x1F000)
"""Where Unicode has marks, but for those that follow."""
_FURTHER = (*range(0x1F3FB, 0x1F400), *range(0xE0020, 0xE0080), *range(0xE0100, 0xE01F0))
"""Colours of skin, tags of flags, and what chooses a variant of a Chinese character."""
_FLAGS = range(0x1F1E6, 0x1F200)
"""Two of these letters are a flag."""
JOINERS = "\u200c\u200d"
"""They stand within words of Persian and of the scripts of India; the second one makes one emoji of several, too."""


@cache
def _all_marks() -> frozenset[str]:
    """Found when a text is cut for the first time: to look at all characters takes some hundredths of a second."""
    found = (chr(code) for code in _SEARCHED if unicodedata.category(chr(code))[0] == "M")
    return frozenset((*found, *map(chr, _FURTHER)))


@cache
def marks() -> str:
    """Combining marks, for the brackets of a regular expression."""
    return "".join(sorted(_all_marks()))


@cache
def cluster() -> str:
    """A regular expression of a grapheme cluster: a flag, a family of emoji, a letter with accents."""
    one = f"(?:[{chr(_FLAGS[0])}-{chr(_FLAGS[-1])}]{{2}}|.)[{marks()}]*"
    return f"{one}(?:\u200d{one})*"


@cache
def _telling() -> frozenset[str]:
    return _all_marks().union(JOINERS, map(chr, _FLAGS))


def has_marks(text: str) -> bool:
    """Whether a text has any of them, or flags: most have none, and are cut in half the time by a pattern that knows none."""
    return not text.isascii() and not _telling().isdisjoint(text)
