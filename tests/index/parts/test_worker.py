"""A process that builds ranges: it ends with its parent, whatever it was told to do before."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

from rollout_log import TestLog, row

from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.index.parts import worker

COMMAND = [sys.executable, "-m", worker.__name__, "96"]


def order(log: TestLog, target: Path) -> bytes:
    path = log.write(row(1), row(2))
    return pickle.dumps((1, str(path), 0, path.stat().st_size, NATIVE.spec, "", str(target)))


def test_it_builds_what_it_is_told(tmp_path: Path) -> None:
    target = tmp_path / "part.parquet"
    told = order(TestLog(tmp_path / "logs"), target)
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(told)
        process.stdin.flush()
        ticket, built = pickle.load(process.stdout)
    assert (ticket, built.part.samples, target.is_file()) == (1, 2, True)


def test_what_it_is_told_is_not_done_once_its_parent_is_gone(tmp_path: Path) -> None:
    target = tmp_path / "part.parquet"
    told = order(TestLog(tmp_path / "logs"), target)
    for sent in (told, told + told[:40]):  # the parent was killed while it wrote the next
        ended = subprocess.run(COMMAND, input=sent, capture_output=True, check=False)
        assert (ended.returncode, ended.stdout, target.exists()) == (0, b"", False)


def test_a_worker_loads_nothing_that_guesses() -> None:
    """Its orders say the format: each process of a log is the sooner at work."""
    modules = "tensorboard_plugin_rlboard.index.parts.worker, tensorboard_plugin_rlboard.formats.registry"
    code = f"import sys, {modules}; print(*sys.modules, sep='\\n')"  # the second as an order of a trainer's format does
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    loaded = found.split()
    assert "tensorboard_plugin_rlboard.formats.frameworks.verl" in loaded
    assert not [name for name in loaded if ".formats.guessing." in name]
