"""A response as a list of units: its tokens, or the words of its text, with where each ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import accumulate

from tensorboard_plugin_rlboard.board.alignment.marks import JOINERS, cluster, has_marks, marks

_WITHOUT_SPACES = "\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

_PLAIN = re.compile(rf"[{_WITHOUT_SPACES}]|[^\W_{_WITHOUT_SPACES}]+|\S|\s+")
"""The same where the text has no marks."""


@cache
def _word() -> re.Pattern[str]:
    """A character of Chinese or Japanese, a run of letters and digits, one other sign, a run of white space: nothing is left out."""
    letters, with_marks = rf"[^\W_{_WITHOUT_SPACES}]", f"[{marks()}{JOINERS}]"
    word = f"{letters}+(?:{with_marks}+{letters}*)*"
    return re.compile(rf"[{_WITHOUT_SPACES}][{marks()}]*|{word}|(?=\S){cluster()}|\s+", re.DOTALL)


def words_of(text: str) -> list[str]:
    """The words and signs of a text with the white space between them; joined they are the text."""
    return (_word() if has_marks(text) else _PLAIN).findall(text)


def ends_of(units: Sequence[str]) -> list[int]:
    """Where each unit ends in the joined text, in code points."""
    return list(accumulate(map(len, units)))
