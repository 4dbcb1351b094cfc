"""Our tab in a browser: what a reader sees and presses, and everything that must not happen meanwhile."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable
from typing import Any

from hosting import TensorBoard
from playwright.sync_api import BrowserContext, ConsoleMessage, Frame, Locator, Page, expect

PATIENCE_MS = 20_000
IFRAME = "iframe[src*='name=rlboard']"
# TensorBoard's own fonts are not found below a path prefix.
_HOST_FAULTS = re.compile(r"/font-roboto/")


class Tab:
    """One page of TensorBoard with our tab in it.

    Attributes:
        page: the host's page.
        view: our frame, for finding elements.
        complaints: errors of the console and of scripts.
        strays: requests that left TensorBoard's origin.
    """

    def __init__(self, context: BrowserContext, server: TensorBoard) -> None:
        self.server = server
        self.complaints: list[str] = []
        self.requests: list[str] = []
        context.set_default_timeout(PATIENCE_MS)
        context.on("request", lambda request: self.requests.append(request.url))
        self.page: Page = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        self.view = self.page.frame_locator(IFRAME)

    def _heard(self, message: ConsoleMessage) -> None:
        where = str(message.location.get("url", ""))
        if message.type == "error" and not _HOST_FAULTS.search(where):
            self.complaints.append(f"console: {message.text} ({where})")

    @property
    def strays(self) -> list[str]:
        """Requests to any other place than TensorBoard."""
        inside = (self.server.origin + "/", "data:", "blob:")
        return [url for url in self.requests if not url.startswith(inside)]

    def open(self, **selection: object) -> Tab:
        """Opens our tab by a link that says this much and nothing else."""
        own = "".join(f"&p.rlboard.{k}={urllib.parse.quote(str(v), safe='')}" for k, v in selection.items())
        self.page.goto(f"{self.server.url}#rlboard{own}")
        expect(self.view.locator("main.pane")).to_be_visible(timeout=PATIENCE_MS)
        return self

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

    def selected(self) -> dict[str, str]:
        """What the address bar says of our tab."""
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
"""What the fixture `open_tab` is: a TensorBoard, and optionally width, height, locale and theme."""
