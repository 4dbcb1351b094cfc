"""Train a small transformer to rhyme: first by imitation, then by PPO, logging every rollout for RL Board.

    python -m examples.ppo_couplets.train --out runs
    tensorboard --logdir runs

Nothing is downloaded; two CPU cores do it in about three minutes.
"""

from __future__ import annotations

import argparse
import copy
import logging
import time
from pathlib import Path
from random import Random

import torch
from torch import nn
from torch.nn import functional

from . import ppo, task
from .model import Size, Transformer
from .rollout import ANSWER_LIMIT, Characters, Models
from .training import Training

LOG = logging.getLogger("couplets")
IMITATION_RATE, IMITATION_BATCH = 5e-3, 48


def imitate(characters: Characters, size: Size, steps: int, rng: Random) -> Transformer:
    """Train the reference policy by next-token prediction of answers: first of rhyming ones, then of careless ones."""
    policy = Transformer(size, size.vocabulary)
    optimizer = torch.optim.AdamW(policy.parameters(), lr=IMITATION_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, IMITATION_RATE, total_steps=steps, pct_start=0.1
    )
    for step in range(steps):
        rhyming = 1.0 if step < 0.7 * steps else 0.4
        lines = [task.first_line(rng) for _ in range(IMITATION_BATCH)]
        texts = [[*task.sloppy_answer(rng, line, rhyming), task.EOS][:ANSWER_LIMIT] for line in lines]
        prompts = characters.prompts(lines)
        width = max(map(len, texts))
        answers = torch.tensor(
            [characters.encode(text) + [characters.pad] * (width - len(text)) for text in texts]
        )
        tokens = torch.cat([prompts, answers], 1)
        logits = policy(tokens, tokens != characters.pad)[:, prompts.shape[1] - 1 : -1]
        loss = functional.cross_entropy(logits.flatten(0, 1), answers.flatten(), ignore_index=characters.pad)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(policy.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 200 == 0 or step == steps - 1:
            LOG.info("imitation %4d  loss %.3f", step, loss.item())
    return policy


def main() -> None:
    """Read the command line, train, and say where to look."""
    parser = argparse.ArgumentParser(description="PPO on rhyming couplets, logged for RL Board.")
    parser.add_argument("--out", type=Path, default=Path("runs"), help="folder for the two runs")
    parser.add_argument("--steps", type=int, default=60, help="PPO steps")
    parser.add_argument(
        "--imitation-steps", type=int, default=1300, help="steps that make the reference policy"
    )
    parser.add_argument("--prompts", type=int, default=6, help="prompts per rank and step")
    parser.add_argument("--log-every", type=int, default=2, help="log the rollouts of every n-th step")
    parser.add_argument("--eval-every", type=int, default=6, help="evaluate every n steps")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--quick", action="store_true", help="a few seconds: proves that it runs, learns nothing"
    )
    args = parser.parse_args()
    if args.quick:
        args.steps, args.imitation_steps, args.prompts, args.eval_every = 2, 3, 2, 2
    if (args.out / "train_couplets").exists():
        parser.error(f"{args.out} already holds a training; give another folder with --out")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(2)
    torch.manual_seed(args.seed)
    started = time.monotonic()
    characters = Characters()
    size = Size(len(characters.names))
    reference = imitate(characters, size, args.imitation_steps, Random(args.seed))
    critic = Transformer(size, 1)
    trunk = {name: weight for name, weight in reference.state_dict().items() if not name.startswith("head")}
    critic.load_state_dict(trunk, strict=False)
    nn.init.zeros_(critic.head.weight)
    training = Training(
        Models(copy.deepcopy(reference), reference, critic, characters), args.out, args.seed, ppo.Settings()
    )
    training.run(args.steps, args.prompts, args.log_every, args.eval_every)
    training.close()
    LOG.info("%.0f s; now: tensorboard --logdir %s", time.monotonic() - started, args.out)


if __name__ == "__main__":
    main()
