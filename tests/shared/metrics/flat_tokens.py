"""Samples laid flat, as the formulas take them."""

from __future__ import annotations

import math

import numpy as np

from tensorboard_plugin_rlboard.metrics.critic import critic_target
from tensorboard_plugin_rlboard.metrics.derived_metrics import with_derived_metrics
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats
from tensorboard_plugin_rlboard.metrics.tokens import Tokens

Values = list[float | None]


def flat_tokens(samples: list[dict[str, Values]], masks: list[list[bool]] | None = None) -> Tokens:
    """Lays samples flat; every sample has the same arrays, None is a missing value."""
    sizes = [len(next(iter(sample.values()), [])) for sample in samples]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    flat: dict[str, Floats] = {}
    missing: dict[str, Bools] = {}
    for name in samples[0]:
        joined = [x for sample in samples for x in sample[name]]
        flat[name] = np.asarray([math.nan if x is None else x for x in joined], np.float64)
        if any(x is None for x in joined):
            missing[name] = np.asarray([x is None for x in joined], bool)
    mask = None if masks is None else np.asarray([seen for row in masks for seen in row], bool)
    return Tokens(starts, np.asarray(sizes, np.int64), flat, missing, mask)


def sample_tokens(**arrays: Values) -> Tokens:
    """The tokens of one sample."""
    return flat_tokens([arrays])


def all_metrics(tokens: Tokens, gamma: float = 1.0, lam: float = 1.0) -> Tokens:
    """Every token metric that the logged ones allow."""
    return with_derived_metrics(tokens, critic_target(tokens, gamma, lam), gamma, lam)
