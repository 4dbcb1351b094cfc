from __future__ import annotations

import argparse
import builtins
import importlib.util
import logging
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from repository import ROOT

import tensorboard_plugin_rlboard
from tensorboard_plugin_rlboard.loader import RLBoardLoader

if TYPE_CHECKING:
    import pytest


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


def test_missing_package_costs_the_tab_and_says_which(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fake_plugin(monkeypatch, ImportError("No module named 'duckdb'"))
    with caplog.at_level(logging.WARNING):
        assert RLBoardLoader().load(object()) is None
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "duckdb" in caplog.text
    assert "\n" not in caplog.records[0].getMessage()


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
