"""Columns of a line as the tests of columnar dumps compare them."""

from __future__ import annotations

from typing import Any

from tensorboard_plugin_rlboard.formats.base import Row


def values(rows: list[Row] | Any, key: str) -> list[Any]:
    return [row.get(key) for row in rows]
