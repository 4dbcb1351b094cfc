"""TensorBoards in whose Python a package of ours is broken: the other tabs work, and ours says what to type."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import rollouts
from hosting import Serve, tensorboard, until
from playwright.sync_api import expect
from tab import OpenTab


def break_module(monkeypatch: pytest.MonkeyPatch, folder: Path, module: str, error: str) -> None:
    """Lets each Python that is started from now on find another module in the place of a package's, which raises."""
    folder.mkdir()
    (folder / f"{module}.py").write_text(f"raise {error}")
    paths = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))


@pytest.mark.browser
def test_a_package_that_cannot_be_imported_leaves_a_page_that_says_so(
    tmp_path: Path, serve: Serve, open_tab: OpenTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_module(monkeypatch, tmp_path / "broken", "msgspec", "OSError('GLIBC_2.99 not found')")
    rollouts.write(tmp_path / "logs" / "ppo", rollouts.training((1, 2), samples=2))
    server = serve("--logdir", str(tmp_path / "logs"))
    assert server.get("data/plugins_listing")["scalars"]["tab_name"]
    assert server.get("data/runs") == []
    assert "The RL Board tab shows only what is wrong with it." in server.log.read_text()
    tab = open_tab(server, locale="zh-CN", host=True)
    tab.go("#rlboard")
    expect(tab.view.get_by_role("alert")).to_have_text(
        "The package msgspec is broken: importing it gives OSError: GLIBC_2.99 not found."
    )
    expect(tab.view.locator("h1")).to_have_text("RL Board 无法显示")
    expect(tab.view.locator("pre")).to_contain_text("-m pip install --force-reinstall 'msgspec>=")
    ink = "() => getComputedStyle(document.body).color"
    frame = tab.view.locator("body")
    assert frame.evaluate(ink) == "rgb(32, 33, 36)"
    tab.page.evaluate("document.body.classList.add('dark-mode')")
    until(lambda: frame.evaluate(ink) == "rgb(241, 241, 241)" or None, "the dark theme")


def test_an_engine_that_cannot_be_imported_is_said_instead_of_looking_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB is imported in the background, so our own page is there to say it."""
    break_module(monkeypatch, tmp_path / "broken", "duckdb", "RuntimeError('illegal instruction')")
    rollouts.write(tmp_path / "logs" / "ppo", rollouts.training((1, 2), samples=2))
    with tensorboard(tmp_path, "--logdir", str(tmp_path / "logs")) as server:
        assert server.get("data/plugins_listing")["rlboard"]["enabled"]
        said = until(lambda: server.ask("runs")["message"] or None, "the reason")
        assert (
            "The package duckdb is broken: importing it gives RuntimeError: illegal instruction. Type `"
            in said
        )
        assert "'duckdb>=" in said
