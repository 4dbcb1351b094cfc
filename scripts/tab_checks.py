"""Starts TensorBoard, or a proxy before it, and checks what a reader gets: the page, our bundle, our data, or a refusal."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser
from playwright.sync_api import Error as BrowserError

ROOT = Path(__file__).resolve().parent.parent
RUNS = "data/plugin/rlboard/runs"
_TIMEOUT_S = 120.0


@dataclass(frozen=True)
class Answer:
    """What came back: status, type and text."""

    status: int
    content_type: str
    text: str


def ask(address: str, path: str, host: str = "", **headers: str) -> Answer:
    """Asks below an address; `host` is the Host header: what the reader has typed."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    try:
        fields = {key.replace("_", "-"): value for key, value in headers.items()}
        connection.request("GET", parts.path + path, headers={"Host": host or parts.netloc} | fields)
        response = connection.getresponse()
        return Answer(response.status, response.getheader("Content-Type", ""), response.read().decode())
    finally:
        connection.close()


def free_port() -> int:
    """A port that nobody has right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(command: list[str], is_ready: Callable[[], bool], **environment: str) -> Iterator[None]:
    """A process, once it answers; it ends with the block.

    Raises:
        RuntimeError: it ended, or never answered.
    """
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, env=os.environ | environment, stdout=output, stderr=output, cwd="/"
        )
        try:
            deadline = time.monotonic() + _TIMEOUT_S
            while not _is_ready(is_ready):
                if process.poll() is not None or time.monotonic() > deadline:
                    output.seek(0)
                    raise RuntimeError(f"{command[0]} does not answer: {output.read().decode()[-2000:]}")
                time.sleep(0.2)
            yield
        finally:
            process.terminate()
            process.wait(20)


def _is_ready(is_ready: Callable[[], bool]) -> bool:
    try:
        return is_ready()
    except (OSError, http.client.HTTPException):
        return False


@contextlib.contextmanager
def tensorboard(logs: Path, *flags: str, **environment: str) -> Iterator[int]:
    """A TensorBoard of this checkout over a log that is read to its end; gives its port."""
    port = free_port()
    prefix = next((flag.partition("=")[2] for flag in flags if flag.startswith("--path_prefix=")), "")
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(logs), "--port", str(port), *flags]
    address = f"http://127.0.0.1:{port}{prefix}/"
    environment = {"PYTHONPATH": str(ROOT)} | environment
    with running([*command, "--rlboard_cache_dir=none"], lambda: _is_read(address), **environment):
        yield port


def _is_read(address: str) -> bool:
    answer = ask(address, RUNS)
    return answer.status == 200 and [run["state"] for run in json.loads(answer.text)["runs"]] == ["ready"]


class TabCheck:
    """Checks of one way to reach the tab, each reported in a line.

    Args:
        title: the way that is tried, printed first.
        chromium: a browser for which every name leads to this machine; None where there is none.

    Attributes:
        failures: what was not as it should be.
    """

    def __init__(self, title: str, chromium: Browser | None = None) -> None:
        print(title, flush=True)
        self._chromium = chromium
        self.failures: list[str] = []

    def expect_tab(self, address: str, host: str = "") -> None:
        """The page, our bundle and our data come through; the bundle's own addresses are relative."""
        for path, content_type in (
            ("", "text/html"),
            ("data/plugin/rlboard/static/index.js", "javascript"),
            (RUNS, "json"),
        ):
            answer = ask(address, path, host, Sec_Fetch_Site="same-origin")
            ok = answer.status == 200 and content_type in answer.content_type
            self._report(ok, f"{host or address} /{path}: {answer.status} {answer.content_type}")
        entry = ask(address, "data/plugin_entry.html?name=rlboard", host).text
        self._report('<base href="plugin/rlboard/"' in entry, "the tab's own addresses are relative")
        if self._chromium is not None and host:
            self._report(*self._shows_a_curve(self._chromium, address, host))

    def _shows_a_curve(self, chromium: Browser, address: str, host: str) -> tuple[bool, str]:
        """Whether a reader who types that name sees a curve."""
        parts = urlsplit(address)
        url = f"http://{host.rpartition(':')[0] or host}:{parts.port}{parts.path}"
        context = chromium.new_context()
        try:
            page = context.new_page()
            page.goto(f"{url}#rlboard")
            page.frame_locator("iframe[src*='name=rlboard']").get_by_test_id("chart-reward").first.wait_for(
                timeout=_TIMEOUT_S * 1000
            )
        except BrowserError as error:
            return False, f"{url} in a browser: {str(error).partition(chr(10))[0]}"
        finally:
            context.close()
        return True, f"{url} in a browser shows the reward"

    def expect_refusal(self, address: str, host: str = "", *, sentence: str, **headers: str) -> None:
        """Our data does not come through, with a sentence that says why."""
        answer = ask(address, RUNS, host, **headers)
        self._report(
            answer.status == 403 and sentence in answer.text,
            f"{host or headers}: {answer.status} {answer.text}",
        )

    def _report(self, ok: bool, observed: str) -> None:
        print(f"  {'ok   ' if ok else 'WRONG'} {observed[:160]}")
        if not ok:
            self.failures.append(observed)
