"""Rows of the native format, and the ids that they get."""

from __future__ import annotations

from typing import Any

from tensorboard_plugin_rlboard.texts import TextRules

RULES = TextRules()


def row(step: int, prompt: str = "p", response: str = "a", **more: Any) -> dict[str, Any]:
    return {"step": step, "prompt": prompt, "response": response, "reward": 0.5, **more}
