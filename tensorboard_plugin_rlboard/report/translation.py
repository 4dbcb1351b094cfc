"""What the server says, in Chinese: the sentences that the tab's bundle brings along, matched as the tab matches them.

The translations are kept once, in `frontend/src/i18n/zh/sentences`; the build of the bundle writes all of them into
`static/sentences.zh.json`, of which this is made. The rules are those of `frontend/src/i18n/zh/sentences/index.ts`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

SENTENCES_FILE = Path(__file__).resolve().parents[1] / "static" / "sentences.zh.json"
_MAX_CHARACTERS, _MAX_TRIES = 4000, 60
_SLOT, _FILLED, _BETWEEN_PARTS = (
    re.compile(pattern) for pattern in (r"\{(\w+|\|[^{}]+)\}", r"\{(~{0,2})(\w+)\}", ", |; | with ")
)


@dataclass(frozen=True)
class _Template:
    """An English sentence: the words between its slots, one more than there are slots; and its Chinese one.

    A slot `|value|values` holds either of these words, which the Chinese sentence has no place for.
    """

    words: tuple[str, ...]
    slots: tuple[str, ...]
    chinese: str

    def values(self, text: str) -> list[str] | None:
        """What stands in the slots of a text, each as short as can be; None where it was made of another."""
        first, last = self.words[0], self.words[-1]
        if len(self.words) == 1:
            return [] if text == first else None
        end, at = len(text) - len(last), len(first)
        if end < at or not (text.startswith(first) and text.endswith(last)):
            return None
        values = []
        for between in self.words[1:-1]:
            found = text.find(between, at)
            if found < 0 or found + len(between) > end:
                return None
            values.append(text[at:found])
            at = found + len(between)
        values.append(text[at:end])
        pairs = zip(self.slots, values, strict=True)
        return (
            values if all(slot[0] != "|" or value in slot.split("|")[1:] for slot, value in pairs) else None
        )


class ChineseTranslator:
    """Translates sentences of the server's.

    Args:
        sentences: English template -> Chinese one. In a Chinese one `{name}` is filled with the value, `{~name}` with its
            Chinese where it is a part of a sentence itself, `{~~name}` with that of each of several such parts.
    """

    def __init__(self, sentences: Mapping[str, str]) -> None:
        templates = [
            _Template(tuple(pieces[::2]), tuple(pieces[1::2]), chinese)
            for english, chinese in sentences.items()
            for pieces in [_SLOT.split(english)]
        ]
        self._templates = sorted(templates, key=lambda one: -sum(map(len, one.words)))
        self._left = 0

    def translate(self, text: str) -> str:
        """A text in Chinese; the text itself where it is none that is known."""
        if len(text) > _MAX_CHARACTERS:
            return text
        self._left = _MAX_TRIES
        found = self._translated(text)
        return text if found is None else found

    def _translated(self, text: str) -> str | None:
        whole = self._filled(text)
        several = self._several(text)
        if several is not None:
            return several
        return self._unended(text) if whole is None else whole

    def _filled(self, text: str) -> str | None:
        """The Chinese of the heaviest template that fits."""
        self._left -= 1
        if self._left < 0 or not text:
            return None
        for template in self._templates:
            values = template.values(text)
            if values is not None:
                by_name = dict(zip(template.slots, values, strict=True))
                return _FILLED.sub(self._filling(by_name), template.chinese)
        return None

    def _filling(self, values: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
        def fill(slot: re.Match[str]) -> str:
            value = values.get(slot[2], "")
            if not slot[1]:
                return value
            parts = [value] if slot[1] == "~" else _BETWEEN_PARTS.split(value)
            return "、".join(part if (found := self._translated(part)) is None else found for part in parts)

        return fill

    def _several(self, text: str) -> str | None:
        """Two sentences or more, one behind the other."""
        end = text.find(". ")
        while end >= 0 and self._left > 0:
            first = self._filled(text[: end + 1])
            rest = None if first is None else self._translated(text[end + 2 :])
            if first is not None and rest is not None:
                return first + rest
            end = text.find(". ", end + 1)
        return None

    def _unended(self, text: str) -> str | None:
        """A sentence whose full stop was left out, because it goes on behind it."""
        if text.endswith("."):
            return None
        found = self._filled(f"{text}.")
        return found[:-1] if found is not None and found.endswith("。") else None


def load_translator(path: Path = SENTENCES_FILE) -> ChineseTranslator | None:
    """The sentences that the bundle brought along; None where there is no bundle."""
    try:
        sentences: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return ChineseTranslator(sentences)
