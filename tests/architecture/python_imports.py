"""The import graph of the Python package: modules, and the rooms that they stand in."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Mapping
from pathlib import Path

from repository import ROOT

PACKAGE = ROOT / "tensorboard_plugin_rlboard"
Graph = dict[str, set[str]]
ONE_PROCESS = "syntax trees"
"""Group of the tests that look at the trees of the package: they are made once."""


def module_name(path: Path) -> str:
    """`index.parts.part` for index/parts/part.py, `index.parts` for its __init__.py, empty for the package's own."""
    return (
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix("__init__").removesuffix(".")
    )


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@functools.cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """The syntax tree of a module, node by node. Several tests look at those of the whole package, in one process."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@functools.cache
def imported_names(path: Path) -> frozenset[str]:
    """Every module or name that a file imports, wherever in the file, also for type checkers only."""
    names: set[str] = set()
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def imported_modules(path: Path) -> set[str]:
    """Those of them that are modules of the package."""
    modules = set()
    for name in imported_names(path):
        inner = name.removeprefix(f"{PACKAGE.name}.")
        if inner == name:
            continue
        modules.add(inner if inner in MODULES else inner.rpartition(".")[0])
    return modules - {""}


@functools.cache
def room_of(module: str) -> str:
    """The room of a module: its folder, where that has no folders in it; else the module is a room of its own."""
    folder = module.rpartition(".")[0] if MODULES[module].name != "__init__.py" else module
    path = PACKAGE / folder.replace(".", "/")
    return module if any(inner.is_dir() for inner in path.glob("[a-z]*/")) or not folder else folder


def module_graph() -> Graph:
    """Module -> the modules that it imports."""
    return {name: imported_modules(path) - {name} for name, path in MODULES.items()}


def room_graph(modules: Mapping[str, Iterable[str]]) -> Graph:
    """Room -> the rooms that its modules import."""
    rooms: Graph = {}
    for name, imports in modules.items():
        here = room_of(name)
        rooms.setdefault(here, set()).update(room_of(there) for there in imports if room_of(there) != here)
    return rooms


def circles(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Sets of nodes that reach each other, found by taking away, again and again, what imports nothing that is left."""
    left = {node: set(edges) & graph.keys() for node, edges in graph.items()}
    for _ in range(2):  # first from below, then from above
        while ends := [node for node, edges in left.items() if not edges & left.keys()]:
            for node in ends:
                del left[node]
        turned: Graph = {node: set() for node in left}
        for node, edges in left.items():
            for there in edges & left.keys():
                turned[there].add(node)
        left = turned
    return [sorted(left)] if left else []
