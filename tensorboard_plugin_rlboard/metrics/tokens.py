"""Metrics per response token: their names, the formulas of those of one token alone, and the flat arrays of all.

All arrays are flat: the tokens of many samples one after another, float64, with the `starts` and `sizes` of the samples
beside them (see `segments`). A value is one of three things: finite; logged but not finite (NaN, ±Infinity: shown and
counted, never part of a statistic); or missing (no value: NaN in the array and True in `missing`).
Formulas and their sources: docs/metrics.md, "Per token".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints, segment_any

RHO_CAP = 2.0
"""C in w = min(rho, C), the truncation of importance weights; verl's default (`rollout_is_threshold`)."""


@dataclass(frozen=True)
class TokenMetric:
    """How a metric with one number per response token is computed; `metrics.catalog` describes it.

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
    with np.errstate(over="ignore", invalid="ignore"):
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
    TokenMetric(
        "importance_ratio",
        ("logprobs", "rollout_logprobs"),
        lambda trainer, sampler: _exp(log_ratio(trainer, sampler)),
    ),
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

    def per_token(self, of_samples: Bools) -> Bools:
        """Repeats the truth value of each sample for each of its tokens, bool [tokens]."""
        return np.repeat(of_samples, self.sizes)

    def has(self, name: str) -> Bools:
        """Which samples have a value of a metric anywhere, bool [samples].

        What is computed of other metrics is chosen by it, sample by sample: so a sample has the same numbers whichever
        others it is read with.
        """
        if name not in self.values:
            return np.zeros(len(self.sizes), bool)
        if name not in self.missing:
            return self.sizes > 0
        return segment_any(~self.missing[name], self.starts, self.sizes)
