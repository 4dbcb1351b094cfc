"""Makes this checkout's package, and what its tests share, importable by the commands beside it: imported first."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
sys.path[:0] = [str(ROOT), *(str(ROOT / folder) for folder in ("tests/shared", "tests/e2e", "scripts"))]
