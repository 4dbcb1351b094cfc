"""Hostile text stays text: payloads in every text, name, role, tag and setting, opened in a browser.

    python scripts/reliability/hostile_text.py --every 8            # a part of the payloads
    python scripts/reliability/hostile_text.py --write docs/reliability.md

It ends with 1 where something runs, a request leaves, the content policy is violated, or a character hides.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import checkout  # noqa: F401  before what it makes importable
from browser import ADVICE, find
from figures import add_write, finish, made_by, table
from hostile.logs import write_hostile
from hostile.payloads import payloads
from hostile.visit import VisitResult, visit
from playwright.sync_api import sync_playwright
from tensorboard_process import TensorBoardProcess

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-sync",
)


def attack(texts: list[str], named: int) -> VisitResult:
    """Writes logs of these texts and opens everything of them; `named` runs are named by some.

    Raises:
        SystemExit: there is no browser.
    """
    path = find()
    if path is None:
        sys.exit(ADVICE)
    with tempfile.TemporaryDirectory(prefix="rlboard-reliability-") as temporary:
        home = Path(temporary)
        runs = write_hostile(home / "logs", texts, named)
        with TensorBoardProcess(home, home / "logs", home / "cache") as server, sync_playwright() as driver:
            server.wait_for_address()
            server.wait_until_read(len(runs))
            opened = driver.chromium.launch(executable_path=path, args=list(FLAGS))
            try:
                return visit(opened, server, texts, runs, lambda line: print(line, flush=True))
            finally:
                opened.close()


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line, attacks, writes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--every", type=int, default=1, help="only every n-th payload of each kind")
    parser.add_argument("--runs", type=int, default=12, help="how many runs are named by a payload")
    add_write(parser)
    args = parser.parse_args(arguments)
    kinds = {kind: found[:: args.every] for kind, found in payloads().items()}
    seen = attack([text for found in kinds.values() for text in found], args.runs)
    rows: list[tuple[object, ...]] = [(f"payloads: {kind}", len(found)) for kind, found in kinds.items()]
    rows += [(what, count) for what, count in seen.counts.items()]
    rows.append(("**failures**", len(seen.failures)))
    command = f"python scripts/reliability/hostile_text.py --every {args.every} --runs {args.runs}"
    finish(args, "hostile text", f"{made_by(command)}\n\n{table(('what', 'count'), rows)}", seen.failures)


if __name__ == "__main__":
    main()
