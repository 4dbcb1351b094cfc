"""Kills at any moment: TensorBoard, a process that works for it, `rlboard index`; then it answers as a clean build does."""

from __future__ import annotations

import os
import random
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from breaking.answers import answers, differing
from breaking.logs import RUNS, write_logs
from breaking.ray_cluster import ray_cluster
from breaking.targets import TARGETS, Target, index_command, kill_at, kill_below
from tensorboard_process import TensorBoardProcess

_TRIES = 4
"""For a process that may have done its work before the moment comes; each time the moment is half as late."""
_TIMEOUT_S = 900.0


@dataclass
class Kills:
    """What was killed.

    Attributes:
        counts: target -> how often one was killed.
        not_tried: target -> why it was not tried.
        failures: one sentence for each kill that changed an answer, or left something behind.
    """

    counts: dict[str, int] = field(default_factory=dict)
    not_tried: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Setup:
    """The folders of the test, the answers of a clean build, and the seconds that it takes."""

    home: Path
    logs: Path
    cache: Path
    clean: dict[str, str]
    reading_s: float
    indexing_s: float
    ray: str


def kill_repeatedly(
    home: Path, times: int, seed: int, megabytes: int, report_line: Callable[[str], None]
) -> Kills:
    """Builds an index, is killed, builds it again, and compares.

    Args:
        home: an empty folder.
        times: how many kills.
        seed: of the moments.
        megabytes: of the largest log; from 35 on `rlboard index` has processes.
        report_line: is told of each kill.
    """
    if not times:
        return Kills()
    logs, rng, kills = home / "logs", random.Random(seed), Kills()
    write_logs(logs, megabytes)
    (home / "after" / "tmp").mkdir(parents=True)
    started = time.monotonic()
    with TensorBoardProcess(home / "clean", logs, home / "clean-cache") as server:
        server.wait_for_address()
        server.wait_until_read(RUNS)
        reading_s = time.monotonic() - started
        clean = answers(server)
    started = time.monotonic()
    index_command(home, logs, home / "other-cache").wait(_TIMEOUT_S)
    indexing_s = time.monotonic() - started
    report_line(
        f"a clean build takes {reading_s:.1f} s, rlboard index {indexing_s:.1f} s, {len(clean)} answers"
    )
    with ray_cluster(home / "after" / "tmp") as (ray, why_not):
        setup = _Setup(home, logs, home / "cache", clean, reading_s, indexing_s, ray)
        targets = [target for target in TARGETS if ray or not target.engine]
        kills.not_tried = {target.name: why_not for target in TARGETS if target not in targets}
        remaining: set[str] = set()
        with suppress(KeyboardInterrupt):  # what was done until then counts
            for number in range(times):
                started = time.monotonic()
                target = targets[number % len(targets)]
                failures, remaining_before = _kill_once(setup, target, rng), remaining
                remaining = _temporary_folders(home)
                failures += [f"two starts left {name}" for name in sorted(remaining & remaining_before)]
                kills.counts[target.name] = kills.counts.get(target.name, 0) + 1
                kills.failures += [f"kill {number} of {target.name}: {failure}" for failure in failures]
                took = time.monotonic() - started
                outcome = "; ".join(failures) or "as a clean build"
                report_line(f"kill {number} of {target.name}: {outcome} ({took:.0f} s)")
    return kills


def _kill_once(setup: _Setup, target: Target, rng: random.Random) -> list[str]:
    """Kills one process, starts a TensorBoard over what is left, and returns what is wrong with it."""
    share, begins_anew = rng.random(), rng.random() < 0.7
    for attempt in range(_TRIES):
        if begins_anew or attempt:
            shutil.rmtree(setup.cache, ignore_errors=True)
        failures = _kill(setup, target, share / 2**attempt)
        if failures is not None:
            break
    else:
        return [f"there was none to kill in {_TRIES} attempts"]
    with TensorBoardProcess(setup.home / "after", setup.logs, setup.cache) as server:
        server.wait_for_address()
        server.wait_until_read(RUNS)
        failures += _sentence(differing(answers(server), setup.clean), "the next start answers")
    return failures


def _temporary_folders(home: Path) -> set[str]:
    """Temporary folders that are still there. What a process holds that has not noticed its parent's end goes later."""
    return {path.name for path in (home / "after" / "tmp").glob("rlboard-*")}


def _kill(setup: _Setup, target: Target, share: float) -> list[str] | None:
    """Starts what is to be killed and kills it at some moment.

    Args:
        setup: where.
        target: what is killed.
        share: of the time that it usually takes, at which it is killed.

    Returns:
        What is wrong afterwards; None where there was no such process any more.
    """
    if target.command == "index":
        ray = setup.ray if target.engine else ""
        process = index_command(setup.home, setup.logs, setup.cache, ray)
        if not target.command_pattern:
            return kill_at(process, share * setup.indexing_s)
        was_killed = kill_below(os.getpid() if ray else process.pid, process, target, share)
        code = process.wait(_TIMEOUT_S)
        return None if not was_killed else [f"rlboard index ended with {code}"] if code else []
    with TensorBoardProcess(setup.home / "after", setup.logs, setup.cache) as server:
        threading.Thread(target=_open, args=(server,), daemon=True).start()
        if not target.command_pattern:
            return kill_at(server.process, share * setup.reading_s)
        if not kill_below(server.process.pid, server.process, target, share, lambda: _is_read(server)):
            return None
        server.wait_for_address()
        server.wait_until_read(RUNS)
        return _sentence(differing(answers(server), setup.clean), "it answers")


def _is_read(server: TensorBoardProcess) -> bool:
    """Whether it shows every run whole, so that it starts no process any more."""
    with suppress(OSError):
        runs = server.ask("runs")["runs"] if server.url else []
        return len(runs) == RUNS and all(run["state"] == "ready" for run in runs)
    return False


def _open(server: TensorBoardProcess) -> None:
    """Asks as a page does: nothing is indexed before somebody looks."""
    with suppress(OSError, RuntimeError):  # it is killed meanwhile
        server.wait_for_address()
        server.ask_bytes("runs")


def _sentence(other: list[str], who: str) -> list[str]:
    return [f"{who} {len(other)} questions otherwise, as {other[0]}"] if other else []
