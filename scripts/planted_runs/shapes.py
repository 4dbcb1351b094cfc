"""What a planted run is like beside its failure: how many samples, in groups or not, with which columns."""

from __future__ import annotations

from dataclasses import dataclass

STRENGTHS = ("weak", "medium", "strong")
"""How far a failure goes: near the noise of a healthy run, plain to see, glaring."""


@dataclass(frozen=True)
class Shape:
    """One way to train and to log.

    Attributes:
        prompts: prompts of a step.
        group: responses to each of them; 1 for none that share a prompt.
        reference: whether log-probabilities, answers and rewards of a reference policy are logged.
        critic: whether values and returns are logged.
        sampler: whether the sampling engine's log-probabilities and the version of its weights are logged.
        gold: whether a second, trusted score is logged (`valid_reward`).
        dense: whether the reward is a reward model's score; else it is 0 or 1 with a small part for the format.
        sentences: how many sentences a response has beside its answer, at the start.
        steps: how many steps are trained.
    """

    prompts: int
    group: int
    reference: bool
    critic: bool
    sampler: bool
    gold: bool
    dense: bool
    sentences: float = 3.0
    steps: int = 40

    def has(self, needs: frozenset[str]) -> bool:
        """Whether the run has what a failure needs to be seen: `groups`, `sparse`, or a column's name as above."""
        have = {"groups": self.group > 1, "sparse": not self.dense, "reference": self.reference,
                "critic": self.critic, "sampler": self.sampler, "gold": self.gold}  # fmt: skip
        return all(have[need] for need in needs)


SHAPES = {
    "grpo": Shape(8, 8, reference=True, critic=False, sampler=True, gold=True, dense=False),
    "grpo_few": Shape(2, 4, reference=True, critic=False, sampler=True, gold=True, dense=False),
    "rloo": Shape(8, 4, reference=False, critic=False, sampler=True, gold=True, dense=False),
    "ppo": Shape(48, 1, reference=True, critic=True, sampler=False, gold=True, dense=True),
    "ppo_few": Shape(6, 1, reference=True, critic=True, sampler=True, gold=True, dense=True),
    "many": Shape(32, 8, reference=True, critic=True, sampler=True, gold=True, dense=True),
}
