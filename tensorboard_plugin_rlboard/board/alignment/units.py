"""A text cut into what is compared: tokens, words or characters. Joined, the units are the text again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import islice

from tensorboard_plugin_rlboard.board.alignment.marks import JOINERS, cluster, has_marks, marks
from tensorboard_plugin_rlboard.board.limits.running_question import check_stopped

_WITHOUT_SPACES = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d"
    "\U00020000-\U0003ffff"
)
"""Chinese characters and Japanese syllables: no space says where a word ends, so each is a word."""
_COUNTED_AT_ONCE = 100_000
"""Units that are counted between two looks whether anybody still waits: some hundredths of a second."""
_SPACE = re.compile(r"\s*")
_SPECIAL = re.compile(r"\s*(?:<[^<>\s]{1,40}>|\[[A-Z_]{2,20}\])\s*")
"""`<eos>`, `<|im_end|>`, `[SEP]`: tokens that texts are often logged without."""


@cache
def _pattern(unit: str, *, marked: bool) -> re.Pattern[str]:
    """The pattern of a word or a character; `marked` if the text has combining marks."""
    if not marked:
        words = rf"[^\S\r\n]+|[{_WITHOUT_SPACES}]|[^\W{_WITHOUT_SPACES}]+|"
        return re.compile(rf"\r\n|{words if unit == 'word' else ''}.", re.DOTALL)
    if unit == "character":
        return re.compile(rf"\r\n|{cluster()}", re.DOTALL)
    letters, with_marks = rf"[^\W{_WITHOUT_SPACES}]", f"[{marks()}{JOINERS}]"
    word = f"{letters}+(?:{with_marks}+{letters}*)*"
    return re.compile(
        rf"\r\n|[\r\n]|[^\S\r\n]+|[{_WITHOUT_SPACES}][{marks()}]*|{word}|{cluster()}", re.DOTALL
    )


def first_units(text: str, unit: str, most: int) -> tuple[list[str], int]:
    """The first words or characters of a text, and how many are left: a text of megabytes is never held cut up.

    Args:
        text: the text.
        unit: `word` or `character`.
        most: units at most.
    """
    found = _pattern(unit, marked=has_marks(text)).finditer(text)
    units = [match[0] for match in islice(found, most)]
    left = 0
    while counted := sum(1 for _ in islice(found, _COUNTED_AT_ONCE)):
        check_stopped()
        left += counted
    return units, left


def spaced_tokens(tokens: Sequence[str], text: str) -> Sequence[str]:
    """Tokens, each with the white space that their text has in front of it.

    Those of a word-level tokenizer are logged without it, and joined they could not be read. Where they lack nothing of the
    text, or more than white space and special tokens, they stay what they are.
    """
    found, at = list[str](), 0
    for token in tokens:
        space = _SPACE.match(text, at) if not text.startswith(token, at) else None
        start = at if space is None else space.end()
        if text.startswith(token, start):
            found.append(text[at:start] + token)
            at = start + len(token)
        elif _SPECIAL.fullmatch(token):
            found.append(token)
        else:
            return tokens
    return tokens if text[at:].strip() else found
