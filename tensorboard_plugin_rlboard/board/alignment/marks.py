"""Characters that belong to the one before them, in every script: a text is never cut in front of them."""

from __future__ import annotations

import unicodedata
from functools import cache

_FIRST, _END = 0x300, 0x1F000
"""Where Unicode has marks; the selectors behind them (U+E0100 to U+E01EF) choose a variant of a Chinese character."""
_FURTHER = "\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\U000e0100-\U000e01ef"
"""Colours of skin, tags of flags, and those selectors."""
JOINERS = "\u200c\u200d"
"""They stand within words of Persian and of the scripts of India; the second one makes one emoji of several, too."""


@cache
def marks() -> str:
    """Accents, vowel signs and the like as they stand between the brackets of a regular expression.

    Found when a text is cut for the first time: to look at all characters takes some hundredths of a second.
    """
    found: list[list[int]] = []
    for code in range(_FIRST, _END):
        if unicodedata.category(chr(code))[0] == "M":
            if found and found[-1][1] == code - 1:
                found[-1][1] = code
            else:
                found.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in found) + _FURTHER


@cache
def cluster() -> str:
    """A regular expression of what is seen as one character, whatever it is: a flag, a family of emoji, a letter with accents."""
    one = f"(?:[\U0001f1e6-\U0001f1ff]{{2}}|.)[{marks()}]*"
    return f"{one}(?:\u200d{one})*"
