"""Our tab in a browser: what a reader sees and presses, and everything that must not happen meanwhile."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable
from typing import Any

import bare_host
from hosting import TensorBoard
from playwright.sync_api import ConsoleMessage, Error, Frame, Locator, Page, Request, expect

PATIENCE_MS = 60_000
_ANSWER_LENGTH = 500
IFRAME = "iframe[src*='name=rlboard']"
# TensorBoard's own fonts are not found below a path prefix.
_HOST_FAULTS = re.compile(r"/font-roboto/")
# `replace` adds nothing to the history. An empty document asks for nothing until the next test.
_EMPTY = """async iframe => {
    const frame = document.querySelector(iframe);
    const emptied = new Promise((done) => frame.addEventListener("load", done, { once: true }));
    frame.contentWindow.location.replace("about:blank");
    await emptied;
    localStorage.clear();
    sessionStorage.clear();
    document.activeElement.blur();
}"""
# The address first, and without an event: until another document is there, listeners of the emptied one still hear.
_LOAD_FRAME = """([iframe, hash]) => {
    history.replaceState(history.state, "", hash);
    const frame = document.querySelector(iframe);
    frame.contentWindow.location.replace(frame.src);
}"""


class Tab:
    """One page of TensorBoard with our tab in it.

    Args:
        page: of the browser.
        server: whose tab it is.
        host: with TensorBoard's own page around our frame; without it, with the one of `bare_host`.

    Attributes:
        page: the host's page.
        view: our frame, for finding elements.
        strays: requests that left TensorBoard's origin.
    """

    def __init__(self, page: Page, server: TensorBoard, *, host: bool = True) -> None:
        self.server = server
        self._host = host
        self._complaints: list[tuple[str, str]] = []
        self._asked_for: dict[str, Request] = {}
        self._answers: dict[str, str] = {}
        self.requests: list[str] = []
        self.page = page
        self.view = self.page.frame_locator(IFRAME)
        self._waits_for_frame = page.url.startswith(server.url)
        page.context.set_default_timeout(PATIENCE_MS)
        page.context.on("request", self._asked)
        page.on("console", self._heard)
        page.on("pageerror", self._failed)

    def leave(self) -> None:
        """Takes our frame off the page and forgets what it has stored: the next tab of this page begins from nothing.

        TensorBoard's own page stays as it is.
        """
        self.page.context.remove_listener("request", self._asked)
        self.page.remove_listener("console", self._heard)
        self.page.remove_listener("pageerror", self._failed)
        # What our frame still asks for in its last moment is none of the test's.
        self.page.evaluate(_EMPTY, IFRAME)

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)
        self._asked_for[request.url] = request

    def _failed(self, error: Error) -> None:
        self._complaints.append((f"page error: {error}", ""))

    def _heard(self, message: ConsoleMessage) -> None:
        where = str(message.location.get("url", ""))
        if message.type == "error" and not _HOST_FAULTS.search(where):
            self._complaints.append((f"console: {message.text} ({where})", where))

    @property
    def complaints(self) -> list[str]:
        """Errors of the console and of scripts; of what could not be loaded, with the sentence of the server."""
        return [f"{said}{self._answer_of(url)}" for said, url in self._complaints]

    def take_complaints(self, meant: str) -> int:
        """Takes off the complaints that match a pattern, which the test meant to cause; how many there were."""
        left = [one for one in self._complaints if not re.search(meant, one[0])]
        taken = len(self._complaints) - len(left)
        self._complaints = left
        return taken

    def _answer_of(self, url: str) -> str:
        """What was answered to a request that is complained of; read once, and empty where nothing was answered."""
        if url in self._asked_for and url not in self._answers:
            try:
                response = self._asked_for[url].response()
                body = response.text()[:_ANSWER_LENGTH] if response and response.status >= 400 else ""
                self._answers[url] = f": {body}" if body else ""
            except Error as error:  # the page has gone on, or is closed, and its answers with it
                self._answers[url] = f": its answer cannot be read any more ({error.message.splitlines()[0]})"
        return self._answers.get(url, "")

    @property
    def strays(self) -> list[str]:
        """Requests to any other place than TensorBoard."""
        inside = (self.server.origin + "/", "data:", "blob:")
        return [url for url in self.requests if not url.startswith(inside)]

    def open(self, **selection: object) -> Tab:
        """Opens our tab by a link that says this much and nothing else."""
        own = "".join(f"&p.rlboard.{k}={urllib.parse.quote(str(v), safe='')}" for k, v in selection.items())
        if self._waits_for_frame:
            self.page.evaluate(_LOAD_FRAME, [IFRAME, f"#rlboard{own}"])
            self._waits_for_frame = False
        else:
            self.go(f"#rlboard{own}")
        expect(self.view.locator("main.pane")).to_be_visible(timeout=PATIENCE_MS)
        return self

    def go(self, fragment: str = "") -> None:
        """Opens TensorBoard at this fragment of its address, which begins with "#"."""
        if self._host:
            self.page.goto(self.server.url + fragment)
        else:
            bare_host.go(self.page, self.server.url, fragment)

    def reload(self) -> None:
        """Loads the whole page again, as a reader's F5 does."""
        if self._host:
            self.page.reload()
        else:
            bare_host.reload(self.page, self.server.url)

    @property
    def frame(self) -> Frame:
        """Our frame, for running scripts in it."""
        found = self.page.frame(url=re.compile(r"plugin_entry\.html\?name=rlboard"))
        assert found is not None, "our frame is not there"
        return found

    def js(self, expression: str, argument: object = None) -> Any:
        """The value of a JavaScript expression or function in our frame."""
        return self.frame.evaluate(expression, argument)

    def get(self, test_id: str) -> Locator:
        """The elements with this data-testid."""
        return self.view.get_by_test_id(test_id)

    def darken(self, dark: bool) -> None:
        """Makes the host dark, or light again; what TensorBoard's switch does to its page (`test_looks.py` presses that)."""
        self.page.evaluate("dark => document.body.classList.toggle('dark-mode', dark)", dark)

    def show_as_table(self, chart: str) -> Locator:
        """Turns a chart of the overview into its table, by its menu; the chart's card."""
        self.get(f"look-{chart}").click()
        self.get("look-table").click()
        self.press("Escape")
        card = self.get(f"chart-{chart}")
        expect(card.locator("tbody tr").first).to_be_visible()
        return card

    def expect_run(self, name: str) -> None:
        """Waits until this run is the chosen one."""
        expect(self.get("run-select")).to_have_attribute("title", re.compile(f"^Run {re.escape(name)}: "))

    def run_names(self) -> list[str]:
        """The runs to choose from, in the order of their list, which is open afterwards."""
        if not self.get("run-search").count():
            self.get("run-select").click()
        names: list[str] = self.view.locator(".run-row").evaluate_all(
            "rows => rows.map((row) => row.dataset.run)"
        )
        return names

    def choose_run(self, name: str) -> None:
        """Opens the list of runs and presses one."""
        if not self.get("run-search").count():
            self.get("run-select").click()
        self.view.locator(f".run-row[data-run='{name}']").click()

    def selected(self) -> dict[str, str]:
        """What the address bar says of our tab, to one who turns to it: who walks on is written down when he rests."""
        self.js("() => window.dispatchEvent(new Event('blur'))")
        tokens = self.page.evaluate("location.hash").removeprefix("#").split("&")
        pairs = [token.partition("=") for token in tokens if token.startswith("p.rlboard.")]
        return {key.removeprefix("p.rlboard."): urllib.parse.unquote(value) for key, _, value in pairs}

    def expect_selected(self, **wanted: str | None) -> None:
        """Waits until the address says this; None stands for its absence."""
        self.page.wait_for_function(
            """wanted => {
                const said = new Map(location.hash.slice(1).split("&").map((token) => {
                    const cut = token.indexOf("=");
                    return [decodeURIComponent(token.slice(0, cut)), decodeURIComponent(token.slice(cut + 1))];
                }));
                return Object.entries(wanted).every(([k, v]) => (said.get("p.rlboard." + k) ?? null) === v);
            }""",
            arg=wanted,
        )

    def press(self, *keys: str) -> None:
        """Presses keys one after another, wherever the focus is."""
        for key in keys:
            self.page.keyboard.press(key)

    def key_of(self, view: str) -> str:
        """The digit that leads to a view: its tab says which."""
        return self.get(f"tab-{view}").get_attribute("data-key") or ""

    def rows(self) -> list[str]:
        """Ids of the samples in the table, from the top."""
        found: list[str] = self.get("sample-row").evaluate_all("rows => rows.map((row) => row.dataset.id)")
        return found

    def expect_rows(self, ids: list[str]) -> None:
        """Waits until the table begins with these samples, in this order; there must be that many on screen."""
        self.frame.wait_for_function(
            """ids => {
                const rows = [...document.querySelectorAll("[data-testid=sample-row]")];
                return ids.length <= rows.length && ids.every((id, i) => rows[i].dataset.id === id);
            }""",
            arg=ids,
        )

    def cells(self, column: str) -> list[str]:
        """What stands in a column of the table, from the top."""
        found: list[str] = self.js(
            """name => {
                const heads = [...document.querySelectorAll("[role=columnheader]")];
                const at = heads.findIndex((head) => head.querySelector(`[data-testid="col-head-${name}"]`));
                const rows = [...document.querySelectorAll("[data-testid=sample-row]")];
                return rows.map((row) => row.children[at].textContent);
            }""",
            column,
        )
        return found

    def token(self, i: int) -> Locator:
        """The token at a position of the response."""
        return self.view.locator(f"[data-testid=token][data-i='{i}']")

    def shown_value(self, metric: str) -> Locator:
        """The number of the focused token for a metric."""
        return self.get("token-info").locator(f"[data-metric='{metric}'] dd")


OpenTab = Callable[..., Tab]
"""What the fixture `open_tab` is: a TensorBoard, and optionally width, height, locale, theme, `anew` and `host`."""
