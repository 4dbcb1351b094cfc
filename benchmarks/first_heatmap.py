"""From opening the page to the first coloured token: TensorBoard and a real browser, medians of fresh pages.

    python benchmarks/first_heatmap.py [--runs 5] [--logdir rollout_samples]

A deep link to a sample is opened in a new browser context each time, so nothing is cached. `cold` starts TensorBoard anew
for each run and counts from the moment it answers, with the index still to be built; `warm` asks one that has it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
import browser as chromium  # noqa: E402 (scripts are files, not a package)


def start(logdir: Path, port: int) -> subprocess.Popen[bytes]:
    """Starts TensorBoard and waits until it answers."""
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(logdir), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://localhost:{port}/data/environment", timeout=1).read()
        except OSError:
            time.sleep(0.05)
        else:
            return server
    server.terminate()
    sys.exit("TensorBoard did not start within 30 s.")


def ask(port: int, route: str) -> Any:
    """An answer of the plugin."""
    with urllib.request.urlopen(f"http://localhost:{port}/data/plugin/rlboard/{route}", timeout=30) as answer:
        return json.load(answer)


def link(port: int) -> str:
    """A deep link to the first sample of the first run, once it is indexed."""
    for _ in range(600):
        runs = ask(port, "runs")["runs"]
        if runs and runs[0]["samples"]:
            run = runs[0]["run"]
            name = ask(port, f"samples?run={urllib.parse.quote(run)}&limit=1&columns=reward")["columns"][
                "id"
            ][0]
            chosen = {"run": run, "view": "samples", "sample": name}
            return "&".join(
                f"p.rlboard.{key}={urllib.parse.quote(value, safe='')}" for key, value in chosen.items()
            )
        time.sleep(0.05)
    sys.exit("No sample was indexed within 30 s.")


def first_token(browser: Browser, port: int, fragment: str) -> float:
    """Seconds from the page's navigation to the first token on the screen."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    begin = time.perf_counter()
    page.goto(f"http://localhost:{port}/#rlboard&{fragment}", wait_until="commit")
    page.frame_locator("iframe").locator("[data-testid=token]").first.wait_for(timeout=60_000)
    seconds = time.perf_counter() - begin
    context.close()
    return seconds


def main() -> None:
    """Reads the command line, measures, prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--logdir", type=Path, default=ROOT / "rollout_samples")
    parser.add_argument("--port", type=int, default=16_006)
    args = parser.parse_args()
    found = chromium.find()
    if found is None:
        sys.exit("No Chromium was found; `make test` installs one.")
    options = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(found), args=options)
        server = start(args.logdir, args.port)
        fragment = link(args.port)
        warm = [first_token(browser, args.port, fragment) for _ in range(args.runs)]
        server.terminate()
        server.wait()
        cold = []
        for run in range(args.runs):
            server = start(args.logdir, args.port + 1 + run)
            cold.append(first_token(browser, args.port + 1 + run, fragment))
            server.terminate()
            server.wait()
        browser.close()
    print("| first coloured token after | median s | min s | max s |")
    print("| --- | --- | --- | --- |")
    for name, times in (("page load, index there", warm), ("page load, index to be built", cold)):
        print(f"| {name} | {statistics.median(times):.2f} | {min(times):.2f} | {max(times):.2f} |")


if __name__ == "__main__":
    main()
