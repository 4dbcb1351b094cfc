"""Imports of the Python package run one way: between its folders, and between the rooms inside a folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from python_imports import (
    MODULES,
    ONE_PROCESS,
    PACKAGE,
    circles,
    imported_names,
    module_graph,
    room_graph,
)
from repository import ROOT

pytestmark = pytest.mark.xdist_group(ONE_PROCESS)
# A folder or module at the top of the package -> those that it may import. What is not named imports nothing of ours.
MAY_IMPORT = {
    "plugin": {"api", "board", "broken_tab", "dependencies", "errors", "index", "sources", "training", "web"},
    "web": {"api", "board", "errors", "texts"},
    "cli": {
        "cluster",
        "commands",
        "doctor",
        "operating_system",
        "report",
        "sources",
        "watch",
        "__init__",
    },
    "doctor": {
        "api",
        "board",
        "errors",
        "findings",
        "formats",
        "index",
        "operating_system",
        "problem_kinds",
        "sources",
        "terminal",
        "texts",
        "training",
    },
    "report": {
        "api",
        "board",
        "doctor",
        "errors",
        "findings",
        "metrics",
        "operating_system",
        "sources",
        "terminal",
        "texts",
        "web",
        "__init__",
    },
    "commands": {
        "board",
        "errors",
        "index",
        "operating_system",
        "sources",
        "terminal",
        "texts",
        "training",
        "writing",
    },
    "watch": {"api", "board", "index", "sources", "terminal", "training"},
    "writer": {"texts", "writing"},
    "writing": {"formats", "metrics", "texts"},
    "dependencies": {"operating_system"},
    "cluster": {"board", "formats", "operating_system", "index", "sources", "terminal", "texts", "training"},
    "loader": {"broken_tab", "dependencies", "plugin"},
    "broken_tab": {"dependencies"},
    "__init__": {"writer"},
    "integrations": {"writer"},
    "findings": {"api", "errors", "metrics", "problem_kinds", "texts"},
    "board": {"api", "errors", "findings", "formats", "index", "metrics", "sources", "texts", "training"},
    "index": {
        "dependencies",
        "errors",
        "formats",
        "metrics",
        "operating_system",
        "sources",
        "texts",
        "training",
    },
    "training": {"errors", "findings", "formats", "sources", "texts"},
    "formats": {"metrics", "sources", "texts", "words"},
    "sources": {"operating_system", "texts", "words"},
    "terminal": {"texts"},
}
# The rooms inside a folder, from the lowest up: each may import those before it.
ORDER = {
    "sources": [
        *(
            "addresses",
            "local_files",
            "fingerprints",
            "mounts",
            "owned_folder",
            "remote",
            "companions",
            "text",
            "containers",
        ),
        *("compressed", "kinds", "unpack_worker"),
        *("reader", "discovery", "lines", "file_changes"),
    ],
    "formats": [
        *(
            "mapping",
            "splits",
            "split_flags",
            "split_tags",
            "base",
            "row_keys",
            "known_files",
            "conversations",
            "native",
            "tokenization",
            "arrays",
            "rows",
        ),
        *("generic", "evidence", "guessing", "frameworks", "registry", "format_specs"),
    ],
    "training": [
        "parse_limits",
        "declarations",
        "hyperparameters",
        "settings",
        "event_metadata",
        "scalar_reader",
        "scalar_pairing",
    ],
    "index": [
        *(
            "column_names",
            "memory_budget",
            "garbage_collection",
            "attempts",
            "parts",
            "cache",
            "tables",
            "join_summary",
            "run_file",
        ),
        *(
            "loadable_part",
            "run",
            "user_activity",
            "replaceable_thread",
            "registry",
            "indexer",
            "detect",
            "growing_file",
            "annotations",
            "joins",
            "update",
        ),
    ],
    "board": [
        *(
            "lru_cache",
            "stored_arrays",
            "limits",
            "alignment",
            "sql_rows",
            "finite_numbers",
            "sums",
            "run_schema",
            "missing_column",
            "labels",
            "pattern_cost",
            "filters",
            "text_matches",
            "text_search",
            "selection",
        ),
        *("samples", "groups", "diff", "steps", "prompts", "compare", "findings", "distribution", "tokens"),
        *("later", "runs", "board"),
    ],
}
SERVERS = {
    "tensorboard": {"broken_tab", "plugin", "loader", "training", "writing", "doctor"},
    "werkzeug": {"plugin"},
}
MODULES_OF_A_FOLDER = 12
# One file for each trainer, however many there are.
LARGER = {"formats/frameworks"}


def test_no_circle_between_modules() -> None:
    assert circles(module_graph()) == []


def test_no_circle_between_rooms() -> None:
    assert circles(room_graph(module_graph())) == []


def test_a_circle_is_found() -> None:
    ring = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "below": set(), "above": {"a"}, "d": {"below"}}
    assert circles(ring) == [["a", "b", "c"]]
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == []


def test_folders_import_one_way() -> None:
    tops = {module.partition(".")[0] for module in MODULES}
    wrong = []
    for name, path in MODULES.items():
        here = name.partition(".")[0] or "__init__"
        for imported in imported_names(path):
            top, _, inner = imported.partition(".")
            first = inner.partition(".")[0]
            there = first if first in tops else "__init__"
            if (top in SERVERS and here not in SERVERS[top]) or (
                top == PACKAGE.name and there not in MAY_IMPORT.get(here, set()) | {here}
            ):
                wrong.append(f"{name} imports {imported}")
    assert not wrong


def test_rooms_of_a_folder_import_one_way() -> None:
    for folder, rooms in ORDER.items():
        inside = {name: name.split(".")[1] for name in MODULES if name.startswith(f"{folder}.")}
        assert set(inside.values()) == set(rooms), f"ORDER names other rooms than {folder} has"
        for name, imports in module_graph().items():
            for there in imports & inside.keys() if name in inside else ():
                assert rooms.index(inside[there]) <= rooms.index(inside[name]), f"{name} imports {there}"


@pytest.mark.parametrize("home", [PACKAGE, ROOT / "tests", ROOT / "benchmarks"], ids=lambda home: home.name)
def test_folders_stay_small(home: Path) -> None:
    folders: dict[str, int] = {}
    for path in home.rglob("*.py"):
        if path.name != "__init__.py":
            name = path.parent.relative_to(home).as_posix()
            folders[name] = folders.get(name, 0) + 1
    assert folders
    large = {
        name: count for name, count in folders.items() if count > MODULES_OF_A_FOLDER and name not in LARGER
    }
    assert not large, f"more modules than one looks through at a glance: {large}"


def test_every_folder_says_what_it_holds() -> None:
    silent = [
        str(path.parent.relative_to(PACKAGE))
        for path in MODULES.values()
        if path.name == "__init__.py" and not path.read_text(encoding="utf-8").startswith('"""')
    ]
    assert not silent


def loaded_by(*modules: str) -> set[str]:
    """The packages that a new process has loaded once it has imported some modules of ours, one after the other."""
    imports = ", ".join((PACKAGE.name, *(f"{PACKAGE.name}.{module}" for module in modules)))
    code = f"import sys, {imports}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    command = [sys.executable, "-c", code]
    return set(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split())


def test_light_modules_load_nothing_heavy() -> None:
    assert not loaded_by("writer", "api", "cli") & {"tensorboard", "werkzeug", "duckdb", "numpy"}
    assert not loaded_by("loader", "plugin") & {"duckdb"}
