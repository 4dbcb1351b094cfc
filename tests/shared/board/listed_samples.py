"""The rows that the tests of the table of samples list."""

from __future__ import annotations

import math
from typing import Any

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.texts import TextRules

RULES = TextRules()


def row(step: int, prompt: str, response: str, reward: float | None, **more: Any) -> dict[str, Any]:
    found = {"step": step, "prompt": prompt, "response": response, "reward": reward, **more}
    return {key: value for key, value in found.items() if value is not None}


def arrays(logprob: float, ref_logprob: float, n: int = 2) -> dict[str, Any]:
    tokens = [f"t{i}" for i in range(n)]
    return {"response_tokens": tokens, "logprobs": [logprob] * n, "ref_logprobs": [ref_logprob] * n}


ROWS = [
    row(1, "p", "好雨知时节", 1.0, **arrays(-1.0, -2.0), note="b"),
    row(1, "p", "Concatenate the CAT", 0.0, **arrays(-1.0, -0.5), note="a"),
    row(1, "q", "a cat.\nsat", math.nan, **arrays(-1.0, -1.0)),
    row(1, "q", "dog (x)", math.inf, **arrays(math.nan, -1.0)),
    row(2, "p", "x" * 1000 + "needle" + "y" * 1000, -1.0, **arrays(-3.0, -0.01, n=5), ref_response="cat"),
    row(2, "p", "İstanbul ✅ naïve", -math.inf, note="c"),
    row(2, "q", "", None),
    row(2, "r", "two", 0.5, **arrays(-0.5, -0.5)),
]


def listed(board: Board, *, chosen: Selection | None = None, **arguments: Any) -> dict[str, list[Any]]:
    arguments.setdefault("columns", ["line"])
    found = board.samples(SamplesQuestion(chosen or Selection("."), RULES, limit=500, **arguments))
    return {name: list(column) for name, column in found.columns.items()}
