"""Whoever turns a check off for a line says there why."""

from __future__ import annotations

import re

import pytest
from repository import tracked

# Spelt in pieces, so that this file does not hold what it looks for.
MARK = re.compile(
    "|".join(
        [
            r"#\s*no" + r"qa\b(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)?",
            r"#\s*type:\s*ig" + r"nore(\[[\w\-, ]+\])?",
            r"biome-ig" + r"nore(-all|-start|-end)?\s+[\w/]+:?",
            r"@ts-" + r"(ignore|expect-error|nocheck)",
        ]
    )
)


def without_reason(line: str) -> bool:
    marks = list(MARK.finditer(line))
    return bool(marks) and re.search(r"\w{3}", MARK.sub("", line[marks[0].start() :])) is None


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("import x  # no" + "qa: F401", True),
        ("import x  # no" + "qa: F401, E402 (it registers)", False),
        ("import x  # type: ig" + "nore[misc]  # no" + "qa: F401", True),
        ("import x  # type: ig" + "nore[misc]  # no" + "qa: F401  an extra", False),
        ("// biome-ig" + "nore lint/a11y/useAlt: ", True),
        ("// biome-ig" + "nore lint/a11y/useAlt: a drawing", False),
        ("x = 1  # an ordinary comment", False),
    ],
)
def test_a_reason_is_told_from_none(line: str, missing: bool) -> None:
    assert without_reason(line) is missing


def test_every_suppression_has_its_reason_on_its_line() -> None:
    found = [
        f"{path.name}:{number}: {line.strip()}"
        for path in tracked()
        if path.suffix in {".py", ".ts", ".tsx", ".css", ".js", ".mjs"}
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if without_reason(line)
    ]
    assert not found
