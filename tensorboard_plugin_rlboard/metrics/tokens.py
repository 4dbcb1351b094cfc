"""Every formula of the project, vectorised and pure: token metrics, their sample statistics, their step sums.

All arrays are flat: the tokens of many samples one after another, float64, with `starts` (first position of
each sample) and `sizes` (tokens of each sample) beside them. A value is one of three things: finite, logged but
not finite (NaN, ±Infinity: kept and counted), or missing (no value; NaN in the array and True in `missing`).
Formulas and their sources: docs/metrics.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import (
    Bools,
    Floats,
    Ints,
    first_maximum,
    next_value,
    segment_sum,
    spread,
    suffix_sum,
)

Kind = Literal["signed", "magnitude", "probability", "log_probability", "count", "flag", "value"]

RHO_CAP = 2.0
"""C in w = min(rho, C): the truncation that verl and TIS use by default; shown beside every ESS."""


@dataclass(frozen=True)
class TokenMetric:
    """One number per response token: how it is called, coloured and, if it is not logged, computed."""

    name: str
    kind: Kind
    unit: str
    needs: tuple[str, ...] = ()
    formula: Callable[..., Floats] | None = None


def _exp(x: Floats) -> Floats:
    with np.errstate(over="ignore", invalid="ignore"):
        return np.exp(x)


def log_ratio(logprobs: Floats, ref_logprobs: Floats) -> Floats:
    """Policy minus reference in nats (k1, Schulman 2020)."""
    with np.errstate(invalid="ignore"):
        return logprobs - ref_logprobs


def k2(logprobs: Floats, ref_logprobs: Floats) -> Floats:
    """Half the squared log ratio (Schulman 2020)."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.square(logprobs - ref_logprobs) / 2.0


def k3(logprobs: Floats, ref_logprobs: Floats) -> Floats:
    """exp(-log_ratio) - 1 + log_ratio: the KL term of GRPO (Schulman 2020), never negative."""
    with np.errstate(over="ignore", invalid="ignore"):
        ratio = logprobs - ref_logprobs
        return np.exp(-ratio) - 1.0 + ratio


def mismatch_k3(logprobs: Floats, rollout_logprobs: Floats) -> Floats:
    """KL(rollout || trainer) per token: samples come from the sampler, so its sign is the other one than k3's."""
    with np.errstate(over="ignore", invalid="ignore"):
        ratio = logprobs - rollout_logprobs
        return np.exp(ratio) - 1.0 - ratio


LOGGED = (
    TokenMetric("logprobs", "log_probability", "nats"),
    TokenMetric("ref_logprobs", "log_probability", "nats"),
    TokenMetric("rollout_logprobs", "log_probability", "nats"),
    TokenMetric("new_logprobs", "log_probability", "nats"),
    TokenMetric("values", "signed", "reward"),
    TokenMetric("token_rewards", "signed", "reward"),
    TokenMetric("advantages", "signed", "reward"),
    TokenMetric("returns", "signed", "reward"),
    TokenMetric("entropies", "magnitude", "nats"),
)
POINTWISE = (
    TokenMetric("prob", "probability", "", ("logprobs",), _exp),
    TokenMetric("ref_prob", "probability", "", ("ref_logprobs",), _exp),
    TokenMetric("log_ratio", "signed", "nats", ("logprobs", "ref_logprobs"), log_ratio),
    TokenMetric("k2", "magnitude", "nats", ("logprobs", "ref_logprobs"), k2),
    TokenMetric("k3", "magnitude", "nats", ("logprobs", "ref_logprobs"), k3),
    TokenMetric("mismatch", "signed", "nats", ("logprobs", "rollout_logprobs"), log_ratio),
    TokenMetric("mismatch_k3", "magnitude", "nats", ("logprobs", "rollout_logprobs"), mismatch_k3),
    TokenMetric(
        "ratio", "value", "", ("new_logprobs", "logprobs"), lambda new, old: _exp(log_ratio(new, old))
    ),
    TokenMetric("surprise", "magnitude", "nats", ("logprobs",), lambda logprobs: -logprobs),
)
ALONG = (
    TokenMetric("return_to_go", "signed", "reward", ("token_rewards",)),
    TokenMetric("value_error", "signed", "reward", ("values", "token_rewards")),
    TokenMetric("td_error", "signed", "reward", ("values", "token_rewards")),
)
TOKEN_METRICS: dict[str, TokenMetric] = {metric.name: metric for metric in (*LOGGED, *POINTWISE, *ALONG)}
STATISTICS = ("sum", "mean", "std", "min", "max", "argmax", "absmean")


@dataclass(frozen=True)
class Tokens:
    """The response tokens of some samples, flat.

    Attributes:
        starts: int64 [samples], first position of each sample in the flat arrays.
        sizes: int64 [samples], number of tokens of each sample.
        values: token metric name -> float64 [tokens].
        missing: token metric name -> bool [tokens], True where there is no value. An absent name means none.
        mask: bool [tokens], False where a token is left out of every statistic (tool output, prompt echo).
    """

    starts: Ints
    sizes: Ints
    values: Mapping[str, Floats]
    missing: Mapping[str, Bools]
    mask: Bools | None = None

    def owners(self) -> Ints:
        """Sample number of each token, int64 [tokens]."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)


def value_target(tokens: Tokens, gamma: float, lam: float) -> tuple[Floats, str]:
    """The target of the critic and its name: `returns` where logged, else A + V with GAE(gamma, lam).

    Raises:
        KeyError: neither returns nor values with token_rewards are there.
    """
    if "returns" in tokens.values:
        return tokens.values["returns"], "returns"
    if gamma == lam == 1.0:  # the values cancel out: Σ (r_u + V_{u+1} - V_u) + V_t = Σ r_u
        return suffix_sum(_existing(tokens, "token_rewards"), tokens.starts, tokens.sizes, 1.0), "gae"
    delta = td_error(tokens, gamma)
    with np.errstate(invalid="ignore"):
        advantage = suffix_sum(delta, tokens.starts, tokens.sizes, gamma * lam)
        return advantage + tokens.values["values"], "gae"


def _existing(tokens: Tokens, name: str) -> Floats:
    """The values of one metric with 0 where none was logged, so that a short array does not spoil a sum along it."""
    absent = tokens.missing.get(name)
    return tokens.values[name] if absent is None else np.where(absent, 0.0, tokens.values[name])


def td_error(tokens: Tokens, gamma: float) -> Floats:
    """token_rewards_t + gamma * values_{t+1} - values_t, float64 [tokens]."""
    values = _existing(tokens, "values")
    with np.errstate(invalid="ignore"):
        return (
            _existing(tokens, "token_rewards")
            + gamma * next_value(values, tokens.starts, tokens.sizes)
            - values
        )


def derive(tokens: Tokens, gamma: float = 1.0, lam: float = 1.0) -> Tokens:
    """Adds every token metric that the logged ones allow; a logged metric of the same name is never replaced."""
    values = dict(tokens.values)
    missing = dict(tokens.missing)

    def add(name: str, needs: tuple[str, ...], array: Floats) -> None:
        absent = [missing[need] for need in needs if need in missing]
        values[name] = array
        if absent:
            missing[name] = np.logical_or.reduce(absent)

    for metric in POINTWISE:
        if metric.formula and metric.name not in values and all(need in values for need in metric.needs):
            add(metric.name, metric.needs, metric.formula(*(values[need] for need in metric.needs)))
    if "token_rewards" in values and "return_to_go" not in values:
        to_go = suffix_sum(_existing(tokens, "token_rewards"), tokens.starts, tokens.sizes, gamma)
        add("return_to_go", ("token_rewards",), to_go)
    if "values" in values and "token_rewards" in values and "td_error" not in values:
        add("td_error", ("values", "token_rewards"), td_error(tokens, gamma))
    if (
        "values" in values
        and ("returns" in values or "token_rewards" in values)
        and "value_error" not in values
    ):
        target, source = value_target(tokens, gamma, lam)
        with np.errstate(invalid="ignore"):
            error = values["values"] - target
        add("value_error", ("values", "returns" if source == "returns" else "token_rewards"), error)
    for name, absent in missing.items():
        if name not in tokens.missing:
            values[name] = np.where(absent, np.nan, values[name])
    return Tokens(tokens.starts, tokens.sizes, values, missing, tokens.mask)


@dataclass(frozen=True)
class SampleStatistics:
    """Statistics of one token metric, one number per sample; NaN where a sample has no finite value."""

    count: Floats
    nonfinite: Floats
    sum: Floats
    std: Floats
    min: Floats
    max: Floats
    argmax: Floats
    absmean: Floats


def statistics(tokens: Tokens, name: str) -> SampleStatistics:
    """Statistics over the finite, unmasked, existing values of one token metric.

    `std` is the population standard deviation, `argmax` the 0-based position of the first maximum.
    """
    x = tokens.values[name]
    there = None if tokens.mask is None else tokens.mask
    if name in tokens.missing:
        there = ~tokens.missing[name] if there is None else there & ~tokens.missing[name]
    finite = np.isfinite(x)
    used = finite if there is None else finite & there
    filled = tokens.sizes > 0
    starts, sizes = tokens.starts[filled], tokens.sizes[filled]
    found = np.full((8, len(filled)), np.nan)
    found[:2] = 0.0
    if len(x):
        clean = used.all()
        computed = _clean(x, starts, sizes) if clean else _holey(x, used, there, starts, sizes)
        found[:, filled] = computed
    return SampleStatistics(*found)


@np.errstate(over="ignore", invalid="ignore")
def _clean(x: Floats, starts: Ints, sizes: Ints) -> tuple[Floats, ...]:
    """The statistics of samples that have tokens, all of them finite and used."""
    count = sizes.astype(np.float64)
    total = np.add.reduceat(x, starts)
    low, high = np.minimum.reduceat(x, starts), np.maximum.reduceat(x, starts)
    mean = total / count
    centred = x - spread(mean, sizes)
    np.square(centred, out=centred)
    std = np.sqrt(np.add.reduceat(centred, starts) / count)
    same_sign = (low >= 0.0) | (high <= 0.0)
    absmean = np.abs(mean) if same_sign.all() else np.add.reduceat(np.abs(x), starts) / count
    return count, np.zeros(len(count)), total, std, low, high, first_maximum(x, high, starts, sizes), absmean


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def _holey(x: Floats, used: Bools, there: Bools | None, starts: Ints, sizes: Ints) -> tuple[Floats, ...]:
    """The same where some values are left out; NaN for samples of which none is left."""
    count = segment_sum(used.astype(np.float64), starts, sizes)
    existing = sizes if there is None else segment_sum(there.astype(np.float64), starts, sizes)
    y = np.where(used, x, 0.0)
    some = np.where(count > 0, 1.0, np.nan)
    total = segment_sum(y, starts, sizes) * some
    mean = total / count
    squares = np.square(np.where(used, y - spread(mean, sizes), 0.0))
    std = np.sqrt(segment_sum(squares, starts, sizes) / count) * some
    low = np.minimum.reduceat(np.where(used, x, np.inf), starts) * some
    bounded = np.where(used, x, -np.inf)
    high = np.maximum.reduceat(bounded, starts)
    at = first_maximum(bounded, high, starts, sizes) * some
    absmean = segment_sum(np.abs(y), starts, sizes) / count * some
    return count, existing - count, total, std, low, high * some, at, absmean
