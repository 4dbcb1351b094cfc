"""A folder of the log directory whose file system stops to answer: it costs its own run, and TensorBoard ends when it is told to."""

from __future__ import annotations

import shutil
import subprocess
import time
import urllib.parse
from pathlib import Path

from breaking.logs import lines
from breaking.silent_mount import STAGES, SilentMount, silent_mount
from tensorboard_process import TensorBoardProcess

__all__ = ["STAGES", "try_silent"]
_TIMEOUT_S = 60.0
_END_S = 5.0
_GONE = "away"


def try_silent(home: Path, stage: str) -> tuple[str, list[str]]:
    """Starts a TensorBoard over two runs and a mount that is silent, lets a run grow, and ends it.

    Args:
        home: where all of it is made.
        stage: what of the mount still answers, one of `STAGES`.

    Returns:
        What is said of the mount, and a sentence for each promise that was not kept.
    """
    logs = home / "logs"
    shutil.rmtree(home, ignore_errors=True)
    for run in ("a", _GONE, "z"):
        (logs / run).mkdir(parents=True)
    for run in ("a", "z"):
        (logs / run / "a.jsonl").write_bytes(b"".join(lines(range(1, 5), 8, 20)))
    with silent_mount(logs / _GONE, stage, b"".join(lines(range(1, 9), 8, 300))) as mount:
        if not mount.is_mounted:
            return "not tried: nothing may be mounted here", []
        server = TensorBoardProcess(home, logs, home / "cache")
        try:
            server.wait_for_address()
            failed = [] if _is_read(server, 32) else ["the runs beside it are not shown"]
            if stage == STAGES[-1]:
                failed += _fall_silent(server, mount)
            with (logs / "a" / "a.jsonl").open("ab") as file:
                file.write(b"".join(lines(range(9, 10), 8, 20)))
            failed += [] if _is_read(server, 40) else ["the runs beside it do not grow"]
            failed += [
                f"{route} does not answer"
                for route in ("data/runs", "data/plugins_listing")
                if server.status(server.url + route) != 200
            ]
            reasons = _reasons(server)
            failed += [] if reasons else ["nothing is said of it"]
            server.process.terminate()
            try:
                server.process.wait(_END_S)
            except subprocess.TimeoutExpired:
                failed.append(f"TensorBoard has not ended {_END_S:.0f} seconds after it was told to")
        finally:
            server.kill_group()
    return reasons[0].replace(str(logs), "logs") if reasons else "", failed


def _fall_silent(server: TensorBoardProcess, mount: SilentMount) -> list[str]:
    """Has a mount fall silent whose run was read: its samples stay, and one that is opened says what is wrong."""
    end = time.monotonic() + _TIMEOUT_S
    while not (ready := {run["run"] for run in server.ask("runs")["runs"] if run["samples"] > 32}):
        if time.monotonic() > end:
            return ["its run is not read"]
        time.sleep(0.2)
    listed = server.ask("samples", run=_GONE, step_min=0)["columns"]["id"]
    mount.is_silent = True
    asked = urllib.parse.urlencode({"run": _GONE, "id": listed[0]})
    status = server.status(f"{server.url}data/plugin/rlboard/sample?{asked}", _TIMEOUT_S)
    failed = [] if status == 404 else [f"a sample of it is answered by {status}"]
    while not _reasons(server):
        if time.monotonic() > end:
            break
        time.sleep(0.2)
    left = {run["run"]: run["samples"] for run in server.ask("runs")["runs"]}
    return failed + ([] if ready == {_GONE} and left[_GONE] else ["its samples are gone"])


def _reasons(server: TensorBoardProcess) -> list[str]:
    """The sentences about the folder that is silent."""
    runs = server.ask("runs")
    reasons = [one["reason"] for one in runs["ignored"] if one["file"].endswith(_GONE)]
    return reasons + [run["message"] for run in runs["runs"] if run["run"] == _GONE and run["message"]]


def _is_read(server: TensorBoardProcess, samples: int) -> bool:
    """Whether both other runs are read in time, the first with so many samples."""
    end = time.monotonic() + _TIMEOUT_S
    while time.monotonic() < end:
        found = {run["run"]: run["samples"] for run in server.ask("runs")["runs"] if run["state"] == "ready"}
        if (found.get("a"), found.get("z")) == (samples, 32):
            return True
        time.sleep(0.2)
    return False
