"""Finds the Chromium the browser tests and screenshots drive, and prints its path.

    python scripts/browser.py [--install]

RLBOARD_CHROMIUM names one. With --install, as root on Debian, apt-get installs it if there is none. The headless shell,
which is Chromium without windows, is taken before the whole browser: the same tests need a third less of a processor.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
# Samples are also in Chinese, and a screenshot of boxes shows nothing.
FONTS = "fonts-noto-cjk"
_PLAYWRIGHT_SHELLS = (
    "chromium_headless_shell-*/chrome-*/*headless*shell",
    "chromium_headless_shell-*/chrome-*/*headless*shell.exe",
)
_PLAYWRIGHT = (
    "chromium-*/chrome-*/chrome",
    "chromium-*/chrome-*/chrome.exe",
    "chromium-*/*/*.app/Contents/MacOS/*",
)
ADVICE = (
    "The browser tests need Chromium and there is none: install Chromium or Chrome (on Debian: "
    "`apt-get update && apt-get install chromium-headless-shell fonts-noto-cjk`), run `.venv/bin/playwright install chromium`, "
    "or set RLBOARD_CHROMIUM to its path."
)


def _of_playwright(patterns: tuple[str, ...]) -> list[Path]:
    """What `playwright install` leaves, newest first."""
    home = Path.home()
    caches = [
        home / ".cache/ms-playwright",
        home / "Library/Caches/ms-playwright",
        home / "AppData/Local/ms-playwright",
    ]
    if os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        caches = [Path(os.environ["PLAYWRIGHT_BROWSERS_PATH"])]
    return sorted(
        (found for cache in caches for pattern in patterns for found in cache.glob(pattern)), reverse=True
    )


def _starts(path: str) -> bool:
    """True if it runs: on Ubuntu `chromium` may be a script that only says to install a snap."""
    if path.endswith(".exe"):
        return Path(path).is_file()  # on Windows --version opens a window
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def find(*, whole: bool = False) -> str | None:
    """Returns the path of a Chromium that starts, or None; RLBOARD_CHROMIUM is taken at its word.

    Args:
        whole: prefer the browser that people use: for pictures, and to measure what they feel.
    """
    if os.environ.get("RLBOARD_CHROMIUM"):
        return os.environ["RLBOARD_CHROMIUM"]
    shells = [shutil.which(name) for name in SHELLS]
    shells += [str(path) for path in _of_playwright(_PLAYWRIGHT_SHELLS)]
    browsers = [shutil.which(name) for name in NAMES]
    browsers += [str(path) for path in (*map(Path, PLACES), *_of_playwright(_PLAYWRIGHT)) if path.is_file()]
    candidates = [*browsers, *shells] if whole else [*shells, *browsers]
    return next((path for path in candidates if path and _starts(path)), None)


def install() -> None:
    """Installs Chromium with apt-get where that is possible; otherwise does nothing.

    Its headless shell, where the system has it; else the whole browser.
    """
    if shutil.which("apt-get") is None or os.name == "nt" or os.geteuid() != 0:
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = [["apt-get", "update"]]
    commands += [
        ["apt-get", "install", "--yes", "--no-install-recommends", package, FONTS]
        for package in ("chromium-headless-shell", "chromium")
    ]
    for command in commands:
        print("+", " ".join(command), file=sys.stderr, flush=True)
        # apt's messages go where ours go: what is printed on the other side is the path.
        done = subprocess.run(command, env=environment, stdout=sys.stderr, check=False)
        if "install" in command and not done.returncode:
            return


def main() -> int:
    """Prints the path of a Chromium; returns 1 if there is none."""
    path = find()
    if path is None and "--install" in sys.argv[1:]:
        install()
        path = find()
    if path is None:
        print(ADVICE, file=sys.stderr)
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
