"""A bucket on an S3 server of this machine, and a line to it that can be cut."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Any

SECRET = "secret-of-the-tests"


class Line:
    """A TCP proxy that counts what it carries, and can be cut in the middle of an answer or be down."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.cuts = 0
        self.down = False
        self.carried = 0
        self._target = target
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def set_down(self, down: bool) -> None:
        self.down = down
        for one in tuple(self._open) if down else ():
            self._end(one)

    def close(self) -> None:
        self.set_down(True)
        self._end(self._listener)

    def _accept(self) -> None:
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            if self.down:
                client.close()
                continue
            server = socket.create_connection(self._target)
            self._open |= {client, server}
            for source, sink, answers in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._carry, args=(source, sink, answers), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        try:
            while data := source.recv(65536):
                if answers:
                    self.carried += len(data)
                    if self.cuts and len(data) > 4000:
                        self.cuts -= 1
                        sink.sendall(data[:2000])
                        break
                sink.sendall(data)
        except OSError:
            pass
        self._end(source)
        self._end(sink)

    def _end(self, one: socket.socket) -> None:
        self._open.discard(one)
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


class Bucket:
    """A bucket of the server, filled past the line that is watched."""

    def __init__(self, system: Any, name: str) -> None:
        self._system = system
        self.name = name
        self.url = f"s3://{name}/logs"
        system.mkdir(name)

    def put(self, key: str, data: bytes) -> str:
        self._system.pipe_file(f"{self.name}/logs/{key}", data)
        return f"{self.url}/{key}"

    def delete(self, key: str) -> None:
        self._system.rm_file(f"{self.name}/logs/{key}")
