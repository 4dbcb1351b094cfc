"""Comparison of answers with those that are recorded."""

from __future__ import annotations

from typing import Any

import pytest


def assert_same(found: Any, kept: Any, place: str = "answer") -> None:
    """Equal, except for the last digits of floats, which differ between processors."""
    if isinstance(kept, float) and isinstance(found, (int, float)):
        assert found == pytest.approx(kept, rel=1e-9, abs=1e-12), place
    elif isinstance(kept, dict):
        assert isinstance(found, dict), place
        assert list(found) == list(kept), place
        for key, value in kept.items():
            assert_same(found[key], value, f"{place}.{key}")
    elif isinstance(kept, list):
        assert isinstance(found, list), place
        assert len(found) == len(kept), place
        for index, value in enumerate(kept):
            assert_same(found[index], value, f"{place}[{index}]")
    else:
        assert found == kept, place
        assert type(found) is type(kept), place
