"""Writes what RL Board is made of: docs/dependencies.md, and LICENSES-BUNDLE.txt with the licences of the bundled JavaScript.

    python scripts/dependencies.py [--check]

Run it where a dependency has changed, with the environment's Python and after `npm ci`. `--check` writes nothing and fails
where one of both files is not what it would write; the versions of Python packages, which are those of an environment, do not
count there.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import re
import runpy
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import setuptools

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "dependencies.md"
LICENSES = ROOT / "LICENSES-BUNDLE.txt"
_IMPORT = re.compile(r"""from "((?:@[\w.-]+/)?[\w-]+)""")
_NAME = re.compile(r"[\w.-]+")
_EXTRAS = ("remote", "zstd", "tokenizers", "yaml", "ray")
"""Extras that are for users; the others are for work on this project."""
_INTRODUCTION = """# Dependencies

What runs where RL Board is installed; written by `python scripts/dependencies.py`, and held by a test. Why each is there: ARCHITECTURE.md. What else a checkout needs is in `setup.py` (extra `test`) and `frontend/package.json`.

`pip-audit -r` over the names of the first table says what is known of them; `npm audit --omit=dev` in `frontend/` does so for the second.
"""


def bundled(lock: Mapping[str, Any], source: Path) -> list[str]:
    """Names of the packages that the page is bundled of: what its sources import, and what those need."""
    found: dict[str, None] = {}
    text = (path.read_text("utf-8") for path in sorted(source.rglob("*.ts*")))
    waiting = sorted({name for each in text for name in _IMPORT.findall(each)})
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting += sorted(lock[f"node_modules/{name}"].get("dependencies", {}))
    return sorted(found)


def requirements() -> list[tuple[str, str]]:
    """Each Python requirement as `setup.py` has it, with the extra that it belongs to, empty for none."""
    with mock.patch.object(setuptools, "setup") as called:
        runpy.run_path(str(ROOT / "setup.py"))
    given = called.call_args.kwargs
    always = [(requirement, "") for requirement in given["install_requires"]]
    return always + [(one, extra) for extra in _EXTRAS for one in given["extras_require"][extra]]


def licence_of(name: str) -> str:
    """The licence that an installed package names, in a few words."""
    data = importlib.metadata.metadata(name).json
    classifiers = data.get("classifier") or []
    classified = [each.rpartition(" :: ")[2] for each in classifiers if "License ::" in each]
    licence = str(data.get("license_expression") or "; ".join(classified) or data.get("license") or "")
    return licence.partition("\n")[0] or "its metadata does not say"


def python_rows() -> Iterator[str]:
    """The lines of the table of Python packages."""
    for requirement, extra in requirements():
        name = _NAME.match(requirement)
        assert name is not None, requirement  # noqa: S101  a requirement begins with a name
        try:
            version, licence = importlib.metadata.version(name[0]), licence_of(name[0])
        except importlib.metadata.PackageNotFoundError:
            version, licence = "not installed here", ""
        yield f"| `{requirement}` | {extra} | {version} | {licence} |"


def document(lock: Mapping[str, Any], names: list[str]) -> str:
    """docs/dependencies.md."""
    lines = [
        _INTRODUCTION,
        "## Python",
        "",
        "| requirement | extra | looked at | licence |",
        "| --- | --- | --- | --- |",
    ]
    lines += [*python_rows(), "", "## JavaScript in the bundle", ""]
    lines += ["Their licences are in every wheel and sdist, as `LICENSES-BUNDLE.txt`.", ""]
    lines += ["| package | version | licence |", "| --- | --- | --- |"]
    found = [lock[f"node_modules/{name}"] for name in names]
    lines += [
        f"| {name} | {entry['version']} | {entry['license']} |"
        for name, entry in zip(names, found, strict=True)
    ]
    return "\n".join(lines) + "\n"


def licenses(lock: Mapping[str, Any], names: list[str]) -> str:
    """LICENSES-BUNDLE.txt."""
    parts = ["The page of RL Board is bundled of these packages, each under its own licence.\n"]
    for name in names:
        text = _license(ROOT / "frontend" / "node_modules" / name).read_text("utf-8").strip()
        parts.append(f"{'-' * 80}\n{name} {lock[f'node_modules/{name}']['version']}\n\n{text}\n")
    return "\n".join(parts)


def _license(package: Path) -> Path:
    """The file of a package's licence, in whichever case its name is written."""
    return next(path for path in package.iterdir() if path.stem.lower() == "license")


def without_versions(text: str) -> str:
    """The document without the column that depends on the environment."""
    return re.sub(r"^(\| `[^|]*\|[^|]*\|)[^|]*\|[^|]*\|$", r"\1", text, flags=re.MULTILINE)


def main() -> int:
    """Writes or checks both files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where something would change"
    )
    check = parser.parse_args().check
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text("utf-8"))["packages"]
    names = bundled(lock, ROOT / "frontend" / "src")
    wanted = {DOCUMENT: document(lock, names), LICENSES: licenses(lock, names)}
    if not check:
        for path, text in wanted.items():
            path.write_text(text, "utf-8")
        return 0
    stale = [
        path.name
        for path, text in wanted.items()
        if not path.exists() or without_versions(path.read_text("utf-8")) != without_versions(text)
    ]
    if stale:
        print(
            f"{', '.join(stale)}: not as `python scripts/dependencies.py` writes them; run it.",
            file=sys.stderr,
        )
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
