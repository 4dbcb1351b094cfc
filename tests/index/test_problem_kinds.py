"""Whoever reads of a kind of problem reads words: those of one table, which knows every kind that the code gives."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import sentences
from repository import ROOT

from tensorboard_plugin_rlboard.problem_kinds import PROBLEM_KINDS, kind_words, most_frequent

PACKAGE = ROOT / "tensorboard_plugin_rlboard"
_PLACE_OF_KIND = {"Problem": 1, "ProblemRow": 3, "_note": 0, "_complain": 1, "add_problem": 2}
"""A call that makes a problem -> which of its arguments is the kind."""


def kinds_in(tree: ast.Module) -> Iterator[str]:
    """The kinds that a module writes out where it makes a problem, or says that an error is one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = _PLACE_OF_KIND.get(name, len(node.args))
            if place < len(node.args) and isinstance(kind := node.args[place], ast.Constant):
                yield str(kind.value)
        elif isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["kind"]:
            yield ast.literal_eval(node.value) if isinstance(node.value, ast.Constant) else ""


def test_every_kind_has_words() -> None:
    found = {
        kind
        for room in ("index", "sources")
        for module in (PACKAGE / room).rglob("*.py")
        for kind in kinds_in(ast.parse(module.read_text(encoding="utf-8")))
    } - {""}
    assert {"bad_json", "no_step", "no_key", "too_long", "rows_left_out"} <= found, (
        "all forms of calls are found"
    )
    assert found <= PROBLEM_KINDS.keys()


def test_the_contract_lists_the_same_kinds() -> None:
    contract = (PACKAGE / "http_api.md").read_text(encoding="utf-8")
    table = contract.split("| kind | what is wrong | what happens |")[1].split("\n\n")[0]
    listed = {
        kind for line in table.splitlines() if line for kind in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert listed == PROBLEM_KINDS.keys()


def test_the_tab_has_the_same_words() -> None:
    assert sentences.PROBLEM_KINDS_FILE.read_text(encoding="utf-8") == sentences.problem_kinds_json(), (
        "run `make sentences`"
    )


def test_a_kind_that_is_not_known_is_shown_by_its_name() -> None:
    assert kind_words("of_a_newer_server") == "of a newer server"
    assert (
        most_frequent({"no_key": 2, "bad_json": 1200, "vanished": 2, "too_long": 1}, 3)
        == "1,200 × lines that are no JSON, 2 × lines whose key is missing, 2 × files that are gone"
    )
