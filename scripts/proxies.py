"""Tries every recipe of docs/proxies.md: TensorBoard behind the proxy itself, asked as a browser would ask.

    python scripts/proxies.py [--jupyter /path/to/python-with-jupyter-server-proxy] [--nginx nginx]

What is not installed is left out, and said. Fails where a recipe does not work, or lets in whom it should not.
"""

from __future__ import annotations

import argparse
import functools
import json
import shutil
import socket
import sys
import tempfile
from pathlib import Path

import browser
from playwright.sync_api import Browser, sync_playwright
from tab_checks import TabCheck, ask, free_port, running, tensorboard

HOST = "board.example.org"
HOSTS_FLAG = "--rlboard_allowed_hosts"
_CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * 127.0.0.1",
]
_KEEP_HOST_HEADER = "proxy_set_header Host $host;"


def nginx_site(port: int, upstream: int, prefix: str, header: str, folder: Path) -> str:
    """A configuration of nginx that is as docs/proxies.md has it, for an account without rights."""
    temporary_paths = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off; error_log stderr; pid {folder}/pid; events {{}} http {{ access_log off; {temporary_paths}"
        f"server {{ listen 127.0.0.1:{port}; location {prefix}/ {{ proxy_pass http://127.0.0.1:{upstream}; {header} }} }} }}"
    )


def _answers(address: str) -> bool:
    """Whether the page of an address comes."""
    return ask(address, "").status == 200


def try_nginx(program: str, logs: Path, chromium: Browser | None) -> list[str]:
    """A reverse proxy at the root and below a path, with its own name and with the reader's."""
    failures: list[str] = []
    for prefix, header, flags in (
        ("", "", []),
        ("", _KEEP_HOST_HEADER, [f"{HOSTS_FLAG}={HOST}"]),
        ("/board", "", ["--path_prefix=/board"]),
        ("/board", _KEEP_HOST_HEADER, ["--path_prefix=/board", f"{HOSTS_FLAG}={HOST}"]),
    ):
        check = TabCheck(
            f"nginx: location {prefix}/, {header or 'its own Host'}; tensorboard {' '.join(flags)}",
            chromium,
        )
        with tempfile.TemporaryDirectory() as temporary, tensorboard(logs, *flags) as upstream:
            port, folder = free_port(), Path(temporary)
            (folder / "site.conf").write_text(nginx_site(port, upstream, prefix, header, folder), "utf-8")
            address = f"http://127.0.0.1:{port}{prefix}/"
            command = [program, "-p", str(folder), "-c", str(folder / "site.conf"), "-e", "stderr"]
            with running(command, functools.partial(_answers, address)):
                check.expect_tab(address, HOST)
                check.expect_refusal(address, HOST, sentence="other sites", Sec_Fetch_Site="cross-site")
                if header:
                    check.expect_refusal(address, "evil.example", sentence=f"{HOSTS_FLAG}=evil.example")
                    check.expect_refusal(address, HOST, sentence="other sites", Origin="http://evil.example")
        failures += check.failures
    return failures


def try_jupyter(python: str, logs: Path, chromium: Browser | None) -> list[str]:
    """jupyter-server-proxy at `/proxy/PORT/`, with a TensorBoard from a terminal of Jupyter and with one from elsewhere."""
    check = TabCheck("jupyter-server-proxy: /user/a/proxy/PORT/", chromium)
    port = free_port()
    command = [
        python,
        "-m",
        "jupyter_server",
        "--no-browser",
        "--allow-root",
        "--ServerApp.token=",
        f"--port={port}",
    ]
    command += [
        "--ServerApp.password=",
        "--ServerApp.base_url=/user/a/",
        "--ServerApp.allow_remote_access=True",
    ]
    command += ["--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1"]
    jupyter_url = f"http://127.0.0.1:{port}/user/a/"
    with (
        running(command, lambda: ask(jupyter_url, "api/status").status == 200),
        tensorboard(logs, JUPYTER_SERVER_ROOT="/") as in_jupyter,
        tensorboard(logs, f"{HOSTS_FLAG}={HOST}") as with_flag,
        tensorboard(logs) as without_flag,
    ):
        check.expect_tab(f"{jupyter_url}proxy/{in_jupyter}/", "hub.example.org")
        check.expect_tab(f"{jupyter_url}proxy/{with_flag}/", HOST)
        check.expect_tab(f"{jupyter_url}proxy/{without_flag}/", f"localhost:{port}")
        check.expect_refusal(
            f"{jupyter_url}proxy/{without_flag}/", "hub.example.org", sentence=f"{HOSTS_FLAG}=hub.example.org"
        )
        check.expect_refusal(
            f"http://127.0.0.1:{in_jupyter}/",
            f"evil.example:{in_jupyter}",
            sentence=f"{HOSTS_FLAG}=evil.example",
        )
    return check.failures


def try_without(logs: Path, chromium: Browser | None) -> list[str]:
    """A tunnel, and a TensorBoard that listens on every interface."""
    check = TabCheck("ssh -L, kubectl port-forward, an editor: another port of localhost", chromium)
    with tensorboard(logs, "--bind_all") as port:
        for name in ("localhost:16006", "127.0.0.1:8888", "[::1]:16006"):
            check.expect_tab(f"http://127.0.0.1:{port}/", name)
        check.expect_refusal(
            f"http://127.0.0.1:{port}/", "evil.example", sentence=f"{HOSTS_FLAG}=evil.example"
        )
        all_interfaces = TabCheck("tensorboard --bind_all", chromium)
        for name in (socket.gethostname(), f"{socket.gethostname()}:{port}", "tb.ns.svc.cluster.local"):
            all_interfaces.expect_tab(f"http://127.0.0.1:{port}/", name)
        all_interfaces.expect_refusal(
            f"http://127.0.0.1:{port}/", "board.evil.example", sentence=f"{HOSTS_FLAG}=board.evil.example"
        )
    return check.failures + all_interfaces.failures


def main() -> int:
    """Tries the recipes; 1 where something was not as it should be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--jupyter", default="", help="a Python that has jupyter-server-proxy")
    parser.add_argument(
        "--nginx", default=shutil.which("nginx") or "", help="nginx, by default the one of PATH"
    )
    arguments = parser.parse_args()
    executable = browser.find()
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as driver:
        chromium = (
            None
            if executable is None
            else driver.chromium.launch(executable_path=executable, args=_CHROMIUM_FLAGS)
        )
        if chromium is None:
            print(f"No browser, so nothing is looked at in one. {browser.ADVICE}")
        logs = Path(temporary) / "logs"
        (logs / "ppo").mkdir(parents=True)
        rows = [{"step": step, "prompt": "p", "response": "r", "reward": step / 3} for step in (1, 2, 3)]
        (logs / "ppo" / "rollouts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        failures = try_without(logs, chromium)
        for name, program, try_recipe in (
            ("nginx", arguments.nginx, try_nginx),
            ("jupyter", arguments.jupyter, try_jupyter),
        ):
            if program:
                failures += try_recipe(program, logs, chromium)
            else:
                print(f"{name} is not here; left out (--{name})")
        if chromium is not None:
            chromium.close()
    print(f"{len(failures)} wrong" if failures else "every recipe works")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
