"""Builds the wheels of RL Board and of all that it needs, installs them where no index is asked, and opens a log there.

    python scripts/offline_install.py [--wheels FOLDER]

What a cluster without internet needs is the folder of wheels, made elsewhere with the same Python and system:

    pip wheel . --wheel-dir wheels
    pip install --no-index --find-links wheels tensorboard-plugin-rlboard

The folder stays where it is named. Fails where the install needs more, or where the tab is not whole.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

from tab_checks import ROOT, RUNS, TabCheck, ask, free_port, running

DISTRIBUTION = "tensorboard-plugin-rlboard"
_REQUIRED_FILES = (
    "/static/index.js",
    "/static/BUILD_HASH",
    "licenses/LICENSE",
    "licenses/LICENSES-BUNDLE.txt",
)
_NO_INDEX = {
    "PIP_INDEX_URL": "http://127.0.0.1:9/",
    "PIP_EXTRA_INDEX_URL": "",
    "PIP_CONFIG_FILE": "/dev/null",
}
"""For pip: an address that nobody answers at."""


def missing_in(wheel: Path) -> list[str]:
    """What the wheel should hold beside its modules, and does not."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    return [required for required in _REQUIRED_FILES if not any(name.endswith(required) for name in names)]


def install(wheels: Path, folder: Path) -> str:
    """Installs into a new environment without an index; gives its Python.

    Raises:
        subprocess.CalledProcessError: something is not among the wheels.
    """
    venv.create(folder, with_pip=True)
    python = str(folder / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    command = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--find-links",
        str(wheels),
        DISTRIBUTION,
    ]
    subprocess.run(command, check=True, env=_NO_INDEX)
    return python


def open_log(python: str, folder: Path) -> list[str]:
    """Starts TensorBoard of that environment over a log; what was not as it should be."""
    (folder / "logs").mkdir()
    row = {"step": 1, "prompt": "p", "response": "r", "reward": 1.0}
    (folder / "logs" / "rollouts.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    command = [python, "-m", "tensorboard.main", "--logdir", str(folder / "logs"), "--port", str(port)]
    check = TabCheck("installed from wheels alone")
    # Nothing of this checkout may be found.
    with running(
        [*command, "--rlboard_cache_dir=none"], lambda: ask(address, RUNS).status == 200, PYTHONPATH=""
    ):
        check.expect_tab(address)
    return check.failures


def main() -> int:
    """Builds, installs, opens; 1 where something is not as it should be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--wheels", type=Path, help="where the wheels are built; a temporary folder by default"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        wheels = (arguments.wheels or folder / "wheels").resolve()
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", str(ROOT), "--wheel-dir", str(wheels)]
        subprocess.run(command, check=True)
        wheel = max(wheels.glob("tensorboard_plugin_rlboard-*.whl"), key=lambda path: path.stat().st_mtime)
        failures = missing_in(wheel)
        print(
            f"{wheel.name}: {wheel.stat().st_size >> 10} KB, {len(list(wheels.iterdir()))} wheels; missing: {failures or 'nothing'}"
        )
        failures += open_log(install(wheels, folder / "environment"), folder)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
