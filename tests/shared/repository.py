"""Folders and files of this repository that tests read from."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
FORMATS = FIXTURES / "formats"
"""Small files of one oddity each, a folder for each framework."""
SAMPLES = FIXTURES / "samples"
"""Files that real trainings wrote, a folder for each framework."""
SNAPSHOTS = ROOT / "tests" / "__snapshots__"
"""Answers of the server that must not change unseen."""


def tracked() -> list[Path]:
    """The files of the repository, as git or, in a copy without git, the disk has them."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this is no git checkout")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]
