"""A page in the place of TensorBoard's own: at its address, with our frame, and with what our frame asks of a host.

TensorBoard's page is six megabytes of script. To load it costs seconds of a processor, many times what our tab does.
Where a test looks at our tab and not at its host, the browser gets this page instead; TensorBoard itself, its routes
and the document in our frame are real. `hosts/test_bare_host.py` holds it against the real page.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from playwright.sync_api import Page, Route

HEADER_PX = 64
# The frame is made as TensorBoard makes it: by a script, with a relative address and nothing else.
_HTML = f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>TensorBoard</title><link rel="icon" href="data:,">
<style>
html, body {{ height: 100%; margin: 0; }}
body {{ display: flex; flex-direction: column; }}
header {{ flex: none; height: {HEADER_PX}px; }}
iframe {{ border: 0; flex: 1; }}
</style></head>
<body><header></header><script>
if (matchMedia("(prefers-color-scheme: dark)").matches) {{
    document.body.classList.add("dark-mode");
    history.replaceState(history.state, "", `?darkMode=true${{location.hash}}`);
}}
// A plugin that says this hands over a port, which stays open.
const ports = [];
addEventListener("message", (event) => {{
    if (event.data === "experimental.bootstrap") ports.push(event.ports[0]);
}});
const frame = document.createElement("iframe");
frame.setAttribute("src", "data/plugin_entry.html?name=rlboard");
document.body.append(frame);
</script></body></html>
"""


def go(page: Page, url: str, fragment: str) -> None:
    """Opens an address of TensorBoard; where this page has it already, only the fragment changes, as by a reader's hand.

    Args:
        page: of the browser.
        url: TensorBoard's address, with a "/" at the end.
        fragment: what follows, from the "#" on.
    """
    with _standing_in(page, url):
        page.goto(url + fragment)


def reload(page: Page, url: str) -> None:
    """Loads the page again, as a reader's F5 does."""
    with _standing_in(page, url):
        page.reload()


@contextlib.contextmanager
def _standing_in(page: Page, url: str) -> Iterator[None]:
    """Answers for TensorBoard at its own address meanwhile, and never longer: a browser that is listened in on caches nothing."""
    address = re.compile(rf"{re.escape(url)}(?:\?[^#]*)?(?:#.*)?$")
    page.route(address, _answer)
    try:
        yield
    finally:
        page.unroute(address)


def _answer(route: Route) -> None:
    route.fulfill(content_type="text/html; charset=utf-8", body=_HTML)
