"""A TensorBoard that lacks room, memory, descriptors or a place to write: it answers as always, or says what it lacks."""

from __future__ import annotations

import resource
import shutil
import subprocess
import time
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from breaking.answers import answers, differing
from breaking.logs import RUNS, write_logs
from tensorboard_process import Limits, TensorBoardProcess

_TIMEOUT_S = 150.0
_MEGABYTES = 16
MB = 1_000_000


@dataclass(frozen=True)
class Shortage:
    """What a TensorBoard lacks.

    Attributes:
        name: as the table has it.
        limits: of its process.
        small_folders: folders, `cache` or `tmp`, that are file systems of 1 MB.
        read_only: whether these are read-only instead.
        sharing: how many TensorBoards share the cache.
    """

    name: str
    limits: Limits = field(default_factory=dict)
    small_folders: tuple[str, ...] = ()
    read_only: bool = False
    sharing: int = 1


SHORTAGES = (
    Shortage("a full disk: the cache", small_folders=("cache",)),
    Shortage("a full disk: the temporary folder", small_folders=("tmp",)),
    Shortage("a read-only cache", small_folders=("cache",), read_only=True),
    Shortage("a read-only temporary folder", small_folders=("tmp",), read_only=True),
    Shortage("files of at most 2 MB", {resource.RLIMIT_FSIZE: 2 * MB}),
    Shortage("48 descriptors", {resource.RLIMIT_NOFILE: 48}),
    Shortage("2 GB of addresses (ulimit -v)", {resource.RLIMIT_AS: 2000 * MB}),
    Shortage("1.2 GB of addresses (ulimit -v)", {resource.RLIMIT_AS: 1200 * MB}),
    Shortage("eight TensorBoards on one cache", sharing=8),
)


def try_shortage(home: Path, shortage: Shortage) -> tuple[str, list[str]]:
    """Lets a TensorBoard that lacks something read logs.

    Args:
        home: where the logs are, or are made at the first call.
        shortage: what it lacks.

    Returns:
        What is shown, and a sentence for each promise that was not kept.
    """
    logs = home / "logs"
    if not logs.exists():
        write_logs(logs, _MEGABYTES)
        with TensorBoardProcess(home / "clean", logs, home / "clean-cache") as server:
            server.wait_for_address()
            server.wait_until_read(RUNS)
            _CLEAN.update(answers(server))
    folder = home / "starved"
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("cache", "tmp"):
        (folder / name).mkdir(parents=True)
    try:
        with _mounted(
            [folder / name for name in shortage.small_folders], read_only=shortage.read_only
        ) as is_mounted:
            if not is_mounted:
                return "not tried: nothing may be mounted here", []
            return _read(folder, logs, shortage)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_CLEAN: dict[str, str] = {}


def _read(folder: Path, logs: Path, shortage: Shortage) -> tuple[str, list[str]]:
    homes = [folder] + [folder / str(number) for number in range(1, shortage.sharing)]
    servers: list[TensorBoardProcess] = []
    try:
        servers += [
            TensorBoardProcess(home, logs, folder / "cache", limits=shortage.limits or None) for home in homes
        ]
        failed: list[str] = []
        shown: set[str] = set()
        for server in servers:
            try:
                server.wait_for_address()
            except RuntimeError as error:
                return "", [str(error)[-500:]]
            text = _outcome_of(server)
            shown.add(text)
            if not text:
                failed.append("it neither answers as a clean build nor says what it lacks")
            if server.status(f"{server.url}data/environment") != 200:
                failed.append("TensorBoard itself does not answer")
        return "; ".join(sorted(shown)), failed
    finally:
        for server in servers:
            server.__exit__(None, None, None)


def _outcome_of(server: TensorBoardProcess) -> str:
    """`as a clean build`, or what it says in place of it; empty for nothing of both."""
    deadline = time.monotonic() + _TIMEOUT_S
    outcome = ""
    while time.monotonic() < deadline:
        try:
            answer = server.ask("runs")
            if len(answer["runs"]) == RUNS and all(run["state"] == "ready" for run in answer["runs"]):
                other = differing(answers(server), _CLEAN)
                return _reason_for_difference(server, other) if other else "as a clean build"
            outcome = str(answer["message"] or outcome)
        except urllib.error.HTTPError:  # of a run of which nothing could be read there are no numbers
            outcome = _reasons(server) or outcome
        except OSError:
            pass
        time.sleep(1)
    return outcome[:200]


def _reason_for_difference(server: TensorBoardProcess, other: list[str]) -> str:
    """The sentence with which it explains answers that differ."""
    return _reasons(server) or f"MISSING without a word: {other[0]}"


def _reasons(server: TensorBoardProcess) -> str:
    """What it says of whole files; empty for nothing."""
    reasons = {
        str(reason)
        for run in server.ask("runs")["runs"]
        for line, reason in zip(
            *(
                server.ask("problems", run=run["run"], limit=500)["columns"][name]
                for name in ("line", "reason")
            ),
            strict=True,
        )
        if line is None
    }
    return "; ".join(sorted(reasons))[:200]


@contextmanager
def _mounted(folders: list[Path], *, read_only: bool) -> Iterator[bool]:
    """Mounts file systems of 1 MB, or read-only ones; gives whether that was possible."""
    mounted: list[Path] = []
    run: Callable[..., subprocess.CompletedProcess[bytes]] = subprocess.run
    try:
        for folder in folders:
            options = "size=1m,ro" if read_only else "size=1m"
            command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
            if run(command, capture_output=True, check=False).returncode:
                break
            mounted.append(folder)
        yield len(mounted) == len(folders)
    finally:
        for folder in mounted:
            run(["umount", "-l", str(folder)], capture_output=True, check=False)
