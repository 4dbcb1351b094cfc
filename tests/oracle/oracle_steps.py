"""docs/metrics.md, the group metrics and "Per step", of many samples: written from the document and from nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from oracle_tokens import (
    OracleSample,
    critic_pairs,
    explained_variance,
    logged_advantage,
    token_metrics,
)
from plain_numbers import HUGE, Number, exp, is_borderline, mean, pearson, quantile, square, std, total

LEVELS = {"p01": 0.01, "p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "p99": 0.99}
KINDS = (
    "gradient",
    "filtered",
    "all_truncated",
    "all_right",
    "all_wrong",
    "all_equal",
    "one_member",
    "unrewarded",
)
_Key = TypeVar("_Key")


def grouped(
    samples: Iterable[OracleSample], key: Callable[[OracleSample], _Key | None]
) -> dict[_Key, list[OracleSample]]:
    """Samples by a key; those without one are in no group."""
    found: dict[_Key, list[OracleSample]] = {}
    for sample in samples:
        name = key(sample)
        if name is not None:
            found.setdefault(name, []).append(sample)
    return found


def group_of(sample: OracleSample) -> str | None:
    """What a sample is grouped by: the id, without one the prompt."""
    return f"id {sample.group}" if sample.group is not None else sample.prompt


def many_alone(prompts: Sequence[Sequence[object]]) -> bool:
    """Whether so many prompts have one sample that those with several have them by chance."""
    return sum(len(samples) == 1 for samples in prompts) * 4 > len(prompts)


def finite_rewards(samples: Iterable[OracleSample]) -> list[float]:
    """The rewards that count."""
    return [r for sample in samples if abs(r := sample.numbers.get("reward", math.nan)) < HUGE]


def group_metrics(sample: OracleSample, step: Sequence[OracleSample]) -> dict[str, Number]:
    """`group_mean`, `group_std`, `group_rank` and `advantage` of a sample among those of its step."""
    found: dict[str, Number] = dict.fromkeys(("group_mean", "group_std", "group_rank"))
    found["advantage"] = logged_advantage(sample)
    if group_of(sample) is None:
        return found
    rewards = finite_rewards(other for other in step if group_of(other) == group_of(sample))
    if not rewards:
        return found
    found["group_mean"], found["group_std"] = mean(rewards), std(rewards)
    for own in finite_rewards([sample]):
        found["group_rank"] = 1.0 + sum(other > own for other in rewards)
        if found["advantage"] is None and len(rewards) > 1:
            equal = min(rewards) == max(rewards)
            found["advantage"] = (
                0.0 if equal else (own - total(rewards) / len(rewards)) / (std(rewards) + 1e-6)
            )
    return found


def statistics(values: Iterable[Number]) -> dict[str, Number]:
    """Statistics of a sample metric over the samples of a step."""
    present = [x for x in values if x is not None]
    xs = [x for x in present if abs(x) < HUGE]
    found: dict[str, Number] = {"count": len(xs), "nonfinite": len(present) - len(xs)}
    if not xs:
        return found | dict.fromkeys(("sum", "mean", "std", "min", "max", *LEVELS))
    found |= {"sum": total(xs), "mean": mean(xs), "std": std(xs), "min": min(xs), "max": max(xs)}
    return found | {name: quantile(xs, level) for name, level in LEVELS.items()}


def token_mean_statistics(
    samples: Iterable[OracleSample], name: str, arrays: Mapping[int, Mapping[str, list[Number]]]
) -> dict[str, Number]:
    """The same of a token metric's mean: `count`, `nonfinite`, `sum` and `mean` are of all tokens."""
    own: list[float] = []
    kept: list[float] = []
    odd = 0
    for sample in samples:
        present = [x for _, x in sample.counted(name, arrays[id(sample)])]
        xs = [x for x in present if math.isfinite(x)]
        odd += len(present) - len(xs)
        if not xs:
            continue
        own.append(mean(xs) or 0.0)
        if abs(own[-1]) < HUGE:
            kept += xs
        else:
            odd += len(xs)
    of_tokens: dict[str, Number] = {"count": len(kept), "nonfinite": odd}
    of_tokens |= {"sum": total(kept) if kept else None, "mean": mean(kept)}
    return statistics(own) | of_tokens


def step_metrics(samples: Sequence[OracleSample], gamma: float, lam: float) -> dict[str, Number]:
    """The step metrics of one step; NaN where the last digits decide whether there is one."""
    gaps = [
        s.numbers["reward"] - s.numbers["ref_reward"]
        for s in samples
        if {"reward", "ref_reward"} <= s.numbers.keys()
    ]
    gaps = [gap for gap in gaps if abs(gap) < HUGE]
    lengths = [(r, float(s.n_tokens)) for s in samples if s.n_tokens for r in finite_rewards([s])]
    reasons = [s.finish_reason.lower() for s in samples if s.finish_reason is not None]
    truncated = [float(x in {"length", "max_length", "max_tokens", "truncated"}) for x in reasons]
    with_id = grouped([s for s in samples if s.group is not None], group_of).values()
    of_prompts = grouped([s for s in samples if s.group is None], group_of).values()
    told = [[r for g in found if (r := finite_rewards(g))] for found in (with_id, of_prompts)]
    groups = [r for r in [*told[0], *([] if many_alone(told[1]) else told[1])] if len(r) > 1]
    alike = [g for g in groups if max(g) - min(g) <= 1e-8]
    answers = [
        [s.response for s in found if s.response is not None]
        for found in grouped(samples, lambda s: s.prompt).values()
    ]
    answers = [texts for texts in answers if texts]
    several = [] if many_alone(answers) else [texts for texts in answers if len(texts) > 1]
    repeated = [1 - len(set(texts)) / len(texts) for texts in several]
    pairs = [pair for s in samples for pair in critic_pairs(s, gamma, lam)]
    return {
        "n_samples": len(samples),
        "win": mean([float(gap > 0) for gap in gaps]),
        "tie": mean([float(gap == 0) for gap in gaps]),
        "loss": mean([float(gap < 0) for gap in gaps]),
        "reward_length_correlation": math.nan if is_borderline([r for r, _ in lengths]) else pearson(lengths),
        "truncation_share": mean(truncated),
        "zero_advantage_groups": len(alike) / len(groups) if groups else None,
        "all_good_groups": sum(total(g) > 0 for g in alike) / len(groups) if groups else None,
        "all_bad_groups": sum(total(g) <= 0 for g in alike) / len(groups) if groups else None,
        **_kind_shares(samples),
        "duplicate_share": mean(repeated),
        "explained_variance": explained_variance(pairs),
        **_mismatch_metrics(samples),
    }


def _kind_shares(samples: Sequence[OracleSample]) -> dict[str, Number]:
    """Of each kind of "Groups": its share of the groups of the step."""
    kinds = [_kind(members) for members in grouped(samples, group_of).values()]
    return {f"groups_{kind}": kinds.count(kind) / len(kinds) if kinds else None for kind in KINDS}


def _kind(members: Sequence[OracleSample]) -> str:
    rewards = finite_rewards(members)
    logged = [abs(a) for m in members if abs(a := m.numbers.get("advantage", math.nan)) < HUGE]
    of_tokens = [xs for m in members if (xs := m.finite("advantages", m.arrays))]
    # A token's that is too large for a number hides the others of its response on its side of 0.
    logged += [abs(a) for xs in of_tokens for a in (min(xs), max(xs)) if abs(a) < HUGE]
    differ = len(rewards) > 1 and max(rewards) - min(rewards) > 1e-8
    if max(logged) > 1e-8 if logged else differ:
        return "gradient"
    if len(rewards) < 2:
        return "one_member" if rewards else "unrewarded"
    if differ:
        return "filtered"
    reasons = [(m.finish_reason or "").lower() for m in members]
    if all(reason in {"length", "max_length", "max_tokens", "truncated"} for reason in reasons):
        return "all_truncated"
    return "all_right" if min(rewards) >= 1 else "all_wrong" if max(rewards) <= 0 else "all_equal"


def first_step_kl(samples: Iterable[OracleSample], gamma: float, lam: float) -> Number:
    """Mean k3 over the tokens of samples whose sum of it is below 1e150."""
    own = [s.finite("k3", token_metrics(s, gamma, lam)) for s in samples]
    return mean([x for xs in own if abs(total(xs)) < HUGE for x in xs])


def _mismatch_metrics(samples: Iterable[OracleSample]) -> dict[str, Number]:
    tokens: list[tuple[float, float]] = []
    sums: list[float] = []
    for sample in samples:
        if not (sample.logs("logprobs") and sample.logs("rollout_logprobs")):
            continue
        sampler = sample.arrays["rollout_logprobs"]
        own = [(p, sampler[at]) for at, p in sample.counted("logprobs", sample.arrays)]
        both = [(p, q) for p, q in own if q is not None and math.isfinite(p) and math.isfinite(q)]
        tokens += both
        if both:
            sums.append(total(p - q for p, q in both))
    if not tokens:
        return {}
    ratios, along = [exp(p - q) for p, q in tokens], [exp(x) for x in sums]
    probabilities = [(exp(p), exp(q)) for p, q in tokens]
    unsure = any(is_borderline([pair[side] for pair in probabilities]) for side in (0, 1))
    found: dict[str, Number] = {"prob_pearson": math.nan if unsure else pearson(probabilities)}
    for name, terms, less in (
        ("token_mult_prob_error", [exp(abs(p - q)) for p, q in tokens], 0.0),
        ("chi2_token", list(map(square, ratios)), 1.0),
        ("chi2_seq", list(map(square, along)), 1.0),
    ):
        finite = [x for x in terms if x < HUGE]
        whole = total(x / len(finite) for x in finite)
        found[name] = whole - less if finite and math.isfinite(total(finite)) else None
        found[f"{name}_nonfinite"] = len(terms) - len(finite) or None
    for name, weights in (("token", ratios), ("seq", along)):
        capped = [min(w, 2.0) for w in weights]
        squares = total(map(square, capped))
        found[f"ess_fraction_{name}"] = total(capped) ** 2 / (len(capped) * squares) if squares else None
        found[f"capped_share_{name}"] = total(float(w >= 2) for w in weights) / len(weights)
    return found
