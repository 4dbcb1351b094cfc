"""One module prints: what a terminal would obey in a name or a text of a log is named there."""

from __future__ import annotations

import ast

import pytest
from python_imports import ONE_PROCESS, PACKAGE, nodes_of

OWN_LINES = {
    "terminal.py": "it is the one",
    "cluster/progress.py": "counts only",
    "commands/interruption.py": "its own sentence, while the process ends",
}
"""Modules that print by themselves -> what."""


def prints(node: ast.AST) -> bool:
    """Whether a node calls `print`, or names the standard output or that of errors to do more than to ask about it."""
    if isinstance(node, ast.Call):
        return getattr(node.func, "id", "") == "print" or ast.unparse(node.func) in {
            "sys.stdout.write",
            "sys.stderr.write",
        }
    return isinstance(node, ast.Assign | ast.BoolOp) and ast.unparse(node).endswith(
        ("sys.stdout", "sys.stderr", "sys.stdout.write", "sys.stderr.write")
    )


@pytest.mark.xdist_group(ONE_PROCESS)
def test_only_one_module_prints_what_a_log_says() -> None:
    printing = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(map(prints, nodes_of(path)))
    }
    assert printing == set(OWN_LINES), "print it with terminal.py"
