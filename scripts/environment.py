"""Makes `.venv` with the package installed from this source tree, and its bundle built; quick if all is there.

    python scripts/environment.py                  what running TensorBoard with the tab needs
    python scripts/environment.py --node test      also an extra of setup.py, and the frontend's test tools
    python scripts/environment.py --node-tests test    also checks and tests the frontend, while pip waits for the network

Standard library only, and no syntax newer than Python 3.7, so that an older Python is told what is wrong.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
FRONTEND = ROOT / "_build_backend" / "rlboard_frontend.py"
OLDEST_PYTHON = (3, 11)


class SetupError(Exception):
    """The environment cannot be made; the message is one sentence that says what to do."""


def run(command: Sequence[str | Path], otherwise: str, **variables: str) -> None:
    """Shows and runs a command in the root folder.

    Args:
        command: Program and arguments.
        otherwise: What to do if it fails.
        variables: Of its environment, beside those of ours.

    Raises:
        SetupError: It failed; its own message is on the screen already.
    """
    with run_meanwhile(command, otherwise, variables=variables):
        pass


@contextlib.contextmanager
def run_meanwhile(
    command: Sequence[str | Path], otherwise: str, *, at_end: bool = False, variables: Mapping[str, str] = {}
) -> Iterator[None]:
    """As `run`, while the body does something else. It waits for the command also where the body fails, whose fault counts.

    With `at_end` its output is shown in one piece when it has ended, not line by line among that of the body.
    """
    arguments = [str(word) for word in command]
    print("+", " ".join(arguments), flush=True)
    with tempfile.TemporaryFile() as captured:
        output = captured if at_end else None
        process = subprocess.Popen(
            arguments, cwd=str(ROOT), env={**os.environ, **variables}, stdout=output, stderr=output
        )
        try:
            yield
        finally:
            code = process.wait()
            captured.seek(0)
            print(captured.read().decode("utf-8", "replace"), end="", flush=True)
    if code != 0:
        raise SetupError(otherwise)


def _check_python() -> None:
    version = sys.version_info[:3]
    if version < OLDEST_PYTHON:
        running = ".".join(str(part) for part in version)
        raise SetupError(
            f"RL Board needs Python 3.11 or newer and this is {running}: start it with one, "
            "as `python3.12 scripts/demo.py` or `make PYTHON=python3.12 ...` would."
        )


def _starts(python: Path) -> bool:
    """False also if the environment is there but the Python it was made from is gone or broken."""
    try:
        return (
            subprocess.run(
                [str(python), "-m", "pip", "--version"], capture_output=True, check=False
            ).returncode
            == 0
        )
    except OSError:
        return False


def _check_venv() -> None:
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise SetupError(
            "This Python cannot make virtual environments: install its venv module "
            "(on Debian and Ubuntu: `apt install python3-venv`) and try again."
        )


def _make_venv() -> None:
    if _starts(PYTHON):
        return
    _check_venv()
    run(
        [sys.executable, "-m", "venv", "--clear", VENV],
        f"Making {VENV.name} failed: see whether this folder can be written to and the disk has space.",
    )


def _dependencies_digest() -> str:
    """A digest of everything an installation depends on; the sources themselves are used where they are."""
    digest = hashlib.sha256()
    files = [ROOT / "setup.py", ROOT / "pyproject.toml", ROOT / "tensorboard_plugin_rlboard" / "__init__.py"]
    for path in [*files, *sorted((ROOT / "_build_backend").glob("*.py"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _install(extras: list[str], **variables: str) -> None:
    mark = VENV / "rlboard-installed"
    digest, *installed = mark.read_text(encoding="utf-8").split() if mark.exists() else [""]
    if digest == _dependencies_digest() and set(extras) <= set(installed):
        return
    extras = sorted({*extras, *installed})
    target = f".[{','.join(extras)}]" if extras else "."
    run(
        # Python compiles what is imported when it is; to compile everything takes a third of pip's processor time.
        [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-compile", "-e", target],
        "Installing failed (pip's own message is above): check the network and pip's index setting, "
        "and run this again.",
        **variables,
    )
    mark.write_text(" ".join([_dependencies_digest(), *extras]), encoding="utf-8")


def _frontend(python: str | Path, *, tools: bool, tests: bool) -> contextlib.AbstractContextManager[None]:
    """Makes the bundle, while the body does something else.

    Args:
        python: Any with Node on PATH; else that of the environment, which has Node as a wheel.
        tools: Whether the test tools are installed before.
        tests: Whether it is checked and tested afterwards, which needs the tools.
    """
    steps = ["install", "build", "test"] if tests else ["install", "build"] if tools else ["build"]
    return run_meanwhile(
        [python, FRONTEND, *steps],
        "The frontend is not ready: the lines above say what to do.",
        at_end=tests,
    )


def prepare(extras: list[str], *, node: bool = False, tests: bool = False) -> Path:
    """Makes or completes the environment.

    Args:
        extras: Names from setup.py's extras_require.
        node: Whether the frontend's test tools are wanted as well as the bundle.
        tests: Whether the frontend is checked and tested with them.

    Returns:
        The environment's Python.

    Raises:
        SetupError: It cannot be made.
    """
    _check_python()
    if not PYTHON.exists():
        _check_venv()  # before minutes of npm
    sys.path.insert(0, str(FRONTEND.parent))
    import rlboard_frontend  # noqa: PLC0415 - not before Python's version is known to be new enough

    if rlboard_frontend.npm_of_path() is not None:
        # Half a minute of pip, which waits for the network, and as much of npm: one beside the other, and not both
        # build the bundle.
        with _frontend(sys.executable, tools=node, tests=tests):
            _make_venv()
            _install(extras, **{rlboard_frontend.SKIP: "1"})
        return PYTHON
    _make_venv()
    _install(extras)
    wheels = [rlboard_frontend.NODE_WHEEL] if node else rlboard_frontend.requirements()
    if wheels:
        run(
            [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", *wheels],
            "There is no Node 20.19 or newer, and pip could not install one (its message is above): "
            "install Node with npm, and run this again.",
        )
    with _frontend(PYTHON, tools=node, tests=tests):
        pass
    return PYTHON


def main() -> int:
    """Prepares what the command line names; returns the exit code."""
    names = [name for name in sys.argv[1:] if not name.startswith("--node")]
    tests = "--node-tests" in sys.argv
    try:
        prepare(names, node=tests or "--node" in sys.argv, tests=tests)
    except SetupError as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
