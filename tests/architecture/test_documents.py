"""Documents are true: files, folders, modules and names that they quote are there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from python_imports import ONE_PROCESS, PACKAGE, nodes_of
from repository import ROOT

FRONTEND = ROOT / "frontend" / "src"
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    PACKAGE / "http_api.md",
]
# Those that are about this code alone: whatever looks like a name of code in them is one of ours.
OF_THE_CODE = [path for path in DOCUMENTS if path.name in {"ARCHITECTURE.md", "CONTRIBUTING.md"}]
HOMES = (ROOT, PACKAGE, FRONTEND, ROOT / "frontend", ROOT / "docs", ROOT / "tests")
OUR_FOLDERS = {
    path.name for home in (ROOT, PACKAGE, FRONTEND) for path in home.iterdir() if path.is_dir()
} - {"samples", "static", "build", "dist"}
# Where there is none until a command has made it, and addresses.
MADE = re.compile(r"^(tensorboard_plugin_rlboard/static|static/|\.venv|test-results|data/plugin/rlboard/)")
# Names of the languages, libraries and formats, not of ours.
FOREIGN = {
    *(
        "Chromium",
        "DataLoader",
        "DuckDB",
        "ImportError",
        "Infinity",
        "IPython",
        "JSON",
        "NaN",
        "NumPy",
        "OSError",
    ),
    *("Parquet", "Ray", "SQL", "TensorBoard"),
}


def quoted(document: Path) -> list[str]:
    """What stands in backticks, but not in blocks of code."""
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)


def is_path(text: str) -> bool:
    """Whether a quotation is a path of the repository: below one of its folders, or a source file by its ending."""
    if not re.fullmatch(r"[\w./-]+", text) or text.startswith("/") or "//" in text:
        return False
    first = text.partition("/")[0]
    return first in OUR_FOLDERS if "/" in text else re.search(r"\w\.(py|tsx?)$", text) is not None


def exists(text: str, document: Path) -> bool:
    """Whether there is such a path; a bare file name may lie in any folder of the code."""
    if MADE.match(text) or any((home / text).exists() for home in (document.parent, *HOMES)):
        return True
    return "/" not in text and text in file_names()


@cache
def file_names() -> set[str]:
    homes = (PACKAGE, FRONTEND, ROOT / "tests", ROOT / "scripts", ROOT / "benchmarks", ROOT / "examples")
    return {path.name for home in homes for path in home.rglob("*.*")}


@cache
def defined_names() -> set[str]:
    """Every class, function, method, constant and attribute of the code, Python and TypeScript."""
    names: set[str] = set()
    sources = (
        path
        for home in (PACKAGE, ROOT / "tests", ROOT / "scripts", ROOT / "benchmarks", ROOT / "_build_backend")
        for path in home.rglob("*.py")
    )
    for path in sources:
        text = path.read_text(encoding="utf-8")
        names |= set(re.findall(r"^\s*(?:class|def|async def) (\w+)", text, re.MULTILINE))
        names |= set(re.findall(r"^\s*(?:self\.)?(\w+)(?::[^=\n]+)? = ", text, re.MULTILINE))
        names |= set(re.findall(r"^    (\w+): ", text, re.MULTILINE))
    for path in (*FRONTEND.rglob("*.ts"), *FRONTEND.rglob("*.tsx")):
        declared = r"\b(?:function|const|class|interface|type)\s+(\w+)"
        names |= set(re.findall(declared, path.read_text(encoding="utf-8")))
    return names


@cache
def members() -> dict[str, set[str]]:
    """Class of the package -> the names of its methods and attributes."""
    found: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in nodes_of(path):
            if isinstance(node, ast.ClassDef):
                inside = ast.walk(node)
                names = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
                names |= {
                    part.attr
                    for part in inside
                    if isinstance(part, ast.Attribute)
                    and isinstance(part.value, ast.Name)
                    and part.value.id == "self"
                }
                names |= {
                    part.target.id
                    for part in node.body
                    if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
                }
                found.setdefault(node.name, set()).update(names)
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_quoted_paths_exist(document: Path) -> None:
    missing = sorted({text for text in quoted(document) if is_path(text) and not exists(text, document)})
    assert not missing, f"{document.name} quotes paths that are not there"


@pytest.mark.xdist_group(ONE_PROCESS)
@pytest.mark.parametrize("document", OF_THE_CODE, ids=lambda path: path.name)
def test_quoted_names_exist(document: Path) -> None:
    """`Class`, `Class.method`, `function()` and `module.function()` are defined in the code."""
    missing = set()
    for text in quoted(document):
        found = re.fullmatch(r"([A-Za-z_][\w.]*)(\(\))?", text)
        if found is None or is_path(text):
            continue
        parts = found[1].split(".")
        of_code = found[2] is not None or re.fullmatch(r"[A-Z][a-z]+(?:[A-Z]\w*)*", parts[0]) is not None
        names = members().get(parts[0]) if len(parts) == 2 else None
        if of_code and parts[0] not in FOREIGN and parts[-1] not in (names or defined_names()):
            missing.add(text)
    assert not missing, f"{document.name} quotes names that are not in the code"


def test_a_path_and_a_name_that_are_not_there_are_found(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text(
        "`index/shelf.py`, `index/` and `Registry.no_such_name()`\n```\n`index/none.py`\n```\n"
    )
    assert quoted(document) == ["index/shelf.py", "index/", "Registry.no_such_name()"]
    assert [exists(text, document) for text in quoted(document)[:2]] == [False, True]
    assert is_path("index/shelf.py")
    assert not is_path("actor.clip_ratio")
    assert "no_such_name" not in defined_names()
    assert {"Registry", "RolloutWriter", "cut_response"} <= defined_names()


def test_architecture_names_every_folder() -> None:
    """The map has a line for each folder of the package and of the frontend that holds modules."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w./-]+)/`", text))
    folders = {path.parent.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("__init__.py")} - {"."}
    missing = {folder for folder in folders if folder not in named}
    assert not missing, "folders of the package that the map leaves out"
    rooms = {path.parent.relative_to(FRONTEND).as_posix() for path in FRONTEND.rglob("*.ts*")} - {"."}
    # A folder within one stands in the line of that one.
    missing = {room for room in rooms if room not in named and room.rpartition("/")[2] not in named}
    assert not missing, "folders of the frontend that the map leaves out"
