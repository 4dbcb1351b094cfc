"""The PPO loop over two data-parallel workers, and the evaluation against the reference policy.

The workers are played one after the other in this one process: each draws its own prompts, samples its own answers and
writes its own file. A gradient step sees equal shares of both, which is what averaging their gradients would give.
"""

from __future__ import annotations

import logging
from random import Random
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.utils.tensorboard import SummaryWriter

from tensorboard_plugin_rlboard.writer import RolloutWriter

from . import ppo, task
from .rollout import Models, Rollout, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from .model import Transformer

LOG = logging.getLogger("couplets")
RANKS = 2
PER_PROMPT = 4  # answers sampled for each prompt: one group
EVAL_PROMPTS = 24
SHOWN = (
    "reward/mean",
    "reward/strict",
    "reward/rhyme",
    "kl/reference",
    "policy/entropy",
    "critic/explained_variance",
)


class Training:
    """PPO on both ranks' rollouts, and the evaluation against the reference policy."""

    def __init__(self, models: Models, out: Path, seed: int, settings: ppo.Settings) -> None:
        """Open the writers and set up the optimizer and each rank's own randomness."""
        self.models, self.settings, self.seed = models, settings, seed
        self.writers = [RolloutWriter(out / "train_couplets", rank=rank) for rank in range(RANKS)]
        self.eval_writer = RolloutWriter(out / "eval_couplets", split="eval")
        self.train_scalars = SummaryWriter(out / "train_couplets")
        self.eval_scalars = SummaryWriter(out / "eval_couplets")
        self.draws = [Random(f"{seed} prompts {rank}") for rank in range(RANKS)]
        self.rngs = [torch.Generator().manual_seed(1000 * seed + rank) for rank in range(RANKS)]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": models.policy.parameters(), "lr": settings.policy_rate},
                {"params": models.critic.parameters(), "lr": settings.critic_rate},
            ],
            weight_decay=0.0,
        )
        draw = Random(f"{seed} eval")
        self.eval_lines = [task.first_line(draw, ("zh", "en")[number % 2]) for number in range(EVAL_PROMPTS)]
        self.held_out = {line.text for line in self.eval_lines}
        self.ref_rollout = self._answer_eval(models.reference)

    def run(self, steps: int, prompts: int, log_every: int, eval_every: int) -> None:
        """Train for ``steps`` steps with ``prompts`` prompts per rank and step."""
        schedule = torch.optim.lr_scheduler.LinearLR(self.optimizer, 1.0, 0.1, total_iters=steps)
        self.evaluate(0)
        for step in range(1, steps + 1):
            sampler = self.models.sampler()
            rollouts = []
            for rank in range(RANKS):
                lines = [line for line in self._prompts(rank, prompts) for _ in range(PER_PROMPT)]
                rollouts.append(self.models.roll_out(sampler, lines, self.rngs[rank], self.settings))
            _whiten([rollout.batch for rollout in rollouts])
            if step % log_every == 0 or step == 1:
                for rank, rollout in enumerate(rollouts):
                    self._log(step, rank, rollout)
            numbers = self._measure(rollouts) | self._update([rollout.batch for rollout in rollouts])
            numbers["policy/learning_rate"] = float(schedule.get_last_lr()[0])
            schedule.step()
            for name, number in numbers.items():
                self.train_scalars.add_scalar(name, number, step)
            LOG.info("step %3d  %s", step, "  ".join(f"{name} {numbers[name]:.3g}" for name in SHOWN))
            if step % eval_every == 0:
                self.evaluate(step)

    def evaluate(self, step: int) -> None:
        """Answer the held-out lines once and log the answers beside the reference's."""
        rollout, reference = self._answer_eval(self.models.policy), self.ref_rollout
        self.eval_writer.log_batch(
            step=step,
            **rollout.fields(self.models.characters),
            ref_response=[text_of(answer) for answer in reference.answers],
            ref_reward=reference.rewards,
            ref_valid_reward=[score.strict for score in reference.scores],
        )
        for name, rewards in (("reward", rollout.rewards), ("ref_reward", reference.rewards)):
            self.eval_scalars.add_scalar(f"eval/{name}", _mean(rewards), step)
        self.eval_scalars.add_scalar("eval/strict", _mean([score.strict for score in rollout.scores]), step)
        LOG.info(
            "eval %3d  reward %.3f  reference %.3f", step, _mean(rollout.rewards), _mean(reference.rewards)
        )

    def close(self) -> None:
        """Close every file."""
        for writer in (*self.writers, self.eval_writer):
            writer.close()
        for scalars in (self.train_scalars, self.eval_scalars):
            scalars.close()

    def _prompts(self, rank: int, count: int) -> list[task.Line]:
        lines: list[task.Line] = []
        while len(lines) < count:
            line = task.first_line(self.draws[rank])
            if line.text not in self.held_out:
                lines.append(line)
        return lines

    def _answer_eval(self, policy: Transformer) -> Rollout:
        """Sampled at temperature 1 from the same seed each time."""
        rng = torch.Generator().manual_seed(self.seed)
        return self.models.roll_out(policy, self.eval_lines, rng, self.settings)

    def _log(self, step: int, rank: int, rollout: Rollout) -> None:
        self.writers[rank].log_batch(
            step=step,
            **rollout.fields(self.models.characters),
            group_id=[f"{step}_{rank}_{number // PER_PROMPT}" for number in range(len(rollout.lines))],
            rollout_logprobs=rollout.batch.rollout_logprobs,
            advantages=rollout.batch.advantages,
            returns=rollout.batch.returns,
        )

    def _measure(self, rollouts: list[Rollout]) -> dict[str, float]:
        """Means over both ranks, before the update."""
        both = {
            name: torch.cat([getattr(rollout.batch, name)[rollout.batch.mask] for rollout in rollouts])
            for name in ("logprobs", "ref_logprobs", "rollout_logprobs", "values", "returns")
        }
        scores = [score for rollout in rollouts for score in rollout.scores]
        return {
            "reward/mean": _mean([score.reward for score in scores]),
            "reward/strict": _mean([score.strict for score in scores]),
            "reward/rhyme": _mean([score.parts["rhyme"] for score in scores]),
            "response/length": _mean(
                [float(len(answer)) for rollout in rollouts for answer in rollout.answers]
            ),
            "kl/reference": (both["logprobs"] - both["ref_logprobs"]).mean().item(),
            "kl/sampler": (both["rollout_logprobs"] - both["logprobs"]).mean().item(),
            "critic/explained_variance": ppo.explained_variance(both["values"], both["returns"]),
        }

    def _update(self, batches: list[ppo.Batch]) -> dict[str, float]:
        """Several epochs of minibatches, each made of equal shares of every rank's rows."""
        settings, models, sums, count = self.settings, self.models, dict[str, float](), 0
        rows = len(batches[0].tokens)
        for _ in range(settings.epochs):
            order = torch.randperm(rows, generator=self.rngs[0])
            for index in order.chunk(settings.minibatches):
                self.optimizer.zero_grad()
                numbers: dict[str, float] = {}
                for batch in batches:
                    loss, found = ppo.losses(
                        models.policy, models.critic, batch.rows(index), models.characters.pad, settings
                    )
                    torch.autograd.backward(loss / len(batches))
                    numbers = {
                        name: numbers.get(name, 0.0) + value / len(batches) for name, value in found.items()
                    }
                for name, network in (("policy", models.policy), ("critic", models.critic)):
                    norm = nn.utils.clip_grad_norm_(network.parameters(), settings.gradient_norm)
                    numbers[f"{name}/gradient_norm"] = norm.item()
                self.optimizer.step()
                sums = {name: sums.get(name, 0.0) + value for name, value in numbers.items()}
                count += 1
        return {name: value / count for name, value in sums.items()}


def _whiten(batches: list[ppo.Batch]) -> None:
    """Give the advantages mean 0 and deviation 1 over the tokens of all ranks."""
    together = torch.cat([batch.advantages[batch.mask] for batch in batches])
    for batch in batches:
        batch.advantages = (batch.advantages - together.mean()) / (together.std() + 1e-8) * batch.mask


def _mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers)
