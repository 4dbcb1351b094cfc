"""Metrics per response token: their names and formulas, and the flat arrays that they are computed on.

All arrays are flat: the tokens of many samples one after another, float64, with the `starts` and `sizes` of the samples
beside them (see `segments`). A value is one of three things: finite; logged but not finite (NaN, ±Infinity: shown and
counted, never part of a statistic); or missing (no value: NaN in the array and True in `missing`).
Formulas and their sources: docs/metrics.md, "Per token".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints, discounted_cumsum, next_value

RHO_CAP = 2.0
"""C in w = min(rho, C), the truncation of importance weights; verl's default (`rollout_is_threshold`)."""


@dataclass(frozen=True)
class TokenMetric:
    """How a metric with one number per response token is computed; what it is says its entry in `metrics.catalog`.

    Attributes:
        name: as in docs/metrics.md.
        needs: the logged metrics that it is computed from; empty for a logged one.
        formula: computes it from those, float64 [tokens] each; None where it is logged or sums along the response.
    """

    name: str
    needs: tuple[str, ...] = ()
    formula: Callable[..., Floats] | None = None


def _exp(x: Floats) -> Floats:
    with np.errstate(over="ignore", invalid="ignore"):
        return np.exp(x)


def log_ratio(logprobs: Floats, ref_logprobs: Floats) -> Floats:
    """The policy's log-probability minus the reference's, in nats (k1, Schulman 2020)."""
    with np.errstate(invalid="ignore"):
        return logprobs - ref_logprobs


def k2(logprobs: Floats, ref_logprobs: Floats) -> Floats:
    """log_ratio² / 2 in nats (Schulman 2020)."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.square(logprobs - ref_logprobs) / 2.0


def k3(logprobs: Floats, ref_logprobs: Floats) -> Floats:
    """exp(-log_ratio) - 1 + log_ratio in nats, never negative (Schulman 2020; KL term of GRPO, arXiv 2402.03300, eq. 4)."""
    with np.errstate(over="ignore", invalid="ignore"):
        difference = logprobs - ref_logprobs
        return np.exp(-difference) - 1.0 + difference


def mismatch_k3(logprobs: Floats, rollout_logprobs: Floats) -> Floats:
    """exp(mismatch) - 1 - mismatch in nats: k3 of KL(sampler || trainer).

    The samples come from the sampler, so the sign of the log ratio is the other one than in `k3`.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        difference = logprobs - rollout_logprobs
        return np.exp(difference) - 1.0 - difference


LOGGED = (
    TokenMetric("logprobs"),
    TokenMetric("ref_logprobs"),
    TokenMetric("rollout_logprobs"),
    TokenMetric("new_logprobs"),
    TokenMetric("values"),
    TokenMetric("token_rewards"),
    TokenMetric("advantages"),
    TokenMetric("returns"),
    TokenMetric("entropies"),
)
POINTWISE = (
    TokenMetric("prob", ("logprobs",), _exp),
    TokenMetric("ref_prob", ("ref_logprobs",), _exp),
    TokenMetric("log_ratio", ("logprobs", "ref_logprobs"), log_ratio),
    TokenMetric("k2", ("logprobs", "ref_logprobs"), k2),
    TokenMetric("k3", ("logprobs", "ref_logprobs"), k3),
    TokenMetric("mismatch", ("logprobs", "rollout_logprobs"), log_ratio),
    TokenMetric("mismatch_k3", ("logprobs", "rollout_logprobs"), mismatch_k3),
    TokenMetric("ratio", ("new_logprobs", "logprobs"), lambda new, old: _exp(log_ratio(new, old))),
    TokenMetric("surprise", ("logprobs",), lambda logprobs: -logprobs),
)
SEQUENTIAL = (
    TokenMetric("return_to_go", ("token_rewards",)),
    TokenMetric("value_error", ("values", "token_rewards")),
    TokenMetric("td_error", ("values", "token_rewards")),
)
TOKEN_METRICS: dict[str, TokenMetric] = {metric.name: metric for metric in (*LOGGED, *POINTWISE, *SEQUENTIAL)}


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
    """What the critic is compared with: the logged `returns`, else A_t + V_t with A from GAE (arXiv 1506.02438).

    Args:
        tokens: with `returns`, or with `values` and `token_rewards`.
        gamma: discount per token.
        lam: lambda of GAE.

    Returns:
        The target, float64 [tokens] in units of reward, and what it is: `returns` or `gae`.

    Raises:
        KeyError: neither returns nor values with token_rewards are there.
    """
    if "returns" in tokens.values:
        return tokens.values["returns"], "returns"
    if gamma == lam == 1.0:  # the values cancel out: Σ (r_u + V_{u+1} - V_u) + V_t = Σ r_u
        rewards = _zero_where_missing(tokens, "token_rewards")
        return discounted_cumsum(rewards, tokens.starts, tokens.sizes, 1.0), "gae"
    delta = td_error(tokens, gamma)
    with np.errstate(invalid="ignore"):
        advantage = discounted_cumsum(delta, tokens.starts, tokens.sizes, gamma * lam)
        return advantage + tokens.values["values"], "gae"


def _zero_where_missing(tokens: Tokens, name: str) -> Floats:
    """One metric with 0 where it is missing, so that a short array does not spoil a sum along the response."""
    missing = tokens.missing.get(name)
    return tokens.values[name] if missing is None else np.where(missing, 0.0, tokens.values[name])


def td_error(tokens: Tokens, gamma: float) -> Floats:
    """token_rewards_t + gamma * values_{t+1} - values_t, float64 [tokens] in units of reward (arXiv 1506.02438, section 3)."""
    values = _zero_where_missing(tokens, "values")
    with np.errstate(invalid="ignore"):
        return (
            _zero_where_missing(tokens, "token_rewards")
            + gamma * next_value(values, tokens.starts, tokens.sizes)
            - values
        )


def with_derived_metrics(tokens: Tokens, gamma: float = 1.0, lam: float = 1.0) -> Tokens:
    """Adds every token metric that the logged ones allow.

    A logged metric of the same name is never replaced. A derived value is missing where one of its inputs is.

    Args:
        tokens: the logged metrics.
        gamma: discount per token, for return_to_go, td_error and value_error.
        lam: lambda of GAE, for value_error.
    """
    values = dict(tokens.values)
    missing = dict(tokens.missing)

    def add(name: str, needs: tuple[str, ...], array: Floats) -> None:
        values[name] = array
        inputs = [missing[need] for need in needs if need in missing]
        if inputs:
            missing[name] = np.logical_or.reduce(inputs)

    for metric in POINTWISE:
        if metric.formula and metric.name not in values and all(need in values for need in metric.needs):
            add(metric.name, metric.needs, metric.formula(*(values[need] for need in metric.needs)))
    if "token_rewards" in values and "return_to_go" not in values:
        rewards = _zero_where_missing(tokens, "token_rewards")
        to_go = discounted_cumsum(rewards, tokens.starts, tokens.sizes, gamma)
        add("return_to_go", ("token_rewards",), to_go)
    if "values" in values and "token_rewards" in values and "td_error" not in values:
        add("td_error", ("values", "token_rewards"), td_error(tokens, gamma))
    has_target = "returns" in values or "token_rewards" in values
    if "values" in values and has_target and "value_error" not in values:
        target, source = value_target(tokens, gamma, lam)
        with np.errstate(invalid="ignore"):
            error = values["values"] - target
        add("value_error", ("values", "returns" if source == "returns" else "token_rewards"), error)
    for name, absent in missing.items():
        if name not in tokens.missing:
            values[name] = np.where(absent, np.nan, values[name])
    return Tokens(tokens.starts, tokens.sizes, values, missing, tokens.mask)
