"""Makes this checkout's package, and what its tests share, importable by the commands beside it: imported first."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
_SHARED = ROOT / "tests" / "shared"
_FOLDERS = (_SHARED, *_SHARED.glob("[a-z]*/"), ROOT / "tests" / "e2e", ROOT / "scripts")
sys.path[:0] = [str(ROOT), *map(str, _FOLDERS)]
