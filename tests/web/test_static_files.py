"""The files of the page."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from contract import HOME, Stack


@pytest.mark.parametrize(
    "path",
    [
        "../plugin.py",
        "%2e%2e/plugin.py",
        "..%2fplugin.py",
        "chunks/../../plugin.py",
        "chunks/%2e%2e/%2e%2e/plugin.py",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "//etc/passwd",
        "..%5cplugin.py",
        "C:%5cWindows%5cwin.ini",
        "index.js%00",
        "index.js%00.css",
        "%00",
        "a" * 300,
        "",
        ".",
        "chunks",
        "chunks/",
        "nothing.js",
    ],
)
def test_static_serves_the_bundle_only(stack: Stack, path: str) -> None:
    response = stack.client.get(f"{HOME}static/{path}")
    assert response.status_code == 404
    assert "rlboard_plugin" not in response.get_data(as_text=True)


def test_static_files_have_their_type_and_age(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chunks").mkdir()
    (tmp_path / "index.js").write_text("export function render() {}")
    (tmp_path / "chunks" / "app-12ab.js").write_text("export {}")
    monkeypatch.setattr("tensorboard_plugin_rlboard.plugin.STATIC", tmp_path)
    index = stack.get("static/index.js")
    chunk = stack.get("static/chunks/app-12ab.js")
    assert (index.status_code, index.mimetype) == (200, "text/javascript")
    assert index.get_data() == b"export function render() {}"
    assert "no-cache" in index.headers["Cache-Control"]
    assert chunk.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    link = tmp_path / "link.js"
    link.symlink_to(Path(__file__))
    assert stack.get("static/../link.js").status_code == 404


def test_a_file_is_sent_packed_as_it_is_now(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chunks").mkdir()
    chunk = tmp_path / "chunks" / "app.js"
    monkeypatch.setattr("tensorboard_plugin_rlboard.plugin.STATIC", tmp_path)
    for text in ("export const words = 'a b c';\n" * 200, "export {}"):  # `make dev` writes files anew
        chunk.write_text(text)
        sent = stack.client.get(f"{HOME}static/chunks/app.js", headers={"Accept-Encoding": "gzip"})
        assert sent.headers["Content-Encoding"] == "gzip"
        assert sent.get_data() == gzip.compress(text.encode(), 9, mtime=0)
        plain = stack.client.get(f"{HOME}static/chunks/app.js", headers={"Accept-Encoding": "identity"})
        assert "Content-Encoding" not in plain.headers
        assert plain.get_data(as_text=True) == text
