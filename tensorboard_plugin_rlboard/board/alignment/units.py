"""A text cut into what is compared: words or characters. Joined, the units are the text again."""

from __future__ import annotations

import re

_WITHOUT_SPACES = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d"
    "\U00020000-\U0003ffff"
)
"""Chinese characters and Japanese syllables: no space says where a word ends, so each is a word."""
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff\ufe00-\ufe0f\U0001f3fb-\U0001f3ff"
"""What changes the character before it: accents, variants of emoji, colours of skin."""
_JOINER = "\u200d"
_WORD = re.compile(
    rf"\r\n|[\r\n]|[^\S\r\n]+|[{_WITHOUT_SPACES}]|[^\W{_WITHOUT_SPACES}]+[{_MARKS}]*|.[{_MARKS}]*", re.DOTALL
)
_CHARACTER = re.compile(rf"\r\n|.[{_MARKS}]*(?:{_JOINER}.[{_MARKS}]*)*", re.DOTALL)


def words(text: str) -> list[str]:
    """Words, runs of spaces, line breaks and single marks of a text; a Chinese character is a word."""
    return _WORD.findall(text)


def characters(text: str) -> list[str]:
    """Characters of a text as one sees them: accents and parts of an emoji are not parted from it."""
    return _CHARACTER.findall(text)
