"""The ways in which a training is broken on purpose, and the healthy ones beside them. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Trainer = Literal["grpo", "ppo"]


@dataclass(frozen=True)
class Change:
    """What is other than in the healthy training; both trainings know how to do each.

    Attributes:
        learning_rate: times that of the healthy training, from the first step on.
        kl_penalty: times that of the healthy training, from the first step on.
        critic_rate: times the learning rate of the healthy critic, from the first step on.
        reward: what is paid: the task alone, a phrase or the length as well, or nothing at all.
        temperature: of the sampler; the trainer computes its log-probabilities at 1.
        pads: whether the padding behind a response counts as part of it.
    """

    learning_rate: float = 1.0
    kl_penalty: float = 1.0
    critic_rate: float = 1.0
    reward: Literal["task", "phrase", "length", "nothing"] = "task"
    temperature: float = 1.0
    pads: bool = False


@dataclass(frozen=True)
class Way:
    """One training.

    Attributes:
        name: its folder.
        trainer: `grpo` is TRL's GRPOTrainer, `ppo` the project's own example.
        told: what is changed, for the table.
        expected: kinds of findings that name it; any of them is right. None for a healthy training.
        change: what is changed.
        since: first step of rewards, sampler and padding that are changed; what else is, is from the first on.
        seed: of everything that is drawn.
        times: how many times as many steps it has as the others: what is to be seen has to be learnt first.
    """

    name: str
    trainer: Trainer
    told: str
    expected: tuple[str, ...] = ()
    change: Change = Change()
    since: int = 1
    seed: int = 1
    times: int = 1

    @property
    def known(self) -> str:
        """Its key in `WAYS`."""
        return self.name.partition("-")[0]

    @property
    def drawn(self) -> int:
        """The seed that it was asked for by: 1 for the trainings as they are in `WAYS`."""
        return int(self.name.partition("-")[2] or 1)

    def drawn_by(self, seed: int) -> Way:
        """The same training by another seed, in a folder of its own; the second healthy one stays another than the first."""
        offset = self.seed - 1
        return replace(self, seed=seed + offset, name=f"{self.name}-{seed}") if seed != 1 else self


_LATER = 25
"""So that the steps before are what the training looks like without the fault."""

WAYS = {
    way.name: way
    for way in (
        Way("grpo_healthy", "grpo", "nothing"),
        Way("grpo_healthy_again", "grpo", "nothing, other seed", seed=2),
        Way(
            "grpo_learning_rate",
            "grpo",
            "learning rate 30 times too high",
            ("kl_runaway", "entropy_collapse"),
            Change(learning_rate=30),
        ),
        Way(
            "grpo_phrase",
            "grpo",
            "the reward pays a phrase",
            ("phrase_hacking",),
            Change(reward="phrase"),
            _LATER,
            times=2,
        ),
        Way(
            "grpo_length",
            "grpo",
            "the reward pays length",
            ("length_hacking",),
            Change(reward="length"),
            _LATER,
        ),
        Way(
            "grpo_nothing",
            "grpo",
            "the reward is always 0",
            ("zero_advantage_groups", "reward_component_dead"),
            Change(reward="nothing"),
            _LATER,
        ),
        Way(
            "grpo_padding",
            "grpo",
            "padding counts as response",
            ("log_integrity",),
            Change(pads=True),
            _LATER,
        ),
        Way(
            "grpo_temperature",
            "grpo",
            "the sampler's temperature is 1.5, the trainer's 1",
            ("logprob_mismatch",),
            Change(temperature=1.5),
            _LATER,
        ),
        Way("grpo_no_penalty", "grpo", "no KL penalty", ("kl_runaway",), Change(kl_penalty=0)),
        Way("ppo_healthy", "ppo", "nothing"),
        Way("ppo_no_penalty", "ppo", "no KL penalty", ("kl_runaway",), Change(kl_penalty=0)),
        Way("ppo_frozen_critic", "ppo", "the critic is frozen", ("value_misfit",), Change(critic_rate=0)),
        Way(
            "ppo_temperature",
            "ppo",
            "the sampler's temperature is 1.3, the trainer's 1",
            ("logprob_mismatch",),
            Change(temperature=1.3),
            _LATER,
        ),
        Way(
            "ppo_learning_rate",
            "ppo",
            "learning rate 30 times too high",
            ("kl_runaway", "entropy_collapse"),
            Change(learning_rate=30),
        ),
        Way(
            "ppo_nothing",
            "ppo",
            "the reward is always 0",
            ("zero_advantage_groups", "reward_component_dead", "reward_jump"),
            Change(reward="nothing"),
            _LATER,
        ),
    )
}


def way_of(name: str) -> Way:
    """The training of a folder: a key of `WAYS`, and behind a dash the seed where it is another than usual.

    Raises:
        KeyError: there is none of that name.
    """
    known, _, seed = name.partition("-")
    return WAYS[known].drawn_by(int(seed or 1))
