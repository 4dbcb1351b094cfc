"""A text cut into what is compared: words or characters. Joined, the units are the text again."""

from __future__ import annotations

import re
from itertools import islice

from tensorboard_plugin_rlboard.board.limits.running_question import check_stopped

_WITHOUT_SPACES = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d"
    "\U00020000-\U0003ffff"
)
"""Chinese characters and Japanese syllables: no space says where a word ends, so each is a word."""
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff\ufe00-\ufe0f\U0001f3fb-\U0001f3ff"
"""What changes the character before it: accents, variants of emoji, colours of skin."""
_COUNTED_AT_ONCE = 100_000
"""Units that are counted between two looks whether anybody still waits: some hundredths of a second."""
_JOINER = "\u200d"
_WORD = re.compile(
    rf"\r\n|[\r\n]|[^\S\r\n]+|[{_WITHOUT_SPACES}]|[^\W{_WITHOUT_SPACES}]+[{_MARKS}]*|.[{_MARKS}]*", re.DOTALL
)
_CHARACTER = re.compile(rf"\r\n|.[{_MARKS}]*(?:{_JOINER}.[{_MARKS}]*)*", re.DOTALL)


def first_units(text: str, unit: str, most: int) -> tuple[list[str], int]:
    """The first words or characters of a text, and how many are left: a text of megabytes is never held cut up.

    Args:
        text: the text.
        unit: `word` or `character`.
        most: units at most.
    """
    found = (_WORD if unit == "word" else _CHARACTER).finditer(text)
    units = [match[0] for match in islice(found, most)]
    left = 0
    while counted := sum(1 for _ in islice(found, _COUNTED_AT_ONCE)):
        check_stopped()
        left += counted
    return units, left
