"""A proxy in front of a TensorBoard, which does what the proxies of docs/proxies.md do to paths and headers."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Rules:
    """What a proxy does to a request.

    Attributes:
        outer: the path below which its readers find the TensorBoard.
        inner: the path that stands in its place upstream.
        keeps_host: whether upstream sees the name that the reader typed, and not its own.
        adds: headers that it adds.
    """

    outer: str = ""
    inner: str = ""
    keeps_host: bool = False
    adds: Mapping[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def proxy(upstream: str, rules: Rules) -> Iterator[str]:
    """A proxy to the host of an address; gives its own address, with the path that its readers use."""
    place = urlsplit(upstream)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = rules.inner + self.path.removeprefix(rules.outer)
            headers = dict(self.headers.items()) | dict(rules.adds)
            if not rules.keeps_host:
                headers["Host"] = place.netloc
            connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            body = response.read()
            self.send_response(response.status)
            for name in ("Content-Type", "Location"):
                if (value := response.getheader(name)) is not None:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            connection.close()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name in http.server
            """Says nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{rules.outer}/"
        finally:
            server.shutdown()
            thread.join()
