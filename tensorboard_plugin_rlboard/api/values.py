"""The types of a cell of an answer."""

from __future__ import annotations

Number = float | int | None
Value = float | int | str | bool | None
