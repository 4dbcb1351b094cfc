"""A real TensorBoard in a process of its own, on a port that the system picks."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

START_S = 300.0
T = TypeVar("T")
_ADDRESS = re.compile(r"TensorBoard \S+ at (http://\S+)")


def until(ask: Callable[[], T | None], what: str, patience_s: float = START_S) -> T:
    """Asks again and again until the answer is not None: soon at first, later seldom, for an answer may cost what it waits for.

    Raises:
        AssertionError: It stayed None.
    """
    end, pause_s = time.monotonic() + patience_s, 0.05
    while (answer := ask()) is None:
        assert time.monotonic() < end, f"waited {patience_s:.0f} s in vain for {what}"
        time.sleep(pause_s)
        pause_s = min(1.2 * pause_s, 0.3)
    return answer


@dataclass(frozen=True)
class TensorBoard:
    """A running TensorBoard.

    Attributes:
        url: its address, with the path prefix and a "/" at the end.
        log: the file its messages go to.
    """

    url: str
    log: Path

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(self.url))

    def get(self, path: str) -> Any:
        """The JSON that a path below TensorBoard's address answers with."""
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return json.load(answer)

    def ask(self, route: str, **arguments: object) -> Any:
        """An answer of our own routes; a list gives its argument several times."""
        return self.get(f"data/plugin/rlboard/{route}?{urllib.parse.urlencode(arguments, doseq=True)}")

    def wait_for_runs(self, *names: str) -> None:
        """Waits until these runs are read to their end."""
        until(lambda: self._are_ready(names), f"the runs {names}")

    def _are_ready(self, names: tuple[str, ...]) -> bool | None:
        answer = self.ask("runs")
        states = {run["run"]: run["state"] for run in answer["runs"]}
        return True if all(states.get(name) == "ready" for name in names) else None


@contextlib.contextmanager
def tensorboard(home: Path, *flags: str) -> Iterator[TensorBoard]:
    """Runs TensorBoard with these flags; gives it once it answers, ends it afterwards.

    Args:
        home: an existing folder for its messages; also where it runs, so that the installed package is tested and
            not whatever lies in the folder that pytest was started from.
        flags: all but the port.
    """
    log = home / "tensorboard.log"
    command = [sys.executable, "-m", "tensorboard.main", "--host", "127.0.0.1", "--port", "0", *flags]
    with (
        log.open("wb") as sink,
        subprocess.Popen(command, stdout=sink, stderr=sink, cwd=home) as process,
    ):

        def address() -> str | None:
            said = log.read_text("utf-8", "replace")
            assert process.poll() is None, f"TensorBoard ended by itself:\n{said}"
            found = _ADDRESS.search(said)
            return found and found[1].rstrip("/") + "/"

        try:
            server = TensorBoard(until(address, "TensorBoard's address"), log)
            until(lambda: _answers(server), "TensorBoard's first answer")
            yield server
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _answers(server: TensorBoard) -> bool | None:
    try:
        return server.get("data/environment") is not None
    except OSError:
        return None


class Gallery:
    """A TensorBoard that several files of tests show their runs on, and only read.

    Args:
        server: It runs already.
        logs: Its log directory.
    """

    def __init__(self, server: TensorBoard, logs: Path) -> None:
        self._server = server
        self._logs = logs

    @property
    def url(self) -> str:
        """TensorBoard's address."""
        return self._server.url

    def log(self, run: str, name: str = "rollouts.rank_0.jsonl") -> Path:
        """Where the file of a run lies that was shown."""
        return self._logs / run / name

    def show(self, folder: Path, *runs: str) -> TensorBoard:
        """Moves everything below a folder into the log directory, whole, and waits until these runs are read."""
        for made in folder.iterdir():
            made.rename(self._logs / made.name)
        self._server.wait_for_runs(*runs)
        return self._server


Serve = Callable[..., TensorBoard]
"""What the fixture `serve` is: TensorBoard's flags, one by one."""
