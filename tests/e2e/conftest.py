"""A browser, and TensorBoards to open in it. Whatever a test does, afterwards nothing may have gone wrong unseen."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import browser as finder
import pytest
import rollouts
from hosting import Gallery, Serve, TensorBoard, tensorboard
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright
from repository import ROOT
from tab import PATIENCE_MS, OpenTab, Tab

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    # What is left of its work without one is done by the browser: a process less to talk to, an eighth of the time.
    "--in-process-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    # Pages live for seconds: to optimise their scripts costs more than it gains, a fifteenth of the browser's time.
    "--js-flags=--no-opt --no-maglev",
]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
LEFT_BEHIND = ROOT / "test-results"
REPORT = pytest.StashKey[pytest.TestReport]()

expect.set_options(timeout=PATIENCE_MS)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Remembers whether a test failed, for `open_tab` to take its picture."""
    report = yield
    if report.when == "call":
        item.stash[REPORT] = report
    return report


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a process."""
    path = finder.find()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(finder.ADVICE, pytrace=False)
        pytest.skip(finder.ADVICE)
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def own_servers() -> list[TensorBoard]:
    """The TensorBoards that end with this test."""
    return []


@pytest.fixture
def serve(tmp_path: Path, own_servers: list[TensorBoard]) -> Iterator[Serve]:
    """Runs TensorBoards of this test's own, until after its tabs are closed."""
    with contextlib.ExitStack() as running:

        def make(*flags: str) -> TensorBoard:
            home = tmp_path / f"tensorboard.{len(own_servers)}"
            home.mkdir()
            own_servers.append(running.enter_context(tensorboard(home, *flags)))
            return own_servers[-1]

        yield make


HostPages = dict[tuple[str, str, str, bool], Page]


@pytest.fixture(scope="session")
def host_pages() -> HostPages:
    """Pages of TensorBoards that several tests read, each without our frame and free for the next test.

    They are found by address, language, theme, and whether the page is TensorBoard's own.

    To load TensorBoard's own page costs many times what ours does. A test that takes such a page gets our frame as if
    for the first time: nothing is stored, and its address is the test's.
    """
    return {}


@pytest.fixture
def open_tab(
    chromium: Browser,
    serve: Serve,
    own_servers: list[TensorBoard],
    host_pages: HostPages,
    request: pytest.FixtureRequest,
) -> Iterator[OpenTab]:
    """Opens tabs, and at the end asks what happened meanwhile: no error in any console, no request elsewhere.

    A tab that is asked for `anew`, or of a TensorBoard of the test's own, has its own browser context, with
    its page loaded by the test.

    With `host` our frame is in TensorBoard's own page: for tests of what the two have to do with each other, and for
    the whole story in `test_journey.py`. Everything else is as real without it, at a fraction of the time (`bare_host`).
    """
    tabs: list[Tab] = []
    kept: dict[Tab, tuple[str, str, str, bool]] = {}

    def make(
        server: TensorBoard,
        width: int = 1280,
        height: int = 800,
        locale: str = "en-US",
        theme: Literal["light", "dark"] = "light",
        *,
        anew: bool = False,
        host: bool = False,
    ) -> Tab:
        viewport: ViewportSize = {"width": width, "height": height}
        keep, looks = not anew and server not in own_servers, (server.url, locale, theme, host)
        page = host_pages.pop(looks, None) if keep else None
        if page is None:
            page = chromium.new_context(viewport=viewport, locale=locale, color_scheme=theme).new_page()
        else:
            page.set_viewport_size(viewport)
        tabs.append(Tab(page, server, host=host))
        if keep:
            kept[tabs[-1]] = looks
        return tabs[-1]

    yield make
    report = request.node.stash.get(REPORT, None)
    failed = report is None or report.failed or any(tab.complaints or tab.strays for tab in tabs)
    for number, tab in enumerate(tabs if failed else []):
        _keep(tab, f"{request.node.name}.{number}".replace("/", "_"), request.node)
    for tab in tabs:
        if failed or tab not in kept or kept[tab] in host_pages:
            tab.page.context.close()
        else:
            tab.leave()
            host_pages[kept[tab]] = tab.page
    assert [tab.complaints for tab in tabs] == [[] for _ in tabs]
    assert [tab.strays for tab in tabs] == [[] for _ in tabs]


def _keep(tab: Tab, name: str, item: pytest.Item) -> None:
    LEFT_BEHIND.mkdir(exist_ok=True)
    tab.page.screenshot(path=LEFT_BEHIND / f"{name}.png")
    (LEFT_BEHIND / f"{name}.tensorboard.log").write_bytes(tab.server.log.read_bytes())
    told = [tab.page.url, *tab.complaints, f"see {LEFT_BEHIND / name}.png and .tensorboard.log"]
    item.add_report_section("call", "browser", "\n".join(told))


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TensorBoard]:
    """A TensorBoard that tests only read: run `ppo`, steps 10 to 120, 12 samples each."""
    home = tmp_path_factory.mktemp("library")
    rollouts.write(home / "logs" / "ppo", rollouts.training(range(10, 121, 10), samples=12))
    rollouts.write(home / "logs" / "sft", rollouts.training([1, 2], samples=4))
    with tensorboard(home, "--logdir", str(home / "logs")) as server:
        server.wait_for_runs("ppo", "sft")
        yield server


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    """A TensorBoard for runs of several files of tests: starting one takes longer than most tests."""
    home = tmp_path_factory.mktemp("gallery")
    logs = home / "logs"
    logs.mkdir()
    # A look at the logs of fifty runs every second would cost a twelfth of a processor as long as the tests last.
    with tensorboard(home, "--logdir", str(logs), "--reload_interval", "3") as server:
        yield Gallery(server, logs)


@pytest.fixture(scope="session")
def axe() -> str:
    """The checker's own script; it is run inside our frame."""
    if not AXE.is_file():
        missing = "axe-core is not installed: run `npm ci` in frontend"
        if os.environ.get("CI"):
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    return AXE.read_text("utf-8")
