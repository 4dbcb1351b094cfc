"""A TensorBoard of its own to ask, and how much memory it and its processes take."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

from benchmarks.shared import machine

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 15.0
PLUGIN = "/data/plugin/rlboard/"


class TensorBoard:
    """TensorBoard in a process group of its own; as a context manager it is gone afterwards, workers included.

    Attributes:
        port: where it listens.
        pid: its process.
    """

    def __init__(
        self,
        logdir: Path,
        cache: Path | None = None,
        *,
        tab: bool = True,
        interval: float = 5.0,
        flags: Sequence[str] = (),
        root: Path = machine.ROOT,
    ) -> None:
        """Starts it and waits until it answers; nothing of ours has been asked then.

        Args:
            logdir: the log directory.
            cache: where the index is kept; nowhere where None.
            tab: False leaves our plugin out.
            interval: --reload_interval in seconds.
            flags: flags of TensorBoard.
            root: the source tree whose package it imports.
        """
        self._messages = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as the server)
        command = [sys.executable, str(Path(__file__).parent / "launch.py")]
        command += [f"--rlboard_cache_dir={cache or 'none'}"] if tab else ["--without-rlboard"]
        command += [f"--logdir={logdir}", "--host=127.0.0.1", "--port=0", f"--reload_interval={interval:g}"]
        command += flags
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._messages,
            env=machine.environment(root),
            start_new_session=True,
        )
        self.pid = self._process.pid
        try:
            self.port = self._wait()
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends it and everything that it started."""
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_TIMEOUT_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._messages.close()

    def _output(self) -> str:
        self._messages.seek(0)
        return self._messages.read().decode(errors="replace")

    def _wait(self) -> int:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            found = re.search(r"http://[^ ]*?:(\d+)/", self._output())
            if found:
                return int(found[1])
            time.sleep(0.02)
        raise RuntimeError(f"TensorBoard did not start:\n{self._output()[-2000:]}")

    def send(self, path: str, body: bytes | None = None, *, gzip: bool = True) -> tuple[int, bytes, float]:
        """One request on a new connection: status, body and seconds. Sent compressed, as to a browser, unless told not to."""
        headers = {"Accept-Encoding": "gzip"} if gzip else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        begin = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        try:
            connection.request("GET" if body is None else "POST", path, body, headers)
            if hasattr(socket, "TCP_QUICKACK"):
                # Else Linux may wait 40 ms before it acknowledges a header, and the server's body waits for that.
                connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        seconds = time.perf_counter() - begin
        if answer.getheader("Content-Encoding") == "gzip":
            content = zlib.decompress(content, wbits=31)
        return answer.status, content, seconds

    def ask(self, route: str, **arguments: Any) -> Any:
        """A JSON answer of the tab's routes; RuntimeError with the server's sentence where it refuses."""
        status, content, _ = self.send(address(route, arguments), gzip=False)
        if status != 200:
            raise RuntimeError(f"/{route} answered {status}: {content[:300].decode(errors='replace')}")
        return json.loads(content)

    def open_tab(self) -> float:
        """What a browser asks before the tab's own first question; returns when that began (perf_counter)."""
        begin = time.perf_counter()
        for path in (
            "/",
            "/data/environment",
            "/data/plugins_listing",
            "/data/plugin_entry.html?name=rlboard",
            f"{PLUGIN}static/index.js",
        ):
            self.send(path)
        return begin

    def is_ready(self) -> bool:
        """Whether everything is indexed."""
        answer = self.ask("runs")
        if answer["message"]:
            raise RuntimeError(answer["message"])
        runs = answer["runs"]
        return bool(answer["state"] == "ready" and runs and all(run["state"] == "ready" for run in runs))

    def wait_until_ready(self) -> list[dict[str, Any]]:
        """Waits until everything is indexed; returns the runs."""
        wait_until("everything is indexed", self.is_ready, 0.05)
        found: list[dict[str, Any]] = self.ask("runs")["runs"]
        return found

    def first_run(self) -> str:
        """Waits for the first run that it speaks of, and returns its name."""
        wait_until("there is a run", lambda: bool(self.ask("runs")["runs"]))
        return str(self.ask("runs")["runs"][0]["run"])


def wait_until(what: str, condition: Callable[[], bool], pause: float = 0.01, seconds: float = 900.0) -> None:
    """Asks again and again until something holds; RuntimeError when it takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"Waited {seconds:.0f} s until {what}, in vain.")
        time.sleep(pause)


def address(route: str, arguments: dict[str, Any]) -> str:
    """The path of a question to the tab's routes."""
    return f"{PLUGIN}{route}?{urllib.parse.urlencode(arguments, doseq=True)}"


def peak_rss(pid: int) -> float:
    """The most memory (MB, 1e6 bytes) that was ever resident in a process, as Linux keeps it."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


def reset_peak(pid: int) -> float:
    """Begins `peak_rss` of a process anew; returns what is resident now, in MB."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")
    return peak_rss(pid)


def process_tree(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text(encoding="ascii").split():
                found += process_tree(int(child))
    except OSError:  # it ended meanwhile
        pass
    return found


def pss(pid: int) -> float:
    """A process's share of resident memory in MB: pages that several use are divided among them."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


class MemorySampler(threading.Thread):
    """Samples the memory of a process and everything below it, four times a second.

    Attributes:
        together: the most that all took at once, in MB (sum of PSS).
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.together = 0.0
        self._pid, self._end = pid, threading.Event()

    def run(self) -> None:
        """Samples until it is told to stop."""
        while not self._end.wait(0.25):
            self.together = max(self.together, sum(pss(pid) for pid in process_tree(self._pid)))

    def stop(self) -> MemorySampler:
        """Ends the sampling."""
        self._end.set()
        self.join()
        return self
