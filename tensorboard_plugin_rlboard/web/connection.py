"""Whether the client of a request is still there."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from typing import Any


def disconnect_check(environ: Mapping[str, Any]) -> Callable[[], bool] | None:
    """A function that tells whether the client closed its connection, as a browser does when it aborts a request.

    Only the development server, which TensorBoard is served by, lets the socket be seen; elsewhere nobody knows.

    Args:
        environ: the WSGI environment of the request.

    Returns:
        The function, which may be called often; None where it cannot be known.
    """
    connection = environ.get("werkzeug.socket")
    if not isinstance(connection, socket.socket) or not hasattr(socket, "MSG_DONTWAIT"):
        return None

    def is_closed() -> bool:
        try:
            return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except (BlockingIOError, ValueError):
            return False  # it waits and says nothing, or is encrypted and cannot be looked into
        except OSError:
            return True

    return is_closed
