"""Logs of the native format, drawn by hypothesis, and the oracle's samples of them."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st
from oracle_tokens import OracleSample

Row = dict[str, Any]
LOGPROB_ARRAYS = ("logprobs", "ref_logprobs", "rollout_logprobs", "new_logprobs")
REWARD_ARRAYS = ("values", "token_rewards", "returns", "advantages")
OWN_LISTS = ("k3", "value_error", "return_to_go", "focus")
"""Lists under names that no field has: of derived metrics, and of nothing that is known."""
NUMBERS = (
    "ref_reward",
    "valid_reward",
    "ref_valid_reward",
    "policy_version",
    "staleness",
    "advantage",
    "rhyme",
)


def _lists(elements: st.SearchStrategy[Any], size: int) -> st.SearchStrategy[list[Any]]:
    """As long as the response, or one shorter: an array without a value for the end token."""
    return st.integers(max(1, size - 1), size).flatmap(lambda n: st.lists(elements, min_size=n, max_size=n))


def _decimals(low: float, high: float) -> st.SearchStrategy[float]:
    return st.integers(0, 4096).map(lambda i: round(low + (high - low) * i / 4096, 4))


LOGPROBS = st.one_of(
    *[_decimals(-9, 0)] * 12, st.sampled_from([None, math.nan, -math.inf, 0.0, -200.0, -400.0, -800.0])
)


@st.composite
def _of_rewards(draw: st.DrawFn, size: int) -> list[Any]:
    """Numbers of one scale, constant or zero but for the last one in many, now and then with what is none or huge."""
    scale = draw(st.sampled_from([1.0, 1.0, 1e-9, 1e6]))
    kind = draw(st.sampled_from(["any", "any", "odd", "constant", "sparse"]))
    number = _decimals(-5, 5).map(lambda x: x * scale)
    if kind == "constant":
        return [draw(number)] * size
    if kind == "sparse":
        return [0.0] * (size - 1) + [draw(number)]
    odd = (
        [st.sampled_from([None, math.nan, math.inf, -math.inf, 1e308, -1e308, 1e200])]
        if kind == "odd"
        else []
    )
    return draw(_lists(st.one_of(number, *odd), size))


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """One sample as a line has it."""
    size = draw(st.sampled_from([0, 1, 2, 3, 4, 6]))
    texts = st.sampled_from(["yes", "no", "né 😀", "ab" * 150])
    row: Row = {"response": draw(texts), "prompt": draw(st.sampled_from(["p", "q", None]))}
    row["group_id"] = draw(st.sampled_from([None, None, "g"]))
    row["finish_reason"] = draw(st.sampled_from([None, "stop", "LENGTH"]))
    row["reward"] = draw(
        st.one_of(
            *[_decimals(-1, 1)] * 4, st.sampled_from([None, 0.1, 0.1, math.nan, -math.inf, 1e160, -2e150])
        )
    )
    for name in draw(st.lists(st.sampled_from(NUMBERS), max_size=3)):
        row[name] = draw(st.one_of(_decimals(0, 3), st.sampled_from([math.nan, 2e150])))
    if size:
        row["response_tokens"] = [f"t{i}" for i in range(size)]
        for name in draw(st.sets(st.sampled_from(LOGPROB_ARRAYS))):
            row[name] = draw(_lists(LOGPROBS, size))
        for name in draw(st.sets(st.sampled_from(REWARD_ARRAYS))):
            row[name] = draw(_of_rewards(size))
        for name in draw(st.lists(st.sampled_from(("entropies", *OWN_LISTS)), max_size=1)):
            huge = st.sampled_from([None, 1.7e308, -1e308, 1e160])
            row[name] = draw(_lists(st.one_of(_decimals(0, 2), huge), size))
        if draw(st.integers(0, 3)) == 0:
            row["response_mask"] = draw(st.lists(st.sampled_from([0, 1, 1]), min_size=size, max_size=size))
    return row


@st.composite
def logs(draw: st.DrawFn) -> list[Row]:
    """The lines of one training: steps in their order, several samples each."""
    return [
        {"step": step} | row
        for step in draw(st.sampled_from([(1,), (1, 2), (3, 7, 8)]))
        for row in draw(st.lists(rows(), min_size=1, max_size=6))
    ]


def as_logged(row: Row) -> OracleSample:
    """The oracle's sample of a line."""
    size = len(row.get("response_tokens", ()))
    names = {*LOGPROB_ARRAYS, *REWARD_ARRAYS, "entropies", *OWN_LISTS} & row.keys()
    mask = row.get("response_mask")
    return OracleSample(
        step=row["step"],
        prompt=row["prompt"],
        group=row["group_id"],
        response=row["response"],
        finish_reason=row["finish_reason"],
        numbers={name: row[name] for name in ("reward", *NUMBERS) if row.get(name) is not None},
        arrays={name: [*row[name], *[None] * (size - len(row[name]))] for name in names},
        mask=None if mask is None else list(map(bool, mask)),
        n_tokens=size,
    )
