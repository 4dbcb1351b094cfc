"""A log of several ranges, and what is answered of it."""

from __future__ import annotations

import json

ROWS = 60


def line(step: int) -> str:
    return json.dumps({"step": step, "response": f"r{step} " + "x" * 300, "reward": step / 2}) + "\n"


ALL = [step / 2 for step in range(ROWS)]
