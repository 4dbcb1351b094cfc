"""Rows of no known format, as a guess reads them."""

from __future__ import annotations

CHAT = [{"role": "user", "content": "2+2?"}, {"role": "assistant", "content": "4"}]
