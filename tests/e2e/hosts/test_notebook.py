"""TensorBoard in a cell of a notebook: a frame of 600 pixels, in a page of another origin."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hosting import TensorBoard
from playwright.sync_api import Browser, expect
from tab import IFRAME, PATIENCE_MS

pytestmark = pytest.mark.browser

WIDTH, HEIGHT = 1000, 600
"""As `%tensorboard` makes its frame; a cell of Jupyter is about so wide."""


@pytest.fixture
def notebook(library: TensorBoard) -> Iterator[str]:
    """The address of a page that has TensorBoard as an output cell has it."""
    frame = f'<iframe id="cell" width="100%" height="{HEIGHT}" frameborder="0" src="{library.url}#rlboard"></iframe>'
    page = f'<!doctype html><link rel="icon" href="data:,"><body style="margin:0">{frame}'.encode()

    class Cell(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            """Says nothing of what is asked."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Cell) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_a_cell_has_the_whole_way_from_the_curve_to_the_token(chromium: Browser, notebook: str) -> None:
    page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.set_default_timeout(PATIENCE_MS)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(notebook)
    view = page.frame_locator("#cell").frame_locator(IFRAME)
    expect(view.get_by_test_id("chart-reward").locator("canvas")).to_be_in_viewport()
    frame = next(found for found in page.frames if "name=rlboard" in found.url)
    widths = frame.evaluate("() => [document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]
    view.get_by_test_id("tab-samples").click()
    view.get_by_test_id("sample-row").first.click()
    expect(view.get_by_test_id("token").first).to_be_in_viewport()
    opened = view.get_by_test_id("drawer").get_attribute("data-id")
    page.keyboard.press("j")
    expect(view.get_by_test_id("drawer")).not_to_have_attribute("data-id", str(opened))
    page.keyboard.press("Escape")
    expect(view.get_by_test_id("drawer")).to_have_count(0)
    assert complaints == []
    page.close()
