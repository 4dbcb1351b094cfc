"""What a cell of an answer can be."""

from __future__ import annotations

Number = float | int | None
Value = float | int | str | bool | None
