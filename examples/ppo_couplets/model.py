"""A character-level transformer from scratch: policy, reference and critic share this one shape."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Size:
    """The hyperparameters that fix the number of weights."""

    vocabulary: int
    width: int = 64
    layers: int = 2
    heads: int = 4
    context: int = 96


class Block(nn.Module):
    """One pre-norm transformer layer with an optional key/value cache."""

    def __init__(self, size: Size) -> None:
        """Make a layer of the given size."""
        super().__init__()
        self.heads = size.heads
        self.attention_norm = nn.LayerNorm(size.width)
        self.qkv = nn.Linear(size.width, 3 * size.width)
        self.out = nn.Linear(size.width, size.width)
        self.mlp_norm = nn.LayerNorm(size.width)
        self.mlp = nn.Sequential(
            nn.Linear(size.width, 4 * size.width), nn.GELU(), nn.Linear(4 * size.width, size.width)
        )

    def forward(self, x: Tensor, visible: Tensor, cache: list[Tensor] | None) -> Tensor:
        """Mix ``x`` (batch × new positions × width); ``visible`` is a boolean batch × 1 × new × all positions."""
        batch, new, width = x.shape
        qkv = self.qkv(self.attention_norm(x)).view(batch, new, 3, self.heads, width // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        if cache is not None:
            if cache:
                key, value = torch.cat([cache[0], key], 2), torch.cat([cache[1], value], 2)
            cache[:] = [key, value]
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=visible)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, new, width))
        return x + self.mlp(self.mlp_norm(x))  # type: ignore[no-any-return]  # torch types a module's call as Any


class Transformer(nn.Module):
    """Tokens in, one vector of ``outputs`` numbers per position out.

    Batches are padded on the left, so positions are counted from each row's first real token.
    """

    def __init__(self, size: Size, outputs: int) -> None:
        """Make a transformer; ``outputs`` is the vocabulary for a policy and 1 for a critic."""
        super().__init__()
        self.token = nn.Embedding(size.vocabulary, size.width)
        self.place = nn.Embedding(size.context, size.width)
        self.blocks = nn.ModuleList(Block(size) for _ in range(size.layers))
        self.norm = nn.LayerNorm(size.width)
        self.head = nn.Linear(size.width, outputs)
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)
        for block in self.blocks:  # keep the residual stream's variance independent of depth
            for name, weight in block.named_parameters():
                if name in {"out.weight", "mlp.2.weight"}:
                    nn.init.normal_(weight, std=0.02 / math.sqrt(2 * size.layers))

    def forward(self, tokens: Tensor, real: Tensor, caches: list[list[Tensor]] | None = None) -> Tensor:
        """Run the network.

        Args:
            tokens: batch × new positions, token ids.
            real: batch × all positions (cached ones included), False where a position is padding.
            caches: one list per layer, filled and read in place while sampling.

        Returns:
            batch × new positions × outputs.
        """
        total, new = real.shape[1], tokens.shape[1]
        places = (real.long().cumsum(1) - 1).clamp(min=0)[:, total - new :]
        order = torch.arange(total)
        # A padded position sees itself, or its softmax would have nothing to divide by.
        causal = order[None, :] <= order[total - new :, None]
        itself = order[None, :] == order[total - new :, None]
        visible = ((causal[None] & real[:, None, :]) | itself[None])[:, None]
        x = self.token(tokens) + self.place(places)
        for index, block in enumerate(self.blocks):
            x = block(x, visible, None if caches is None else caches[index])
        return self.head(self.norm(x))  # type: ignore[no-any-return]  # torch types a module's call as Any

    def log_probabilities(
        self, tokens: Tensor, real: Tensor, pad: int, caches: list[list[Tensor]] | None = None
    ) -> Tensor:
        """As ``forward``, as log-probabilities of the next token; padding is never a choice."""
        logits: Tensor = self(tokens, real, caches)
        return logits.index_fill(-1, torch.tensor(pad), -1e9).log_softmax(-1)

    def sample(
        self, prompts: Tensor, pad: int, eos: int, limit: int, rng: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        """Sample answers at temperature 1.

        Args:
            prompts: batch × prompt length, padded on the left.
            pad: id of the padding token, which also fills answers after their end token.
            eos: id of the end token.
            limit: longest answer in tokens, end token included.
            rng: source of randomness.

        Returns:
            Answers (batch × at most ``limit``, padded on the right) and the log-probability this model gave each token
            when it drew it (same shape, 0 on padding).
        """
        caches: list[list[Tensor]] = [[] for _ in self.blocks]
        real, step = prompts != pad, prompts
        done = torch.zeros(len(prompts), dtype=torch.bool)
        answers, logprobs = [], []
        with torch.no_grad():
            for _ in range(limit):
                log_p = self.log_probabilities(step, real, pad, caches)[:, -1]
                token = torch.multinomial(log_p.exp(), 1, generator=rng)
                logprobs.append(log_p.gather(1, token)[:, 0].masked_fill(done, 0.0))
                token = token.masked_fill(done[:, None], pad)
                answers.append(token[:, 0])
                done = done | (token[:, 0] == eos)
                if done.all():
                    break
                step, real = token, torch.cat([real, (token != pad)], 1)
        return torch.stack(answers, 1), torch.stack(logprobs, 1)
