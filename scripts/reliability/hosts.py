"""Hosts: each TensorBoard that we promise to run in, with each Python that is here, installs, starts and shows a log.

    python scripts/reliability/hosts.py                                   # TensorBoard 2.17 to 2.21: some minutes
    python scripts/reliability/hosts.py --tensorboards 2.17.1 --write docs/reliability.md

A wheel of this checkout is made once. Each pair gets an environment of its own, made anew, from the registry that pip is
configured for. It ends with 1 where one that installs does not work; what does not install is said in the table.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from checkout import ROOT
from figures import add_write, finish, made_by, table

TENSORBOARDS = ("2.17.1", "2.19.0", "2.20.0", "2.21.0")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
START_S = 120.0
_ADDRESS = re.compile(r"TensorBoard \S+ at (http://\S+)")
_PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")
_REMOVED = {"pkg_resources": "setuptools<82", "imghdr": "standard-imghdr"}
"""What TensorBoard imports by itself and a new environment has not -> the package that has it."""
ROW = {"step": 1, "prompt": "p", "response": "r", "reward": 0.5}


def make_wheel(folder: Path) -> Path:
    """A wheel of this checkout; its bundle has to be built already, or Node to be here."""
    subprocess.run([sys.executable, *_PIP, "wheel", "--no-deps", "-w", str(folder), str(ROOT)], check=True)
    return next(folder.glob("*.whl"))


def install(python: str, home: Path, wheel: Path, tensorboard: str) -> str:
    """Makes an environment with this TensorBoard and the wheel; returns why that is not possible, empty where it is."""
    subprocess.run([python, "-m", "venv", str(home)], check=True, capture_output=True)
    command = [_python(home), *_PIP, "install", f"tensorboard=={tensorboard}", str(wheel)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    return "" if done.returncode == 0 else (errors or [f"pip ended with {done.returncode}"])[-1]


def fault_of(home: Path, folder: Path) -> str:
    """Starts the environment's TensorBoard over a log and asks; returns what is wrong, empty where nothing is."""
    run = folder / "logs" / "ppo"
    run.mkdir(parents=True, exist_ok=True)
    (run / "rollouts.jsonl").write_text(json.dumps(ROW) + "\n", encoding="utf-8")
    command = [_python(home), "-m", "tensorboard.main", "--host", "127.0.0.1", "--port", "0"]
    command += ["--logdir", str(folder / "logs"), "--rlboard_cache_dir", "none", "--reload_interval", "1"]
    log = folder / "tensorboard.log"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with (
        log.open("wb") as sink,
        subprocess.Popen(command, stdout=sink, stderr=sink, cwd=folder, env=environment) as process,
    ):
        try:
            return _ask(process, log)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _ask(process: subprocess.Popen[bytes], log: Path) -> str:
    end, address = time.monotonic() + START_S, ""
    answer: dict[str, Any] = {}
    while time.monotonic() < end and process.poll() is None:
        found = _ADDRESS.search(log.read_text("utf-8", "replace"))
        address = found[1].rstrip("/") if found else ""
        try:
            answer = json.loads(_get(f"{address}/data/plugin/rlboard/runs")) if address else {}
        except OSError:
            answer = {}
        if [(run["run"], run["state"], run["samples"]) for run in answer.get("runs", ())] == [
            ("ppo", "ready", 1)
        ]:
            break
        time.sleep(0.1)
    else:
        return f"it did not show the log: {answer.get('message') or log.read_text('utf-8', 'replace')[-300:]}"
    listing = json.loads(_get(f"{address}/data/plugins_listing"))
    if not listing["rlboard"]["enabled"] or not listing["scalars"]["tab_name"]:
        return "a tab is missing"
    page = _get(address + "/data/plugin/rlboard/static/index.js").decode()
    return "" if "RL Board cannot be shown" not in page and "render" in page else "the page is damaged"


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as answer:
        data: bytes = answer.read()
        return data


def _python(home: Path) -> str:
    return str(home / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def _missing_of(fault: str, added: list[str]) -> str | None:
    """The package that has what this TensorBoard imports and Python or setuptools have no more; None for none."""
    return next((more for name, more in _REMOVED.items() if name in fault and more not in added), None)


def _command_of(version: str) -> str | None:
    """The command that starts this Python; None where there is none here, or one that does not start."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    found = shutil.which(f"python{version}")
    if found is None:
        return None
    tried = subprocess.run([found, "-c", "import venv"], capture_output=True, check=False)
    return found if tried.returncode == 0 else None


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line, installs, starts, asks, writes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--tensorboards", nargs="+", default=list(TENSORBOARDS), help="versions of TensorBoard"
    )
    parser.add_argument("--pythons", nargs="+", default=list(PYTHONS), help="versions of Python")
    add_write(parser)
    args = parser.parse_args(arguments)
    rows: list[tuple[object, ...]] = []
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="rlboard-hosts-") as temporary:
        wheel = make_wheel(Path(temporary))
        for python in args.pythons:
            command = _command_of(python)
            for tensorboard in args.tensorboards:
                outcome = "this Python is not here"
                if command is not None:
                    folder = Path(temporary) / f"{python}-{tensorboard}"
                    folder.mkdir()
                    reason = install(command, folder / "venv", wheel, tensorboard)
                    fault = "" if reason else fault_of(folder / "venv", folder)
                    added: list[str] = []
                    while (more := _missing_of(fault, added)) is not None:
                        subprocess.run([_python(folder / "venv"), *_PIP, "install", more], check=True)
                        added.append(more)
                        fault = fault_of(folder / "venv", folder)
                    fault = " ".join(fault.split())
                    works = f"works with {' and '.join(added)}" if added else "works"
                    outcome = f"does not install: {reason}" if reason else fault or works
                    failures += [f"Python {python}, TensorBoard {tensorboard}: {fault}"] if fault else []
                    shutil.rmtree(folder, ignore_errors=True)
                rows.append((python, tensorboard, outcome))
                print(*rows[-1], flush=True)
    text = table(("Python", "TensorBoard", "starts with our tab, shows a log"), rows)
    finish(args, "hosts", f"{made_by('make reliability PROMISES=hosts')}\n\n{text}", failures)


if __name__ == "__main__":
    main()
