"""Token-level step metrics, made of sums that are kept for each sample, so that they are exact for any selection.

A mean of means would weight a short response like a long one, and a ratio of two sums cannot be averaged at all.
Formulas and their sources: docs/metrics.md, "Per step".
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, segment_sum
from tensorboard_plugin_rlboard.metrics.tokens import RHO_CAP, Tokens, value_target

# These names are columns of the index on disk. In them, mm is mismatch, rho = exp(mismatch), w = min(rho, C),
# p = exp(logprobs), q = exp(rollout_logprobs), seq is the product of rho over the response, ev is explained variance,
# e = target - V, t = target; a doubled letter or a 2 is a square or product, n a count.
_MISMATCH = ("mm_n", "mm_abs", "rho2", "w", "w2", "capped", "p", "q", "pp", "qq", "pq")
_SEQUENCE = ("seq_n", "seq_rho2", "seq_w", "seq_w2", "seq_capped")
_CRITIC = ("ev_n", "ev_e", "ev_ee", "ev_t", "ev_tt")
SUM_NAMES = (*_MISMATCH, *_SEQUENCE, *_CRITIC)
"""Names of the sums per sample."""
_MIN_VARIANCE = 1e-12
"""Up to this variance explained variance and correlation are missing: what is left is rounding."""


def sample_sums(tokens: Tokens, gamma: float = 1.0, lam: float = 1.0) -> dict[str, Floats]:
    """The sums of each sample by name, float64 [samples] each, as far as their token metrics are logged.

    Args:
        tokens: the logged metrics.
        gamma: discount per token, for the target of the critic.
        lam: lambda of GAE, for the target of the critic.
    """
    sums: dict[str, Floats] = {}
    if "logprobs" in tokens.values and "rollout_logprobs" in tokens.values:
        sums |= _mismatch_sums(tokens)
    if "values" in tokens.values and ("returns" in tokens.values or "token_rewards" in tokens.values):
        sums |= _critic_sums(tokens, gamma, lam)
    return sums


def _all_finite(tokens: Tokens, *arrays: Floats) -> Bools:
    """Unmasked tokens at which every array is finite, bool [tokens]; a missing value is NaN in its array."""
    included: Bools = np.logical_and.reduce([np.isfinite(array) for array in arrays])
    return included if tokens.mask is None else included & tokens.mask


def _sums(tokens: Tokens, included: Bools, columns: Mapping[str, Floats]) -> dict[str, Floats]:
    if not included.all():  # np.where copies, and most logs need none of it
        columns = {name: np.where(included, column, 0.0) for name, column in columns.items()}
    return {name: segment_sum(column, tokens.starts, tokens.sizes) for name, column in columns.items()}


@np.errstate(over="ignore", invalid="ignore")
def _mismatch_sums(tokens: Tokens) -> dict[str, Floats]:
    trainer, sampler = tokens.values["logprobs"], tokens.values["rollout_logprobs"]
    included = _all_finite(tokens, trainer, sampler)
    mismatch = trainer - sampler
    rho, p, q = np.exp(mismatch), np.exp(trainer), np.exp(sampler)
    w = np.minimum(rho, RHO_CAP)
    columns = {
        "mm_n": np.ones(len(rho)),
        "mm_abs": np.exp(np.abs(mismatch)),
        "rho2": rho * rho,
        "w": w,
        "w2": w * w,
        "capped": (rho >= RHO_CAP).astype(float),
        "p": p,
        "q": q,
        "pp": p * p,
        "qq": q * q,
        "pq": p * q,
    }
    sums = _sums(tokens, included, columns)
    rho_seq = np.exp(_sums(tokens, included, {"mismatch": mismatch})["mismatch"])
    has_tokens = (sums["mm_n"] > 0).astype(float)
    w_seq = np.minimum(rho_seq, RHO_CAP)
    return sums | {
        "seq_n": has_tokens,
        "seq_rho2": rho_seq**2 * has_tokens,
        "seq_w": w_seq * has_tokens,
        "seq_w2": w_seq**2 * has_tokens,
        "seq_capped": (rho_seq >= RHO_CAP) * has_tokens,
    }


@np.errstate(over="ignore", invalid="ignore")
def _critic_sums(tokens: Tokens, gamma: float, lam: float) -> dict[str, Floats]:
    target, _ = value_target(tokens, gamma, lam)
    error = target - tokens.values["values"]
    columns = {
        "ev_n": np.ones(len(error)),
        "ev_e": error,
        "ev_ee": error**2,
        "ev_t": target,
        "ev_tt": target**2,
    }
    return _sums(tokens, _all_finite(tokens, target, error), columns)


def explained_variance(sums: Mapping[str, Floats]) -> Floats:
    """1 - Var(target - V) / Var(target); NaN where Var(target) is at most 1e-12 (CleanRL, `explained_var` of ppo.py).

    Args:
        sums: those of the critic, of samples or of steps, float64 [n] each.

    Returns:
        float64 [n], at most 1.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        n = sums["ev_n"]
        error = sums["ev_ee"] / n - (sums["ev_e"] / n) ** 2
        target = sums["ev_tt"] / n - (sums["ev_t"] / n) ** 2
        return np.where(target > _MIN_VARIANCE, 1.0 - error / target, np.nan)


def step_metrics(sums: Mapping[str, Floats]) -> dict[str, Floats]:
    """The step metrics by name, float64 [steps] each, of sums over the samples of each step, float64 [steps] each.

    A metric whose sums are not there is left out. One that overflowed is NaN.
    """
    metrics: dict[str, Floats] = {}
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        if "mm_n" in sums:
            n, n_seq = sums["mm_n"], sums["seq_n"]
            metrics["token_mult_prob_error"] = sums["mm_abs"] / n
            metrics["chi2_token"] = sums["rho2"] / n - 1.0
            metrics["chi2_seq"] = sums["seq_rho2"] / n_seq - 1.0
            metrics["ess_fraction_token"] = sums["w"] ** 2 / (n * sums["w2"])
            metrics["ess_fraction_seq"] = sums["seq_w"] ** 2 / (n_seq * sums["seq_w2"])
            metrics["capped_share_token"] = sums["capped"] / n
            metrics["capped_share_seq"] = sums["seq_capped"] / n_seq
            covariance = sums["pq"] / n - sums["p"] * sums["q"] / n**2
            variances = (sums["pp"] / n - (sums["p"] / n) ** 2) * (sums["qq"] / n - (sums["q"] / n) ** 2)
            metrics["prob_pearson"] = np.where(
                variances > _MIN_VARIANCE**2, covariance / np.sqrt(variances), np.nan
            )
        if "ev_n" in sums:
            metrics["explained_variance"] = explained_variance(sums)
    return {name: np.where(np.isinf(array), np.nan, array) for name, array in metrics.items()}
