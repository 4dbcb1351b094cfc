"""A response as a list of units: its tokens, or the words of its text, with where each ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

_WORD = re.compile(
    r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|[^\W_\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+|\S|\s+"
)
"""A character of Chinese or Japanese, a run of letters and digits, one other sign, a run of white space: nothing is left out."""


def words_of(text: str) -> list[str]:
    """The words and signs of a text with the white space between them; joined they are the text."""
    return _WORD.findall(text)


def ends_of(units: Sequence[str]) -> list[int]:
    """Where each unit ends in the joined text, in code points."""
    return list(accumulate(map(len, units)))
