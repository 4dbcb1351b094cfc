"""A TensorBoard of this checkout in a process of its own, that may be limited, killed, and asked."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from checkout import ROOT

_ADDRESS = re.compile(r"TensorBoard \S+ at (http://\S+)")
START_S = 180.0
Limits = Mapping[int, int]
"""A `resource.RLIMIT_…` -> the most that a process may have of it."""


class TensorBoardProcess:
    """A TensorBoard; ends with its `with` block, and all that it has started with it.

    Args:
        home: a folder for its messages and its temporary files; made where it is missing.
        logs: the log directory; None where a flag names it.
        cache: where the index is kept.
        flags: further flags.
        limits: what the process may have.

    Attributes:
        process: it, first of its own group.
        url: its address; empty where it did not start.
    """

    def __init__(
        self, home: Path, logs: Path | None, cache: Path, *flags: str, limits: Limits | None = None
    ) -> None:
        (home / "tmp").mkdir(parents=True, exist_ok=True)
        self.log = home / f"tensorboard.{time.monotonic_ns()}.log"
        command = [sys.executable, "-m", "tensorboard.main", "--host", "127.0.0.1", "--port", "0"]
        command += [] if logs is None else ["--logdir", str(logs)]
        command += ["--rlboard_cache_dir", str(cache), "--reload_interval", "1", *flags]
        with self.log.open("wb") as sink:
            self.process = subprocess.Popen(
                command,
                stdout=sink,
                stderr=sink,
                cwd=home,
                env=environment(home / "tmp"),
                start_new_session=True,
                preexec_fn=None if limits is None else lambda: _limit(limits),  # noqa: PLW1509  no threads here
            )
        self.url = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        self.kill_group()

    @property
    def messages(self) -> str:
        """What it has printed."""
        return self.log.read_text("utf-8", "replace")

    def wait_for_address(self) -> str:
        """Its address, once it answers there.

        Raises:
            RuntimeError: it ended, or never answered; with its last messages.
        """
        end = time.monotonic() + START_S
        while time.monotonic() < end and self.process.poll() is None:
            found = _ADDRESS.search(self.messages)
            if found and self.status(f"{found[1].rstrip('/')}/data/environment") == 200:
                self.url = found[1].rstrip("/") + "/"
                return self.url
            time.sleep(0.05)
        msg = f"TensorBoard did not start: {self.messages[-2000:]}"
        raise RuntimeError(msg)

    @staticmethod
    def status(url: str, timeout: float = 30.0) -> int:
        """The status of an answer; 0 where there is none."""
        try:
            with urllib.request.urlopen(url, timeout=timeout) as answer:
                answer.read()
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def ask(self, route: str, **arguments: object) -> Any:
        """An answer of ours."""
        return json.loads(self.ask_bytes(route, **arguments))

    def ask_bytes(self, route: str, **arguments: object) -> bytes:
        """The bytes of an answer of ours."""
        asked = urllib.parse.urlencode(arguments, doseq=True)
        url = f"{self.url}data/plugin/rlboard/{route}?{asked}"
        with urllib.request.urlopen(url, timeout=180) as answer:
            data: bytes = answer.read()
            return data

    def wait_until_read(self, runs: int, timeout_s: float = 900.0) -> None:
        """Waits until so many runs are read to their end.

        Raises:
            RuntimeError: they were not.
        """
        end = time.monotonic() + timeout_s
        found: Any = None
        while time.monotonic() < end:
            answer = self.ask("runs")
            found = answer["runs"]
            if len(found) >= runs and {answer["state"], *(run["state"] for run in found)} == {"ready"}:
                return
            time.sleep(0.1)
        msg = f"after {timeout_s:.0f} s the runs are {[(run['run'], run['state']) for run in found or ()]}"
        raise RuntimeError(msg)

    def children(self) -> list[int]:
        """The processes that it has started, and those that they have."""
        return children_of(self.process.pid)

    def kill(self) -> None:
        """Ends it as `kill -9` does."""
        self.process.kill()
        self.process.wait()

    def kill_group(self) -> None:
        """Ends what it has left behind."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)


def environment(temporary: Path) -> dict[str, str]:
    """Variables with which a process imports this checkout and leaves nothing outside of a folder."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary), "XDG_CACHE_HOME": str(temporary)}


def children_of(parent: int) -> list[int]:
    """Every process below another, by the system's own list."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):  # it has ended meanwhile
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    below = [pid for pid, above in parents.items() if above == parent]
    for pid in below:  # grows meanwhile
        below += [child for child, above in parents.items() if above == pid]
    return below


def _limit(limits: Limits) -> None:
    for kind, most in limits.items():
        resource.setrlimit(kind, (most, most))
