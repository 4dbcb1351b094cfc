"""Token-level step metrics, made of sums that are kept for each sample, so that they are exact for any selection.

A mean of means would weight a short response like a long one, and a ratio of two sums cannot be averaged at all.
Formulas and their sources: docs/metrics.md, "Per step".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.metrics.critic import CriticTarget
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, repeat_per_token, segment_sum
from tensorboard_plugin_rlboard.metrics.thresholds import HUGE
from tensorboard_plugin_rlboard.metrics.tokens import RHO_CAP, Tokens


@dataclass(frozen=True)
class Moments:
    """Moments of two numbers of each token (means, centred sums of products), as names of columns of the index on disk.

    Means and centred sums, not sums of squares: of targets around a million, the squares would leave nothing of their
    differences. Those of several samples are pooled (Chan, Golub and LeVeque 1979):
    Σ xy + Σ n (x - x̄) (y - ȳ), where x̄ and ȳ are the means over all their tokens.

    Attributes:
        n: number of tokens.
        means: the means of both.
        products: centred sum of products -> the two that it is of.
    """

    n: str
    means: tuple[str, str]
    products: Mapping[str, tuple[str, str]]


# In these names mm is mismatch, rho = exp(mismatch), w = min(rho, C), seq is the product of rho over the response, ev is
# explained variance; a 2 is a square, n a count, over how many squares or errors are too large (`HUGE`) and left out.
_MISMATCH = ("mm_n", "mm_abs", "mm_abs_over", "rho2", "rho2_over", "w", "w2", "capped")
_SEQUENCE = ("seq_n", "seq_rho2", "seq_rho2_over", "seq_w", "seq_w2", "seq_capped")
PLAIN_SUMS = (*_MISMATCH, *_SEQUENCE)
"""Names of the sums per sample that are added up."""
PROBABILITIES = Moments("mm_n", ("p", "q"), {"pp": ("p", "p"), "qq": ("q", "q"), "pq": ("p", "q")})
"""p = exp(logprobs), q = exp(rollout_logprobs)."""
CRITIC = Moments("ev_n", ("ev_e", "ev_t"), {"ev_ee": ("ev_e", "ev_e"), "ev_tt": ("ev_t", "ev_t")})
"""e = target - V, t = target."""
SUM_NAMES = (
    *PLAIN_SUMS,
    "ev_n",
    *(name for found in (PROBABILITIES, CRITIC) for name in (*found.means, *found.products)),
)
"""Names of all that is kept for each sample."""
_MIN_VARIANCE = 1e-12
"""Up to this variance of the target explained variance is missing."""
ROUNDING = 1e-12
"""A standard deviation of no more than this part of the mean is what is left of rounding."""


def sample_sums(tokens: Tokens, target: CriticTarget | None = None) -> dict[str, Floats]:
    """The sums of each sample by name, float64 [samples] each, as far as their token metrics are logged.

    Args:
        tokens: the logged metrics.
        target: what `critic_target` gives for these.
    """
    sums: dict[str, Floats] = {}
    if "logprobs" in tokens.values and "rollout_logprobs" in tokens.values:
        sums |= _mismatch_sums(tokens)
    if target is not None:
        sums |= _critic_sums(tokens, target)
    return sums


def _all_finite(tokens: Tokens, *arrays: Floats) -> Bools:
    """Unmasked tokens at which every array is finite, bool [tokens]; a missing value is NaN in its array."""
    included: Bools = np.logical_and.reduce([np.isfinite(array) for array in arrays])
    return included if tokens.mask is None else included & tokens.mask


def _sums(tokens: Tokens, included: Bools, columns: Mapping[str, Floats]) -> dict[str, Floats]:
    if not included.all():  # np.where copies, and most logs need none of it
        columns = {name: np.where(included, column, 0.0) for name, column in columns.items()}
    return {name: segment_sum(column, tokens.starts, tokens.sizes) for name, column in columns.items()}


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def _moments(tokens: Tokens, included: Bools, names: Moments, x: Floats, y: Floats) -> dict[str, Floats]:
    """Means and centred sums of two numbers of each token over those included, 0 for a sample of which none is.

    The sums are corrected for the rounding of the mean, so that what is constant has a variance of next to nothing
    whatever its size.
    """
    n = _sums(tokens, included, {"n": np.ones(len(x))})["n"]
    means, centred = {}, {}
    for name, array in zip(names.means, (x, y), strict=True):
        rough = _sums(tokens, included, {name: array})[name] / n
        centred[name] = array - repeat_per_token(rough, tokens.sizes)
        rest = _sums(tokens, included, {name: centred[name]})[name] / n
        centred[name] -= repeat_per_token(rest, tokens.sizes)
        means[name] = np.where(n > 0, rough + rest, 0.0)
    products = {name: centred[one] * centred[other] for name, (one, other) in names.products.items()}
    return {names.n: n} | means | _sums(tokens, included, products)


@np.errstate(over="ignore", invalid="ignore")
def _mismatch_sums(tokens: Tokens) -> dict[str, Floats]:
    trainer, sampler = tokens.values["logprobs"], tokens.values["rollout_logprobs"]
    included = _all_finite(tokens, trainer, sampler)
    mismatch = trainer - sampler
    rho, factor = np.exp(mismatch), np.exp(np.abs(mismatch))
    w, rho2 = np.minimum(rho, RHO_CAP), rho * rho
    columns = {
        "mm_abs": _zero_if_huge(factor),
        "mm_abs_over": _is_huge(factor),
        "rho2": _zero_if_huge(rho2),
        "rho2_over": _is_huge(rho2),
        "w": w,
        "w2": w * w,
        "capped": (rho >= RHO_CAP).astype(float),
        "mismatch": mismatch,
    }
    sums = _sums(tokens, included, columns)
    sums |= _moments(tokens, included, PROBABILITIES, np.exp(trainer), np.exp(sampler))
    rho_seq = np.exp(sums.pop("mismatch"))
    has_tokens = (sums["mm_n"] > 0).astype(float)
    w_seq, rho2_seq = np.minimum(rho_seq, RHO_CAP), rho_seq * rho_seq
    return sums | {
        "seq_n": has_tokens,
        "seq_rho2": _zero_if_huge(rho2_seq) * has_tokens,
        "seq_rho2_over": _is_huge(rho2_seq),
        "seq_w": w_seq * has_tokens,
        "seq_w2": w_seq**2 * has_tokens,
        "seq_capped": (rho_seq >= RHO_CAP) * has_tokens,
    }


def _is_huge(x: Floats) -> Floats:
    return (x >= HUGE).astype(float)


def _zero_if_huge(x: Floats) -> Floats:
    return np.where(x >= HUGE, 0.0, x)


def _critic_sums(tokens: Tokens, target: CriticTarget) -> dict[str, Floats]:
    """Over the tokens that have a value and a target to compare it with: those that have a value_error.

    Those whose squares have no float64 are left out, or one of them would leave its whole step without a number.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        error = target.values - tokens.values["values"]
        squared = np.maximum(np.abs(error), np.abs(target.values)) < HUGE
    included = _all_finite(tokens, target.values, error) & squared
    if target.missing is not None:
        included &= ~target.missing
    return _moments(tokens, included, CRITIC, error, target.values)


def explained_variance(sums: Mapping[str, Floats]) -> Floats:
    """1 - Var(target - V) / Var(target); NaN where the target does not vary (CleanRL, `explained_var` of ppo.py).

    Args:
        sums: those of the critic, of samples or of steps, float64 [n] each.

    Returns:
        float64 [n], at most 1.
    """
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        error, target = sums["ev_ee"], sums["ev_tt"]
        variance = target / sums["ev_n"]
        varies = (variance > _MIN_VARIANCE) & _is_more_than_rounding(variance, sums["ev_t"])
        found = np.where(varies, 1.0 - error / target, np.nan)
        return np.where(np.isfinite(found), found, np.nan)


def _is_more_than_rounding(variance: Floats, mean: Floats) -> Bools:
    found: Bools = np.sqrt(variance) > ROUNDING * np.abs(mean)
    return found


def step_metrics(sums: Mapping[str, Floats]) -> dict[str, Floats]:
    """The step metrics by name, float64 [steps] each.

    Args:
        sums: those of each step, float64 [steps] each: the `PLAIN_SUMS` ones added up over its samples, those of `PROBABILITIES`
            and `CRITIC` pooled.

    Returns:
        A metric whose sums are not there is left out. One without a value, or that overflowed, is NaN.
    """
    metrics: dict[str, Floats] = {}
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        if "mm_abs" in sums:
            n, n_seq = sums["mm_n"], sums["seq_n"]
            for name, total, over, count, less in (
                ("token_mult_prob_error", sums["mm_abs"], sums["mm_abs_over"], n, 0.0),
                ("chi2_token", sums["rho2"], sums["rho2_over"], n, 1.0),
                ("chi2_seq", sums["seq_rho2"], sums["seq_rho2_over"], n_seq, 1.0),
            ):
                metrics[name] = total / (count - over) - less
                metrics[f"{name}_nonfinite"] = np.where(over > 0, over, np.nan)
            metrics["ess_fraction_token"] = sums["w"] ** 2 / (n * sums["w2"])
            metrics["ess_fraction_seq"] = sums["seq_w"] ** 2 / (n_seq * sums["seq_w2"])
            metrics["capped_share_token"] = sums["capped"] / n
            metrics["capped_share_seq"] = sums["seq_capped"] / n_seq
        if "pq" in sums:
            metrics["prob_pearson"] = _prob_pearson(sums)
        if "ev_tt" in sums:
            metrics["explained_variance"] = explained_variance(sums)
    return {name: np.where(np.isinf(array), np.nan, array) for name, array in metrics.items()}


def _prob_pearson(sums: Mapping[str, Floats]) -> Floats:
    """Pearson of the probabilities; NaN where one of them does not vary."""
    n = sums["mm_n"]
    varies = _is_more_than_rounding(sums["pp"] / n, sums["p"]) & _is_more_than_rounding(
        sums["qq"] / n, sums["q"]
    )
    found = sums["pq"] / (np.sqrt(sums["pp"]) * np.sqrt(sums["qq"]))
    return np.where(varies, np.clip(found, -1.0, 1.0), np.nan)
