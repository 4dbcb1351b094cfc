"""When a number that was found is the one that is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest


def near(x: float | None, *, scale: float = 1.0, nan_ok: bool = False) -> Any:
    """Equal to it but for the last digits; `scale` is what it was added up from, where that is larger than it."""
    return None if x is None else pytest.approx(x, rel=1e-9, abs=1e-9 * scale, nan_ok=nan_ok)


def same(place: object, found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Every expected number, exactly where it is whole or a text."""
    for name, value in expected.items():
        wanted = near(value) if isinstance(value, float) else value
        assert found[name] == wanted, f"{name} of {place}"
