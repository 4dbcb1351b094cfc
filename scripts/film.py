"""Takes the README's short film: a curve bends, at this step, in these responses, at these tokens.

    python scripts/film.py [--out docs/screenshots/film.webp] [--logdir FOLDER --run RUN --chart kl --across 0.46]

Run it with the environment's Python, or as `make film`. Without a folder it makes a run with a planted failure
(scripts/planted_runs) and films that. The pictures are put together by Pillow, which TensorBoard brings.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import browser
from PIL import Image
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Locator, Page, ViewportSize, sync_playwright
from screenshots import DARKEST, FLAGS, TIMEOUT_MS, tensorboard
from tab_checks import ROOT

sys.path.insert(0, str(ROOT))

from planted_runs.run import Plan, write_run

SIZE: ViewportSize = {"width": 1200, "height": 700}
WIDTH = 1200
"""Of the film, as wide as the page: its text is to be read."""
MAX_BYTES = 2_000_000
PICTURES_OF_A_MOVE = 6
"""Pictures while the pointer goes from one place to the next."""
_POINTER = """([x, y, pressed]) => {
    let dot = document.getElementById("film-pointer");
    if (!dot) {
        dot = document.createElement("div");
        dot.id = "film-pointer";
        dot.style.cssText = "position:fixed;z-index:99999;pointer-events:none;border-radius:50%;"
            + "border:2px solid #b3261e;transform:translate(-50%,-50%)";
        document.body.append(dot);
    }
    const size = pressed ? 14 : 24;
    Object.assign(dot.style, { left: `${x}px`, top: `${y}px`, width: `${size}px`, height: `${size}px`,
        background: pressed ? "#b3261ecc" : "#b3261e33" });
}"""


@dataclass
class Film:
    """Pictures and how long each stays; the pointer is drawn, because a browser's own is in no picture."""

    page: Page
    pictures: list[Image.Image] = field(default_factory=list)
    milliseconds: list[int] = field(default_factory=list)
    pointer: tuple[float, float] = (SIZE["width"] / 2, SIZE["height"] - 80.0)

    def add_picture(self, milliseconds: int, *, pressed: bool = False) -> None:
        """Takes a picture that stays for so long."""
        self.page.evaluate(_POINTER, [*self.pointer, pressed])
        picture = Image.open(io.BytesIO(self.page.screenshot()))
        height = round(WIDTH * picture.height / picture.width)
        self.pictures.append(picture.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS))
        self.milliseconds.append(milliseconds)

    def move_pointer(self, x: float, y: float) -> None:
        """Moves the pointer there, slowly at both ends."""
        from_x, from_y = self.pointer
        for picture in range(1, PICTURES_OF_A_MOVE + 1):
            part = picture / PICTURES_OF_A_MOVE
            part = part * part * (3 - 2 * part)
            self.pointer = (from_x + (x - from_x) * part, from_y + (y - from_y) * part)
            self.page.mouse.move(*self.pointer)
            self.add_picture(60)

    def click(self, place: Locator, *, across: float = 0.5, down: float = 0.5) -> None:
        """Goes to a place, parts of its width and height from its corner, and presses it."""
        box = place.bounding_box()
        if box is None:
            raise SystemExit("What the film presses next is not on screen.")
        self.move_pointer(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        self.add_picture(250, pressed=True)
        self.page.mouse.click(*self.pointer)
        self.page.wait_for_timeout(1200)

    def press(self, key: str, milliseconds: int) -> None:
        """Presses a key and shows what comes of it."""
        self.page.keyboard.press(key)
        self.page.wait_for_timeout(700)
        self.add_picture(milliseconds)

    def save(self, path: Path) -> int:
        """Writes the film; returns its size in bytes."""
        first, *others = self.pictures
        path.parent.mkdir(parents=True, exist_ok=True)
        first.save(
            path,
            save_all=True,
            append_images=others,
            duration=self.milliseconds,
            loop=0,
            quality=72,
            method=4,
        )
        return path.stat().st_size


def film_run(page: Page, address: str, run: str, chart: str, across: float) -> Film:
    """Films the way from the curve to the token."""
    wait_until_read(address, run)
    page.goto(f"{address}#rlboard&p.rlboard.view=overview&p.rlboard.run={run}")
    frame = page.frame_locator("iframe[src*='name=rlboard']")
    card = frame.get_by_test_id(f"chart-{chart}").first
    card.wait_for()
    page.wait_for_timeout(2500)
    film = Film(page)
    film.add_picture(1800)
    film.click(card.locator("svg, canvas").last, across=across)  # the curve bends here: the step is selected
    film.add_picture(1600)
    film.click(frame.get_by_test_id("tab-samples"))
    rows = frame.get_by_test_id("sample-row")
    rows.first.wait_for()
    film.add_picture(1800)
    film.click(rows.first, across=0.5)
    tokens = frame.get_by_test_id("token")
    tokens.first.wait_for()
    page.wait_for_timeout(800)
    film.add_picture(1800)
    film.click(tokens.nth(tokens.evaluate_all(DARKEST)))
    film.add_picture(2200)
    film.press("j", 1600)
    film.click(tokens.nth(tokens.evaluate_all(DARKEST)))
    film.add_picture(3000)
    return film


def wait_until_read(address: str, run: str) -> None:
    """Waits until all of a run is indexed, so that no picture shows a part of it."""
    while True:
        with urllib.request.urlopen(f"{address}data/plugin/rlboard/runs", timeout=60) as answer:
            found = [each for each in json.load(answer)["runs"] if each["run"] == run]
        if found and found[0]["indexed_bytes"] == found[0]["bytes"]:
            return
        time.sleep(0.5)


def main() -> int:
    """Films, and says how large it is; returns 1 if it does not come about or is too large."""
    parser = argparse.ArgumentParser(description="Take the README's short film.")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screenshots" / "film.webp")
    parser.add_argument("--logdir", type=Path, help="a log directory of yours; a planted run by default")
    parser.add_argument("--run", help="the run in it")
    parser.add_argument("--chart", default="kl", help="the chart whose curve bends")
    parser.add_argument("--across", type=float, default=0.46, help="where it is clicked, of its width")
    arguments = parser.parse_args()
    chromium = browser.find(whole=True)
    if chromium is None:
        print(browser.ADVICE, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="rlboard-film-") as folder:
        logdir, run = arguments.logdir, arguments.run
        if logdir is None:
            plan = Plan("kl_spike", "strong", "grpo", 6)
            write_run(plan, Path(folder) / "logs", Path(folder) / "truth")
            logdir, run = Path(folder) / "logs", plan.name
        with tensorboard(logdir) as address, sync_playwright() as driver:
            chromium_browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
            context = chromium_browser.new_context(viewport=SIZE)
            context.set_default_timeout(TIMEOUT_MS)
            try:
                film = film_run(context.new_page(), address, run, arguments.chart, arguments.across)
            except BrowserError as error:
                print(f"The tab did not come to what the film shows: {error.message}", file=sys.stderr)
                return 1
            size = film.save(arguments.out)
            chromium_browser.close()
    print(f"{arguments.out}: {len(film.pictures)} pictures, {size / 1e6:.2f} MB")
    if size > MAX_BYTES:
        print("It is larger than 2 MB: fewer pictures, or a smaller page.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
