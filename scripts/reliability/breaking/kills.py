"""Kills at any moment: TensorBoard, a process that builds for it, `rlboard index`; then it answers as a clean build does."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from breaking.answers import answers, differing
from breaking.logs import RUNS, write_logs
from served import Served, children_of, environment

TARGETS = ("TensorBoard", "a process of TensorBoard's", "rlboard index", "a process of rlboard index")

_TENSORBOARD_S, _INDEX_S = 20.0, 12.0
"""Seconds that they are given at most before they are killed: what they take for the log, or a little more."""
_CHILD_S, _PATIENCE_S = 60.0, 120.0
_BUILDS = re.compile(rb"parts\.worker|multiprocessing\.spawn")


@dataclass
class Kills:
    """What was killed.

    Attributes:
        counts: target -> how often something of that kind was there to be killed.
        left: folders of killed processes that the next start has not removed.
        failures: one sentence for each kill that changed an answer.
    """

    counts: dict[str, int] = field(default_factory=dict)
    left: int = 0
    failures: list[str] = field(default_factory=list)


def kill_often(home: Path, times: int, seed: int, megabytes: int, say: Callable[[str], None]) -> Kills:
    """Builds an index, is killed, builds it again, and compares.

    Args:
        home: an empty folder.
        times: how often.
        seed: of the moments.
        megabytes: of the largest log.
        say: is told of each kill.
    """
    logs, rng, kills = home / "logs", random.Random(seed), Kills()
    write_logs(logs, megabytes)
    with Served(home / "clean", logs, home / "clean-cache") as server:
        server.wait_for_address()
        server.wait_until_read(RUNS)
        clean = answers(server)
    for number in range(times):
        target = TARGETS[number % len(TARGETS)]
        share = rng.random()
        cache = home / "cache"
        if rng.random() < 0.7:
            shutil.rmtree(cache, ignore_errors=True)
        if _kill(home, logs, cache, target, share):
            kills.counts[target] = kills.counts.get(target, 0) + 1
        with Served(home / "after", logs, cache) as server:
            server.wait_for_address()
            server.wait_until_read(RUNS)
            other = differing(answers(server), clean)
        if other:
            kills.failures.append(f"kill {number} of {target}: {len(other)} answers differ, as {other[0]}")
        say(f"kill {number}: {target} at {share:.2f}, {len(other)} answers differ")
    kills.left = sum(1 for _ in (home / "after" / "tmp").glob("rlboard-*"))
    return kills


def _kill(home: Path, logs: Path, cache: Path, target: str, share: float) -> bool:
    """Starts what is to be killed and kills it at some moment; whether there was such a process.

    Args:
        home: for messages and temporary files.
        logs: the log directory.
        cache: where the index is kept.
        target: what is killed.
        share: of the time that it usually takes, at which it is killed; a process that builds, within its first second.
    """
    is_child = target.startswith("a process")
    if "index" in target:
        process = _index(home, logs, cache)
        found = _kill_child(process, share) if is_child else _kill_at(process, share * _INDEX_S)
        process.wait(_PATIENCE_S)
        return found
    with Served(home / "after", logs, cache) as server:
        if not is_child:
            return _kill_at(server.process, share * _TENSORBOARD_S)
        found = _kill_child(server.process, share)
        server.wait_for_address()
        server.wait_until_read(RUNS)
        return found


def _index(home: Path, logs: Path, cache: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tensorboard_plugin_rlboard.cli", "index", str(logs)]
    return subprocess.Popen(
        [*command, "--cache-dir", str(cache)],
        cwd=home,
        env=environment(home / "after" / "tmp"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _kill_at(process: subprocess.Popen[bytes], moment: float) -> bool:
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        process.kill()
        return True
    return False


def _kill_child(process: subprocess.Popen[bytes], share: float) -> bool:
    """Kills a process that builds; it is over when there is nothing left to build."""
    end = time.monotonic() + _CHILD_S
    while process.poll() is None and time.monotonic() < end:
        if any(_BUILDS.search(_command(pid)) for pid in children_of(process.pid)):
            time.sleep(share)
            children = [pid for pid in children_of(process.pid) if _BUILDS.search(_command(pid))]
            if children:
                with suppress(ProcessLookupError):
                    os.kill(children[-1], signal.SIGKILL)
                    return True
        time.sleep(0.02)
    return False


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
