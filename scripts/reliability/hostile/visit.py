"""Opens every view of hostile logs in a browser, and notices whatever is more than text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import checkout  # noqa: F401  before what it makes importable
from hostile.comparing import visit_comparing
from hostile.logs import RUN, TALK
from hosting import TensorBoard
from playwright.sync_api import Browser, Dialog, Error, Page, expect
from tab import Tab
from tensorboard_process import TensorBoardProcess

FOREIGN = """() => {
    const kinds = "img, script:not([src]), iframe, object, embed, base:not([href='plugin/rlboard/']), form, audio, video, marquee, math, foreignObject, use, animate, meta[http-equiv=refresh]";
    const found = [...document.querySelectorAll(kinds)].map((one) => one.outerHTML.slice(0, 200));
    for (const one of document.querySelectorAll("*")) {
        for (const { name, value } of one.attributes) {
            if (name.startsWith("on")) found.push(`${one.tagName} has ${name}`);
            if (/^(href|src|action|formaction|xlink:href|ping|data|srcdoc)$/.test(name)
                && /^[\\s\\x00-\\x1f]*(javascript|data|vbscript):/i.test(value)
                && one.tagName !== "LINK") found.push(`${one.tagName} ${name}=${value.slice(0, 80)}`);
            if (name === "style" && /url\\(|expression/i.test(value)) found.push(`style of ${one.tagName}: ${value.slice(0, 80)}`);
        }
    }
    if ("pwned" in window || "pwned" in parent || "pwned" in top) found.push("pwned is set");
    if (Object.keys(Object.prototype).length) found.push("Object.prototype has members");
    return found;
}"""
# One after the other: each changes the list.
_CHECK_ALL = """async most => {
    for (let i = 0; i < most; i += 1) {
        const [box] = document.querySelectorAll("input[type=checkbox]:not(:checked):not(:disabled)");
        if (!box) break;
        box.click();
        await new Promise((done) => setTimeout(done, 20));
    }
}"""
_WIDTHS = "() => [document.documentElement.scrollWidth, window.innerWidth]"


@dataclass
class VisitResult:
    """What was opened of hostile logs, and what happened there that must not.

    Attributes:
        counts: what was opened -> how often.
        failures: one sentence for each thing that happened and must not.
    """

    counts: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def count(self, what: str, times: int = 1) -> None:
        """Counts what was opened."""
        self.counts[what] = self.counts.get(what, 0) + times


def visit(
    browser: Browser,
    server: TensorBoardProcess,
    texts: list[str],
    runs: list[str],
    report_line: Callable[[str], None],
) -> VisitResult:
    """Opens every view of hostile logs, and every sample.

    Args:
        browser: a started one.
        server: a TensorBoard that shows the logs.
        texts: the payloads, one a sample.
        runs: names of the runs.
        report_line: is told what is opened.
    """
    result = VisitResult()
    page = browser.new_context(locale="en-US").new_page()
    _record_events(page, result)
    tab = Tab(page, TensorBoard(server.url, server.log))
    for run in runs:
        tab.open(run=run)
        expect(tab.get("run-button").or_(tab.view.locator("main.pane")).first).to_be_visible()
        _check_page(tab, result, "overviews", f"the overview of {run!r}")
    _overview(tab, result)
    for run in (RUN, TALK):
        _samples(tab, result, run, server, texts, report_line)
    result.failures += visit_comparing(
        tab, server, lambda shown, what, where: _check_page(shown, result, what, where)
    )
    for key, value in {
        "view": "tokens",
        "search": texts[0],
        "metric": texts[0],
        "sort": texts[0],
        "step": texts[0],
    }.items():
        tab.open(**{"run": RUN, "view": "samples", key: value})
        tab.page.wait_for_timeout(300)
        _check_page(tab, result, "links with a payload", f"the link with {key}")
    for text in texts:
        tab.open(run=text)
        _check_page(tab, result, "links with a payload", f"the link to the run {text[:40]!r}")
    result.failures += [
        f"the console says {complaint[:300]}" for complaint in tab.complaints if not _is_expected(complaint)
    ]
    result.failures += [f"a request left: {url[:200]}" for url in tab.strays]
    page.context.close()
    return result


def _record_events(page: Page, result: VisitResult) -> None:
    page.on("dialog", lambda dialog: _dismiss(dialog, result))
    page.on("popup", lambda opened: result.failures.append(f"a window: {opened.url}"))
    page.on("download", lambda started: result.failures.append(f"a download: {started.url}"))


def _dismiss(dialog: Dialog, result: VisitResult) -> None:
    result.failures.append(f"a dialog: {dialog.message}")
    dialog.dismiss()


def _is_expected(complaint: str) -> bool:
    """Whether we have answered that a link names what there is not, or that a newer question took an older one's place."""
    return any(f"status of {status}" in complaint for status in (400, 404, 503))


def _check_page(tab: Tab, result: VisitResult, what: str, where: str) -> None:
    result.count(what)
    found: list[str] = tab.js(FOREIGN)
    result.failures += [f"{where}: {thing}" for thing in found]
    width, room = tab.js(_WIDTHS)
    if width > room:
        result.failures.append(f"{where}: the page scrolls sideways, {width} in {room}")


def _overview(tab: Tab, result: VisitResult) -> None:
    """Dialogs of the overview: metrics by hostile names, settings, problems."""
    tab.open(run=RUN)
    expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
    tab.get("chart-picker").click()
    tab.js(_CHECK_ALL, 40)
    _check_page(tab, result, "dialogs", "the list of metrics")
    tab.press("Escape")
    _check_page(tab, result, "overviews", "the charts of hostile names")
    tab.press("i")
    expect(tab.get("run-facts")).to_be_visible()
    _check_page(tab, result, "dialogs", "the dialog about a run")
    tab.press("Escape")
    tab.get("problems-button").click()
    expect(tab.get("problems-dialog")).to_be_visible()
    _check_page(tab, result, "dialogs", "the list of problems")
    tab.press("Escape")


def _samples(
    tab: Tab,
    result: VisitResult,
    run: str,
    server: TensorBoardProcess,
    texts: list[str],
    report_line: Callable[[str], None],
) -> None:
    """The table with all columns, and every sample whole, in both of its shapes."""
    tab.open(run=run, view="samples", step_min=0)
    expect(tab.get("sample-row").first).to_be_visible()
    tab.get("columns").click()
    tab.js(_CHECK_ALL, 60)
    tab.press("Escape")
    _check_page(tab, result, "tables", f"the table of {run}")
    found: Any = server.ask("samples", run=run, step_min=0, limit=500)
    names = [str(name) for name in found["columns"]["id"]]
    if len(names) < len(texts):
        result.failures.append(f"{run}: {len(names)} samples of {len(texts)}")
    for number, name in enumerate(names):
        try:
            tab.open(run=run, view="samples", sample=name)
            expect(tab.get("drawer")).to_be_visible()
            expect(
                tab.get("token").or_(tab.get("message")).or_(tab.get("plain-response")).first
            ).to_be_attached()
            _check_page(tab, result, "opened samples", f"sample {name} of {run}")
            if run == RUN:
                _token_is_spelled_out(tab, result, name)
        except (AssertionError, Error) as error:
            result.failures.append(f"sample {name} of {run} cannot be opened: {str(error)[:200]}")
        if number % 20 == 0:
            report_line(f"{run}: sample {number} of {len(names)}, {len(result.failures)} failures")


_RAW = """() => [...document.querySelectorAll("[data-testid=token-info]")].map((one) => one.textContent)
    .join("").match(/[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\u061c\\ufeff]/u)?.[0]
    .codePointAt(0) ?? null"""


def _token_is_spelled_out(tab: Tab, result: VisitResult, name: str) -> None:
    """Selects the token that is the payload: what it is made of stands beside it by symbol or number."""
    tab.token(0).click(force=True)
    expect(tab.get("token-info")).to_be_visible()
    result.count("tokens spelled out")
    raw = tab.js(_RAW)
    if raw is not None:
        result.failures.append(f"the first token of {name} is told with a raw U+{raw:04X}")
    _check_page(tab, result, "opened samples", f"the first token of {name}")
