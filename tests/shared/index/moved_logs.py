"""A log of several ranges, and what is answered of it."""

from __future__ import annotations

ROWS = 60


ALL = [step / 2 for step in range(ROWS)]
