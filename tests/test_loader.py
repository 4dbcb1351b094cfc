from __future__ import annotations

import argparse
import builtins
import importlib.util
import logging
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from repository import ROOT

import tensorboard_plugin_rlboard
from tensorboard_plugin_rlboard import dependencies
from tensorboard_plugin_rlboard.broken_tab import BrokenTab
from tensorboard_plugin_rlboard.loader import RLBoardLoader


def fake_plugin(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    """Let the loader's import of the plugin find ``answer``, or fail with it where it is an error."""
    real_import = builtins.__import__

    def importing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name != "tensorboard_plugin_rlboard.plugin":
            return real_import(name, *args, **kwargs)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(RLBoardPlugin=answer)

    monkeypatch.setattr(builtins, "__import__", importing)


def test_load_makes_the_plugin_from_the_context(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_plugin(monkeypatch, lambda context: ("plugin", context))
    context = object()
    assert RLBoardLoader().load(context) == ("plugin", context)


def test_flag_for_the_cache_is_read_from_the_command_line() -> None:
    parser = argparse.ArgumentParser()
    RLBoardLoader().define_flags(parser)
    assert parser.parse_args([]).rlboard_cache_dir == ""
    assert parser.parse_args(["--rlboard_cache_dir", "/somewhere"]).rlboard_cache_dir == "/somewhere"
    parser.format_help()  # argparse formats help with %, which a path or sentence may break


def test_memory_limit_of_any_kind_is_taken_from_the_command_line() -> None:
    """TensorBoard must start whatever was written; the plugin says what is wrong with it."""
    parser = argparse.ArgumentParser()
    RLBoardLoader().define_flags(parser)
    assert parser.parse_args([]).rlboard_memory_limit == ""
    assert parser.parse_args(["--rlboard_memory_limit", "much"]).rlboard_memory_limit == "much"
    assert parser.parse_args(["--rlboard_memory_limit=2GB"]).rlboard_memory_limit == "2GB"


def failing_with(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> BrokenTab:
    """The tab that the loader gives where importing or making the plugin ends in an error, after one line of warning."""
    fake_plugin(monkeypatch, error)
    with caplog.at_level(logging.WARNING):
        tab = RLBoardLoader().load(object())
    assert isinstance(tab, BrokenTab)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "\n" not in caplog.records[0].getMessage()
    return tab


def test_an_error_of_ours_gives_a_tab_that_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failing_with(monkeypatch, caplog, SyntaxError("a file was\ncut off"))
    assert "RL Board cannot start: SyntaxError: a file was cut off. Type" in caplog.text
    assert "pip install --upgrade --force-reinstall --no-deps tensorboard-plugin-rlboard`" in caplog.text


def test_an_error_in_the_making_of_the_plugin_gives_a_tab_too(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def plugin(_: object) -> None:
        raise RuntimeError("no home")

    fake_plugin(monkeypatch, plugin)
    with caplog.at_level(logging.WARNING):
        assert isinstance(RLBoardLoader().load(object()), BrokenTab)
    assert "RuntimeError: no home" in caplog.text


def test_the_package_behind_an_error_is_found(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """What is raised on the way may name anything; that msgspec cannot be imported is what helps."""
    (tmp_path / "broken_codec.py").write_text("raise RuntimeError('compiled for another Python')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(dependencies, "MODULES", {"msgspec": "broken_codec"})
    failing_with(monkeypatch, caplog, AttributeError("partially initialized"))
    assert "The package msgspec is broken" in caplog.text
    assert "pip install --force-reinstall 'msgspec>=" in caplog.text


def run_python(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, tensorboard_plugin_rlboard as package; assert package.__version__;"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'numpy', 'duckdb', 'tensorboard', 'werkzeug'}))"
    )
    assert run_python(code).split() == []


def test_importing_the_loader_loads_no_engine() -> None:
    code = (
        "import sys, tensorboard_plugin_rlboard.loader;"
        "print('duckdb' in sys.modules, 'tensorboard_plugin_rlboard.plugin' in sys.modules)"
    )
    assert run_python(code).split() == ["False", "False"]


def test_unknown_attribute_is_an_attribute_error() -> None:
    assert not hasattr(tensorboard_plugin_rlboard, "no_such_thing")


def test_the_writer_is_reached_through_the_package() -> None:
    assert importlib.util.find_spec("tensorboard_plugin_rlboard.writer") is not None
    assert tensorboard_plugin_rlboard.RolloutWriter.__module__ == "tensorboard_plugin_rlboard.writer"
