"""From opening the page to the first coloured token: TensorBoard and a real browser, medians of fresh pages.

    python -m benchmarks.browser.first_heatmap [--quick | --full] [--repeats 5]

A deep link to a sample of `rollout_samples` is opened in a new browser context each time, so nothing is cached. `index
to be built` starts TensorBoard anew for each repeat and counts from the moment it answers; `index there` asks one that
has it.
"""

from __future__ import annotations

import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.browser import chromium
from benchmarks.shared import bench, machine, serving
from benchmarks.shared.figure import Figure, over_runs


@dataclass(frozen=True)
class Sizes:
    """Fresh pages of each kind."""

    repeats: int = 3


def link(server: serving.TensorBoard) -> str:
    """A deep link to the first sample of the first run, once it is indexed."""
    run = server.wait_until_ready()[0]["run"]
    name = server.ask("samples", run=run, limit=1, columns="reward")["columns"]["id"][0]
    chosen = {"run": run, "view": "samples", "sample": name}
    return "&".join(f"p.rlboard.{key}={urllib.parse.quote(value, safe='')}" for key, value in chosen.items())


def first_token(browser: Any, server: serving.TensorBoard, fragment: str) -> float:
    """Seconds from the page's navigation to the first token on the screen."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    begin = time.perf_counter()
    page.goto(f"http://127.0.0.1:{server.port}/#rlboard&{fragment}", wait_until="commit")
    page.frame_locator("iframe").locator("[data-testid=token]").first.wait_for(timeout=60_000)
    seconds = time.perf_counter() - begin
    context.close()
    return seconds


def figures(sizes: Sizes, workspace: bench.Workspace) -> Iterator[Figure]:
    """Opens pages."""
    logdir = machine.ROOT / "rollout_samples"
    with chromium.launched() as browser:
        with serving.TensorBoard(logdir) as server:
            fragment = link(server)
            warm = [first_token(browser, server, fragment) for _ in range(sizes.repeats)]
        cold = []
        for _ in range(sizes.repeats):
            with serving.TensorBoard(logdir, workspace.empty_folder("cache")) as server:
                cold.append(first_token(browser, server, fragment))
    yield over_runs("first coloured token, index there", warm, "s")
    yield over_runs("first coloured token, index to be built", cold, "s")


ROW = bench.Row(
    "page",
    "From the page's opening to the first coloured token",
    {"quick": Sizes(1), "usual": Sizes(), "full": Sizes(9)},
    figures,
)

if __name__ == "__main__":
    bench.run_alone(ROW, str(__doc__))
