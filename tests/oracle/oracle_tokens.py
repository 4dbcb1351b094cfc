"""docs/metrics.md, "Per token" and "Per sample", of one sample alone: written from the document and from nothing else."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from plain_numbers import (
    HUGE,
    Number,
    exp,
    is_borderline,
    mean,
    pointwise,
    square,
    std,
    total,
    variance,
    varies,
)

Arrays = Mapping[str, list[Number]]


@dataclass
class OracleSample:
    """A sample as it was logged.

    Attributes:
        step, prompt, group, response, finish_reason: of the line.
        numbers: logged numbers by name.
        arrays: logged token arrays by name, each as long as the response has tokens.
        mask: False for tokens that are left out of every statistic.
        n_tokens: response tokens.
    """

    step: int
    prompt: str | None
    group: str | None
    response: str | None
    finish_reason: str | None = None
    numbers: dict[str, float] = field(default_factory=dict)
    arrays: dict[str, list[Number]] = field(default_factory=dict)
    mask: list[bool] | None = None
    n_tokens: int = 0

    def logs(self, name: str) -> bool:
        """Whether it has any value of a token array."""
        return any(x is not None for x in self.arrays.get(name, ()))

    def counted(self, name_or_array: str | list[Number], arrays: Arrays) -> list[tuple[int, float]]:
        """Positions and values of the tokens that are there and not masked."""
        values = arrays.get(name_or_array, []) if isinstance(name_or_array, str) else name_or_array
        return [
            (at, x) for at, x in enumerate(values) if x is not None and (self.mask is None or self.mask[at])
        ]

    def finite(self, name: str, arrays: Arrays) -> list[float]:
        """Finite values of those."""
        return [x for _, x in self.counted(name, arrays) if math.isfinite(x)]


def token_metrics(sample: OracleSample, gamma: float, lam: float) -> dict[str, list[Number]]:
    """Every token metric of a sample, logged ones before derived ones."""
    logged = {name: values for name, values in sample.arrays.items() if sample.logs(name)}
    found: dict[str, list[Number]] = {}
    formulas: dict[str, tuple[tuple[str, ...], Callable[..., float]]] = {
        "prob": (("logprobs",), exp),
        "ref_prob": (("ref_logprobs",), exp),
        "log_ratio": (("logprobs", "ref_logprobs"), lambda p, q: p - q),
        "k2": (("logprobs", "ref_logprobs"), lambda p, q: square(p - q) / 2),
        "k3": (("logprobs", "ref_logprobs"), lambda p, q: exp(q - p) - 1 + (p - q)),
        "mismatch": (("logprobs", "rollout_logprobs"), lambda p, q: p - q),
        "importance_ratio": (("logprobs", "rollout_logprobs"), lambda p, q: exp(p - q)),
        "mismatch_k3": (("logprobs", "rollout_logprobs"), lambda p, q: exp(p - q) - 1 - (p - q)),
        "ratio": (("new_logprobs", "logprobs"), lambda new, old: exp(new - old)),
        "surprise": (("logprobs",), lambda p: -p),
    }
    for name, (needs, formula) in formulas.items():
        if all(need in logged for need in needs):
            found[name] = pointwise(formula, *(logged[need] for need in needs))
    rewards, values = logged.get("token_rewards"), logged.get("values")
    if rewards is not None:
        found["return_to_go"] = _where_present(_discounted(_or_zero(rewards), gamma), rewards)
    if rewards is not None and values is not None:
        found["td_error"] = _where_present(_td_errors(rewards, values, gamma), rewards, values)
    target = critic_target(sample, gamma, lam)
    if target is not None and values is not None:
        found["value_error"] = pointwise(lambda v, t: v - t, values, target)
    return found | logged


def critic_target(sample: OracleSample, gamma: float, lam: float) -> list[Number] | None:
    """Returns as logged; without them GAE's, at λ = 1 the return to go. None without values or either."""
    if not sample.logs("values"):
        return None
    if sample.logs("returns"):
        return sample.arrays["returns"]
    if not sample.logs("token_rewards"):
        return None
    rewards, values = sample.arrays["token_rewards"], sample.arrays["values"]
    if lam == 1.0:
        return _where_present(_discounted(_or_zero(rewards), gamma), rewards)
    advantages = _discounted(_td_errors(rewards, values, gamma), gamma * lam)
    sums = [a + v for a, v in zip(advantages, _or_zero(values), strict=True)]
    return _where_present(sums, rewards)


def _or_zero(values: list[Number]) -> list[float]:
    return [0.0 if x is None else x for x in values]


def _discounted(xs: list[float], discount: float) -> list[float]:
    return [
        total(discount ** (u - t) * xs[u] if u > t else xs[t] for u in range(t, len(xs)))
        for t in range(len(xs))
    ]


def _td_errors(rewards: list[Number], values: list[Number], gamma: float) -> list[float]:
    r, v = _or_zero(rewards), [*_or_zero(values), 0.0]
    return [r[t] + gamma * v[t + 1] - v[t] for t in range(len(r))]


def _where_present(values: list[float], *inputs: list[Number]) -> list[Number]:
    return [None if None in each else x for x, *each in zip(values, *inputs, strict=True)]


def statistics(sample: OracleSample, name: str, arrays: Arrays) -> dict[str, Number]:
    """`sum`, `mean`, `std`, `min`, `max`, `argmax`, `absmean` over the finite tokens that count; None without any."""
    found = [(at, x) for at, x in sample.counted(name, arrays) if math.isfinite(x)]
    if not found:
        return dict.fromkeys(("sum", "mean", "std", "min", "max", "argmax", "absmean"))
    xs = [x for _, x in found]
    return {
        "sum": total(xs),
        "mean": mean(xs),
        "std": std(xs),
        "min": min(xs),
        "max": max(xs),
        "argmax": float(next(at for at, x in found if x == max(xs))),
        "absmean": mean(list(map(abs, xs))),
    }


def critic_pairs(sample: OracleSample, gamma: float, lam: float) -> list[tuple[float, float]]:
    """(target - V, target) of the tokens that have a value and a target, both below 1e150."""
    target = critic_target(sample, gamma, lam)
    if target is None:
        return []
    errors = pointwise(lambda t, v: t - v, target, sample.arrays["values"])
    pairs = [(e, target[at]) for at, e in sample.counted(errors, {})]
    return [(e, t) for e, t in pairs if t is not None and abs(e) < HUGE and abs(t) < HUGE]


def explained_variance(pairs: list[tuple[float, float]]) -> Number:
    """1 - Var(target - V) / Var(target); None where the target does not vary, NaN where the last digits decide that."""
    targets = [t for _, t in pairs]
    if is_borderline(targets):
        return math.nan
    if not pairs or not varies(targets) or variance(targets) <= 1e-12:
        return None
    return 1.0 - variance([e for e, _ in pairs]) / variance(targets)


def own_metrics(sample: OracleSample, gamma: float, lam: float) -> dict[str, Number]:
    """Every sample metric but those of its group and the statistics of its token metrics."""
    arrays, numbers = token_metrics(sample, gamma, lam), sample.numbers
    errors = sample.finite("value_error", arrays)
    logprobs = sample.finite("logprobs", arrays)
    reason = sample.finish_reason
    raw = (sample.response or "").encode()
    version = numbers.get("policy_version")
    gaps = {
        gap: numbers[one] - numbers[other] if one in numbers and other in numbers else None
        for gap, one, other in (
            ("reward_gap", "reward", "ref_reward"),
            ("valid_reward_gap", "valid_reward", "ref_valid_reward"),
        )
    }
    return {
        **numbers,
        **gaps,
        "n_tokens": sample.n_tokens or None,
        "n_chars": None if sample.response is None else len(sample.response),
        "truncated": None
        if reason is None
        else float(reason.lower() in {"length", "max_length", "max_tokens", "truncated"}),
        "repetition": 1 - len(zlib.compress(raw, 1)) / len(raw) if len(raw) >= 200 else None,
        "staleness": numbers.get(
            "staleness",
            None if version is None or (sample.step == 0 and version > 0) else sample.step - version,
        ),
        "value_mse": mean(list(map(square, errors))),
        "explained_variance": explained_variance(critic_pairs(sample, gamma, lam)),
        "nonfinite": sum(
            not math.isfinite(x) for name in sample.arrays for _, x in sample.counted(name, sample.arrays)
        ),
        "perplexity": exp(-(mean(logprobs) or 0.0)) if logprobs else None,
    }


def logged_advantage(sample: OracleSample) -> Number:
    """As logged for the sample, else the one that its tokens share, or their mean."""
    if "advantage" in sample.numbers:
        return sample.numbers["advantage"]
    xs = sample.finite("advantages", sample.arrays)
    return (xs[0] if min(xs) == max(xs) else mean(xs)) if xs else None
