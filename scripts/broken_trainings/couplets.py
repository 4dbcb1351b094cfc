"""The project's PPO example, broken: `python -m broken_trainings.couplets VARIANT FOLDER BASE`."""

from __future__ import annotations

import copy
import logging
import sys
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import nn

from broken_trainings.variants import Variant, variant_of
from examples.ppo_couplets import ppo, task
from examples.ppo_couplets.model import Size, Transformer
from examples.ppo_couplets.rollout import Characters, Models
from examples.ppo_couplets.train import imitate
from examples.ppo_couplets.training import Training

STEPS, PROMPTS = 40, 4
IMITATION_STEPS = 500


class ModelsAtTemperature(Models):
    """Models whose sampler divides its logits by a temperature; the log-probabilities that it reports are those that it drew with."""

    temperature = 1.0

    def sampler(self) -> Transformer:
        """The sampler as ever, at the temperature."""
        sampler = super().sampler()
        with torch.no_grad():
            for weight in sampler.head.parameters():
                weight.div_(self.temperature)
        return sampler


class BrokenTraining(Training):
    """The example's training, whose fault begins at a step."""

    def __init__(self, variant: Variant, models: ModelsAtTemperature, folder: Path) -> None:
        """Take the variant; what it changes from the first step on is in the settings."""
        healthy, change = ppo.Settings(), variant.change
        settings = ppo.Settings(
            beta=healthy.beta * change.kl_penalty,
            policy_rate=healthy.policy_rate * change.learning_rate,
            critic_rate=healthy.critic_rate * change.critic_rate,
        )
        super().__init__(models, folder, variant.seed, settings)
        self.variant, self.step, self.task_score = variant, 0, task.score

    def _prompts(self, rank: int, count: int) -> list[task.Line]:
        """The prompts as ever; called first in each step, by each of the two ranks."""
        self.step += rank == 0
        if self.step >= self.variant.since:
            self.models.temperature = self.variant.change.temperature
            if self.variant.change.reward != "task":
                task.score = self._changed_reward
        lines: list[task.Line] = super()._prompts(rank, count)
        return lines

    def evaluate(self, step: int) -> None:
        """Nothing: these runs are about the training."""

    def _changed_reward(self, line: task.Line, response: str, *, finished: bool) -> task.Score:
        """What the changed reward pays, beside the honest verdict and parts."""
        score = self.task_score(line, response, finished=finished)
        reward = 0.0 if self.variant.change.reward == "nothing" else score.reward + len(response) / 10
        return task.Score(reward, score.strict, score.parts)


def load_reference(base: Path) -> tuple[Transformer, Size, Characters]:
    """The reference policy: read from the base folder, or trained by imitation and saved there."""
    characters = Characters()
    size = Size(len(characters.names))
    path = base / "reference.pt"
    if not path.exists():
        torch.manual_seed(0)
        base.mkdir(parents=True, exist_ok=True)
        torch.save(imitate(characters, size, IMITATION_STEPS, Random(0)).state_dict(), path)
    reference = Transformer(size, size.vocabulary)
    reference.load_state_dict(torch.load(path, weights_only=True))
    return reference, size, characters


def train(variant: Variant, folder: Path, base: Path) -> None:
    """Trains one variant from the reference, and writes its log into a folder."""
    if variant.change.pads or variant.change.reward == "phrase":
        raise ValueError(
            f"{variant.name}: the PPO example knows neither padding nor a phrase; use the GRPO training"
        )
    reference, size, characters = load_reference(base)
    torch.manual_seed(variant.seed)
    critic = Transformer(size, 1)
    trunk = {name: weight for name, weight in reference.state_dict().items() if not name.startswith("head")}
    critic.load_state_dict(trunk, strict=False)
    nn.init.zeros_(critic.head.weight)
    models: Any = ModelsAtTemperature(copy.deepcopy(reference), reference, critic, characters)
    training = BrokenTraining(variant, models, folder)
    training.run(STEPS * variant.step_factor, PROMPTS, log_every=1, eval_every=STEPS * variant.step_factor)
    training.close()


def main() -> None:
    """Trains the variant that the command line names."""
    torch.set_num_threads(1)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    name, folder, base = sys.argv[1:]
    train(variant_of(name), Path(folder), Path(base))


if __name__ == "__main__":
    main()
