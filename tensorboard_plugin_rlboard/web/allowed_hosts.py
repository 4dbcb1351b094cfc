"""The host names that this TensorBoard answers for, so that a page under a rebound name (DNS rebinding) reads nothing.

A web site may let its own name lead to the reader's machine after its page was loaded (DNS rebinding). To the browser,
TensorBoard then belongs to that site, and the site's scripts read whatever it answers. Only the name in the request's
`Host` tells such a request from an honest one. A name that nobody outside can direct at this machine is honest: an
address in digits, a loopback name, a name of this machine, and what the user or the notebook around says.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

logger = logging.getLogger(__name__)
FLAG = "--rlboard_allowed_hosts"
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")
_MAX_NAME = 253
_WILDCARDS = frozenset({"0.0.0.0", "::", ""})  # noqa: S104  what a user binds to, not we
_NEVER_PUBLIC = ("local", "internal", "home.arpa")
"""Ends of names that the public DNS does not give to anybody (RFC 6762, ICANN's resolution of July 2024, RFC 8375)."""
_HOSTED = ("googleusercontent.com", "colab.dev", "app.github.dev", "devtunnels.ms")
"""Names through which Colab, GitHub Codespaces and Visual Studio Code lead to a port. Who can use one cannot direct it
at another machine: their DNS is their operator's."""
_ADDRESSES_AROUND = ("TENSORBOARD_PROXY_URL", "VSCODE_PROXY_URI", "JUPYTERHUB_PUBLIC_URL", "JUPYTERHUB_HOST")
"""Variables in which a notebook server or an editor says the address that its users see."""
_JUPYTER = ("JUPYTERHUB_SERVICE_PREFIX", "JUPYTER_SERVER_URL", "JUPYTER_SERVER_ROOT", "JPY_PARENT_PID")
_NAME_SECONDS = 1.0


class AllowedHosts:
    """The host names under which a TensorBoard may be reached.

    Args:
        host: value of TensorBoard's --host; empty for its default, localhost.
        bind_all: whether it listens on every interface.
        allowed: value of --rlboard_allowed_hosts: names with commas between them; `.example.org` stands for every name
            below that one, `*` for every name.
        environment: the process's environment variables.

    Attributes:
        in_jupyter: whether TensorBoard was started from a notebook or a terminal of Jupyter, whose users may reach it
            under any name through jupyter-server-proxy.
        problem: one sentence on entries of `allowed` that are no names; empty where there are none.
    """

    def __init__(self, host: str, *, bind_all: bool, allowed: str, environment: Mapping[str, str]) -> None:
        entries = [entry.strip() for entry in allowed.split(",") if entry.strip()]
        self._allows_any = "*" in entries
        named = [(entry, _allowed_name(entry)) for entry in entries if entry != "*"]
        self._allowed = tuple(name for _, name in named if name) + tuple(_names_around(environment))
        wrong = [entry for entry, name in named if not name]
        self.problem = (
            f"{FLAG}: {', '.join(wrong)} is no host name; write tensorboard.example.org." if wrong else ""
        )
        bound = host.strip("[]").lower()
        self._bound = bound
        self._is_open = bind_all or (bool(host) and (bound in _WILDCARDS or not _is_loopback(bound)))
        self._machine_names = _MachineNames()
        self.in_jupyter = any(environment.get(name) for name in _JUPYTER)

    def reason_not_allowed(self, host: str, *, through_jupyter: bool) -> str:
        """Why a `Host` header is refused, as one sentence; empty where it is allowed.

        Args:
            host: the header.
            through_jupyter: whether jupyter-server-proxy has passed the request on, whose users have names of their own.
        """
        name = host_name(host)
        if name is None:
            shown = "without a host name" if not host else "whose Host is no single host name"
            return f"RL Board does not answer a request {shown}; {remedy('')}"
        if self.is_allowed(name) or through_jupyter:
            return ""
        return f"RL Board does not answer for the host name {name}; {remedy(name)}"

    def is_allowed(self, name: str) -> bool:
        """Whether a name, as `host_name` gives it, is answered for."""
        if self._allows_any or _is_loopback(name) or is_address_in_digits(name) or name == self._bound:
            return True
        if self.is_allowed_by_user(name):
            return True
        if any(name.endswith(f".{domain}") for domain in _HOSTED):
            return True
        if not self._is_open:
            return False
        # No site of the web has a name without a dot, or one that is never public.
        is_local = "." not in name or any(name.endswith(f".{end}") for end in _NEVER_PUBLIC)
        return is_local or self._machine_names.has(name)

    def is_allowed_by_user(self, name: str) -> bool:
        """Whether the user, or the notebook server around, has named it."""
        return any(_is_at_or_below(name, allowed) for allowed in self._allowed)


def remedy(name: str) -> str:
    """What to do if a name is one of this server's after all."""
    return f"if it is a name of this server, start TensorBoard with {FLAG}={name or 'NAME'}."


def host_name(host: str) -> str | None:
    """The name in a `Host` header in lower case, without the port; None where it is none."""
    found = re.fullmatch(r"(\[[0-9a-f:.]+\]|[^\[\]:]+)(?::[0-9]{1,5})?", host.strip().lower())
    if found is None:
        return None
    name = found[1].strip("[]").removesuffix(".")
    if is_address_in_digits(name):
        return name
    return name if len(name) <= _MAX_NAME and _NAME.fullmatch(name) and ":" not in name else None


def is_address_in_digits(name: str) -> bool:
    """Whether a name is an IP address: a page from there is a page of whoever has that address."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_at_or_below(name: str, allowed: str) -> bool:
    return name.endswith(allowed) if allowed.startswith(".") else name == allowed


def _allowed_name(entry: str) -> str:
    """The name that a user means, also by an address or with a port; empty where it is none."""
    host = (urlsplit(entry).netloc if "://" in entry else entry).rpartition("@")[2]
    name = host_name(host.removeprefix("."))
    return "" if name is None else f".{name}" if host.startswith(".") else name


def _names_around(environment: Mapping[str, str]) -> Iterator[str]:
    """The names in the addresses that a notebook server or an editor around this process gives."""
    for variable in _ADDRESSES_AROUND:
        address = environment.get(variable, "")
        if "://" in address:
            try:
                name = host_name(urlsplit(address).netloc.rpartition("@")[2])
            except ValueError:
                continue
            if name:
                yield name


class _MachineNames:
    """The names of this machine, looked up once and when somebody asks by a name that may be one."""

    def __init__(self) -> None:
        self._names: frozenset[str] = frozenset()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def has(self, name: str) -> bool:
        """Whether the machine is called so; a name server that is silent is waited for a second, once."""
        with self._lock:
            if self._thread is None:
                self._names = frozenset(_configured_names())
                self._thread = threading.Thread(target=self._ask, name="rlboard-name", daemon=True)
                self._thread.start()
        if name not in self._names:
            self._thread.join(_NAME_SECONDS)
        return name in self._names

    def _ask(self) -> None:
        # TensorBoard prints this name as its address with --bind_all, so it has to be one of ours.
        try:
            self._names |= {socket.getfqdn().lower()}
        except OSError as error:
            logger.debug("This machine's full name is not known: %s", error)


def _configured_names() -> Iterator[str]:
    """The machine's own name, alone and in the domains that its resolver searches."""
    own = socket.gethostname().lower()
    yield own
    try:
        lines = Path("/etc/resolv.conf").read_text("utf-8", "replace").splitlines()
    except OSError:
        return
    for words in (line.split() for line in lines[:200]):
        if words and words[0] in {"search", "domain"}:
            yield from (f"{own.partition('.')[0]}.{domain.lower().strip('.')}" for domain in words[1:])
