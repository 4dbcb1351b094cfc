"""What is said of dependencies is what there is, and the licences of what is bundled are in the wheel."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import dependencies
import pytest
from repository import ROOT

LOCK = {
    "node_modules/@a/b": {"version": "1.0.0", "license": "MIT", "dependencies": {"c": "^2"}},
    "node_modules/c": {"version": "2.1.0", "license": "ISC"},
    "node_modules/tool": {"version": "3.0.0", "license": "MIT"},
}


def test_what_is_bundled_is_what_is_imported_and_what_that_needs(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "x.tsx").write_text(
        'import { z } from "@a/b/hooks";\nimport { y } from "./y";\n', "utf-8"
    )
    assert dependencies.bundled(LOCK, tmp_path) == ["@a/b", "c"]


def test_every_bundled_package_has_its_licence_and_version() -> None:
    """Without node_modules, from what is committed."""
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text("utf-8"))["packages"]
    names = dependencies.bundled(lock, ROOT / "frontend" / "src")
    assert {"preact", "uplot"} <= set(names)
    for name in names:
        version = lock[f"node_modules/{name}"]["version"]
        assert f"\n{name} {version}\n" in dependencies.LICENSES.read_text("utf-8"), name
        assert f"| {name} | {version} | " in dependencies.DOCUMENT.read_text("utf-8"), name


def test_every_requirement_of_users_is_listed() -> None:
    listed = dependencies.DOCUMENT.read_text("utf-8")
    assert [one for one, extra in dependencies.requirements() if f"| `{one}` | {extra} |" not in listed] == []


@pytest.mark.skipif(not (ROOT / "frontend" / "node_modules").is_dir(), reason="licences lie in node_modules")
def test_both_files_are_as_the_command_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["dependencies.py", "--check"])
    assert dependencies.main() == 0


def test_a_file_that_is_stale_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["dependencies.py", "--check"])
    monkeypatch.setattr(dependencies, "DOCUMENT", tmp_path / "dependencies.md")
    monkeypatch.setattr(dependencies, "licenses", lambda *_: dependencies.LICENSES.read_text("utf-8"))
    assert dependencies.main() == 1
    assert capsys.readouterr().err.startswith("dependencies.md: not as")
