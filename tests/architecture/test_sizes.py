"""Files stay small, and hold nothing that belongs to one machine."""

from __future__ import annotations

import re

from repository import ROOT, tracked

PYTHON_LINES = 260
TYPESCRIPT_LINES = 150


def test_files_stay_small() -> None:
    budgets = {".py": PYTHON_LINES, ".ts": TYPESCRIPT_LINES, ".tsx": TYPESCRIPT_LINES}
    large = {}
    for path in tracked():
        parts = path.relative_to(ROOT).parts
        if path.suffix in budgets and "tests" not in parts and parts[0] != "benchmarks":
            lines = path.read_text(encoding="utf-8").count("\n")
            name = "/".join(parts)
            if lines > budgets[path.suffix]:
                large[name] = lines
    assert not large, f"one file, one thing to understand: {large}"


# Spelt in pieces, so that this file does not hold what it looks for.
PRIVATE = re.compile(
    "|".join(
        [
            r"/(?:home|Users)/" + r"[a-z][\w.-]+/",
            "/work" + "/(?:main|shared)",
            "/tmp" + "/(?:dev|plan)",
            r"[A-Z]:\\Users\\" + r"\w",
        ]
    )
)
TEXT = {
    ".py",
    ".md",
    ".ts",
    ".tsx",
    ".css",
    ".json",
    ".toml",
    ".txt",
    ".yml",
    ".yaml",
    ".in",
    ".cfg",
    ".sh",
    "",
}


def test_no_path_of_a_machine_is_kept() -> None:
    found = {}
    for path in tracked():
        if path.suffix in TEXT and path.stat().st_size < 2_000_000:
            hits = PRIVATE.findall(path.read_text(encoding="utf-8", errors="replace"))
            if hits:
                found[str(path.relative_to(ROOT))] = hits[:3]
    assert not found
