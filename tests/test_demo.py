"""`rlboard demo`: the logs that come with the package, and TensorBoard on them."""

from __future__ import annotations

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from repository import ROOT

from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.commands import demo
from tensorboard_plugin_rlboard.doctor.command import examine

LARGEST = 1_000_000


def test_the_samples_are_the_repositorys_and_small() -> None:
    packed = sorted(demo.SAMPLES.glob("*/*.jsonl.gz"))
    assert len(packed) == 2
    for path in packed:
        original = ROOT / "rollout_samples" / path.parent.name / path.name.removesuffix(".gz")
        assert gzip.decompress(path.read_bytes()) == original.read_bytes(), "run scripts/demo_samples.py"
    assert sum(path.stat().st_size for path in demo.SAMPLES.rglob("*") if path.is_file()) <= LARGEST


def test_the_samples_open_with_all_that_belongs_to_them() -> None:
    report = examine(str(demo.SAMPLES))
    assert report.exit_code == 0
    assert [(run.run, sum(file.samples for file in run.files)) for run in report.runs] == [
        ("eval_couplets", 264),
        ("train_couplets", 744),
    ]
    for run in report.runs:
        assert (run.pairing, run.config["beta"]) == ("same", 0.03)
        assert not run.files[0].problems


def test_they_are_packaged() -> None:
    assert '"samples/*/*"' in (ROOT / "setup.py").read_text(encoding="utf-8")


def test_tensorboard_opens_and_ctrl_c_ends_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    # A shell that runs the tests in the background has them ignore Ctrl-C, and whatever they start as well.
    start = "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    start += "; runpy.run_module('tensorboard_plugin_rlboard.cli', run_name='__main__')"
    command = [sys.executable, "-c", start, "demo", "--host", "127.0.0.1"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    process = subprocess.Popen(
        [*command, "--port", str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith(f"RL Board: http://127.0.0.1:{port}/#rlboard")
        runs = ask(f"http://127.0.0.1:{port}/data/plugin/rlboard/runs")
        assert {run["run"] for run in runs["runs"]} == {"eval_couplets", "train_couplets"}
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        assert process.wait(60) == 0
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def ask(url: str) -> Any:
    """The answer, once there is one with both runs."""
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                found = json.load(answer)
                if len(found["runs"]) == 2 or time.monotonic() > until:
                    return found
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > until:
                raise
        time.sleep(0.2)


def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["demo", "--host", "127.0.0.1", "--port", str(port)]) == 1
    assert f"Port {port} on 127.0.0.1 is taken" in capsys.readouterr().err


def test_a_host_of_another_machine(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--host", "192.0.2.1"]) == 1
    assert "Cannot listen on 192.0.2.1" in capsys.readouterr().err


def test_a_package_without_its_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "SAMPLES", tmp_path)
    assert demo.demo() == 1
    assert "the package is not whole" in capsys.readouterr().err
