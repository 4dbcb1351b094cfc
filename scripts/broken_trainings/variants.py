"""The trainings that are broken on purpose: what is changed in each, and the healthy ones beside them. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Trainer = Literal["grpo", "ppo"]


@dataclass(frozen=True)
class Change:
    """What differs from the healthy training.

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
class Variant:
    """One training, and which findings should name what is changed in it.

    Attributes:
        name: its folder.
        trainer: `grpo` is TRL's GRPOTrainer, `ppo` the project's own example.
        description: what is changed, for the table.
        expected: kinds of findings that name it; any of them is right. None for a healthy training.
        change: what is changed.
        since: first step of rewards, sampler and padding that are changed; what else is, is from the first on.
        seed: of everything that is drawn.
        step_factor: how many times as many steps it has as the others: what is to be seen has to be learnt first.
    """

    name: str
    trainer: Trainer
    description: str
    expected: tuple[str, ...] = ()
    change: Change = Change()
    since: int = 1
    seed: int = 1
    step_factor: int = 1

    @property
    def base_name(self) -> str:
        """Its key in `VARIANTS`."""
        return self.name.partition("-")[0]

    @property
    def base_seed(self) -> int:
        """The seed that the command line names: 1 for the trainings as they are in `VARIANTS`."""
        return int(self.name.partition("-")[2] or 1)

    def with_seed(self, seed: int) -> Variant:
        """The same training by another seed, in a folder of its own; the second healthy one stays another than the first."""
        offset = self.seed - 1
        return replace(self, seed=seed + offset, name=f"{self.name}-{seed}") if seed != 1 else self


_LATER = 25
"""So that the steps before are what the training looks like without the fault."""

VARIANTS = {
    variant.name: variant
    for variant in (
        Variant("grpo_healthy", "grpo", "nothing"),
        Variant("grpo_healthy_again", "grpo", "nothing, other seed", seed=2),
        Variant(
            "grpo_learning_rate",
            "grpo",
            "learning rate 30 times too high",
            ("kl_runaway", "entropy_collapse"),
            Change(learning_rate=30),
        ),
        Variant(
            "grpo_phrase",
            "grpo",
            "the reward pays a phrase",
            ("phrase_hacking",),
            Change(reward="phrase"),
            _LATER,
            step_factor=2,
        ),
        Variant(
            "grpo_length",
            "grpo",
            "the reward pays length",
            ("length_hacking",),
            Change(reward="length"),
            _LATER,
        ),
        Variant(
            "grpo_nothing",
            "grpo",
            "the reward is always 0",
            ("zero_advantage_groups", "reward_component_dead"),
            Change(reward="nothing"),
            _LATER,
        ),
        Variant(
            "grpo_padding",
            "grpo",
            "padding counts as response",
            ("log_integrity",),
            Change(pads=True),
            _LATER,
        ),
        Variant(
            "grpo_temperature",
            "grpo",
            "the sampler's temperature is 1.5, the trainer's 1",
            ("logprob_mismatch",),
            Change(temperature=1.5),
            _LATER,
        ),
        Variant("grpo_no_penalty", "grpo", "no KL penalty", ("kl_runaway",), Change(kl_penalty=0)),
        Variant("ppo_healthy", "ppo", "nothing"),
        Variant("ppo_no_penalty", "ppo", "no KL penalty", ("kl_runaway",), Change(kl_penalty=0)),
        Variant("ppo_frozen_critic", "ppo", "the critic is frozen", ("value_misfit",), Change(critic_rate=0)),
        Variant(
            "ppo_temperature",
            "ppo",
            "the sampler's temperature is 1.3, the trainer's 1",
            ("logprob_mismatch",),
            Change(temperature=1.3),
            _LATER,
        ),
        Variant(
            "ppo_learning_rate",
            "ppo",
            "learning rate 30 times too high",
            ("kl_runaway", "entropy_collapse"),
            Change(learning_rate=30),
        ),
        Variant(
            "ppo_nothing",
            "ppo",
            "the reward is always 0",
            ("zero_advantage_groups", "reward_component_dead", "reward_jump"),
            Change(reward="nothing"),
            _LATER,
        ),
    )
}


def variant_of(name: str) -> Variant:
    """The training of a folder: a key of `VARIANTS`, and behind a dash the seed where it is another than usual.

    Raises:
        KeyError: there is none of that name.
    """
    base_name, _, seed = name.partition("-")
    return VARIANTS[base_name].with_seed(int(seed or 1))
