"""The tab where ours cannot be made: what is missing, too old or broken, and what to type."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shlex
import sys
from pathlib import Path

import pytest
from tensorboard.backend import application
from werkzeug.test import Client

from tensorboard_plugin_rlboard import dependencies
from tensorboard_plugin_rlboard.broken_tab import BrokenTab, page_module
from tensorboard_plugin_rlboard.dependencies import Fault, fault_behind, import_fault, quick_fault

HOME = "/data/plugin/rlboard"
FAULT = Fault("The package duckdb is not installed", "python -m pip install 'duckdb>=2.0'")


def test_nothing_is_wrong_here() -> None:
    assert quick_fault() is None


def test_the_page_holds_the_sentence_as_data() -> None:
    """An error's message may hold anything; it is shown as text."""
    client = Client(application.TensorBoardWSGI([BrokenTab(FAULT)]))
    page = client.get(f"{HOME}/broken.js")
    assert (page.status_code, page.mimetype) == (200, "text/javascript")
    assert '"reason": "The package duckdb is not installed"' in page.get_data(as_text=True)
    hostile = page_module(Fault('</script><img src=x onerror=alert(1)>\u2028"', "`${alert(1)}`")).decode()
    assert hostile.startswith('const fault = {"reason": "</script><img src=x onerror=alert(1)>\\u2028\\""')
    assert "innerHTML" not in hostile
    assert "http" not in hostile


def test_every_other_route_says_it_too() -> None:
    client = Client(application.TensorBoardWSGI([BrokenTab(FAULT)]))
    for route in ("runs", "static/index.js", "sample?run=a"):
        answer = client.get(f"{HOME}/{route}")
        assert answer.status_code == 503
        assert answer.get_data(as_text=True) == (
            "The package duckdb is not installed. Type `python -m pip install 'duckdb>=2.0'` and start TensorBoard again."
        )
    assert client.head(f"{HOME}/runs").get_data() == b""
    listing = client.get("/data/plugins_listing").get_json()
    assert listing["rlboard"]["enabled"] is True
    assert listing["rlboard"]["tab_name"] == "RL Board"
    assert listing["rlboard"]["loading_mechanism"]["module_path"].endswith("/data/plugin/rlboard/broken.js")


@pytest.mark.parametrize("package", ["duckdb", "msgspec"])
def test_a_missing_package_is_named_without_importing_anything(
    monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == package else real(name))
    fault = quick_fault()
    assert fault is not None
    assert fault.reason == f"The package {package} is not installed"
    words = shlex.split(fault.command)
    assert words[:4] == [sys.executable, "-m", "pip", "install"]
    assert words[4].startswith(f"{package}>=")


@pytest.mark.parametrize(
    ("version", "is_old"),
    [("1.4.4", True), ("2.0", False), ("2.0.0rc1", False), ("10.1", False), ("", False)],
)
def test_a_package_that_is_too_old_is_named_with_both_versions(
    monkeypatch: pytest.MonkeyPatch, version: str, *, is_old: bool
) -> None:
    real = importlib.metadata.version
    monkeypatch.setattr(
        importlib.metadata, "requires", lambda _: ["duckdb>=2.0", "numpy>=1.26", "ray>=99; extra == 'ray'"]
    )
    monkeypatch.setattr(
        importlib.metadata, "version", lambda name: version if name == "duckdb" else real(name)
    )
    fault = quick_fault()
    if not is_old:
        assert fault is None
        return
    assert fault is not None
    assert fault.reason == "The package duckdb is too old: 1.4.4 is installed, 2.0 or newer is needed"
    assert shlex.split(fault.command)[4:] == ["--upgrade", "duckdb>=2.0"]


def test_without_metadata_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source tree on the path, or packages that another package manager has installed."""

    def unknown(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "requires", unknown)
    monkeypatch.setattr(importlib.metadata, "version", unknown)
    assert quick_fault() is None


def test_a_module_that_raises_at_import_is_told_from_one_that_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "broken_engine.py").write_text(
        "raise OSError('libstdc++.so.6: version not found\\n  (required by it)')"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(dependencies, "MODULES", {"duckdb": "broken_engine"})
    fault = fault_behind(AttributeError("anything"))
    assert fault.reason == (
        "The package duckdb is broken: importing it gives OSError: libstdc++.so.6: version not found (required by it)"
    )
    assert "--force-reinstall" in fault.command
    missing = import_fault(
        "duckdb", ModuleNotFoundError("No module named 'broken_engine'", name="broken_engine")
    )
    assert missing.reason == "The package duckdb is not installed"
    inner = import_fault("duckdb", ModuleNotFoundError("No module named 'other'", name="other"))
    assert "is broken" in inner.reason
