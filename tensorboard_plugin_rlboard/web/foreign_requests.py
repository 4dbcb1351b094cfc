"""Refuses requests from pages of other sites, and those under a host name that is not this TensorBoard's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from tensorboard_plugin_rlboard.web.allowed_hosts import AllowedHosts, host_name, remedy

OTHER_SITE = "RL Board does not answer other sites."
_PROXY_HEADERS = ("HTTP_X_FORWARDED_CONTEXT", "HTTP_X_PROXYCONTEXTPATH")
"""What jupyter-server-proxy adds to what it passes on."""


def reason_foreign(environ: Mapping[str, Any], names: AllowedHosts) -> str:
    """Why a request is refused, as one sentence; empty where it is not.

    Args:
        environ: the WSGI environment of the request.
        names: the names of this TensorBoard.
    """
    site = str(environ.get("HTTP_SEC_FETCH_SITE", ""))
    # Another port of the same machine is the same site to a browser, and yet another program.
    if site not in {"", "same-origin", "none"}:
        return OTHER_SITE
    host = str(environ.get("HTTP_HOST", ""))
    target = str(environ.get("RAW_URI", environ.get("REQUEST_URI", "/")))
    if target and not target.startswith(("/", "?")):
        return f"RL Board answers requests for a path only, not for an address; {remedy('')}"
    if reason := names.reason_not_allowed(host, through_jupyter=_came_through_jupyter(environ, names, host)):
        return reason
    # Browsers send none with what the tab asks of its own server.
    if not _is_own_origin(environ.get("HTTP_ORIGIN"), host, names):
        return OTHER_SITE
    return ""


def _is_own_origin(origin: object, host: str, names: AllowedHosts) -> bool:
    """Whether an `Origin` is absent, the host that is asked, or a name that the user allows."""
    if origin is None:
        return True
    try:
        origin_host = urlsplit(str(origin)).netloc.lower()
    except ValueError:
        return False
    if origin_host and origin_host == host.strip().lower():
        return True
    name = host_name(origin_host)
    return name is not None and names.is_allowed_by_user(name)


def _came_through_jupyter(environ: Mapping[str, Any], names: AllowedHosts, host: str) -> bool:
    """Whether jupyter-server-proxy has passed a request on, which keeps the name that its users see.

    A page of another site can write these headers, but not the port in `Host`: where it reaches TensorBoard directly,
    that is TensorBoard's own.
    """
    if not names.in_jupyter or not any(header in environ for header in _PROXY_HEADERS):
        return False
    port = host.strip().rpartition("]")[2].rpartition(":")[2] if ":" in host.rpartition("]")[2] else ""
    return port != str(environ.get("SERVER_PORT", ""))
