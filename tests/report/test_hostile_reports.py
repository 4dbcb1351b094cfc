"""Hostile text stays text in a report: every payload in every text of the structure, as a page in a browser and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, TypeVar

import browser as finder
import pytest
from hostile.payloads import payloads
from hostile.visit import FOREIGN
from hostile_text import FLAGS
from planted_runs.run import Plan, write_run
from playwright.sync_api import sync_playwright

from tensorboard_plugin_rlboard.doctor.indexing import indexed
from tensorboard_plugin_rlboard.report.document import Report
from tensorboard_plugin_rlboard.report.links import Links
from tensorboard_plugin_rlboard.report.pages.markdown import markdown
from tensorboard_plugin_rlboard.report.pages.page import page
from tensorboard_plugin_rlboard.report.pages.page_language import english
from tensorboard_plugin_rlboard.report.report_builder import build_report
from tensorboard_plugin_rlboard.texts import visible

Found = TypeVar("Found")
OURS = {"severity", "palette", "tab", "kind", "unit"}
"""Fields whose words are our own, and that of the command line."""


def poisoned(value: Any, text: str) -> Any:
    """The structure with a payload in every text; in addresses as they are made."""
    if isinstance(value, str):
        return text
    if isinstance(value, dict):
        return dict.fromkeys([text], poisoned(next(iter(value.values())), text)) if value else value
    if isinstance(value, (list, tuple)):
        return [poisoned(item, text) for item in value]
    if not is_dataclass(value) or isinstance(value, type):
        return value
    address = Links("http://host/", text, text).to(finding=text, where=text)
    changed = {
        field.name: address if "address" in field.name else poisoned(getattr(value, field.name), text)
        for field in fields(value)
        if field.name not in OURS
    }
    return replace(value, **changed)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A run with a finding, once for each payload."""
    home = tmp_path_factory.mktemp("hostile")
    write_run(Plan("non_finite", "strong", "grpo_few", 1), home / "log", home / "truth")
    (home / "log" / "config.json").write_text('{"beta": 0.1, "model": "x"}', encoding="utf-8")
    with indexed(str(home / "log"), 0) as found:
        made = build_report(found.board, "log", "http://host/")
    (run,) = made.runs
    assert run.findings[0].examples[0].passage
    texts = [text for found in payloads().values() for text in found]
    assert len(texts) > 150
    return replace(made, logs=texts[0], version=texts[1], runs=[poisoned(run, text) for text in texts])


def apart(ask: Callable[[], Found]) -> Found:
    """In a thread of its own: Playwright has one driver a thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(ask).result()


def opened(path: str, file: Path) -> tuple[list[str], str, int]:
    """What is more than text in a page, its text, and how many elements of other kinds than ours it has."""
    happened: list[str] = []
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            shown = started.new_page()
            shown.on("console", lambda said: happened.append(said.text))
            shown.on("dialog", lambda dialog: happened.append(dialog.message))
            shown.on("request", lambda asked: happened.append(asked.url))
            shown.goto(file.as_uri())
            happened += shown.evaluate(FOREIGN)
            text = shown.evaluate("document.body.textContent")
            others = shown.evaluate(
                "document.querySelectorAll('body :not(main,h1,h2,h3,p,a,span,b,pre,div,section,table,tbody,tr,th,td,svg,svg *)').length"
            )
        finally:
            started.close()
    return happened, text, others


@pytest.mark.browser
def test_hostile_text_stays_text_in_the_page(report: Report, tmp_path: Path) -> None:
    path = finder.find()
    if path is None:
        pytest.skip(finder.ADVICE)
    file = tmp_path / "x.html"
    file.write_bytes(page(report, english()))
    happened, text, others = apart(lambda: opened(path, file))
    assert happened == [file.as_uri()]
    assert others == 0
    flat = re.sub(r"\s+", " ", text)
    for run in report.runs:
        assert re.sub(r"\s+", " ", visible(run.run)).encode("utf-8", "replace").decode() in flat


class Markup(HTMLParser):
    """Names of elements, and of their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_the_markup_is_ours_alone(report: Report) -> None:
    markup = Markup(page(report, english()).decode())
    assert markup.tags <= {
        *(
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "main",
            "h1",
            "h2",
            "h3",
            "p",
            "a",
            "span",
            "b",
            "pre",
        ),
        *("div", "section", "table", "tr", "th", "td", "svg", "path", "rect", "line", "text"),
    }
    assert markup.attributes <= {
        *("lang", "charset", "http-equiv", "content", "name", "class", "href", "rel", "target", "title"),
        *("scope", "viewbox", "role", "aria-label", "x", "y", "x1", "x2", "y1", "y2", "width", "height"),
        *("d", "text-anchor"),
    }


def test_nothing_is_meant_in_the_markdown(report: Report) -> None:
    written = markdown(report, english()).decode()
    outside = re.sub(r"^```json$.*?^```$", "", written, flags=re.MULTILINE | re.DOTALL)
    assert "```" not in outside
    assert not re.search(r"(?<!\\)<(?!http://host/#rlboard)", outside)
    assert not re.search(r"(?<!\\)[`&|]", re.sub(r"\(<http[^>]*>\)", "", outside))
    assert "\u202e" not in written
    assert "\x00" not in written
