"""Folders of this repository that tests read from."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
FORMATS = FIXTURES / "formats"
"""Small files of one oddity each, a folder for each framework."""
SAMPLES = FIXTURES / "samples"
"""Files that real trainings wrote, a folder for each framework."""
SNAPSHOTS = ROOT / "tests" / "__snapshots__"
"""Answers of the server that must not change unseen."""
