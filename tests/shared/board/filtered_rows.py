"""The rows that the tests of filters choose from."""

from __future__ import annotations

import math
from typing import Any

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SamplesQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.texts import TextRules

ROWS: list[dict[str, Any]] = [
    {"step": 1, "prompt": "p", "response": "the 答案 is 4", "reward": 1.0, "note": "it's", "KL": 1, "kl": 5},
    {"step": 1, "prompt": "p", "response": "no idea", "reward": 0.0, "correct": True, "acc/mean": 0.5},
    {"step": 1, "prompt": "q", "response": "NaN here", "reward": math.nan, "correct": False},
    {"step": 2, "prompt": "q", "response": "50% off_", "reward": math.inf, "number": "3.5"},
    {"step": 2, "prompt": "p", "response": "negative", "reward": -2.0, "number": "many", "KL": 9, "kl": 2},
    {
        "step": 2,
        "prompt": "p",
        "response": "a b",
        "reward": 0.5,
        "response_tokens": ["a", " b"],
        "logprobs": [-1.0, -3.0],
        "ref_logprobs": [-1.0, -1.0],
    },
    {"step": 3, "prompt": "r", "response": "unrewarded"},
]


ALL = list(range(1, len(ROWS) + 1))


def lines(board: Board, where: str) -> list[Any]:
    found = board.samples(
        SamplesQuestion(Selection(".", where=where), TextRules(), columns=("line",), limit=500)
    )
    assert found.total == len(found.columns["line"])
    return list(found.columns["line"])
