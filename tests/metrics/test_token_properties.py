from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.metrics import segments, token_statistics, tokens
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats
from tensorboard_plugin_rlboard.metrics.tokens import Tokens

Values = list[float | None]


def flat_tokens(samples: list[dict[str, Values]], masks: list[list[bool]] | None = None) -> Tokens:
    """Lays samples flat; every sample has the same arrays, None is a missing value."""
    sizes = [len(next(iter(sample.values()), [])) for sample in samples]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    flat: dict[str, Floats] = {}
    missing: dict[str, Bools] = {}
    for name in samples[0]:
        joined = [x for sample in samples for x in sample[name]]
        flat[name] = np.asarray([math.nan if x is None else x for x in joined], np.float64)
        if any(x is None for x in joined):
            missing[name] = np.asarray([x is None for x in joined], bool)
    mask = None if masks is None else np.asarray([seen for row in masks for seen in row], bool)
    return Tokens(starts, np.asarray(sizes, np.int64), flat, missing, mask)


def one(**arrays: Values) -> Tokens:
    return flat_tokens([arrays])


def test_test_vector_of_the_definition() -> None:
    found = tokens.with_derived_metrics(one(logprobs=[-0.1], ref_logprobs=[-3.0])).values
    assert found["log_ratio"].tolist() == pytest.approx([2.9])
    assert found["k2"].tolist() == pytest.approx([4.205])
    assert found["k3"].tolist() == pytest.approx([1.955023], abs=5e-7)
    swapped = tokens.with_derived_metrics(one(logprobs=[-3.0], ref_logprobs=[-0.1])).values
    assert swapped["log_ratio"].tolist() == pytest.approx([-2.9])
    assert swapped["k2"].tolist() == pytest.approx([4.205])
    assert swapped["k3"].tolist() == pytest.approx([14.274145], abs=5e-7)


def test_mismatch_k3_has_the_sampler_in_front() -> None:
    """KL(rollout || trainer): the samples are the sampler's, so its sign is the other one than k3's."""
    found = tokens.with_derived_metrics(one(logprobs=[-0.1], rollout_logprobs=[-3.0])).values
    assert found["mismatch"].tolist() == pytest.approx([2.9])
    assert found["mismatch_k3"].tolist() == pytest.approx([math.exp(2.9) - 1 - 2.9])


def test_other_derived_metrics() -> None:
    found = tokens.with_derived_metrics(
        one(logprobs=[-0.5], ref_logprobs=[-2.0], new_logprobs=[-0.25])
    ).values
    assert found["prob"].tolist() == pytest.approx([math.exp(-0.5)])
    assert found["ref_prob"].tolist() == pytest.approx([math.exp(-2.0)])
    assert found["ratio"].tolist() == pytest.approx([math.exp(0.25)])
    assert found["surprise"].tolist() == [0.5]


def test_nothing_is_derived_from_what_is_not_there() -> None:
    found = tokens.with_derived_metrics(one(rollout_logprobs=[-1.0], ref_logprobs=[-1.0])).values
    assert set(found) == {"rollout_logprobs", "ref_logprobs", "ref_prob"}
    assert set(tokens.with_derived_metrics(one(values=[1.0])).values) == {"values"}
    assert set(tokens.with_derived_metrics(one(returns=[1.0])).values) == {"returns"}


@pytest.mark.parametrize("name", [metric.name for metric in (*tokens.POINTWISE, *tokens.SEQUENTIAL)])
def test_a_logged_metric_is_never_replaced(name: str) -> None:
    logged: dict[str, Values] = {
        key: [-1.0, -2.0]
        for key in ("logprobs", "ref_logprobs", "rollout_logprobs", "new_logprobs", "values", "token_rewards")
    }
    found = tokens.with_derived_metrics(flat_tokens([{**logged, name: [42.0, None]}]))
    assert found.values[name][0] == 42.0
    assert found.missing[name].tolist() == [False, True]


def test_a_derived_value_is_missing_where_one_of_its_sources_is() -> None:
    found = tokens.with_derived_metrics(one(logprobs=[-1.0, None, -1.0], ref_logprobs=[None, -1.0, -2.0]))
    assert found.missing["log_ratio"].tolist() == [True, True, False]
    assert found.missing["k3"].tolist() == [True, True, False]
    assert np.isnan(found.values["k3"][:2]).all()
    assert found.missing["prob"].tolist() == [False, True, False]


def test_nan_stays_nan_and_is_not_missing() -> None:
    found = tokens.with_derived_metrics(one(logprobs=[math.nan, -1.0], ref_logprobs=[-1.0, -math.inf]))
    assert "k3" not in found.missing
    assert math.isnan(found.values["log_ratio"][0])
    assert found.values["log_ratio"][1] == math.inf


def test_td_error_has_no_value_after_the_last_token() -> None:
    found = tokens.td_error(flat_tokens([one_sample([1.0, 2.0], [0.5, 0.25]), one_sample([3.0], [1.0])]), 0.5)
    assert found.tolist() == pytest.approx([0.5 + 0.5 * 2.0 - 1.0, 0.25 - 2.0, 1.0 - 3.0])


def one_sample(values: Values, rewards: Values) -> dict[str, Values]:
    return {"values": values, "token_rewards": rewards}


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
    found, source = tokens.value_target(flat_tokens(drawn), gamma, lam)
    assert source == "gae"
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
    assert found.tolist() == pytest.approx(expected, abs=1e-6)


@settings(deadline=None)
@given(samples(("values", "token_rewards"), FINITE, most=2))
def test_at_lambda_one_the_target_is_the_return_to_go(drawn: list[dict[str, Values]]) -> None:
    found = tokens.with_derived_metrics(flat_tokens(drawn), gamma=0.9, lam=1.0).values
    error = (found["values"] - found["return_to_go"]).tolist()
    assert found["value_error"].tolist() == pytest.approx(error, abs=1e-6)


def test_logged_returns_are_the_target() -> None:
    found = tokens.with_derived_metrics(
        one(values=[1.0, 2.0], token_rewards=[5.0, 5.0], returns=[3.0, 1.0])
    ).values
    assert found["value_error"].tolist() == [-2.0, 1.0]


def test_a_missing_last_reward_does_not_spoil_the_earlier_ones() -> None:
    found = tokens.with_derived_metrics(one(values=[0.0, 0.0, 0.0], token_rewards=[1.0, 2.0, None]))
    assert found.values["return_to_go"][:2].tolist() == [3.0, 2.0]
    assert found.missing["return_to_go"].tolist() == [False, False, True]
    assert found.missing["td_error"].tolist() == [False, False, True]


def test_samples_never_run_into_each_other() -> None:
    apart = [tokens.with_derived_metrics(flat_tokens([sample])) for sample in SAMPLES]
    together = tokens.with_derived_metrics(flat_tokens(SAMPLES))
    for name, array in together.values.items():
        joined = np.concatenate([found.values[name] for found in apart])
        assert array.tolist() == pytest.approx(joined.tolist(), nan_ok=True), name


SAMPLES: list[dict[str, Values]] = [
    one_sample([1.0, 2.0, 3.0], [0.1, 0.2, 0.3]),
    one_sample([], []),
    one_sample([5.0], [0.5]),
    one_sample([-1.0, -2.0], [0.0, 1.0]),
]


@pytest.mark.parametrize("sizes", [[], [0], [0, 0]])
def test_no_tokens_at_all(sizes: list[int]) -> None:
    empty = np.zeros(len(sizes), np.int64)
    flat = Tokens(empty, empty, {"logprobs": np.zeros(0), "ref_logprobs": np.zeros(0)}, {})
    found = token_statistics.statistics(tokens.with_derived_metrics(flat), "k3")
    assert found.count.tolist() == [0.0] * len(sizes)
    assert np.isnan(found.sum).all()


def test_owners_name_the_sample_of_each_token() -> None:
    assert flat_tokens(SAMPLES).owners().tolist() == [0, 0, 0, 2, 3, 3]
