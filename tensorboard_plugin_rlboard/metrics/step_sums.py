"""Sums kept for each sample from which the steps' token-level numbers are computed exactly, by sum and count.

A mean of means would weight a short response like a long one, and a ratio of two sums cannot be averaged at all.
Formulas and their sources: docs/metrics.md, "Per step".
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, segment_sum
from tensorboard_plugin_rlboard.metrics.tokens import RHO_CAP, Tokens, value_target

_MISMATCH = ("mm_n", "mm_abs", "rho2", "w", "w2", "capped", "p", "q", "pp", "qq", "pq")
_SEQUENCE = ("seq_n", "seq_rho2", "seq_w", "seq_w2", "seq_capped")
_CRITIC = ("ev_n", "ev_e", "ev_ee", "ev_t", "ev_tt")
NAMES = (*_MISMATCH, *_SEQUENCE, *_CRITIC)
_FLAT = 1e-12
"""Below this variance of the target, explained variance says nothing."""


def moments(tokens: Tokens, gamma: float = 1.0, lam: float = 1.0) -> dict[str, Floats]:
    """The sums of each sample, float64 [samples] each; only those whose token metrics are there."""
    found: dict[str, Floats] = {}
    if "logprobs" in tokens.values and "rollout_logprobs" in tokens.values:
        found |= _mismatch(tokens)
    if "values" in tokens.values and ("returns" in tokens.values or "token_rewards" in tokens.values):
        found |= _critic(tokens, gamma, lam)
    return found


def _used(tokens: Tokens, *arrays: Floats) -> Bools:
    used: Bools = np.logical_and.reduce([np.isfinite(array) for array in arrays])
    return used if tokens.mask is None else used & tokens.mask


def _sums(tokens: Tokens, used: Bools, columns: Mapping[str, Floats]) -> dict[str, Floats]:
    whole = bool(used.all())
    return {
        name: segment_sum(column if whole else np.where(used, column, 0.0), tokens.starts, tokens.sizes)
        for name, column in columns.items()
    }


@np.errstate(over="ignore", invalid="ignore")
def _mismatch(tokens: Tokens) -> dict[str, Floats]:
    trainer, sampler = tokens.values["logprobs"], tokens.values["rollout_logprobs"]
    used = _used(tokens, trainer, sampler)
    difference = trainer - sampler
    rho, p, q = np.exp(difference), np.exp(trainer), np.exp(sampler)
    w = np.minimum(rho, RHO_CAP)
    ones = np.ones(len(rho))
    columns = {"mm_n": ones, "mm_abs": np.exp(np.abs(difference)), "rho2": rho * rho, "w": w, "w2": w * w}
    columns |= {
        "capped": (rho >= RHO_CAP).astype(float),
        "p": p,
        "q": q,
        "pp": p * p,
        "qq": q * q,
        "pq": p * q,
    }
    sums = _sums(tokens, used, columns)
    total = _sums(tokens, used, {"d": difference})["d"]
    rho_seq = np.exp(total)
    some = (sums["mm_n"] > 0).astype(float)
    w_seq = np.minimum(rho_seq, RHO_CAP)
    sequence = {
        "seq_n": some,
        "seq_rho2": rho_seq**2 * some,
        "seq_w": w_seq * some,
        "seq_w2": w_seq**2 * some,
    }
    return sums | sequence | {"seq_capped": (rho_seq >= RHO_CAP) * some}


@np.errstate(over="ignore", invalid="ignore")
def _critic(tokens: Tokens, gamma: float, lam: float) -> dict[str, Floats]:
    target, _ = value_target(tokens, gamma, lam)
    error = target - tokens.values["values"]
    used = _used(tokens, target, error)
    columns = {
        "ev_n": np.ones(len(error)),
        "ev_e": error,
        "ev_ee": error**2,
        "ev_t": target,
        "ev_tt": target**2,
    }
    return _sums(tokens, used, columns)


def explained_variance(sums: Mapping[str, Floats]) -> Floats:
    """1 - Var(target - V) / Var(target); NaN where Var(target) is about 0 (CleanRL)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        n = sums["ev_n"]
        error = sums["ev_ee"] / n - (sums["ev_e"] / n) ** 2
        target = sums["ev_tt"] / n - (sums["ev_t"] / n) ** 2
        return np.where(target > _FLAT, 1.0 - error / target, np.nan)


def combine(sums: Mapping[str, Floats]) -> dict[str, Floats]:
    """The step metrics of the given sums (each float64 [steps]); only those whose sums are there."""
    found: dict[str, Floats] = {}
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        if "mm_n" in sums:
            n, m = sums["mm_n"], sums["seq_n"]
            found["token_mult_prob_error"] = sums["mm_abs"] / n
            found["chi2_token"] = sums["rho2"] / n - 1.0
            found["chi2_seq"] = sums["seq_rho2"] / m - 1.0
            found["ess_fraction_token"] = sums["w"] ** 2 / (n * sums["w2"])
            found["ess_fraction_seq"] = sums["seq_w"] ** 2 / (m * sums["seq_w2"])
            found["capped_share_token"] = sums["capped"] / n
            found["capped_share_seq"] = sums["seq_capped"] / m
            covariance = sums["pq"] / n - sums["p"] * sums["q"] / n**2
            spread = (sums["pp"] / n - (sums["p"] / n) ** 2) * (sums["qq"] / n - (sums["q"] / n) ** 2)
            found["prob_pearson"] = np.where(spread > _FLAT**2, covariance / np.sqrt(spread), np.nan)
        if "ev_n" in sums:
            found["explained_variance"] = explained_variance(sums)
    return {name: np.where(np.isinf(array), np.nan, array) for name, array in found.items()}
