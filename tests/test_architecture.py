"""What keeps the rooms apart, and the documents true."""

from __future__ import annotations

import ast
import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest
from repository import ROOT
from tensorboard.plugins import base_plugin

from tensorboard_plugin_rlboard import api
from tensorboard_plugin_rlboard.plugin import RLBoardPlugin

PACKAGE = ROOT / "tensorboard_plugin_rlboard"
MODULES = sorted(PACKAGE.rglob("*.py"))
# The room of a module -> the rooms that it may import. A room that is not named imports nothing of ours.
MAY_IMPORT = {
    "plugin": {"http", "board", "index", "sources", "scalars", "settings", "events"},
    "cli": {"cluster", "doctor", "demo", "scalars_command", "__version__"},
    "doctor": {"api", "board", "index", "sources", "formats", "scalars", "events", "settings", "texts"},
    "scalars_command": {"board", "index", "sources", "writing"},
    "writer": {"writing"},
    "writing": {"formats", "metrics", "segments"},
    "cluster": {"index", "settings", "sources", "formats"},
    "loader": {"plugin"},
    "__init__": {"writer"},
    "integrations": {"writer"},
    "http": {"board", "texts"},
    "board": {
        *("index", "scalars", "settings", "sources", "formats", "metrics", "moments", "segments"),
        *("texts", "api"),
    },
    "index": {"settings", "sources", "formats", "metrics", "moments", "segments"},
    "events": {"settings"},
    "settings": {"sources", "formats", "texts"},
    "formats": {"metrics", "segments"},
    "moments": {"metrics", "segments"},
    "metrics": {"segments"},
}
SERVERS = {
    "tensorboard": {"plugin", "loader", "scalars", "events", "writing", "doctor"},
    "werkzeug": {"plugin"},
}
PYTHON_LINES = 300
TYPESCRIPT_LINES = 200
# One decoder for each answer of the contract, to be read beside http_api.md.
LONGER = {"frontend/src/api/answers.ts": 250}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Every module that a file names in an import, wherever in the file, also for type checkers only."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    here = room(path)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == PACKAGE.name and len(parts) > 1:
            there = parts[1]
            if there != here and (PACKAGE / there).exists() | (PACKAGE / f"{there}.py").exists():
                assert there in MAY_IMPORT.get(here, set()), f"{here} imports {name}"
        elif parts[0] in SERVERS:
            assert here in SERVERS[parts[0]], f"{here} imports {name}"


def loaded_by(module: str) -> set[str]:
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    command = [sys.executable, "-c", code]
    return set(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split())


def test_light_modules_load_nothing_heavy() -> None:
    heavy = {"tensorboard", "werkzeug", "duckdb", "numpy"}
    assert not loaded_by("tensorboard_plugin_rlboard") & heavy
    assert not loaded_by("tensorboard_plugin_rlboard.writer") & heavy
    assert not loaded_by("tensorboard_plugin_rlboard.api") & heavy
    assert not loaded_by("tensorboard_plugin_rlboard.cli") & heavy
    assert not loaded_by("tensorboard_plugin_rlboard.loader") & {"duckdb"}
    assert not loaded_by("tensorboard_plugin_rlboard.plugin") & {"duckdb"}


def http_api() -> str:
    return (PACKAGE / "http_api.md").read_text(encoding="utf-8")


def test_every_route_has_its_section() -> None:
    routes = RLBoardPlugin(base_plugin.TBContext(logdir="")).get_plugin_apps()
    missing = [
        route for route in routes if not re.search(rf"^#+ `{re.escape(route)}`", http_api(), re.MULTILINE)
    ]
    assert not missing, f"http_api.md has no section for {missing}"
    served_later = http_api().partition("Not served yet")[0]
    sections = set(re.findall(r"^#+ `(/[^`]*)`", served_later, re.MULTILINE))
    assert sections == set(routes), "sections without a route"


ANSWERS = [
    found for found in vars(api).values() if isinstance(found, type) and dataclasses.is_dataclass(found)
]


def test_every_field_of_an_answer_is_described() -> None:
    words = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", http_api()))
    assert len(ANSWERS) > 15
    missing = [
        f"{answer.__name__}.{field.name}"
        for answer in ANSWERS
        for field in dataclasses.fields(answer)
        # The one field of Scalars is the answer itself.
        if field.name not in words and f"{answer.__name__}.{field.name}" != "Scalars.series"
    ]
    assert not missing, f"http_api.md does not name {missing}"


def test_answers_are_frozen() -> None:
    thawed = [answer.__name__ for answer in ANSWERS if not answer.__dataclass_params__.frozen]  # type: ignore[attr-defined]
    assert not thawed


def test_every_folder_of_architecture_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `([\w./-]+)/`", text, re.MULTILINE))
    assert {"tensorboard_plugin_rlboard", "frontend", "tests"} <= named
    rooms = {
        "api",
        "board",
        "cluster",
        "doctor",
        "index",
        "formats",
        "integrations",
        "settings",
        "sources",
        "writing",
    }
    homes = (ROOT, PACKAGE, ROOT / "frontend" / "src")
    missing = [name for name in named if not any((home / name).is_dir() for home in homes)]
    assert not missing, f"ARCHITECTURE.md names folders that are not there: {missing}"
    assert rooms <= named
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert packages == rooms, "a room that ARCHITECTURE.md does not name"


def tracked() -> list[Path]:
    """The files of the repository, as git or, in a copy without git, the disk has them."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this is no git checkout")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_files_stay_small() -> None:
    budgets = {".py": PYTHON_LINES, ".ts": TYPESCRIPT_LINES, ".tsx": TYPESCRIPT_LINES}
    large = {}
    for path in tracked():
        parts = path.relative_to(ROOT).parts
        if path.suffix in budgets and "tests" not in parts and parts[0] != "benchmarks":
            lines = path.read_text(encoding="utf-8").count("\n")
            name = "/".join(parts)
            if lines > LONGER.get(name, budgets[path.suffix]):
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
