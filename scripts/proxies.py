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
from proxied import Recipe, ask, free_port, started, tensorboard

NAME = "board.example.org"
FLAG = "--rlboard_allowed_hosts"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * 127.0.0.1",
]
_KEEPS_NAME = "proxy_set_header Host $host;"


def nginx_site(port: int, upstream: int, prefix: str, header: str, folder: Path) -> str:
    """A configuration of nginx that is as docs/proxies.md has it, for an account without rights."""
    places = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off; error_log stderr; pid {folder}/pid; events {{}} http {{ access_log off; {places}"
        f"server {{ listen 127.0.0.1:{port}; location {prefix}/ {{ proxy_pass http://127.0.0.1:{upstream}; {header} }} }} }}"
    )


def _answers(address: str) -> bool:
    """Whether the page of an address comes."""
    return ask(address, "").status == 200


def try_nginx(program: str, logs: Path, chromium: Browser | None) -> list[str]:
    """A reverse proxy at the root and below a path, with its own name and with the reader's."""
    wrong: list[str] = []
    for prefix, header, flags in (
        ("", "", []),
        ("", _KEEPS_NAME, [f"{FLAG}={NAME}"]),
        ("/board", "", ["--path_prefix=/board"]),
        ("/board", _KEEPS_NAME, ["--path_prefix=/board", f"{FLAG}={NAME}"]),
    ):
        recipe = Recipe(
            f"nginx: location {prefix}/, {header or 'its own Host'}; tensorboard {' '.join(flags)}",
            chromium,
        )
        with tempfile.TemporaryDirectory() as made, tensorboard(logs, *flags) as upstream:
            port, folder = free_port(), Path(made)
            (folder / "site.conf").write_text(nginx_site(port, upstream, prefix, header, folder), "utf-8")
            address = f"http://127.0.0.1:{port}{prefix}/"
            command = [program, "-p", str(folder), "-c", str(folder / "site.conf"), "-e", "stderr"]
            with started(command, functools.partial(_answers, address)):
                recipe.works(address, NAME)
                recipe.refuses(address, NAME, said="other sites", Sec_Fetch_Site="cross-site")
                if header:
                    recipe.refuses(address, "evil.example", said=f"{FLAG}=evil.example")
                    recipe.refuses(address, NAME, said="other sites", Origin="http://evil.example")
        wrong += recipe.wrong
    return wrong


def try_jupyter(python: str, logs: Path, chromium: Browser | None) -> list[str]:
    """jupyter-server-proxy at `/proxy/PORT/`, with a TensorBoard from a terminal of Jupyter and with one from elsewhere."""
    recipe = Recipe("jupyter-server-proxy: /user/a/proxy/PORT/", chromium)
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
    hub = f"http://127.0.0.1:{port}/user/a/"
    with (
        started(command, lambda: ask(hub, "api/status").status == 200),
        tensorboard(logs, JUPYTER_SERVER_ROOT="/") as inside,
        tensorboard(logs, f"{FLAG}={NAME}") as allowed,
        tensorboard(logs) as outside,
    ):
        recipe.works(f"{hub}proxy/{inside}/", "hub.example.org")
        recipe.works(f"{hub}proxy/{allowed}/", NAME)
        recipe.works(f"{hub}proxy/{outside}/", f"localhost:{port}")
        recipe.refuses(f"{hub}proxy/{outside}/", "hub.example.org", said=f"{FLAG}=hub.example.org")
        recipe.refuses(f"http://127.0.0.1:{inside}/", f"evil.example:{inside}", said=f"{FLAG}=evil.example")
    return recipe.wrong


def try_without(logs: Path, chromium: Browser | None) -> list[str]:
    """A tunnel, and a TensorBoard that listens on every interface."""
    recipe = Recipe("ssh -L, kubectl port-forward, an editor: another port of localhost", chromium)
    with tensorboard(logs, "--bind_all") as port:
        for name in ("localhost:16006", "127.0.0.1:8888", "[::1]:16006"):
            recipe.works(f"http://127.0.0.1:{port}/", name)
        recipe.refuses(f"http://127.0.0.1:{port}/", "evil.example", said=f"{FLAG}=evil.example")
        everywhere = Recipe("tensorboard --bind_all", chromium)
        for name in (socket.gethostname(), f"{socket.gethostname()}:{port}", "tb.ns.svc.cluster.local"):
            everywhere.works(f"http://127.0.0.1:{port}/", name)
        everywhere.refuses(
            f"http://127.0.0.1:{port}/", "board.evil.example", said=f"{FLAG}=board.evil.example"
        )
    return recipe.wrong + everywhere.wrong


def main() -> int:
    """Tries the recipes; 1 where something was not as it should be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--jupyter", default="", help="a Python that has jupyter-server-proxy")
    parser.add_argument(
        "--nginx", default=shutil.which("nginx") or "", help="nginx, by default the one of PATH"
    )
    given = parser.parse_args()
    found = browser.find()
    with tempfile.TemporaryDirectory() as made, sync_playwright() as driver:
        chromium = None if found is None else driver.chromium.launch(executable_path=found, args=_FLAGS)
        if chromium is None:
            print(f"No browser, so nothing is looked at in one. {browser.ADVICE}")
        logs = Path(made) / "logs"
        (logs / "ppo").mkdir(parents=True)
        rows = [{"step": step, "prompt": "p", "response": "r", "reward": step / 3} for step in (1, 2, 3)]
        (logs / "ppo" / "rollouts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        wrong = try_without(logs, chromium)
        for name, program, attempt in (
            ("nginx", given.nginx, try_nginx),
            ("jupyter", given.jupyter, try_jupyter),
        ):
            if program:
                wrong += attempt(program, logs, chromium)
            else:
                print(f"{name} is not here; left out (--{name})")
        if chromium is not None:
            chromium.close()
    print(f"{len(wrong)} wrong" if wrong else "every recipe works")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
