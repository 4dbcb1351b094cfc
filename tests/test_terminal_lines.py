"""What the commands and the writer print says one thing of one: `1 sample`, and never `1 samples`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tensorboard_plugin_rlboard.report.pages.page_language import english
from tensorboard_plugin_rlboard.texts import counted

PACKAGE = Path(__file__).parents[1] / "tensorboard_plugin_rlboard"
SPEAKERS = (
    *(
        "writer.py",
        "cli.py",
        "commands",
        "writing",
        "watch",
        "cluster",
        "doctor",
        "report",
    ),
    "integrations",
)
WORDS = "sample|file|run|part|line|row|step|problem|curve|quote|byte|second|time|attempt|character|token|finding|setting|worker"
COUNTED = re.compile(rf"(?:%d|%s|\x00) (?:other |more |further |new |milder )?(?:{WORDS})s\b")
NEVER_ONE = (
    "the next one is in \x00 seconds",  # an interval that is given
    "kinds of findings",
    "quotes nothing",  # what a file does
    "\x00 … \x00 (\x00 files)",  # files that are listed together
    "Its worker was lost \x00 times",  # a constant
)


def said(path: Path) -> Iterator[str]:
    """The texts of a module, with a mark for what is filled in; docstrings are none."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts | alone:
            yield re.sub(r"\{\w+\}", "\0", node.value)


def modules() -> list[Path]:
    """All modules that print."""
    places = [PACKAGE / name for name in SPEAKERS]
    return sorted(path for place in places for path in ([place] if place.is_file() else place.rglob("*.py")))


def test_what_is_counted_has_a_singular() -> None:
    texts = [(path.name, text) for path in modules() for text in said(path) if COUNTED.search(text)]
    phrases = english().phrases
    single = {re.sub(r"\{\w+\}", "\0", phrases[name]) for name in phrases if f"{name}_one" in phrases}
    found = [one for one in texts if one[1] not in single and not any(text in one[1] for text in NEVER_ONE)]
    assert found == []


def test_a_count_without_a_singular_is_found(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(
        '"""5 samples."""\nx = f"{n:,} samples written"\ny = "%d files"\nz = f"{counted(n, \'file\')}"\n'
    )
    assert [text for text in said(path) if COUNTED.search(text)] == ["\0 samples written", "%d files"]


@pytest.mark.parametrize(("n", "expected"), [(0, "0 samples"), (1, "1 sample"), (1200, "1,200 samples")])
def test_counted(n: int, expected: str) -> None:
    assert counted(n, "sample") == expected


@pytest.mark.parametrize(
    ("n", "expected"), [("1", "1 more sample that shows it"), (2, "2 more samples that show it")]
)
def test_a_phrase_of_a_page_has_a_singular(n: object, expected: str) -> None:
    assert english().phrase("more_samples", n=n) == expected
