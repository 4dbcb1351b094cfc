"""Opens one kept index with several versions of RL Board, up and down: the answers are those of a clean build, each time.

    python scripts/upgrades.py COMMIT [COMMIT ...] [--logs rollout_samples]

Each commit's package is taken from git and run in this environment. Its index is built anew, then this checkout opens it, then
the commit opens what this checkout has left, and at last this checkout once more. Fails where an answer differs from that of
the same version over an empty cache folder; numbers may differ in their last digits, as those of earlier versions did between
two clean builds.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tab_checks import ROOT, RUNS, ask, free_port, running

PACKAGE = "tensorboard_plugin_rlboard"
_THIS_CHECKOUT = "this checkout"


def package_of(commit: str, target: Path) -> Path:
    """The package as a commit has it, in a folder for PYTHONPATH.

    Raises:
        subprocess.CalledProcessError: git knows no such commit.
    """
    tarball = subprocess.run(
        ["git", "archive", commit, PACKAGE], cwd=ROOT, check=True, capture_output=True
    ).stdout
    with tarfile.open(fileobj=BytesIO(tarball)) as archive:
        archive.extractall(target, filter="data")
    return target


def answers(package: Path, logs: Path, cache: Path) -> dict[str, object]:
    """What a version says of every run over a cache folder, once all is read: curves, and the first samples of the list."""
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(logs), "--port", str(port)]
    with running(
        [*command, "--rlboard_cache_dir", str(cache)], lambda: _is_read(address), PYTHONPATH=str(package)
    ):
        answers_by_question: dict[str, object] = {}
        for run in _runs(address):
            for route, arguments in (("steps", {}), ("samples", {"limit": 50, "sort": "reward"})):
                path = f"{RUNS.removesuffix('runs')}{route}?{urlencode({'run': run} | arguments)}"
                answer = ask(address, path)
                answers_by_question[f"{run} /{route}"] = [answer.status, json.loads(answer.text)]
        return answers_by_question


def _runs(address: str) -> list[str]:
    return [run["run"] for run in _listing(address)["runs"]]


def _listing(address: str) -> Mapping[str, Any]:
    answer = ask(address, RUNS)
    if answer.status != 200:
        raise ConnectionError(answer.text)
    listing: Mapping[str, Any] = json.loads(answer.text)
    return listing


def _is_read(address: str) -> bool:
    runs = _listing(address)["runs"]
    return bool(runs) and all(run["state"] == "ready" for run in runs)


def difference(left: object, right: object, path: str = "") -> str:
    """Where two answers differ first, and how, empty for nowhere; last digits and `revision`, which counts changes, do not count."""
    if isinstance(left, dict) and isinstance(right, dict):
        keys = sorted((left.keys() | right.keys()) - {"revision"})
        return next(
            (found for key in keys if (found := difference(left.get(key), right.get(key), f"{path}.{key}"))),
            "",
        )
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        pairs = enumerate(zip(left, right, strict=True))
        return next((found for i, pair in pairs if (found := difference(*pair, f"{path}[{i}]"))), "")
    if isinstance(left, int | float) and isinstance(right, int | float):
        return "" if math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-12) else f"{path}: {left} and {right}"
    return "" if left == right else f"{path}: {str(left)[:60]} and {str(right)[:60]}"


def differences(title: str, clean: Mapping[str, object], answered: Mapping[str, object]) -> list[str]:
    """The questions that were answered otherwise than over an empty folder, one line each, and printed."""
    names = sorted({*clean, *answered})
    first_difference = {name: difference(clean.get(name), answered.get(name)) for name in names}
    failures = [f"{title}: {name}{where}" for name, where in first_difference.items() if where]
    print(
        f"  {'WRONG' if failures else 'ok   '} {title}: {len(answered)} answers",
        *failures,
        sep="\n    ",
        flush=True,
    )
    return failures


def main() -> int:
    """Tries every commit; 1 where an answer differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("commits", nargs="+", metavar="COMMIT")
    parser.add_argument("--logs", type=Path, default=ROOT / "rollout_samples")
    arguments = parser.parse_args()
    logs, failures = arguments.logs.resolve(), []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        ours = answers(ROOT, logs, folder / "ours")
        for commit in arguments.commits:
            print(commit, flush=True)
            theirs = package_of(commit, folder / commit)
            cache = folder / f"cache-{commit}"
            clean = answers(theirs, logs, cache)
            failures += differences(
                f"{_THIS_CHECKOUT} over the index of {commit}", ours, answers(ROOT, logs, cache)
            )
            failures += differences(f"{commit} over the index of both", clean, answers(theirs, logs, cache))
            failures += differences(f"{_THIS_CHECKOUT} once more", ours, answers(ROOT, logs, cache))
            failures += differences(
                f"{commit} over an index of {_THIS_CHECKOUT}", clean, answers(theirs, logs, folder / "ours")
            )
    print(f"{len(failures)} answers differ" if failures else "the same answers, up and down")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
