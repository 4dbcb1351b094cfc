from __future__ import annotations

import math
from statistics import fmean, pvariance

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pooled_sums import pooled

from tensorboard_plugin_rlboard.metrics.critic import critic_target
from tensorboard_plugin_rlboard.metrics.step_sums import SUM_NAMES, sample_sums, step_metrics
from tensorboard_plugin_rlboard.metrics.tokens import RHO_CAP, Tokens

Sample = list[tuple[float, float]]


def flat(samples: list[Sample], names: tuple[str, str], mask: list[bool] | None = None) -> Tokens:
    sizes = np.asarray([len(sample) for sample in samples], np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    pairs = [pair for sample in samples for pair in sample]
    values = {name: np.asarray([pair[k] for pair in pairs], np.float64) for k, name in enumerate(names)}
    return Tokens(starts, sizes, values, {}, None if mask is None else np.asarray(mask, bool))


def step(tokens: Tokens) -> dict[str, float]:
    """The step metrics of all the samples together, as the board combines them."""
    found = sample_sums(tokens, critic_target(tokens, 1.0, 1.0))
    assert set(found) <= set(SUM_NAMES)
    return {
        name: float(array[0])
        for name, array in step_metrics(pooled(found)).items()
        if not name.endswith("_nonfinite")
    }


LOGPROBS = st.floats(-5, 0, allow_nan=False).map(lambda x: round(x, 4))
PAIRS = st.lists(st.lists(st.tuples(LOGPROBS, LOGPROBS), max_size=5), min_size=1, max_size=5)
MISMATCH = ("logprobs", "rollout_logprobs")


@settings(deadline=None)
@given(PAIRS)
def test_mismatch_metrics_are_their_formulas(samples: list[Sample]) -> None:
    pairs = [pair for sample in samples for pair in sample]
    found = step(flat(samples, MISMATCH))
    if not pairs:
        assert all(math.isnan(x) for x in found.values())
        return
    rho = [math.exp(p - q) for p, q in pairs]
    sequences = [math.exp(math.fsum(p - q for p, q in sample)) for sample in samples if sample]
    assert found["token_mult_prob_error"] == pytest.approx(fmean(math.exp(abs(p - q)) for p, q in pairs))
    assert found["chi2_token"] == pytest.approx(fmean(r * r for r in rho) - 1, abs=1e-9)
    assert found["chi2_seq"] == pytest.approx(fmean(r * r for r in sequences) - 1, abs=1e-9, rel=1e-9)
    for name, weights in (("token", rho), ("seq", sequences)):
        w = [min(r, RHO_CAP) for r in weights]
        ess = sum(w) ** 2 / (len(w) * sum(x * x for x in w))
        assert found[f"ess_fraction_{name}"] == pytest.approx(ess)
        near = any(abs(r - RHO_CAP) < 1e-9 for r in weights)  # decided by the last digit
        capped = fmean(r >= RHO_CAP for r in weights)
        assert near or found[f"capped_share_{name}"] == pytest.approx(capped)
    p, q = [math.exp(x) for x, _ in pairs], [math.exp(y) for _, y in pairs]
    if len(set(p)) > 1 and len(set(q)) > 1:
        assert found["prob_pearson"] == pytest.approx(np.corrcoef(p, q)[0, 1], abs=1e-6)
        assert -1 <= found["prob_pearson"] <= 1
    else:
        assert math.isnan(found["prob_pearson"])


def test_ess_reads_one_where_all_weights_are_at_the_cap() -> None:
    found = step(flat([[(0.0, -3.0), (0.0, -4.0)]], MISMATCH))
    assert found["ess_fraction_token"] == 1.0
    assert found["capped_share_token"] == 1.0


def test_copied_logprobs_read_exactly_nothing() -> None:
    found = step(flat([[(-1.0, -1.0), (-2.0, -2.0)], [(-0.5, -0.5)]], MISMATCH))
    assert found["token_mult_prob_error"] == 1.0
    assert found["chi2_token"] == 0.0
    assert found["chi2_seq"] == 0.0
    assert found["prob_pearson"] == pytest.approx(1.0)


def test_equal_probabilities_have_no_correlation() -> None:
    assert math.isnan(step(flat([[(-1.0, -1.0), (-1.0, -1.0)]], MISMATCH))["prob_pearson"])


CRITIC = ("values", "returns")
SMALL = st.floats(-10, 10, allow_nan=False).map(lambda x: round(x, 3))


@settings(deadline=None)
@given(st.lists(st.lists(st.tuples(SMALL, SMALL), max_size=5), min_size=1, max_size=5))
def test_explained_variance_is_its_formula(samples: list[Sample]) -> None:
    found = step(flat(samples, CRITIC))["explained_variance"]
    pairs = [pair for sample in samples for pair in sample]
    variance = pvariance([target for _, target in pairs]) if pairs else 0.0
    if variance > 1e-4:
        expected = 1 - pvariance([target - value for value, target in pairs]) / variance
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)
    elif variance == 0.0:
        assert math.isnan(found)


def test_perfect_and_useless_critics() -> None:
    assert step(flat([[(1.0, 1.0), (2.0, 2.0)]], CRITIC))["explained_variance"] == pytest.approx(1.0)
    assert step(flat([[(0.0, 1.0), (0.0, 2.0)]], CRITIC))["explained_variance"] == pytest.approx(0.0)
    assert step(flat([[(4.0, 1.0), (0.0, 2.0)]], CRITIC))["explained_variance"] < 0


def test_what_is_not_finite_or_masked_is_left_out() -> None:
    good = [(-1.0, -1.5), (-2.0, -1.75)]
    odd = [*good, (math.nan, -1.0), (-1.0, -math.inf), (-9.0, -1.0)]
    mask = [True, True, True, True, False]
    for names in (MISMATCH, CRITIC):
        clean, dirty = step(flat([good], names)), step(flat([odd], names, mask))
        assert dirty == pytest.approx(clean)


def test_nothing_is_said_without_both_sides() -> None:
    lone = flat([[(-1.0, -1.0)]], ("logprobs", "ref_logprobs"))
    assert sample_sums(lone, critic_target(lone, 1.0, 1.0)) == {}
    assert step_metrics({}) == {}


def test_overflow_is_no_number() -> None:
    found = step(flat([[(0.0, -800.0)]], MISMATCH))
    assert math.isnan(found["chi2_token"])
    assert math.isnan(found["token_mult_prob_error"])
    assert found["ess_fraction_token"] == 1.0
