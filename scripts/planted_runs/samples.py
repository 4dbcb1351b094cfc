"""A sample in the making, and the row that is logged of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from planted_runs.shapes import Shape
from planted_runs.texts import END, Problem, tokens_of

Floats = NDArray[np.float64]
_NONE = np.zeros(0)


@dataclass
class Sample:
    """One response. Texts and rewards come first; the arrays, one number a token, are drawn for the final text."""

    problem: Problem
    group: str
    text: str
    correct: bool
    parts: dict[str, float]
    reward: float
    gold: float
    ref_text: str
    ref_reward: float
    finished: bool = True
    version: int = 0
    padding: int = 0
    """End tokens that follow the first one and are logged as if they were written."""
    logprobs: Floats = field(default_factory=lambda: _NONE)
    ref_logprobs: Floats = field(default_factory=lambda: _NONE)
    rollout_logprobs: Floats = field(default_factory=lambda: _NONE)
    entropies: Floats = field(default_factory=lambda: _NONE)
    values: Floats = field(default_factory=lambda: _NONE)
    returns: Floats = field(default_factory=lambda: _NONE)

    @property
    def tokens(self) -> list[str]:
        """The response's tokens, end token included where it ended by itself."""
        return [*tokens_of(self.text), *([END] * (self.padding + 1) if self.finished else [])]

    def row(self, step: int, shape: Shape) -> dict[str, object]:
        """What the trainer logs, as keyword arguments of `RolloutWriter.log`."""
        row: dict[str, object] = {
            "step": step,
            "prompt": self.problem.prompt,
            "response": self.text,
            "reward": self.reward,
            "ground_truth": self.problem.answer,
            "finish_reason": "stop" if self.finished else "length",
            "response_tokens": self.tokens,
            "logprobs": self.logprobs,
            "entropies": self.entropies,
            **self.parts,
        }
        if shape.group > 1:
            row["group_id"] = self.group
        if shape.reference:
            row |= {"ref_response": self.ref_text, "ref_reward": self.ref_reward}
            row["ref_logprobs"] = self.ref_logprobs
        if shape.sampler:
            row |= {"rollout_logprobs": self.rollout_logprobs, "policy_version": self.version}
        if shape.critic:
            row |= {"values": self.values, "returns": self.returns}
        if shape.gold:
            row["valid_reward"] = self.gold
        return row


@dataclass(frozen=True)
class PlantedEvidence:
    """Where a planted failure is to be seen in a step.

    Attributes:
        sample: which of the step's samples, from 0.
        tokens: positions in its response; none where the whole sample shows it.
        weight: how strongly it shows it; larger is stronger. In units of the failure's own.
    """

    sample: int
    tokens: tuple[int, ...] = ()
    weight: float = 1.0
