"""Trainings drawn by hypothesis, for what is said of groups, prompts and pairs of runs; and the rows that count of them.

What is odd of them is what real ones are odd by: a restart that goes back to an earlier step, an evaluation beside the training, ids
of groups that come again at every step, prompts that are seen once, in several renderings or not at all, rollouts that failed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Row = dict[str, Any]
PROMPTS = (
    *("Why?", "<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n", "User: Why?\nAssistant:"),
    *("1 + 1 = ?", "春天是什么？", "春天  是什么？", "春天 是什么？", None),
)
REWARDS = (0.0, 0.0, 1.0, 1.0, 0.25, 0.1 + 0.2, 0.3, -1.0, 1.0 + 1e-9, None, math.nan, math.inf, 1e200)
LOGPROBS = st.sampled_from([-0.5, -0.25, -1.0, -3.0])


@st.composite
def _rollout(draw: st.DrawFn, number: int) -> Row:
    # A run without any tokens is measured in characters.
    size = draw(st.sampled_from([1, 2] if number == 0 else [0, 1, 1, 2, 3]))
    found: Row = {"response": draw(st.sampled_from(["yes", "no", "好"])) if size else ""}
    once = draw(st.integers(0, 5)) == 0
    found["prompt"] = f"once {number}" if once else draw(st.sampled_from(PROMPTS))
    found["group_id"] = draw(st.sampled_from([None, "g1", "g2"]))
    found["reward"] = draw(st.sampled_from(REWARDS))
    found["format_reward"] = draw(st.sampled_from([0.0, 0.5, None]))
    found["ref_reward"] = draw(st.sampled_from([0.0, 0.5, 2.0, None, math.nan]))
    found["advantage"] = draw(st.sampled_from([None, None, None, 0.0, 1.5, -0.5, math.nan]))
    found["finish_reason"] = draw(st.sampled_from(["stop", "length", None]))
    found["data_source"] = draw(st.sampled_from(["math", "code", None]))
    if size:
        found["response_tokens"] = [f"t{i}" for i in range(size)]
        for name in ("logprobs", "ref_logprobs"):
            found[name] = draw(st.lists(LOGPROBS, min_size=size, max_size=size))
    return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True)
class Training:
    """The lines of one run, each with its `step` and, for the oracle alone, its `split` and `attempt`."""

    rows: list[Row]

    @property
    def lines(self) -> list[Row]:
        """As a log has them."""
        hidden = {"split", "attempt"}
        return [
            {name: value for name, value in row.items() if name not in hidden}
            | ({"validation": True} if row["split"] == "eval" else {})
            for row in self.rows
        ]

    def chosen(self, split: str, attempt: int | None = None, low: int = -1, high: int = 99) -> list[Row]:
        """The rows of a split: of one attempt, else of the newest that has their step."""
        of_split = [row for row in self.rows if row["split"] == split]
        newest: dict[int, int] = {}
        for row in of_split:
            newest[row["step"]] = max(newest.get(row["step"], 0), row["attempt"])
        return [
            row
            for row in of_split
            if low <= row["step"] <= high
            and row["attempt"] == (newest[row["step"]] if attempt is None else attempt)
        ]


@st.composite
def trainings(draw: st.DrawFn) -> Training:
    """Five to nine steps in one attempt, or in two of which the second begins at a step that the first had."""
    last = draw(st.integers(3, 5))
    steps = [(step, 1) for step in range(1, last + 1)]
    if draw(st.booleans()):
        begin = draw(st.integers(1, last - 1))  # at the last step it would not go back
        steps += [(step, 2) for step in range(begin, draw(st.integers(begin, 6)) + 1)]
    rows: list[Row] = []
    for step, attempt in steps:
        for split, most in (("train", 9), ("eval", 2)):
            for _ in range(draw(st.integers(1, most))):
                where = {"step": step, "split": split, "attempt": attempt}
                rows.append(where | draw(_rollout(len(rows))))
    return Training(rows)


def finite(x: float | None) -> float | None:
    """A number that counts; None for what is missing, not finite, or so large that its square is not."""
    return x if x is not None and abs(x) < 1e150 else None


def k3_of(row: Row) -> tuple[float, int]:
    """The sum of k3 over the tokens of a sample, and their number."""
    if "k3" in row:
        total, count = row["k3"]
        return (total, count) if finite(total) is not None else (0.0, 0)
    pairs = list(zip(row.get("ref_logprobs", []), row.get("logprobs", []), strict=True))
    return math.fsum(math.exp(r - p) - 1 - (r - p) for r, p in pairs), len(pairs)
