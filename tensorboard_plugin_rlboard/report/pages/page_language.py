"""The language of a page, English or Chinese: its own words, and what translates the sentences of the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tensorboard_plugin_rlboard.findings.finding import SEVERITIES
from tensorboard_plugin_rlboard.report.pages.wording import CHINESE, ENGLISH


@dataclass(frozen=True)
class PageLanguage:
    """The language of a page.

    Attributes:
        code: as HTML names it.
        phrases: the page's own words.
        translate: gives a sentence of the server's in it; the sentence itself where it is none that is known.
    """

    code: str
    phrases: Mapping[str, str]
    translate: Callable[[str], str]

    def severity(self, name: str) -> str:
        """How severe a finding is."""
        return self.phrases[name] if name in SEVERITIES else name

    def phrase(self, phrase: str, **slots: object) -> str:
        """A phrase with its slots filled; where one is counted (`n`), that of a single one."""
        single = f"{phrase}_one"
        is_single = str(slots.get("n")) == "1" and single in self.phrases
        return self.phrases[single if is_single else phrase].format(**slots)


def english() -> PageLanguage:
    """English: the server's own."""
    return PageLanguage("en", ENGLISH, str)


def chinese(translate: Callable[[str], str]) -> PageLanguage:
    """Chinese, with what translates the server's sentences."""
    return PageLanguage("zh-CN", CHINESE, translate)
