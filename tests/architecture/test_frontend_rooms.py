"""What keeps the rooms of the frontend apart: the order of imports, no circle, small folders, one way to ask."""

from __future__ import annotations

import re
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from repository import ROOT

SOURCE = ROOT / "frontend" / "src"
MODULES = sorted(path for path in SOURCE.rglob("*") if path.suffix in {".ts", ".tsx"})
# The room of a module -> the rooms that it may import; a room is a folder or a file of frontend/src.
MAY_IMPORT: dict[str, set[str]] = {
    "index": {"start", "early"},
    "early": set(),
    "start": {"app", "views", "shell", "data", "state", "host", "ui", "i18n"},
    "app": {"pane", "shell", "data", "state", "host", "ui", "i18n"},
    "pane": {"views", "shell", "data", "state", "ui", "i18n", "api"},
    "views": {"shell", "tokens", "charts", "metrics", "data", "state", "ui", "i18n", "api", "lib"},
    "shell": {"metrics", "data", "state", "host", "ui", "i18n", "api", "lib"},
    "tokens": {"charts", "metrics", "ui", "i18n", "lib"},
    "charts": {"lib"},
    "metrics": {"data", "state", "i18n", "api"},
    "data": {"state", "host", "api", "lib"},
    "state": {"host", "api", "lib"},
    "api": {"lib"},
    "ui": {"i18n", "lib"},
    "i18n": {"lib"},
    "host": set(),
    "lib": set(),
}
# A view imports its own folder only, and what it shows over itself. `views/files.ts` imports them all.
VIEW_MAY_IMPORT = {"samples": {"sample"}, "groups": {"sample"}, "prompts": {"sample"}, "findings": {"sample"}}
MODULES_IN_A_FOLDER = 12
# The modules that send requests, and the one room that may load them.
REQUESTING = {
    "api/compare/routes",
    "api/endpoints",
    "api/findingsRoute",
    "api/groupsRoute",
    "api/prompts/routes",
    "api/lazy/diffRoute",
    "api/lazy/stepsByValue",
    "api/request",
}

STATEMENT = re.compile(
    r"""^\s*(?:import|export)\s[^;"']*?\bfrom\s*["']([^"']+)["']"""  # import … from, export … from
    r"""|^\s*import\s*["']([^"']+)["']"""  # for its effects only
    r"""|\bimport\(\s*["']([^"']+)["']""",  # loaded later
    re.MULTILINE,
)


def name_of(path: Path) -> str:
    """The path of a module below frontend/src, without its ending."""
    return path.relative_to(SOURCE).with_suffix("").as_posix()


NAMES = {name_of(path) for path in MODULES}


def imports_of(path: Path) -> set[str]:
    """The modules of ours that a file imports, types included."""
    found = set()
    for groups in STATEMENT.findall(path.read_text(encoding="utf-8")):
        specifier = next(filter(None, groups))
        if specifier.startswith(".") and "?" not in specifier and not specifier.endswith((".css", ".json")):
            target = (path.parent / specifier).resolve().relative_to(SOURCE.resolve()).as_posix()
            name = f"{target}/index" if f"{target}/index" in NAMES else target
            assert name in NAMES, f"{name_of(path)} imports {specifier}, which is not there"
            found.add(name)
    return found


IMPORTS = {name_of(path): imports_of(path) for path in MODULES}


def room_of(name: str) -> str:
    return name.partition("/")[0]


def test_the_imports_are_found() -> None:
    assert len(IMPORTS) > 100
    assert "start" in IMPORTS["index"], "a module that is loaded later"
    assert IMPORTS["views/files"] >= {"state/addressFields", "views/samples/Samples"}
    assert any("api/answers" in imports for name, imports in IMPORTS.items() if room_of(name) == "metrics"), (
        "import type"
    )


def may_import(name: str, other: str) -> bool:
    here, there = room_of(name), room_of(other)
    if there != here:
        return there in MAY_IMPORT[here]
    if here != "views" or name in {"views/index", "views/files"}:
        return True
    view, other_view = name.split("/")[1], other.split("/")[1]
    return other_view in {view, *VIEW_MAY_IMPORT.get(view, set())}


def test_imports_run_one_way() -> None:
    wrong = [
        f"{name} imports {other}"
        for name, imports in IMPORTS.items()
        for other in sorted(imports)
        if not may_import(name, other)
    ]
    assert not wrong
    assert may_import("views/samples/Samples", "views/sample/Sample")
    assert not may_import("views/sample/Sample", "views/samples/Samples")
    assert not may_import("lib/texts", "state/keys")


def test_no_modules_import_each_other_in_a_circle() -> None:
    try:
        TopologicalSorter(IMPORTS).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' → '.join(reversed(error.args[1]))}")


def test_the_order_of_rooms_has_no_circle() -> None:
    TopologicalSorter(MAY_IMPORT).prepare()
    TopologicalSorter(VIEW_MAY_IMPORT).prepare()
    assert {room_of(name) for name in IMPORTS} == set(MAY_IMPORT), "a room without a place in the order"


def test_folders_stay_small() -> None:
    folders = Counter(path.parent.relative_to(SOURCE).as_posix() for path in MODULES)
    large = {folder: count for folder, count in folders.items() if count > MODULES_IN_A_FOLDER}
    assert not large, f"folders with more than {MODULES_IN_A_FOLDER} modules: {large}"


def test_only_data_asks_the_server() -> None:
    asking = {
        name: sorted(imports & REQUESTING)
        for name, imports in IMPORTS.items()
        if imports & REQUESTING and room_of(name) not in {"data", "api"}
    }
    assert not asking, f"questions are declared in data/questions: {asking}"
    fetching = [
        name_of(path)
        for path in MODULES
        if re.search(
            r"(?<![\w.])(?<!async )(?:(?:window|globalThis|self)\.)?(?:fetch\(|XMLHttpRequest|EventSource|sendBeacon)",
            path.read_text(encoding="utf-8"),
        )
    ]
    # The runs are asked for before the code that asks is there.
    assert fetching == ["api/request", "index"]


def test_views_do_not_style_each_other() -> None:
    """A class at the head of a rule belongs to one view: all stylesheets that were read once count from then on."""
    views: dict[str, set[str]] = {}
    for file in (SOURCE / "views").rglob("*.css"):
        view = file.relative_to(SOURCE / "views").parts[0]
        for name in re.findall(r"^\.([a-z][\w-]*)", file.read_text(encoding="utf-8"), flags=re.MULTILINE):
            views.setdefault(name, set()).add(view)
    assert views
    assert {name: found for name, found in views.items() if len(found) > 1} == {}
