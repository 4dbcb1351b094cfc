"""Rows that differ by their rewards."""

from __future__ import annotations

from typing import Any


def rewarded(*rewards: float | None, **further: object) -> list[dict[str, Any]]:
    """Samples of one prompt at step 1 with these rewards, and fields that all of them have."""
    return [{"step": 1, "prompt": "p", "response": "a", "reward": x} | further for x in rewards]
