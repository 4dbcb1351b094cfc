"""The samples of one step of a training, drawn around its levels."""

from __future__ import annotations

import numpy as np
from planted_runs.levels import REFERENCE_SKILL, Levels
from planted_runs.samples import Floats, Sample
from planted_runs.shapes import Shape
from planted_runs.texts import Problem, tokens_of

_FORMAT_PART = 0.2
_KL_PENALTY = 0.02
_MAX_LOGPROB = -1e-4
"""No log-probability is above this one."""


def draw_texts(
    step: int, levels: Levels, shape: Shape, pool: list[Problem], rng: np.random.Generator
) -> list[Sample]:
    """Draws the prompts of a step, their responses and rewards; `draw_numbers` draws the numbers of the tokens.

    Returns:
        `shape.prompts` × `shape.group` samples; those of one prompt follow each other.
    """
    chosen = rng.choice(len(pool), size=shape.prompts, replace=shape.prompts > len(pool))
    samples = []
    for place, index in enumerate(chosen):
        problem = pool[int(index)]
        ref_correct = _succeeds(REFERENCE_SKILL - problem.hardness, rng)
        ref_text = problem.response(_length(shape.sentences, rng), correct=ref_correct, rng=rng)
        ref_reward = _score(ref_correct, bool(rng.random() < 0.7), shape, 0.02, rng)
        for _ in range(shape.group):
            correct = _succeeds(levels.skill - problem.hardness, rng)
            text = problem.response(_length(levels.sentences, rng), correct=correct, rng=rng)
            formatted = bool(rng.random() < levels.format)
            finished = not rng.random() < levels.truncation
            if not finished:
                tokens = tokens_of(text)
                text, correct = "".join(tokens[: max(4, len(tokens) * 2 // 3)]), False
            samples.append(
                Sample(
                    problem=problem,
                    group=f"{step}.{place}",
                    text=text,
                    correct=correct,
                    parts={"correct": float(correct), "format": float(formatted)},
                    reward=_score(correct, formatted, shape, levels.reward_noise, rng),
                    gold=float(correct) + float(rng.normal(0, 0.02)),
                    ref_text=ref_text,
                    ref_reward=ref_reward,
                    finished=finished,
                    version=step - levels.staleness,
                )
            )
    return samples


def draw_numbers(samples: list[Sample], levels: Levels, rng: np.random.Generator) -> None:
    """Draws log-probabilities and entropies for the samples' final tokens.

    log_ratio is normal with mean KL and variance 2 KL, so that exp(−log_ratio) has the mean 1 that it has under the
    policy, and the means of log_ratio and k3 are both the KL.
    """
    for sample in samples:
        n = len(sample.tokens)
        sample.entropies = rng.gamma(2.0, levels.entropy / 2, n)
        sample.logprobs = np.minimum(-rng.exponential(1.0, n) * sample.entropies, _MAX_LOGPROB)
        log_ratio = rng.normal(levels.kl, np.sqrt(2 * levels.kl), n)
        sample.ref_logprobs = np.minimum(sample.logprobs - log_ratio, _MAX_LOGPROB)
        sample.rollout_logprobs = np.minimum(
            sample.logprobs - rng.normal(0, levels.mismatch, n), _MAX_LOGPROB
        )


def draw_critic(samples: list[Sample], levels: Levels, rng: np.random.Generator) -> None:
    """Returns of γ = λ = 1 with a KL penalty, and a critic that knows more the nearer the end is."""
    rewards = np.array([sample.reward for sample in samples])
    spread = max(float(rewards.std()), 0.05)
    for sample in samples:
        n = len(sample.tokens)
        penalty = -_KL_PENALTY * np.nan_to_num(sample.logprobs - sample.ref_logprobs, posinf=0, neginf=0)
        sample.returns = sample.reward + np.cumsum(penalty[::-1])[::-1]
        knowledge = np.linspace(0.2, 1.0, n)
        guess: Floats = knowledge * sample.returns + (1 - knowledge) * float(rewards.mean())
        sample.values = guess + rng.normal(0, levels.value_noise * spread, n)


def _succeeds(log_odds: float, rng: np.random.Generator) -> bool:
    return bool(rng.random() < 1 / (1 + np.exp(-log_odds)))


def _length(sentences: float, rng: np.random.Generator) -> int:
    return max(1, int(rng.poisson(max(sentences, 0.1))))


def _score(correct: bool, formatted: bool, shape: Shape, noise: float, rng: np.random.Generator) -> float:
    if shape.dense:
        return 2.0 * correct - 1.0 + _FORMAT_PART * formatted + float(rng.normal(0, 0.3 + noise))
    plain = (1 - _FORMAT_PART) * correct + _FORMAT_PART * formatted
    # The noise of a rule is none; only a levels' own noise makes it a judge's.
    return plain + (float(rng.normal(0, noise)) if noise > 0.02 else 0.0)
