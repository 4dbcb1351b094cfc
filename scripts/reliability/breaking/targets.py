"""The processes that are killed: TensorBoard, `rlboard index`, and those that work for them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tensorboard_process import children_of, environment

_APPEARANCE_TIMEOUT_S, _END_TIMEOUT_S = 180.0, 20.0
_POLL_S = 0.01
_CHECK_INTERVAL_S = 1.0


@dataclass(frozen=True)
class Target:
    """A kind of process that is killed.

    Attributes:
        name: as the table has it.
        command: what is started: `tensorboard` or `index`.
        command_pattern: what the command line of the process that is killed has; empty for what is started itself.
        duration_s: seconds that such a process has work for, at least.
        engine: of `rlboard index`, where it is not its own.
    """

    name: str
    command: str
    command_pattern: str = ""
    duration_s: float = 0.0
    engine: str = ""


TARGETS = (
    Target("TensorBoard", "tensorboard"),
    Target("a process of TensorBoard that indexes", "tensorboard", r"parts\.worker", 1.5),
    Target("a process of TensorBoard that unpacks", "tensorboard", r"sources\.unpack_worker", 0.5),
    Target("`rlboard index`", "index"),
    Target("a process of `rlboard index`", "index", r"multiprocessing\.spawn", 2.0),
    Target("a Ray worker of `rlboard index`", "index", r"ray::run_task", 1.0, "ray"),
)


def index_command(home: Path, logs: Path, cache: Path, ray: str = "") -> subprocess.Popen[bytes]:
    """Starts `rlboard index`.

    Args:
        home: for temporary files, in its `after/tmp`.
        logs: the log directory.
        cache: where the index is kept.
        ray: address of a Ray cluster that does the work; empty for processes of its own.
    """
    command = [sys.executable, "-m", "tensorboard_plugin_rlboard.cli", "index", str(logs)]
    command += ["--cache-dir", str(cache), "--workers", "2"]
    command += ["--engine", "ray", "--address", ray] if ray else []
    return subprocess.Popen(
        command,
        cwd=home,
        env=environment(home / "after" / "tmp"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill_at(process: subprocess.Popen[bytes], moment: float) -> list[str] | None:
    """Kills a process after some seconds.

    Returns:
        A sentence for each process of its own that has not ended soon after it; None where it had ended before.
    """
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        below = {pid: _command(pid) for pid in children_of(process.pid)}
        process.kill()
        process.wait()
        deadline = time.monotonic() + _END_TIMEOUT_S
        while any(_command(pid) == command for pid, command in below.items() if command):
            if time.monotonic() > deadline:
                return [f"{command!r} outlives it" for pid, command in below.items() if _command(pid)]
            time.sleep(_POLL_S)
        return []
    return None


def kill_below(
    parent: int,
    process: subprocess.Popen[bytes],
    target: Target,
    share: float,
    is_done: Callable[[], bool] = lambda: False,
) -> bool:
    """Kills a process that works for another one, at some moment of its life; whether there was one.

    Args:
        parent: below which process it is looked for.
        process: what was started; when it ends there is none any more.
        target: what is killed.
        share: of the time that it has work for, at which it is killed.
        is_done: whether there is nothing left that one would work for.
    """
    deadline = time.monotonic() + _APPEARANCE_TIMEOUT_S
    checked = time.monotonic()
    while process.poll() is None and time.monotonic() < deadline:
        if time.monotonic() > checked + _CHECK_INTERVAL_S:
            if is_done():
                return False
            checked = time.monotonic()
        if _matching_processes(parent, target):
            time.sleep(share * target.duration_s)
            for pid in _matching_processes(parent, target)[-1:]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    return True
        time.sleep(_POLL_S)
    return False


def _matching_processes(parent: int, target: Target) -> list[int]:
    pattern = re.compile(target.command_pattern.encode())
    return [pid for pid in children_of(parent) if pattern.search(_command(pid))]


def _command(pid: int) -> bytes:
    """Its command line; empty for one that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
