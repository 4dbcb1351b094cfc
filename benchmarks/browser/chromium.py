"""A Chromium for the rows that need one."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.shared import bench, machine

OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@contextlib.contextmanager
def launched(*roots: Path) -> Iterator[Any]:
    """A browser of Playwright's, for opening the tab of these source trees; of this one unless said.

    Raises:
        bench.SkipError: Playwright, Chromium or a tree's bundle is missing.
    """
    sys.path.insert(0, str(machine.ROOT / "scripts"))
    import browser  # noqa: PLC0415 (scripts are files, not a package)

    found = browser.find(whole=True)
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 (not everyone has it)
    except ImportError as error:
        raise bench.SkipError("Playwright is not installed; `make test` brings it.") from error
    if found is None:
        raise bench.SkipError("no Chromium was found; `make test` installs one.")
    for root in roots or (machine.ROOT,):
        if not (root / "tensorboard_plugin_rlboard/static/index.js").exists():
            raise bench.SkipError(f"the frontend of {root} is not built; `make demo` builds it.")
    with sync_playwright() as play:
        browsing = play.chromium.launch(executable_path=str(found), args=OPTIONS)
        try:
            yield browsing
        finally:
            browsing.close()
