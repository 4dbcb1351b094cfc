"""Who is answered: pages of this TensorBoard, under a name that is its own."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
from contract import Stack

from tensorboard_plugin_rlboard.web.allowed_hosts import AllowedHosts, host_name
from tensorboard_plugin_rlboard.web.foreign_requests import reason_foreign

if TYPE_CHECKING:
    from collections.abc import Mapping

FLAG = "--rlboard_allowed_hosts"
JUPYTER = {"JUPYTER_SERVER_ROOT": "/home"}


def names(
    host: str = "", *, bind_all: bool = False, allowed: str = "", around: Mapping[str, str] | None = None
) -> AllowedHosts:
    return AllowedHosts(host, bind_all=bind_all, allowed=allowed, environment=around or {})


def reason(host: str, own: AllowedHosts | None = None, **headers: str) -> str:
    environ: dict[str, Any] = {
        "HTTP_HOST": host,
        "RAW_URI": "/data/plugin/rlboard/runs",
        "SERVER_PORT": "6006",
    }
    return reason_foreign(environ | headers, own or names())


@pytest.mark.parametrize(
    "host",
    [
        "localhost:6006",
        "LOCALHOST",
        "localhost.",
        "a.localhost:1",
        "127.0.0.1:16006",
        "127.1.2.3",
        "[::1]:6006",
        "10.0.0.5",
    ],
)
def test_loopback_names_and_addresses_in_digits_are_answered(host: str) -> None:
    """Under any port: ssh and editors forward one port to another."""
    assert reason(host) == ""


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:6006",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil",
        socket.gethostname() + ".evil.example",
        "evil-localhost",
    ],
)
def test_a_foreign_name_is_refused_with_the_flag(host: str) -> None:
    said = reason(host)
    assert f"{FLAG}={host_name(host)}" in said


@pytest.mark.parametrize(
    "host",
    [
        "",
        " ",
        "localhost,evil.example",
        "localhost,localhost",
        "localhost@evil.example",
        "localhost:80:80",
        "evil/localhost",
        "x" * 300,
        "[::1",
        "a b",
        "é",
    ],
)
def test_what_is_no_single_host_name_is_refused(host: str) -> None:
    assert FLAG in reason(host)


def test_an_address_instead_of_a_path_is_refused() -> None:
    """The server takes the host in it for the request's."""
    for target in ("http://localhost/data/plugin/rlboard/runs", "http://evil.example/x", "evil.example:443"):
        assert FLAG in reason("localhost", RAW_URI=target)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "SAME-ORIGIN", "anything"])
def test_what_the_browser_calls_another_site_is_refused(site: str) -> None:
    assert reason("localhost", HTTP_SEC_FETCH_SITE=site) == "RL Board does not answer other sites."


def test_an_origin_has_to_be_the_host_that_is_asked() -> None:
    assert reason("localhost:6006", HTTP_ORIGIN="http://localhost:6006") == ""
    for origin in (
        "http://evil.example",
        "null",
        "",
        "http://localhost:7007",
        "http://[",
        "https://localhost:6006.evil.example",
    ):
        assert reason("localhost:6006", HTTP_ORIGIN=origin), origin
    proxied = names(allowed="board.example.org")
    assert reason("localhost:6006", proxied, HTTP_ORIGIN="https://board.example.org") == ""


def test_the_flag_allows_names_and_names_below_a_domain() -> None:
    own = names(allowed="board.example.org, .cluster.example.org,https://tb.example.org:8443/x,")
    for host in ("board.example.org", "Board.Example.Org:8080", "a.b.cluster.example.org", "tb.example.org"):
        assert reason(host, own) == "", host
    for host in ("example.org", "xboard.example.org", "sub.board.example.org", "cluster.example.org"):
        assert reason(host, own), host
    assert reason("evil.example", names(allowed="*")) == ""


def test_a_flag_that_is_no_name_is_said_and_opens_nothing() -> None:
    own = names(allowed="a b,*.example.org")
    assert own.problem.startswith(f"{FLAG}: a b, *.example.org is no host name")
    assert reason("x.example.org", own)
    assert names(allowed="board.example.org").problem == ""


@pytest.mark.parametrize(
    "flags", [{"bind_all": True}, {"host": "0.0.0.0"}, {"host": "::"}, {"host": "10.0.0.5"}]
)
def test_on_the_network_the_machine_answers_to_its_names(
    flags: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "gpu3")
    monkeypatch.setattr(socket, "getfqdn", lambda: "GPU3.cluster.example.org")
    for host in ("gpu3:6006", "gpu3.cluster.example.org", "board", "gpu3.local", "tb.ns.svc.cluster.local"):
        assert reason(host, names(**flags)) == "", host
    for host in ("gpu3.evil.example", "evil.example"):
        assert FLAG in reason(host, names(**flags)), host


def test_the_bound_name_is_answered() -> None:
    assert reason("gpu3.example.org:6006", names("gpu3.example.org")) == ""


def test_a_silent_name_server_is_waited_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    from tensorboard_plugin_rlboard.web import allowed_hosts

    asked = []

    def silent() -> str:
        asked.append(1)
        threading.Event().wait(3)
        return "never"

    monkeypatch.setattr(allowed_hosts, "_NAME_SECONDS", 0.01)
    monkeypatch.setattr(socket, "getfqdn", silent)
    own = names(bind_all=True)
    assert reason("evil.example", own)
    assert reason("evil.example", own)
    assert asked == [1]


def test_names_of_hosted_notebooks_and_editors_are_answered() -> None:
    for host in ("abc-colab.googleusercontent.com", "x-6006.app.github.dev", "y-6006.euw.devtunnels.ms"):
        assert reason(host) == ""
    assert reason("googleusercontent.com.evil.example")
    around = {
        "VSCODE_PROXY_URI": "https://code.example.org/proxy/{{port}}",
        "TENSORBOARD_PROXY_URL": "/proxy/%PORT%",
    }
    assert reason("code.example.org", names(around=around)) == ""
    assert reason("evil.example", names(around=around))


def test_jupyter_server_proxy_is_answered_where_tensorboard_was_started_from_jupyter() -> None:
    through = {"HTTP_X_FORWARDED_CONTEXT": "/user/a/proxy/6006"}
    inside = names(around=JUPYTER)
    assert reason("hub.example.org", inside, **through) == ""
    assert reason("hub.example.org:8000", inside, **through) == ""
    # A page of another site can write headers; the port is that of the connection.
    assert reason("evil.example:6006", inside, **through)
    assert reason("hub.example.org", inside)
    assert reason("hub.example.org", names(), **through)


ROUTES = [
    "runs",
    "run_table",
    "compare",
    "steps",
    "samples",
    "sample",
    "sample_with_tokens",
    "tokens",
    "diff",
    "distribution",
    "findings",
    "groups",
    "group",
    "worst_tokens",
    "prompts",
    "prompt",
    "pass_at_k",
    "problems",
    "scalars",
]


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_refuses_a_foreign_host(stack: Stack, route: str) -> None:
    for headers in (
        {"Host": "evil.example"},
        {"Host": ""},
        {"Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        response = stack.get(route, ("run", "ppo"), **headers)
        assert (response.status_code, response.mimetype) == (403, "text/plain"), headers
        assert "X-RLBoard-Revision" not in response.headers


def test_the_routes_of_this_test_are_all_that_hold_data(stack: Stack) -> None:
    assert {f"/{route}" for route in ROUTES} | {"/static/*"} == set(stack.plugin.get_plugin_apps())
