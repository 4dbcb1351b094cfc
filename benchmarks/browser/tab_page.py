"""The tab in a real browser, used by keys: what each press costs the page's main thread, and when its result is painted."""

from __future__ import annotations

import json
import tempfile
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from benchmarks.browser.page_scripts import CLICK_TO_CHART, CLICKED, FIRST_CHART, SCROLL, WATCH
from benchmarks.shared import serving

VIEWPORT = {"width": 1440, "height": 900}
REST_S = 0.4
"""Seconds without a question under way after which a page is at rest: longer than it waits before it asks ahead."""
LONG_TASK_US = 50_000
"""Microseconds from which a task of the main thread is called long."""


@dataclass(frozen=True)
class Press:
    """What one key did; times in milliseconds.

    Attributes:
        wall: from the key to the paint of its result, at most one frame too long.
        busy: CPU of the main thread for all of it, until the page is at rest again; what measuring costs is in it.
        script, layout: the parts of `busy` for JavaScript, and for styles and layout.
        asked: questions to the server.
    """

    wall: float
    busy: float
    script: float
    layout: float
    asked: int


class TabPage:
    """A page of TensorBoard with the tab open in it.

    Attributes:
        page: Playwright's page.
        questions: addresses of the tab's questions to the server, in order; looking for news is not among them.
    """

    def __init__(
        self, browser: Any, server: serving.TensorBoard, *, place: str = "rlboard", **link: object
    ) -> None:
        """Opens it.

        Args:
            browser: Playwright's.
            server: the TensorBoard.
            place: the tab of TensorBoard to open.
            link: parts of the address of our tab.
        """
        self._context = browser.new_context(viewport=VIEWPORT)
        self._browser = browser
        self.page = self._context.new_page()
        self.page.add_init_script(FIRST_CHART)
        self.questions: list[str] = []
        self._open_requests = 0
        self._last_request = time.monotonic()
        self.page.on("request", lambda request: self._count_question(request, 1))
        self.page.on("requestfinished", lambda request: self._count_question(request, -1))
        self.page.on("requestfailed", lambda request: self._count_question(request, -1))
        own = "".join(f"&p.rlboard.{k}={urllib.parse.quote(str(v), safe='')}" for k, v in link.items())
        self.page.goto(f"http://127.0.0.1:{server.port}/#{place}{own}")
        self._devtools = self._context.new_cdp_session(self.page)
        self._devtools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._context.close()

    def _count_question(self, request: Any, by: int) -> None:
        path = urllib.parse.urlsplit(request.url).path
        name = path.rpartition(serving.PLUGIN)[2]
        if serving.PLUGIN not in path or name.startswith("static/") or name == "runs":
            return
        self._open_requests += by
        self._last_request = time.monotonic()
        if by > 0:
            self.questions.append(request.url)

    @property
    def frame(self) -> Any:
        """Our frame."""
        found = self.page.frame(url=lambda url: "plugin_entry.html?name=rlboard" in url)
        if found is None:
            raise RuntimeError("The tab is not open.")
        return found

    def wait(self, shown: str) -> TabPage:
        """Waits until an expression of our frame holds, and until the page is at rest."""
        self.page.wait_for_function(
            "() => document.querySelector('iframe')?.contentDocument?.querySelector('main.pane')",
            timeout=60_000,
        )
        self.frame.wait_for_function(shown, timeout=60_000)
        return self.rest()

    def rest(self) -> TabPage:
        """Waits until nothing has been asked for a while."""
        self.page.wait_for_timeout(1000 * REST_S)
        while self._open_requests > 0 or time.monotonic() - self._last_request < REST_S:
            self.page.wait_for_timeout(50)
        return self

    def counters(self) -> dict[str, float]:
        """Chromium's counters of the page: CPU of its main thread in seconds, bytes, numbers of nodes and listeners."""
        found = self._devtools.send("Performance.getMetrics")["metrics"]
        return {counter["name"]: counter["value"] for counter in found}

    def memory(self) -> dict[str, float]:
        """The counters of what is still reachable."""
        for _ in range(2):
            self._devtools.send("HeapProfiler.collectGarbage")
        return self.counters()

    def press(self, key: str, shown: str) -> Press:
        """Presses a key, waits until another value of `shown` is painted, and until the page is at rest.

        Raises:
            RuntimeError: nothing else was shown.
        """
        return self._measure(key, lambda: self.page.keyboard.press(key), shown)

    def choose(self, test_id: str, place: int, shown: str) -> Press:
        """Chooses an option of a list by its place, and waits as `press` does."""
        choice = self.frame.locator(f"[data-testid={test_id}]")
        return self._measure(test_id, lambda: choice.select_option(index=place), shown)

    def _measure(self, what: str, act: Callable[[], object], shown: str) -> Press:
        self.frame.evaluate(WATCH, shown)
        before, asked = self.counters(), len(self.questions)
        act()
        wall = self.frame.evaluate("window.painted")
        if wall < 0:
            raise RuntimeError(f"After {what} nothing else was shown.")
        self.rest()
        after = self.counters()

        def spent(*names: str) -> float:
            return 1000 * sum(after[name] - before[name] for name in names)

        return Press(
            wall,
            spent("TaskDuration"),
            spent("ScriptDuration"),
            spent("LayoutDuration", "RecalcStyleDuration"),
            len(self.questions) - asked,
        )

    def busy(self, seconds: float) -> float:
        """CPU of the main thread in milliseconds while nobody does anything."""
        before = self.counters()["TaskDuration"]
        self.page.wait_for_timeout(1000 * seconds)
        return 1000 * (self.counters()["TaskDuration"] - before)

    def first_chart(self) -> float:
        """Clicks on our tab and waits for the first chart: milliseconds between the two."""
        self.page.evaluate(CLICKED)
        self.page.get_by_role("tab", name="RL Board").click()
        found: float = self.page.evaluate(CLICK_TO_CHART)
        return found

    def files_read(self) -> float:
        """The files of ours that had come when the first chart was made, in units of 1000 bytes, compressed as they came."""
        found: float = self.frame.evaluate("window.filesBytes / 1000")
        return found

    def leave(self) -> None:
        """Shows another tab of TensorBoard, which hides ours."""
        self.page.get_by_role("tab", name="Time Series").click()
        self.page.wait_for_timeout(1000)

    def scroll(self, frames: int, pixels: int) -> list[tuple[float, float]]:
        """Scrolls the table, a move each frame: wall time and CPU (ms) of the main thread's long tasks."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "trace.json"
            self._browser.start_tracing(
                page=self.page,
                path=path,
                categories=["devtools.timeline", "disabled-by-default-devtools.timeline"],
            )
            scrolled = self.frame.evaluate(SCROLL, [frames, pixels])
            self._browser.stop_tracing()
            if not scrolled:
                raise RuntimeError("The table did not scroll.")
            return long_tasks(json.loads(path.read_bytes())["traceEvents"])


def long_tasks(events: list[dict[str, Any]]) -> list[tuple[float, float]]:
    """Tasks of the main threads of pages that took long by the clock."""
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    return [
        (event["dur"] / 1000, event.get("tdur", event["dur"]) / 1000)
        for event in events
        if event["name"] == "RunTask"
        and (event["pid"], event["tid"]) in mains
        and event.get("dur", 0) >= LONG_TASK_US
    ]
