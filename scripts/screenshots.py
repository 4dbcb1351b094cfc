"""Takes the pictures of the README: TensorBoard on the sample logs and on a planted failure, in a real browser.

    python scripts/screenshots.py [--out docs/screenshots] [--logdir rollout_samples] [--only NAME ...]

Run it with the environment's Python, or as `make screenshots`.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import browser
from planted_runs.run import Plan, write_run
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import FrameLocator, ViewportSize, sync_playwright
from tab_checks import ROOT, ask, free_port, running

TIMEOUT_MS = 30_000
SIZE: ViewportSize = {"width": 1440, "height": 900}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-sync",
]

DARKEST = """tokens => {
    const light = tokens.map((token) => {
        const colour = getComputedStyle(token).backgroundColor;
        const [r, g, b, a = 1] = (colour.match(/[0-9.]+/g) ?? [255, 255, 255]).map(Number);
        return colour === "rgba(0, 0, 0, 0)" ? 765 : (r + g + b) * a + 765 * (1 - a);
    });
    return light.indexOf(Math.min(...light));
}"""
"""Which of some tokens has the deepest colour."""


def _overview(frame: FrameLocator) -> None:
    frame.get_by_test_id("chart-reward").first.wait_for()


def _samples(frame: FrameLocator) -> None:
    frame.get_by_test_id("sample-row").first.wait_for()


def _sample(words: str) -> Callable[[FrameLocator], None]:
    """Opens the response with these words, at the token that the chosen metric colours most."""

    def prepare(frame: FrameLocator) -> None:
        frame.get_by_test_id("sample-row").filter(has_text=words).click()
        tokens = frame.get_by_test_id("token")
        tokens.first.wait_for()
        frame.get_by_test_id("matrix-toggle").click()
        tokens.nth(tokens.evaluate_all(DARKEST)).click()

    return prepare


def _findings(frame: FrameLocator) -> None:
    frame.get_by_test_id("finding-summary").wait_for()
    frame.get_by_test_id("evidence").first.click()
    frame.get_by_test_id("token-info").wait_for()


def _groups(frame: FrameLocator) -> None:
    frame.get_by_test_id("group-member").first.wait_for()


def _prompts(frame: FrameLocator) -> None:
    frame.get_by_test_id("prompt-row").first.wait_for()


def _comparison(frame: FrameLocator) -> None:
    frame.get_by_test_id("changed-prompt").first.click()
    frame.get_by_test_id("prompt-pair").wait_for()


@dataclass(frozen=True)
class Picture:
    """One picture: what the tab's address says, what is done and waited for, how the reader has set things, and the log."""

    name: str
    address: str
    prepare: Callable[[FrameLocator], None]
    dark: bool = False
    locale: str = "en-US"
    planted: bool = False


PLANTED = Plan("kl_spike", "medium", "grpo", 1)
"""What looks wrong in a run is shown where something is: the sample logs are of a training that went well."""
OVERVIEW = "p.rlboard.view=overview&p.rlboard.run=eval_couplets&p.rlboard.step=60&p.rlboard.pin=0"
TRAINED = "p.rlboard.view=samples&p.rlboard.run=train_couplets&p.rlboard.step=60"
ANSWERS = (
    "p.rlboard.view=samples&p.rlboard.run=eval_couplets&p.rlboard.step=60"
    "&p.rlboard.sort=log_ratio_max&p.rlboard.order=desc&p.rlboard.metric=log_ratio"
)
FINDINGS = f"p.rlboard.view=findings&p.rlboard.run={PLANTED.name}"
GROUPS = f"p.rlboard.view=groups&p.rlboard.run={PLANTED.name}"
PROMPTS = "p.rlboard.view=prompts&p.rlboard.run=eval_couplets"
LATE_AGAINST_EARLY = (
    "p.rlboard.view=runs&p.rlboard.run=eval_couplets&p.rlboard.a_min=40"
    "&p.rlboard.run_b=eval_couplets&p.rlboard.b_max=20"
)
PICTURES = (
    Picture("overview", OVERVIEW, _overview),
    Picture("overview-dark", OVERVIEW, _overview, dark=True),
    Picture("overview-zh", OVERVIEW, _overview, locale="zh-CN"),
    Picture("samples", TRAINED, _samples),
    Picture("sample", ANSWERS, _sample("stars seek the dune")),
    Picture("sample-dark", ANSWERS, _sample("stars seek the dune"), dark=True),
    Picture("sample-zh", ANSWERS, _sample("何处老树伴花前"), locale="zh-CN"),
    Picture("findings", FINDINGS, _findings, planted=True),
    Picture("groups", GROUPS, _groups, planted=True),
    Picture("groups-zh", GROUPS, _groups, locale="zh-CN", planted=True),
    Picture("prompts", PROMPTS, _prompts),
    Picture("runs", LATE_AGAINST_EARLY, _comparison),
    Picture("findings-zh", FINDINGS, _findings, locale="zh-CN", planted=True),
)


@contextlib.contextmanager
def tensorboard(logdir: Path) -> Iterator[str]:
    """Runs TensorBoard of this checkout on a free port; gives its address once it answers.

    Raises:
        RuntimeError: It ended instead, or never answered; what it printed is in the message.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(logdir.resolve())]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    with running(command, lambda: ask(address, "data/environment").status == 200, PYTHONPATH=str(ROOT)):
        yield address


def take(pictures: list[Picture], address: str, chromium: str, out: Path) -> None:
    """Takes the pictures one after another, each in a browser without a past."""
    with sync_playwright() as driver:
        chromium_browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        for picture in pictures:
            context = chromium_browser.new_context(
                viewport=SIZE, locale=picture.locale, color_scheme="dark" if picture.dark else "light"
            )
            context.set_default_timeout(TIMEOUT_MS)
            page = context.new_page()
            page.goto(f"{address}#rlboard&{picture.address}")
            picture.prepare(page.frame_locator("iframe[src*='name=rlboard']"))
            page.wait_for_timeout(1500)  # charts are drawn and transitions over
            page.screenshot(path=out / f"{picture.name}.png")
            print(out / f"{picture.name}.png", flush=True)
            context.close()
        chromium_browser.close()


def main() -> int:
    """Takes the pictures the command line names, or all."""
    parser = argparse.ArgumentParser(description="Take the README's pictures.")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screenshots")
    parser.add_argument("--logdir", type=Path, default=ROOT / "rollout_samples")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=[picture.name for picture in PICTURES])
    arguments = parser.parse_args()
    chromium = browser.find(whole=True)
    if chromium is None:
        print(browser.ADVICE, file=sys.stderr)
        return 1
    arguments.out.mkdir(parents=True, exist_ok=True)
    chosen = [picture for picture in PICTURES if arguments.only is None or picture.name in arguments.only]
    with tempfile.TemporaryDirectory() as folder:
        planted = Path(folder) / "logs"
        for logdir in (arguments.logdir, planted):
            pictures = [picture for picture in chosen if picture.planted == (logdir == planted)]
            if not pictures:
                continue
            if logdir == planted:
                write_run(PLANTED, planted, Path(folder) / "truth")
            with tensorboard(logdir) as address:
                try:
                    take(pictures, address, chromium, arguments.out)
                except BrowserError as error:
                    print(f"The tab did not come to what the picture shows: {error.message}", file=sys.stderr)
                    return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
