"""How texts are shown: cut by a run's text rules, shortened for a list, with invisible characters named.

All positions are code points, as Python counts them, so no cut falls inside a character's encoding.
"""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

LIMIT = 300
_BEFORE_PARTING = 60
"""So much of a prompt stands before the place where it parts from another one."""
_ELLIPSIS = "…"
_PLAIN = re.compile(r"[\n -~]*")
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_SHOWN = {"\n": "\n", "\t": "⇥", "\u200d": "\u200d", "\ufe0f": "\ufe0f"}
"""As they are: line breaks, and what joins emoji and letters."""


@dataclass(frozen=True, slots=True)
class TextRules:
    """One run's display setting; what is stored is never changed by it.

    Attributes:
        pad: Padding strings, taken away at both ends of prompts and responses: repeats, mixed and with white
            space between them, but never inside a text, where they may be what the model wrote.
        system_end: The prompt is shown from behind the first place where this string occurs, and as a whole where
            it does not occur. The first, because the system prompt stands before everything else: with
            ``<|im_end|>`` later turns of the conversation stay visible.
    """

    pad: tuple[str, ...] = ()
    system_end: str = ""

    def apply_prompt(self, text: str) -> str:
        """Give a prompt as it is to be shown."""
        text = _without_pads(text, self.pad)
        if not self.system_end:
            return text
        before, found, after = text.partition(self.system_end)
        return after if found else before

    def apply_response(self, text: str) -> str:
        """Give a response as it is to be shown."""
        return _without_pads(text, self.pad)

    def list_cell(self, column: str, value: Any) -> Any:
        """Give a cell of a list of samples: texts as they are to be shown, and cut; numbers as they are."""
        if not isinstance(value, str):
            return value
        if column == "prompt":
            return cut_prompt(self.apply_prompt(value))
        return cut_response(self.apply_response(value) if column in {"response", "ref_response"} else value)

    def list_column(self, column: str, values: Sequence[Any]) -> list[Any]:
        """Give a column of a list of samples, in which prompts that are cut alike are told apart."""
        if column != "prompt":
            return [self.list_cell(column, value) for value in values]
        shown = [self.apply_prompt(value) if isinstance(value, str) else value for value in values]
        cut = cut_prompts(text for text in shown if isinstance(text, str))
        return [cut[text] if isinstance(text, str) else text for text in shown]


def cut_prompt(text: str, limit: int = LIMIT) -> str:
    """Shorten a prompt to its end, where the question stands.

    Args:
        text: The prompt.
        limit: Characters at most, "…" included; at least 1.

    Returns:
        The text itself where it is short enough.
    """
    if len(text) <= limit:
        return text
    return _ELLIPSIS + text[len(text) - limit + 1 :]


def cut_prompts(texts: Iterable[str], limit: int = LIMIT) -> dict[str, str]:
    """Shorten the prompts of a list, so that those with the same end are told apart.

    Args:
        texts: The prompts.
        limit: Characters at most, "…" included; at least 3.

    Returns:
        Prompt -> the prompt itself where it is short enough, else its end. Of prompts with the same end, as of
        questions before one instruction, the surroundings of the place where they part.
    """
    cut = {text: cut_prompt(text, limit) for text in texts}
    waiting = _alike(cut)
    while waiting:
        texts_alike = waiting.pop()
        # The character at which they part is always shown, so each turn has fewer texts alike, and this ends.
        begin = max(0, _common_length(texts_alike) - min(_BEFORE_PARTING, limit // 3, limit - 3))
        windows = {text: _window(text, begin, limit) for text in texts_alike}
        cut |= windows
        waiting += _alike(windows)
    return cut


def _alike(cut: dict[str, str]) -> list[list[str]]:
    """The texts that are shown alike, each group of at least two."""
    texts_of: defaultdict[str, list[str]] = defaultdict(list)
    for text, shown in cut.items():
        texts_of[shown].append(text)
    return [texts for texts in texts_of.values() if len(texts) > 1]


def _common_length(texts: Sequence[str]) -> int:
    """How many characters all begin with. What the first and the last in order share, all share."""
    first, last = min(texts), max(texts)
    return bisect.bisect_left(
        range(1, len(first) + 1), True, key=lambda length: not last.startswith(first[:length])
    )


def _window(text: str, begin: int, limit: int) -> str:
    """What stands from a place on, with "…" at either end where something is left out."""
    left = _ELLIPSIS if begin > 0 else ""
    end = begin + limit - len(left)
    return left + (text[begin:] if end >= len(text) else text[begin : end - 1] + _ELLIPSIS)


def cut_response(text: str, limit: int = LIMIT) -> str:
    """Shorten a response to both its ends: how it sets out, and what it arrives at.

    Args:
        text: The response.
        limit: Characters at most, "…" included; at least 1.

    Returns:
        The text itself where it is short enough.
    """
    if len(text) <= limit:
        return text
    head = limit // 2
    tail = limit - 1 - head
    return text[:head] + _ELLIPSIS + text[len(text) - tail :]


def excerpt(text: str, start: int, end: int, limit: int = LIMIT) -> tuple[str, int, int]:
    """Cut out the surroundings of a search hit.

    Args:
        text: The text that was searched.
        start: Where the hit begins, in code points.
        end: Where it ends.
        limit: Characters at most, "…" at either end included; at least 3.

    Returns:
        The excerpt, with "…" where something was left out, and where the hit begins and ends in it. Of a hit
        that is too long for the limit the beginning is shown.
    """
    if len(text) <= limit:
        return text, start, end
    # A window of the limit's size with the hit in the middle, moved to lie within the text; then its first and
    # last character give way to "…". Beside a hit that fills the window there is no character to spare.
    spare = max(0, limit - (end - start))
    begin = min(max(0, start - spare // 2), len(text) - limit)
    left = _ELLIPSIS if begin > 0 else ""
    if spare < 2:
        begin = max(0, start - len(left))
    right = _ELLIPSIS if begin + limit < len(text) else ""
    shown = left + text[begin + len(left) : begin + limit - len(right)] + right
    return shown, max(start - begin, len(left)), min(end - begin, len(shown) - len(right))


def _without_pads(text: str, pads: tuple[str, ...]) -> str:
    # Plain steps instead of a regular expression: one that is anchored at the end looks at every run of pads
    # inside the text, and a padded response can have thousands.
    longest_first = sorted((pad for pad in pads if pad), key=len, reverse=True)
    start, end = 0, len(text)
    if longest_first:
        while (after := _after_pad(text, start, longest_first)) is not None:
            start = after
        while (before := _before_pad(text, start, end, longest_first)) is not None:
            end = before
    return text[start:end]


def _after_pad(text: str, start: int, pads: list[str]) -> int | None:
    """Give the position behind the pad that begins at start or behind the white space there, None without one."""
    begin = start
    while True:
        for pad in pads:
            if text.startswith(pad, begin):
                return begin + len(pad)
        if begin >= len(text) or not text[begin].isspace():
            return None
        begin += 1


def _before_pad(text: str, start: int, end: int, pads: list[str]) -> int | None:
    """Give the position of the pad that ends at end or before the white space there, None without one."""
    while True:
        for pad in pads:
            if text.endswith(pad, start, end):
                return end - len(pad)
        if end <= start or not text[end - 1].isspace():
            return None
        end -= 1


def visible(text: str) -> str:
    """The text, in which control and format characters and halves of characters are named: ␀, U+202E."""
    if _PLAIN.fullmatch(text):
        return text
    return "".join(map(_shown, text))


def is_hidden(character: str) -> bool:
    """Whether a character is a control or format character, or half of one."""
    return unicodedata.category(character) in _HIDDEN


def _shown(character: str) -> str:
    if character in _SHOWN:
        return _SHOWN[character]
    code = ord(character)
    if not is_hidden(character):
        return character
    return chr(0x2400 + code) if code < 0x20 else f"⟨U+{code:04X}⟩"


def plural(count: float, one: str, many: str) -> str:
    """Give the word for what is counted, to stand behind the number in a sentence.

    Args:
        count: How many there are.
        one: The word for a single one.
        many: The word for any other number of them.
    """
    return one if count == 1 else many


def counted(count: int, word: str) -> str:
    """Give a number and the word for what is counted: `1 sample`, `1,200 samples`.

    Args:
        count: How many there are.
        word: The word for a single one, whose plural ends with an s.
    """
    return f"{count:,} {plural(count, word, f'{word}s')}"
