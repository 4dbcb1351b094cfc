"""A bundle that is not whole is said in its place; what of it the first view needs is as little as can be, over a tunnel to a cluster."""

from __future__ import annotations

import gzip
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from contract import HOME, Stack
from repository import ROOT

from tensorboard_plugin_rlboard.web.bundle import bundle_damage, digest

STATIC = ROOT / "tensorboard_plugin_rlboard" / "static"
MOST = 100_000
"""Bytes, gzipped."""
IMPORTED = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""")


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


def read_with(name: str, found: set[str]) -> set[str]:
    """A file of `chunks/` and all that it cannot start without."""
    if name not in found:
        found.add(name)
        for other in IMPORTED.findall((STATIC / "chunks" / name).read_text(encoding="utf-8")):
            read_with(other, found)
    return found


def test_the_first_view_in_english_is_small() -> None:
    if not (STATIC / "index.js").exists():
        pytest.skip("the frontend is not built: run `npm run build` in frontend")
    found: set[str] = set()
    for start in ("start", "Overview"):
        [path] = (STATIC / "chunks").glob(f"{start}-*.js")
        read_with(path.name, found)
    assert not any(name.startswith(("zh", "Samples", "Tokens", "Dialogs")) for name in found), found
    files = [STATIC / "index.js", *(STATIC / "chunks" / name for name in found)]
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in files}
    assert len(sizes) > 4, "the imports were not found"
    assert sum(sizes.values()) <= MOST, sizes
