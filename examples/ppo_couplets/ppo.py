"""The parts of PPO that have a formula: the reward per token, generalised advantages, the clipped losses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

    from .model import Transformer


@dataclass(frozen=True)
class Settings:
    """Hyperparameters of the update, as PPO's papers name them."""

    gamma: float = 1.0
    lam: float = 0.95
    beta: float = 0.03  # weight of the KL penalty against the reference
    clip: float = 0.2
    epochs: int = 3
    minibatches: int = 4
    policy_rate: float = 3e-4
    critic_rate: float = 1e-3
    gradient_norm: float = 1.0


@dataclass
class Batch:
    """One step's rollouts of one worker; every token tensor is batch × response positions."""

    tokens: Tensor  # prompt and answer in one row: batch × all positions
    prompt_length: int
    mask: Tensor  # True on the answer's tokens up to and with the end token
    rollout_logprobs: Tensor  # what the sampler said
    logprobs: Tensor  # the same tokens under the trainer's policy before the update
    ref_logprobs: Tensor
    entropies: Tensor
    values: Tensor
    token_rewards: Tensor
    advantages: Tensor
    returns: Tensor

    def rows(self, index: Tensor) -> Batch:
        """The same fields for some of the rows."""
        picked = {name: value[index] for name, value in vars(self).items() if name != "prompt_length"}
        return Batch(prompt_length=self.prompt_length, **picked)


def policy_numbers(
    policy: Transformer, tokens: Tensor, prompt_length: int, pad: int
) -> tuple[Tensor, Tensor]:
    """Log-probability of each answer token and the policy's entropy there (nats), both batch × response positions."""
    log_p = policy.log_probabilities(tokens, tokens != pad, pad)[:, prompt_length - 1 : -1]
    chosen = log_p.gather(2, tokens[:, prompt_length:, None])[..., 0]
    return chosen, -(log_p.exp() * log_p).sum(-1)


def critic_values(critic: Transformer, tokens: Tensor, prompt_length: int, pad: int) -> Tensor:
    """The critic's value of the state in which each answer token was chosen, batch × response positions."""
    values: Tensor = critic(tokens, tokens != pad)[:, prompt_length - 1 : -1, 0]
    return values


def shaped_rewards(rewards: Tensor, log_ratio: Tensor, mask: Tensor, beta: float) -> Tensor:
    """The signal per token: −β·k1 everywhere, and the task's reward on the last token."""
    last = mask.sum(1) - 1
    signal = (0.0 - beta * log_ratio) * mask
    return signal.scatter_add(1, last[:, None], rewards[:, None])


def advantages_and_returns(
    signal: Tensor, values: Tensor, mask: Tensor, settings: Settings
) -> tuple[Tensor, Tensor]:
    """Generalised advantage estimation; the value after the last token is 0.

    Returns:
        Advantages before whitening and returns (advantage + value), both 0 on padding.
    """
    advantages = torch.zeros_like(signal)
    running = torch.zeros(len(signal))
    following = torch.zeros(len(signal))
    for t in reversed(range(signal.shape[1])):
        delta = signal[:, t] + settings.gamma * following - values[:, t]
        running = (delta + settings.gamma * settings.lam * running) * mask[:, t]
        following = values[:, t] * mask[:, t]
        advantages[:, t] = running
    return advantages, (advantages + values) * mask


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean over the answers' tokens."""
    return (values * mask).sum() / mask.sum()


def losses(
    policy: Transformer, critic: Transformer, batch: Batch, pad: int, settings: Settings
) -> tuple[Tensor, dict[str, float]]:
    """The clipped policy loss plus half the squared value error, and numbers worth plotting."""
    logprobs, entropies = policy_numbers(policy, batch.tokens, batch.prompt_length, pad)
    values = critic_values(critic, batch.tokens, batch.prompt_length, pad)
    ratio = (logprobs - batch.logprobs).exp()
    clipped = ratio.clamp(1 - settings.clip, 1 + settings.clip)
    policy_loss = -masked_mean(
        torch.minimum(ratio * batch.advantages, clipped * batch.advantages), batch.mask
    )
    value_loss = 0.5 * masked_mean((values - batch.returns) ** 2, batch.mask)
    cut = (clipped * batch.advantages < ratio * batch.advantages).float()
    return policy_loss + value_loss, {
        "policy/loss": policy_loss.item(),
        "policy/clip_fraction": masked_mean(cut, batch.mask).item(),
        "policy/entropy": masked_mean(entropies, batch.mask).item(),
        "critic/loss": value_loss.item(),
    }


def explained_variance(values: Tensor, returns: Tensor) -> float:
    """1 − Var(returns − values) / Var(returns) over tokens; NaN where the returns do not vary."""
    variance = returns.var(correction=0)
    return float(1 - (returns - values).var(correction=0) / variance) if variance > 0 else float("nan")
