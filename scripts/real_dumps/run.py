"""Makes dumps of trainers with the newest versions that pip brings, each in an environment of its own.

    python scripts/real_dumps/run.py trl verifiers --into dumps

Each framework has a module here that writes a dump with the framework's own code: a training on a CPU where that is
possible, else its own writer on small data. Nothing but packages is downloaded. What does not install or run within
ten minutes is said and left out. Behind each dump stands what `rlboard doctor` says of it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

SCRIPTS = Path(__file__).resolve().parents[1]
SECONDS = 600
"""For the installation of a framework, and again for its dump."""

OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
"""A hub is not asked for what is not on it: where none can be reached, that is waited for ten minutes."""


class Framework(NamedTuple):
    """What a framework needs.

    Attributes:
        packages: What pip installs; the first one's version is told.
        module: The module here that writes its dump into a folder.
    """

    packages: tuple[str, ...]
    module: str


FRAMEWORKS = {
    "trl": Framework(("trl", "torch"), "trl_grpo"),
    "ms-swift": Framework(("ms-swift", "torch", "msgspec"), "ms_swift_grpo"),
    "verifiers": Framework(("verifiers",), "verifiers_evaluation"),
    "art": Framework(("openpipe-art", "pyarrow", "numpy"), "art_trajectories"),
    "tunix": Framework(("google-tunix",), "tunix_trajectories"),
    "inspect": Framework(("inspect-ai", "tiktoken"), "inspect_evaluation"),
    "lm-eval": Framework(("lm-eval",), "lm_eval_samples"),
    "lighteval": Framework(("lighteval", "xxhash<4"), "lighteval_details"),
    "trackio": Framework(("trackio",), "trackio_traces"),
    "mlflow": Framework(("mlflow-skinny",), "mlflow_traces"),
    "wandb": Framework(("wandb",), "wandb_tables"),
    "comet": Framework(("comet-ml", "pandas"), "comet_tables"),
}


def install(framework: Framework, venv: Path) -> Path:
    """Makes an environment with the framework where there is none yet, and gives its Python."""
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
        pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
        subprocess.run([*pip, *framework.packages], check=True, timeout=SECONDS)
    return python


def version(python: Path, package: str) -> str:
    """The version of an installed package."""
    code = f"import importlib.metadata; print(importlib.metadata.version({package!r}))"
    return subprocess.run(
        [str(python), "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


def make(name: str, into: Path, venvs: Path) -> str:
    """Makes the dump of a framework, and gives one line that says how it went."""
    framework, began = FRAMEWORKS[name], time.monotonic()
    try:
        python = install(framework, venvs / name)
        outcome = f"{framework.packages[0]} {version(python, framework.packages[0])}"
        folder = into / name
        folder.mkdir(parents=True, exist_ok=True)
        command = [str(python), "-m", f"real_dumps.{framework.module}", str(folder.resolve())]
        subprocess.run(command, check=True, timeout=SECONDS, cwd=SCRIPTS, env=os.environ | OFFLINE)
    except (subprocess.SubprocessError, OSError) as error:
        return f"{name}: left out, {error}"
    return f"{name}: {outcome}, written in {time.monotonic() - began:.0f} s"


def main() -> None:
    """Makes the dumps that the command line names, all of them by default."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("frameworks", nargs="*", choices=[*FRAMEWORKS, []], default=[])
    parser.add_argument("--into", type=Path, required=True, help="folder for the dumps")
    parser.add_argument("--venvs", type=Path, help="folder for the environments; by default beside the dumps")
    arguments = parser.parse_args()
    venvs = arguments.venvs or arguments.into / "venvs"
    outcomes = [make(name, arguments.into, venvs) for name in arguments.frameworks or FRAMEWORKS]
    for name in arguments.frameworks or FRAMEWORKS:
        doctor = [
            sys.executable,
            "-m",
            "tensorboard_plugin_rlboard.cli",
            "doctor",
            str(arguments.into / name),
        ]
        subprocess.run(doctor, check=False, cwd=SCRIPTS.parent)
    print("\n".join(outcomes))


if __name__ == "__main__":
    main()
