from __future__ import annotations

import ast
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import rlboard_frontend
import setuptools
from repository import ROOT
from tensorboard.plugins import base_plugin

import tensorboard_plugin_rlboard

if TYPE_CHECKING:
    from collections.abc import Callable

PACKAGE = rlboard_frontend.PACKAGE
posix = pytest.mark.skipif(os.name == "nt", reason="stands in for node and npm with shell scripts")


@pytest.fixture
def metadata(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    given: dict[str, Any] = {}
    monkeypatch.setattr(setuptools, "setup", given.update)
    monkeypatch.chdir(ROOT)
    runpy.run_path(str(ROOT / "setup.py"))
    return given


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small source tree with this one's build, a frontend of one file, and no bundle yet; no Node anywhere."""
    root = tmp_path / "project"
    (root / "frontend" / "src").mkdir(parents=True)
    (root / "frontend" / "src" / "index.ts").write_text("export function render() {}", encoding="utf-8")
    (root / "frontend" / "package.json").write_text("{}", encoding="utf-8")
    (root / "frontend" / "package-lock.json").write_text('{"packages": {}}', encoding="utf-8")
    for name in ("setup.py", "pyproject.toml", "MANIFEST.in", "LICENSE", "LICENSES-BUNDLE.txt"):
        shutil.copy(ROOT / name, root)
    shutil.copytree(ROOT / "_build_backend", root / "_build_backend")
    (root / PACKAGE / "room").mkdir(parents=True)
    (root / PACKAGE / "__init__.py").write_text('__version__ = "1.2.3"\n', encoding="utf-8")
    (root / PACKAGE / "room" / "__init__.py").touch()
    (root / PACKAGE / "http_api.md").touch()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv(rlboard_frontend.SKIP, raising=False)
    monkeypatch.setattr(rlboard_frontend, "npm_of_wheel", lambda: None)
    return root


def put_bundle(root: Path) -> Path:
    static = root / PACKAGE / "static"
    (static / "chunks").mkdir(parents=True)
    (static / "index.js").write_text("export function render(){}", encoding="utf-8")
    (static / "chunks" / "app-1.js").write_text("1", encoding="utf-8")
    (static / rlboard_frontend.STAMP).write_text(rlboard_frontend.stamp(root), encoding="utf-8")
    return static


@pytest.fixture
def node(tmp_path: Path) -> Callable[..., Path]:
    """Puts a Node on PATH whose npm notes what it is asked and, unless told to fail, writes a bundle."""

    def put(version: str = "v20.19.0", fails_at: str = "nothing") -> Path:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        log = tmp_path / "npm.log"
        steps = (
            f'echo "$*" >> "{log}"; [ "$1" != "{fails_at}" ] || exit 1; [ "$1" = run ] || exit 0; '
            'PATH=/usr/bin:/bin; mkdir -p "$5"; echo new > "$5/index.js"'
        )
        for name, script in (("node", f"echo {version}"), ("npm", steps)):
            (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
            (folder / name).chmod(0o755)
        return log

    return put


def build_wheel(root: Path, **variables: str) -> list[str]:
    """Builds a wheel as pip would after installing the requirements; returns the names in it."""
    code = "import sys, rlboard_build; print(rlboard_build.build_wheel(sys.argv[1]))"
    variables = {**os.environ, "PYTHONPATH": str(root / "_build_backend"), **variables}
    command = [sys.executable, "-c", code, str(root / "dist")]
    done = subprocess.run(command, cwd=root, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(root / "dist" / done.stdout.split()[-1]) as wheel:
        return wheel.namelist()


def test_the_version_is_the_packages_own(metadata: dict[str, Any]) -> None:
    assert metadata["version"] == tensorboard_plugin_rlboard.__version__
    assert metadata["name"] == "tensorboard-plugin-rlboard"


def test_the_entry_point_leads_to_a_loader(metadata: dict[str, Any]) -> None:
    name, value = metadata["entry_points"]["tensorboard_plugins"][0].split(" = ")
    loaded = EntryPoint(name, value, "tensorboard_plugins").load()
    assert name == "rlboard"
    assert issubclass(loaded, base_plugin.TBLoader)


def test_every_module_is_in_a_package_that_is_installed(metadata: dict[str, Any]) -> None:
    folders = {path.parent.relative_to(ROOT) for path in (ROOT / PACKAGE).rglob("*.py")}
    assert {".".join(folder.parts) for folder in folders} == set(metadata["packages"])


def test_the_floors_are_the_documented_ones(metadata: dict[str, Any]) -> None:
    assert metadata["python_requires"] == ">=3.11"
    assert {"tensorboard>=2.17.1", "duckdb>=2.0"} <= set(metadata["install_requires"])
    assert not [name for name in metadata["install_requires"] if "torch" in name]


DISTRIBUTIONS = {"simdjson": "pysimdjson", "backports": "backports.zstd", "yaml": "pyyaml"}
"""Of the modules whose package has another name."""


def third_party(path: Path) -> set[str]:
    """The packages that a module uses: what it imports, wherever, but for types."""
    modules: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules.append(node.module or "")
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            modules += [str(arg.value) for arg in node.args if isinstance(arg, ast.Constant)]
    if any(module.startswith("tensorboard.compat.proto") for module in modules):
        modules.append("protobuf")  # its messages are written and read with protobuf's own methods
    # `compression` is in the standard library from Python 3.14 on.
    ours = sys.stdlib_module_names | {PACKAGE, "_typeshed", "compression"}
    return {DISTRIBUTIONS.get(top, top) for top in (m.partition(".")[0] for m in modules) if top not in ours}


def test_every_package_that_is_used_is_named(metadata: dict[str, Any]) -> None:
    required = {requirement_name(text) for text in metadata["install_requires"]}
    extras = {
        requirement_name(text)
        for extra, texts in metadata["extras_require"].items()
        if extra not in {"test", "dev", "examples"}
        for text in texts
    }
    used = {name: path for path in (ROOT / PACKAGE).rglob("*.py") for name in third_party(path)}
    missing = {name: str(path) for name, path in used.items() if name not in required | extras}
    assert not missing
    assert required <= set(used), "a package that is required and not used"


def requirement_name(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found is not None
    return found[0].lower()


def test_a_wheel_carries_the_bundle_and_nothing_that_is_gone(project: Path) -> None:
    put_bundle(project)
    left = project / "build" / "lib" / PACKAGE
    (left / "static" / "chunks").mkdir(parents=True)
    (left / "static" / "chunks" / "app-0.js").write_text("0", encoding="utf-8")
    (left / "removed.py").touch()
    names = {name for name in build_wheel(project) if name.startswith(f"{PACKAGE}/")}
    files = ("__init__.py", "http_api.md", "room/__init__.py", "static/BUILD_HASH", "static/index.js")
    assert names == {f"{PACKAGE}/{file}" for file in (*files, "static/chunks/app-1.js")}


def test_the_frontend_can_be_left_out(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not [name for name in build_wheel(project, RLBOARD_SKIP_FRONTEND="1") if "static" in name]
    monkeypatch.setenv("RLBOARD_SKIP_FRONTEND", "1")
    assert rlboard_frontend.requirements(project) == []
    monkeypatch.setenv("RLBOARD_SKIP_FRONTEND", "0")
    assert rlboard_frontend.requirements(project) == [rlboard_frontend.NODE_WHEEL]


def test_without_any_node_the_build_says_what_to_do(project: Path) -> None:
    with pytest.raises(rlboard_frontend.FrontendError, match=r"install Node 20\.19 or newer"):
        rlboard_frontend.ensure_bundle(project)


@pytest.mark.parametrize(
    "change",
    [
        "frontend/src/index.ts",
        "frontend/src/new.css",
        "frontend/package-lock.json",
        f"{PACKAGE}/static/index.js",
    ],
)
def test_a_change_makes_the_bundle_stale(project: Path, change: str) -> None:
    put_bundle(project)
    assert rlboard_frontend.is_fresh(project)
    (project / change).write_text("changed", encoding="utf-8")
    assert not rlboard_frontend.is_fresh(project)


def test_a_renamed_source_and_a_lost_chunk_make_it_stale(project: Path) -> None:
    static = put_bundle(project)
    source = project / "frontend" / "src" / "index.ts"
    moved = source.rename(source.with_name("other.ts"))
    assert not rlboard_frontend.is_fresh(project)
    moved.rename(source)
    assert rlboard_frontend.is_fresh(project)
    (static / "chunks" / "app-1.js").unlink()
    assert not rlboard_frontend.is_fresh(project)


@pytest.mark.parametrize(
    "change", ["src/index.test.ts", "vitest.config.ts", "biome.json", "node_modules/x.js"]
)
def test_what_does_not_reach_the_bundle_leaves_it_fresh(project: Path, change: str) -> None:
    put_bundle(project)
    path = project / "frontend" / change
    path.parent.mkdir(exist_ok=True)
    path.write_text("changed", encoding="utf-8")
    assert rlboard_frontend.is_fresh(project)


@posix
@pytest.mark.parametrize(
    ("version", "is_enough"),
    [
        ("v20.19.0", True),
        ("v22.12.1", True),
        ("v26.0.0", True),
        ("v20.18.3", False),
        ("v21.7.0", False),
        ("?", False),
    ],
)
def test_node_is_asked_for_only_if_needed(
    project: Path, node: Callable[..., Path], version: str, is_enough: bool
) -> None:
    node(version)
    assert rlboard_frontend.requirements(project) == ([] if is_enough else [rlboard_frontend.NODE_WHEEL])
    put_bundle(project)
    assert rlboard_frontend.requirements(project) == []


@posix
def test_a_bundle_is_built_once(project: Path, node: Callable[..., Path]) -> None:
    log = node()
    assert rlboard_frontend.ensure_bundle(project)
    assert not rlboard_frontend.ensure_bundle(project)
    assert [line.split()[0] for line in log.read_text(encoding="utf-8").splitlines()] == ["ci", "run"]
    assert (project / PACKAGE / "static" / "index.js").read_text(encoding="utf-8") == "new\n"


@posix
@pytest.mark.parametrize(
    ("step", "advice"), [("ci", "check the network"), ("run", "correct the frontend's sources")]
)
def test_a_failed_build_leaves_the_old_bundle(
    project: Path, node: Callable[..., Path], step: str, advice: str
) -> None:
    static = put_bundle(project)
    (project / "frontend" / "src" / "index.ts").write_text("changed", encoding="utf-8")
    node(fails_at=step)
    with pytest.raises(rlboard_frontend.FrontendError, match=advice):
        rlboard_frontend.ensure_bundle(project)
    assert (static / "chunks" / "app-1.js").is_file()
    assert [path.name for path in (project / PACKAGE).glob(".static-*")] == []


def test_the_lock_file_names_no_registry_and_is_whole() -> None:
    text = (ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    wanted = {name for entry in packages.values() for name in entry.get("optionalDependencies", {})}
    assert '"resolved"' not in text
    assert all("integrity" in entry for path, entry in packages.items() if path)
    assert wanted <= {path.rpartition("node_modules/")[2] for path in packages}  # other platforms' as well
    assert "omit-lockfile-registry-resolved=true" in (ROOT / "frontend" / ".npmrc").read_text(
        encoding="utf-8"
    )


def test_the_bundle_imports_only_what_an_installation_has() -> None:
    there = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    code = [
        path.read_text(encoding="utf-8")
        for path in rlboard_frontend.sources()
        if path.suffix in {".ts", ".tsx"}
    ]
    named = re.findall(r'(?:from|import)\s*\(?\s*"((?:@[\w-]+/)?[\w-][\w.-]*)', "\n".join(code))
    assert "preact" in named or len(code) < 3
    assert set(named) <= set(there)
