"""From prompts to scored answers with every number the update and the log need."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from . import ppo, task

if TYPE_CHECKING:
    from .model import Transformer

ANSWER_LIMIT = 40  # tokens; longer answers are cut off and count as unfinished


class Characters:
    """The tokenizer: one token per character, special tokens whole."""

    def __init__(self) -> None:
        """Number the vocabulary."""
        self.names = task.vocabulary()
        self.ids = {name: number for number, name in enumerate(self.names)}
        self.pad, self.eos = self.ids[task.PAD], self.ids[task.EOS]

    def encode(self, tokens: list[str] | str) -> list[int]:
        """Ids of tokens."""
        return [self.ids[token] for token in tokens]

    def decode(self, ids: list[int]) -> list[str]:
        """Token strings of ids."""
        return [self.names[number] for number in ids]

    def prompts(self, lines: list[task.Line]) -> Tensor:
        """Chat prompts as one batch, padded on the left."""
        rows = [self.encode(line.prompt_tokens) for line in lines]
        width = max(map(len, rows))
        return torch.tensor([[self.pad] * (width - len(row)) + row for row in rows])


@dataclass
class Rollout:
    """A worker's answers and everything known about them."""

    lines: list[task.Line]
    prompts: Tensor
    answers: list[list[str]]  # tokens, end token included
    scores: list[task.Score]
    batch: ppo.Batch

    @property
    def rewards(self) -> list[float]:
        """The graded rewards."""
        return [score.reward for score in self.scores]

    def fields(self, characters: Characters) -> dict[str, Any]:
        """One column per key of a rollout row."""
        batch = self.batch
        return {
            "prompt": ["".join(characters.decode(row)) for row in self.prompts.tolist()],
            "response": [text_of(answer) for answer in self.answers],
            "reward": self.rewards,
            "valid_reward": [score.strict for score in self.scores],
            **{part: [score.parts[part] for score in self.scores] for part in task.WEIGHTS},
            "language": [line.language for line in self.lines],
            "ground_truth": [line.rhyme_class for line in self.lines],
            "finish_reason": ["stop" if answer[-1] == task.EOS else "length" for answer in self.answers],
            "response_tokens": self.answers,
            "logprobs": batch.logprobs,
            "ref_logprobs": batch.ref_logprobs,
            "values": batch.values,
            "token_rewards": batch.token_rewards,
            "entropies": batch.entropies,
            "lengths": batch.mask.sum(1),
        }


@dataclass
class Models:
    """The networks of PPO and their common tokenizer."""

    policy: Transformer
    reference: Transformer
    critic: Transformer
    characters: Characters = field(default_factory=Characters)

    def sampler(self) -> Transformer:
        """A copy of the policy with weights rounded to bfloat16: the weight sync to a cheaper sampling engine."""
        sampler = copy.deepcopy(self.policy)
        with torch.no_grad():
            for weight in sampler.parameters():
                weight.copy_(weight.bfloat16().float())
        return sampler

    def roll_out(
        self, sampler: Transformer, lines: list[task.Line], rng: torch.Generator, settings: ppo.Settings
    ) -> Rollout:
        """Let the sampler answer, score the answers, and compute what the update and the log need."""
        chars = self.characters
        prompts = chars.prompts(lines)
        drawn, rollout_logprobs = sampler.sample(prompts, chars.pad, chars.eos, ANSWER_LIMIT, rng)
        width, tokens, mask = prompts.shape[1], torch.cat([prompts, drawn], 1), drawn != chars.pad
        answers = [chars.decode(row[keep].tolist()) for row, keep in zip(drawn, mask, strict=True)]
        scores = [
            task.score(line, text_of(answer), finished=answer[-1] == task.EOS)
            for line, answer in zip(lines, answers, strict=True)
        ]
        with torch.no_grad():
            logprobs, entropies = ppo.policy_numbers(self.policy, tokens, width, chars.pad)
            ref_logprobs, _ = ppo.policy_numbers(self.reference, tokens, width, chars.pad)
            values = ppo.critic_values(self.critic, tokens, width, chars.pad)
        rewards = torch.tensor([score.reward for score in scores])
        signal = ppo.shaped_rewards(rewards, logprobs - ref_logprobs, mask, settings.beta)
        advantages, returns = ppo.advantages_and_returns(signal, values, mask, settings)
        batch = ppo.Batch(
            tokens,
            width,
            mask,
            rollout_logprobs,
            logprobs,
            ref_logprobs,
            entropies,
            values,
            signal,
            advantages,
            returns,
        )
        return Rollout(lines, prompts, answers, scores, batch)


def text_of(answer: list[str]) -> str:
    """The answer without its end token."""
    return "".join(token for token in answer if token != task.EOS)
