"""Failures of the policy and of the numbers of its tokens: drift, certainty, the sampler, the critic, padding."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from planted_runs.failures import Failure, PlantedStep, pick_positions, pick_samples, strongest_evidence
from planted_runs.levels import Levels, ramp
from planted_runs.samples import Floats, PlantedEvidence, Sample

_REFERENCE = frozenset({"reference"})
_SAMPLER = frozenset({"sampler"})


def _kl_spike(samples: list[Sample], planted: PlantedStep, rng: np.random.Generator) -> list[PlantedEvidence]:
    """In a quarter of the samples the policy likes a stretch of tokens that the reference hardly knows."""
    evidence = []
    for index in pick_samples(samples, 0.25, rng):
        sample, far = samples[index], planted.by_strength(3, 5, 9)
        tokens = pick_positions(sample, 0.12, rng)
        places = list(tokens)
        liked = np.minimum(-0.05, sample.logprobs[places] / 4)
        sample.rollout_logprobs[places] += liked - sample.logprobs[places]  # the sampler likes them as much
        sample.logprobs[places] = liked
        sample.ref_logprobs[places] = sample.logprobs[places] - far - rng.exponential(0.5, len(places))
        evidence.append(
            PlantedEvidence(index, tokens, float((sample.logprobs - sample.ref_logprobs)[places].max()))
        )
    return evidence


def _log_ratio(sample: Sample) -> Floats:
    return sample.logprobs - sample.ref_logprobs


def _kl_runaway_levels(levels: Levels, planted: PlantedStep) -> Levels:
    return replace(
        levels, kl=min(3.0, levels.kl * planted.by_strength(1.08, 1.2, 1.6) ** (planted.since + 1))
    )


def _first_kl_levels(levels: Levels, planted: PlantedStep) -> Levels:
    return replace(levels, kl=levels.kl + planted.by_strength(0.03, 0.15, 0.6))


def _most_drifted(
    samples: list[Sample], planted: PlantedStep, rng: np.random.Generator
) -> list[PlantedEvidence]:
    del planted, rng
    return strongest_evidence(samples, _log_ratio)


def _negative_kl(
    samples: list[Sample], planted: PlantedStep, rng: np.random.Generator
) -> list[PlantedEvidence]:
    """The reference likes the tokens more than the policy that wrote them: the two were not computed alike."""
    evidence = []
    for index, sample in enumerate(samples):
        less = planted.by_strength(0.3, 0.7, 1.6)
        chosen = np.flatnonzero(rng.random(len(sample.logprobs)) < 0.6)
        sample.ref_logprobs[chosen] = np.minimum(sample.logprobs[chosen] + less, -1e-4)
        places = chosen[_log_ratio(sample)[chosen] < -less / 2]
        if places.size:
            evidence.append(
                PlantedEvidence(index, tuple(map(int, places)), float(-_log_ratio(sample).mean()))
            )
    return evidence


def _entropy_levels(levels: Levels, planted: PlantedStep) -> Levels:
    return replace(
        levels, entropy=levels.entropy * (1 - planted.by_strength(0.35, 0.65, 0.93) * ramp(planted.since))
    )


def _most_certain(
    samples: list[Sample], planted: PlantedStep, rng: np.random.Generator
) -> list[PlantedEvidence]:
    del planted, rng
    return strongest_evidence(samples, lambda sample: -sample.entropies)


def _mismatch(samples: list[Sample], planted: PlantedStep, rng: np.random.Generator) -> list[PlantedEvidence]:
    """Sampler and trainer disagree: another precision, another temperature, old weights."""
    for sample in samples:
        off = rng.normal(0, planted.by_strength(0.06, 0.2, 0.7), len(sample.logprobs))
        sample.rollout_logprobs = np.minimum(sample.logprobs - off, -1e-4)
    return strongest_evidence(samples, lambda sample: np.abs(sample.logprobs - sample.rollout_logprobs))


def _copied(samples: list[Sample], planted: PlantedStep, rng: np.random.Generator) -> list[PlantedEvidence]:
    chosen = pick_samples(samples, planted.by_strength(0.5, 0.8, 1.0), rng)
    for index in chosen:
        samples[index].rollout_logprobs = samples[index].logprobs.copy()
    return [PlantedEvidence(index) for index in chosen]


def _stale(samples: list[Sample], planted: PlantedStep, rng: np.random.Generator) -> list[PlantedEvidence]:
    """Samples of old weights, which the trainer's log-probabilities no longer fit."""
    evidence = []
    for index in pick_samples(samples, 0.5, rng):
        sample, age = samples[index], round(planted.by_strength(3, 6, 16))
        sample.version -= age
        off = rng.normal(0, 0.01 * age, len(sample.logprobs))
        sample.rollout_logprobs = np.minimum(sample.logprobs - off, -1e-4)
        evidence.append(PlantedEvidence(index, (), float(age)))
    return evidence


def _misfit(samples: list[Sample], planted: PlantedStep, rng: np.random.Generator) -> list[PlantedEvidence]:
    """The critic no longer follows what comes: it says about the same of everything, and the more wrongly."""
    spread = max(0.05, float(np.std([sample.reward for sample in samples])))
    for sample in samples:
        sample.values = np.full_like(sample.returns, float(sample.returns.mean() * 0.2))
        sample.values += rng.normal(0, spread * planted.by_strength(0.6, 1.2, 3.0), len(sample.values))
    return strongest_evidence(samples, lambda sample: np.abs(sample.values - sample.returns))


def _non_finite(
    samples: list[Sample], planted: PlantedStep, rng: np.random.Generator
) -> list[PlantedEvidence]:
    evidence = []
    for index in pick_samples(samples, planted.by_strength(0.02, 0.1, 0.5), rng):
        sample = samples[index]
        tokens = pick_positions(sample, planted.by_strength(0.02, 0.1, 0.3), rng)
        sample.logprobs[list(tokens)] = rng.choice([np.nan, np.nan, -np.inf])
        evidence.append(PlantedEvidence(index, tokens, float(len(tokens))))
    return evidence


def _padding_texts(
    samples: list[Sample], planted: PlantedStep, rng: np.random.Generator
) -> list[PlantedEvidence]:
    """The mask ends too late: end tokens that fill the batch up are trained on as if they were written."""
    evidence = []
    for index, sample in enumerate(samples):
        if sample.finished:
            written = len(sample.tokens)
            sample.padding = int(rng.integers(1, 1 + round(planted.by_strength(4, 12, 40))))
            tokens = tuple(range(written, written + sample.padding))
            evidence.append(PlantedEvidence(index, tokens, float(sample.padding)))
    return evidence


POLICY_FAILURES = {
    "kl_spike": Failure("k3_mean", _REFERENCE, numbers=_kl_spike, lasts=3),
    "kl_runaway": Failure(
        "k3_mean", _REFERENCE, levels=_kl_runaway_levels, numbers=_most_drifted, everywhere=True
    ),
    "first_step_kl": Failure(
        "k3_mean",
        _REFERENCE,
        levels=_first_kl_levels,
        numbers=_most_drifted,
        from_start=True,
        everywhere=True,
    ),
    "negative_kl": Failure("log_ratio_mean", _REFERENCE, numbers=_negative_kl),
    "entropy_collapse": Failure(
        "entropies_mean", levels=_entropy_levels, numbers=_most_certain, everywhere=True
    ),
    "logprob_mismatch": Failure("mismatch_absmean", _SAMPLER, numbers=_mismatch, everywhere=True),
    "copied_logprobs": Failure("copied_share", _SAMPLER, numbers=_copied, from_start=True),
    "stale_samples": Failure("staleness", _SAMPLER, numbers=_stale),
    "value_misfit": Failure("explained_variance", frozenset({"critic"}), numbers=_misfit, everywhere=True),
    "non_finite": Failure("nonfinite", numbers=_non_finite),
    "padding_bug": Failure("end_tokens", texts=_padding_texts),
}
"""`first_step_kl` and `copied_logprobs` are there from the first step on: a wrong reference, one array for two."""
