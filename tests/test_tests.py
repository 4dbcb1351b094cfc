"""What holds for the tests themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import reused_databases
from repository import ROOT
from reused_databases import ParsingOnce, ReusedDatabase

FILES = sorted((ROOT / "tests").rglob("*.py"))
LINES = 300
# What a call is named that fails where something is not as expected: ours, pytest's and Playwright's.
CHECKS = ("assert", "expect", "check", "fail", "raises", "warns", "wait_for", "until")


def called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def asserts(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and called(node).startswith(CHECKS))
        for node in ast.walk(function)
    )


def functions_of(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


def test_every_test_asserts() -> None:
    silent = [
        f"{path.relative_to(ROOT)}: {test.name}"
        for path in FILES
        if path.name.startswith("test_")
        for test in functions_of(path)
        if not asserts(test)
    ]
    assert not silent


def test_files_are_short() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert not {path: length for path, length in lengths.items() if length > LINES}


def test_a_database_is_reused_so_often_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reused_databases, "USES", 2)
    folders = []
    for _ in range(3):
        database = ReusedDatabase(memory=65)  # as no other test has
        folders.append(database.folder)
        database.close()
    assert folders[0] == folders[1] != folders[2]
    assert not folders[0].exists()


def test_a_statement_is_parsed_once_and_executed_by_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reused_databases, "_parsed", {})
    for x in (1, 5):
        with duckdb.connect() as connection:
            cursor = ParsingOnce(connection)
            cursor.execute(f"CREATE TABLE t AS SELECT {x} AS x; INSERT INTO t VALUES ({x})")
            for y in (2, 3):
                found = cursor.execute("SELECT sum(x) + ? FROM t", [y])
                assert found.fetchall() == [(2 * x + y,)]
            with pytest.raises(duckdb.ParserException):
                cursor.execute("SELEC 1")
    assert list(reused_databases._parsed) == ["SELECT sum(x) + ? FROM t"]


@pytest.mark.xdist_group("together")
def test_groups_reach_the_scheduler(request: pytest.FixtureRequest) -> None:
    """What xdist adds to a test's id is all that its scheduler knows of groups; a version without it only is slow."""
    grouped = bool(request.config.getoption("loadgroup", default=False))
    assert request.node.nodeid.endswith("@together") is grouped


def test_the_tests_of_a_file_are_one_group(request: pytest.FixtureRequest) -> None:
    """At every test's end xdist counts the groups that it has given out: one for each test would be six thousand."""
    assert [mark.args for mark in request.node.iter_markers("xdist_group")] == [("tests/test_tests.py",)]
    assert [item.nodeid for item in request.session.items if not item.get_closest_marker("xdist_group")] == []
