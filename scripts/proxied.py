"""What `proxies.py` tries with: processes, a TensorBoard, and what a reader behind a proxy gets."""

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
_PATIENCE_S = 120.0


@dataclass(frozen=True)
class Answer:
    """What came back: status, type and text."""

    status: int
    kind: str
    text: str


def ask(address: str, path: str, name: str = "", **headers: str) -> Answer:
    """Asks below an address; `name` is what the reader has typed in place of its host."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
    try:
        said = {key.replace("_", "-"): value for key, value in headers.items()}
        connection.request("GET", place.path + path, headers={"Host": name or place.netloc} | said)
        response = connection.getresponse()
        return Answer(response.status, response.getheader("Content-Type", ""), response.read().decode())
    finally:
        connection.close()


def free_port() -> int:
    """A port that nobody has right now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextlib.contextmanager
def started(command: list[str], answers: Callable[[], bool], **environment: str) -> Iterator[None]:
    """A process, once it answers; it ends with the block.

    Raises:
        RuntimeError: it ended, or never answered.
    """
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=os.environ | environment, stdout=said, stderr=said, cwd="/")
        try:
            until = time.monotonic() + _PATIENCE_S
            while not _does(answers):
                if process.poll() is not None or time.monotonic() > until:
                    said.seek(0)
                    raise RuntimeError(f"{command[0]} does not answer: {said.read().decode()[-2000:]}")
                time.sleep(0.2)
            yield
        finally:
            process.terminate()
            process.wait(20)


def _does(answers: Callable[[], bool]) -> bool:
    try:
        return answers()
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
    with started([*command, "--rlboard_cache_dir=none"], lambda: _is_read(address), **environment):
        yield port


def _is_read(address: str) -> bool:
    answer = ask(address, RUNS)
    return answer.status == 200 and [run["state"] for run in json.loads(answer.text)["runs"]] == ["ready"]


class Recipe:
    """One recipe: what it lets through and what not, said line by line.

    Args:
        title: what is tried.
        chromium: a browser for which every name leads to this machine; None where there is none.

    Attributes:
        wrong: what was not as it should be.
    """

    def __init__(self, title: str, chromium: Browser | None = None) -> None:
        print(title, flush=True)
        self._chromium = chromium
        self.wrong: list[str] = []

    def works(self, address: str, name: str = "") -> None:
        """The page, our bundle and our data come through; the bundle's own addresses are relative."""
        for path, kind in (
            ("", "text/html"),
            ("data/plugin/rlboard/static/index.js", "javascript"),
            (RUNS, "json"),
        ):
            answer = ask(address, path, name, Sec_Fetch_Site="same-origin")
            right = answer.status == 200 and kind in answer.kind
            self._note(right, f"{name or address} /{path}: {answer.status} {answer.kind}")
        entry = ask(address, "data/plugin_entry.html?name=rlboard", name).text
        self._note('<base href="plugin/rlboard/"' in entry, "the tab's own addresses are relative")
        if self._chromium is not None and name:
            self._note(*self._shows_a_curve(self._chromium, address, name))

    def _shows_a_curve(self, chromium: Browser, address: str, name: str) -> tuple[bool, str]:
        """Whether a reader who types that name sees a curve."""
        place = urlsplit(address)
        typed = f"http://{name.rpartition(':')[0] or name}:{place.port}{place.path}"
        context = chromium.new_context()
        try:
            page = context.new_page()
            page.goto(f"{typed}#rlboard")
            page.frame_locator("iframe[src*='name=rlboard']").get_by_test_id("chart-reward").first.wait_for(
                timeout=_PATIENCE_S * 1000
            )
        except BrowserError as error:
            return False, f"{typed} in a browser: {str(error).partition(chr(10))[0]}"
        finally:
            context.close()
        return True, f"{typed} in a browser shows the reward"

    def refuses(self, address: str, name: str = "", *, said: str, **headers: str) -> None:
        """Our data does not come through, with a sentence that says why."""
        answer = ask(address, RUNS, name, **headers)
        self._note(
            answer.status == 403 and said in answer.text, f"{name or headers}: {answer.status} {answer.text}"
        )

    def _note(self, right: bool, what: str) -> None:
        print(f"  {'ok   ' if right else 'WRONG'} {what[:160]}")
        if not right:
            self.wrong.append(what)
