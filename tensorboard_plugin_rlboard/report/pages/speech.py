"""In which language a page speaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tensorboard_plugin_rlboard.findings.finding import SEVERITIES
from tensorboard_plugin_rlboard.report.pages.wording import CHINESE, ENGLISH


@dataclass(frozen=True)
class Speech:
    """A language.

    Attributes:
        code: as HTML names it.
        phrases: the page's own words.
        said: a sentence of the server's in it; the sentence itself where it is none that is known.
    """

    code: str
    phrases: Mapping[str, str]
    said: Callable[[str], str]

    def severity(self, name: str) -> str:
        """How severe a finding is."""
        return self.phrases[name] if name in SEVERITIES else name

    def of(self, phrase: str, **slots: object) -> str:
        """A phrase with its slots filled; where one is counted (`n`), that of a single one."""
        single = f"{phrase}_one"
        is_single = str(slots.get("n")) == "1" and single in self.phrases
        return self.phrases[single if is_single else phrase].format(**slots)


def english() -> Speech:
    """English: the server's own."""
    return Speech("en", ENGLISH, str)


def chinese_by(said: Callable[[str], str]) -> Speech:
    """Chinese, with what translates the server's sentences."""
    return Speech("zh-CN", CHINESE, said)
