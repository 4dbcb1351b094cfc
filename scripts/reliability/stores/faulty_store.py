"""An S3 server of this machine behind a proxy that answers wrongly for some objects, as long as it is told to."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_LONG_S = 600.0
_DRIP_S = 1.0


@dataclass(frozen=True)
class Answer:
    """What the S3 server says: status, headers, body."""

    status: int
    headers: dict[str, str]
    body: bytes


Fault = Callable[["Handler", Answer], None]
"""Answers a request instead of the server, whose own answer is known."""


class Handler(BaseHTTPRequestHandler):
    """One connection; what it is asked goes to the S3 server, unless a fault answers."""

    protocol_version = "HTTP/1.1"
    server: FaultyStore

    def do_GET(self) -> None:
        """An object, a part of one, or a listing."""
        self._pass_on()

    do_HEAD = do_PUT = do_DELETE = do_POST = do_GET  # noqa: N815  names that http.server looks for

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.fault_of(self.path)
        of_head = fault in {answers_500, never_answers}  # the others are about what an object holds
        if self.command != "GET" and not (self.command == "HEAD" and of_head):
            fault = None
        asked = dict(self.headers.items())
        if fault is gives_all:
            asked.pop("Range", None)
        connection = http.client.HTTPConnection(*self.server.target, timeout=60)
        try:
            connection.request(self.command, self.path, body or None, asked)
            answer = connection.getresponse()
            headers = {
                name: value
                for name, value in answer.getheaders()
                if name.lower() not in {"content-length", "transfer-encoding", "connection"}
            }
            found = Answer(answer.status, headers, answer.read())
            length = answer.getheader("Content-Length") or "0"
        finally:
            connection.close()
        if fault is not None:
            self.close_connection = True
            fault(self, found)
            return
        self.begin(found, int(length) if self.command == "HEAD" else len(found.body))
        if self.command != "HEAD":
            self.wfile.write(found.body)

    def begin(self, answer: Answer, length: int) -> None:
        """Sends status and headers."""
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name in http.server
        """Nothing."""


class FaultyStore(ThreadingHTTPServer):
    """The proxy.

    Args:
        target: host and port of the S3 server.

    Attributes:
        lifted: set while no fault is active; what hangs ends then.
    """

    daemon_threads = True

    def __init__(self, target: tuple[str, int]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.target = target
        self.lifted = threading.Event()
        self._active: tuple[str, Fault] | None = None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @contextmanager
    def broken(self, where: str, fault: Fault) -> Iterator[None]:
        """Answers wrongly for a while.

        Args:
            where: what the path of an object has, or `list:` and the bucket whose listing it is.
            fault: how.
        """
        self.lifted.clear()
        self._active = where, fault
        try:
            yield
        finally:
            self._active = None
            self.lifted.set()

    def fault_of(self, path: str) -> Fault | None:
        """The fault with which a request is answered; None for none."""
        if self._active is None:
            return None
        where, fault = self._active
        is_listing = "prefix=" in path
        if where.startswith("list:"):
            return fault if is_listing and path.startswith(f"/{where.removeprefix('list:')}") else None
        return fault if not is_listing and where in path else None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: who asked has gone."""


def answers_500(handler: Handler, _: Answer) -> None:
    """An error of the server."""
    handler.begin(Answer(500, {}, b""), 0)


def never_answers(handler: Handler, _: Answer) -> None:
    """Takes the question and says nothing."""
    handler.server.lifted.wait(_LONG_S)


def drips(handler: Handler, answer: Answer) -> None:
    """A byte a second."""
    handler.begin(answer, len(answer.body))
    for byte in answer.body:
        handler.wfile.write(bytes([byte]))
        if handler.server.lifted.wait(_DRIP_S):
            return


def is_cut(handler: Handler, answer: Answer) -> None:
    """Ends in the middle of what was promised."""
    handler.begin(answer, len(answer.body))
    handler.wfile.write(answer.body[: len(answer.body) // 2])


def is_short(handler: Handler, answer: Answer) -> None:
    """Half of it, and the length of that."""
    half = answer.body[: len(answer.body) // 2]
    handler.begin(answer, len(half))
    handler.wfile.write(half)


def gives_all(handler: Handler, answer: Answer) -> None:
    """The whole object where a part of it was asked for."""
    handler.begin(answer, len(answer.body))
    handler.wfile.write(answer.body)


def other_bytes(handler: Handler, answer: Answer) -> None:
    """Zeros in the middle."""
    third = len(answer.body) // 3
    handler.begin(answer, len(answer.body))
    handler.wfile.write(answer.body[:third] + bytes(third) + answer.body[2 * third :])


def no_listing(handler: Handler, _: Answer) -> None:
    """A page of a proxy in place of a listing."""
    page = b"<html><body>Please log in.</body></html>"
    handler.begin(Answer(200, {"Content-Type": "text/html"}, page), len(page))
    handler.wfile.write(page)
