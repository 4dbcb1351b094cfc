"""A bundle that is not whole is said in its place."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from contract import HOME, Stack
from repository import ROOT

from tensorboard_plugin_rlboard.web.bundle import bundle_damage, digest


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    (tmp_path / "chunks").mkdir()
    (tmp_path / "index.js").write_text("export function render() {}")
    (tmp_path / "chunks" / "app-12ab.js").write_text("export {}")
    (tmp_path / "BUILD_HASH").write_text(f"sources 0\nbundle {digest(tmp_path)}\n")
    return tmp_path


def test_a_whole_bundle_is_served(bundle: Path) -> None:
    assert bundle_damage(bundle) == ""
    (bundle / "BUILD_HASH").unlink()
    (bundle / "chunks" / "app-12ab.js").write_text("being worked on")
    assert bundle_damage(bundle) == ""


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("index.js", None, "not installed"),
        ("index.js", b"", "damaged"),
        ("chunks/app-12ab.js", None, "damaged"),
        ("chunks/app-12ab.js", b"export", "damaged"),
        ("chunks/app-0000.js", b"of another version", "damaged"),
        ("BUILD_HASH", b"", "damaged"),
        ("BUILD_HASH", b"\xff\xfe", "cannot be read"),
        ("BUILD_HASH", b"nonsense", "cannot be read"),
    ],
)
def test_what_is_missing_or_changed_is_said(
    stack: Stack, bundle: Path, monkeypatch: pytest.MonkeyPatch, file: str, content: bytes | None, reason: str
) -> None:
    path = bundle / file
    path.unlink() if content is None else path.write_bytes(content)
    assert reason in bundle_damage(bundle)
    monkeypatch.setattr("tensorboard_plugin_rlboard.plugin.STATIC", bundle)
    page = stack.get("static/index.js")
    assert (page.status_code, page.mimetype) == (200, "text/javascript")
    text = page.get_data(as_text=True)
    assert "export function render()" in text
    assert bundle_damage(bundle) in text
    assert "pip install --force-reinstall --no-deps tensorboard-plugin-rlboard" in text
    assert stack.client.get(f"{HOME}runs").status_code == 200


def test_the_digest_is_that_of_the_build(bundle: Path) -> None:
    """The build has no package of ours to import, so each has its own: they have to agree."""
    backend = _build_backend()
    files = sorted(path for path in bundle.rglob("*") if path.is_file() and path.name != "BUILD_HASH")
    assert backend._digest(bundle, files) == digest(bundle)


def _build_backend() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "rlboard_frontend", ROOT / "_build_backend" / "rlboard_frontend.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
