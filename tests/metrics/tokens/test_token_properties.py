"""The formulas of tokens against plain loops, over inputs drawn at random."""

from __future__ import annotations

import math
from typing import Any

import pytest
from flat_tokens import Values, all_metrics, flat_tokens
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.metrics import critic, segments, token_statistics

FINITE = st.floats(-1e3, 1e3, allow_nan=False).map(lambda x: round(x, 3))
NUMBERS = st.one_of(FINITE, st.sampled_from([math.nan, math.inf, -math.inf, None, 0.0]))


@st.composite
def samples(draw: st.DrawFn, names: tuple[str, ...], values: Any, most: int = 5) -> list[dict[str, Values]]:
    sizes = draw(st.lists(st.integers(0, 6), min_size=1, max_size=most))
    return [{name: draw(st.lists(values, min_size=size, max_size=size)) for name in names} for size in sizes]


@settings(deadline=None)
@given(samples(("x",), NUMBERS), st.data())
def test_statistics_are_those_of_a_plain_loop(drawn: list[dict[str, Values]], data: st.DataObject) -> None:
    masks = None
    if data.draw(st.booleans()):
        masks = [[data.draw(st.booleans()) for _ in sample["x"]] for sample in drawn]
    found = token_statistics.statistics(flat_tokens(drawn, masks), "x")
    for i, sample in enumerate(drawn):
        seen = [(at, x) for at, x in enumerate(sample["x"]) if masks is None or masks[i][at]]
        there = [(at, x) for at, x in seen if x is not None]
        finite = [(at, x) for at, x in there if math.isfinite(x)]
        assert found.count[i] == len(finite)
        assert found.nonfinite[i] == len(there) - len(finite)
        if not finite:
            assert all(math.isnan(getattr(found, name)[i]) for name in ("sum", "std", "min", "max", "argmax"))
            assert math.isnan(found.absmean[i])
            continue
        xs = [x for _, x in finite]
        mean = math.fsum(xs) / len(xs)
        assert found.sum[i] == pytest.approx(math.fsum(xs), abs=1e-9)
        std = math.sqrt(math.fsum((x - mean) ** 2 for x in xs) / len(xs))
        assert found.std[i] == pytest.approx(std, abs=1e-6)
        assert found.min[i] == min(xs)
        assert found.max[i] == max(xs)
        assert found.argmax[i] == next(at for at, x in finite if x == max(xs))
        assert found.absmean[i] == pytest.approx(math.fsum(map(abs, xs)) / len(xs))


@settings(deadline=None)
@given(samples(("x",), FINITE), st.sampled_from([1.0, 0.99, 0.5, 0.0]))
def test_suffix_sums_are_those_of_a_plain_loop(drawn: list[dict[str, Values]], factor: float) -> None:
    flat = flat_tokens(drawn)
    found = segments.discounted_cumsum(flat.values["x"], flat.starts, flat.sizes, factor).tolist()
    expected: list[float] = []
    for sample in drawn:
        total, backwards = 0.0, []
        for x in reversed(sample["x"]):
            assert x is not None
            total = x + factor * total
            backwards.append(total)
        expected += backwards[::-1]
    assert found == pytest.approx(expected, abs=1e-6)


@settings(deadline=None)
@given(
    samples(("values", "token_rewards"), FINITE),
    st.sampled_from([1.0, 0.9]),
    st.sampled_from([1.0, 0.95, 0.0]),
)
def test_value_target_is_gae_plus_value(drawn: list[dict[str, Values]], gamma: float, lam: float) -> None:
    found = critic.critic_target(flat_tokens(drawn), gamma, lam)
    assert found is not None
    assert not found.logged.any()
    expected: list[float] = []
    for sample in drawn:
        values = [x or 0.0 for x in sample["values"]]
        rewards = [x or 0.0 for x in sample["token_rewards"]]
        targets = []
        for t in range(len(values)):
            advantage = 0.0
            for u in range(t, len(values)):  # the definition: a discounted sum of TD errors
                following = values[u + 1] if u + 1 < len(values) else 0.0
                advantage += (gamma * lam) ** (u - t) * (rewards[u] + gamma * following - values[u])
            targets.append(advantage + values[t])
        expected += targets
    assert found.values.tolist() == pytest.approx(expected, abs=1e-6)


@settings(deadline=None)
@given(samples(("values", "token_rewards"), FINITE, most=2))
def test_at_lambda_one_the_target_is_the_return_to_go(drawn: list[dict[str, Values]]) -> None:
    found = all_metrics(flat_tokens(drawn), gamma=0.9, lam=1.0).values
    error = (found["values"] - found["return_to_go"]).tolist()
    assert found["value_error"].tolist() == pytest.approx(error, abs=1e-6)
