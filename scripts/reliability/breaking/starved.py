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
from served import Limits, Served

_PATIENCE_S = 150.0
_MEGABYTES = 16
MB = 1_000_000


@dataclass(frozen=True)
class Starving:
    """What a TensorBoard lacks.

    Attributes:
        name: as the table has it.
        limits: of its process.
        small: folders, `cache` or `tmp`, that are file systems of 1 MB.
        read_only: whether these are read-only instead.
        together: how many TensorBoards share the cache.
    """

    name: str
    limits: Limits = field(default_factory=dict)
    small: tuple[str, ...] = ()
    read_only: bool = False
    together: int = 1


STARVED = (
    Starving("a full disk: the cache", small=("cache",)),
    Starving("a full disk: the temporary folder", small=("tmp",)),
    Starving("a read-only cache", small=("cache",), read_only=True),
    Starving("a read-only temporary folder", small=("tmp",), read_only=True),
    Starving("files of at most 2 MB", {resource.RLIMIT_FSIZE: 2 * MB}),
    Starving("48 descriptors", {resource.RLIMIT_NOFILE: 48}),
    Starving("2 GB of addresses (ulimit -v)", {resource.RLIMIT_AS: 2000 * MB}),
    Starving("1.2 GB of addresses (ulimit -v)", {resource.RLIMIT_AS: 1200 * MB}),
    Starving("eight TensorBoards on one cache", together=8),
)


def try_starved(home: Path, starving: Starving) -> tuple[str, list[str]]:
    """Lets a TensorBoard read logs that lacks something.

    Args:
        home: where the logs are, or are made at the first call.
        starving: what it lacks.

    Returns:
        What is shown, and a sentence for each promise that was not kept.
    """
    logs = home / "logs"
    if not logs.exists():
        write_logs(logs, _MEGABYTES)
        with Served(home / "clean", logs, home / "clean-cache") as server:
            server.wait_for_address()
            server.wait_until_read(RUNS)
            _CLEAN.update(answers(server))
    place = home / "starved"
    shutil.rmtree(place, ignore_errors=True)
    for name in ("cache", "tmp"):
        (place / name).mkdir(parents=True)
    try:
        with _mounted([place / name for name in starving.small], read_only=starving.read_only) as is_mounted:
            if not is_mounted:
                return "not tried: nothing may be mounted here", []
            return _read(place, logs, starving)
    finally:
        shutil.rmtree(place, ignore_errors=True)


_CLEAN: dict[str, str] = {}


def _read(place: Path, logs: Path, starving: Starving) -> tuple[str, list[str]]:
    homes = [place] + [place / str(number) for number in range(1, starving.together)]
    servers: list[Served] = []
    try:
        servers += [Served(home, logs, place / "cache", limits=starving.limits or None) for home in homes]
        failed: list[str] = []
        shown: set[str] = set()
        for server in servers:
            try:
                server.wait_for_address()
            except RuntimeError as error:
                return "", [str(error)[-500:]]
            text = _shown_by(server)
            shown.add(text)
            if not text:
                failed.append("it neither answers as a clean build nor says what it lacks")
            if server.status(f"{server.url}data/environment") != 200:
                failed.append("TensorBoard itself does not answer")
        return "; ".join(sorted(shown)), failed
    finally:
        for server in servers:
            server.__exit__(None, None, None)


def _shown_by(server: Served) -> str:
    """`as a clean build`, or what it says in place of it; empty for nothing of both."""
    end = time.monotonic() + _PATIENCE_S
    said = ""
    while time.monotonic() < end:
        try:
            found = server.ask("runs")
            if len(found["runs"]) == RUNS and all(run["state"] == "ready" for run in found["runs"]):
                other = differing(answers(server), _CLEAN)
                return _said_of(server, other) if other else "as a clean build"
            said = str(found["message"] or said)
        except urllib.error.HTTPError:  # of a run of which nothing could be read there are no numbers
            said = _reasons(server) or said
        except OSError:
            pass
        time.sleep(1)
    return said[:200]


def _said_of(server: Served, other: list[str]) -> str:
    """What it says where it answers otherwise."""
    return _reasons(server) or f"MISSING without a word: {other[0]}"


def _reasons(server: Served) -> str:
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
