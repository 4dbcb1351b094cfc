"""The critic's target: logged returns, else returns computed from rewards and values (GAE); and TD errors.

Formulas and their sources: docs/metrics.md, "Per token". The layout of the flat arrays is that of `segments`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, discounted_cumsum, next_value
from tensorboard_plugin_rlboard.metrics.tokens import Tokens


@dataclass(frozen=True)
class CriticTarget:
    """The targets of some samples, chosen sample by sample.

    Attributes:
        values: float64 [tokens] in units of reward; of no meaning where they are missing.
        missing: bool [tokens], where there is none; None for nowhere.
        logged: bool [samples], whether a sample's target are its logged returns; of the others it is that of GAE.
    """

    values: Floats
    missing: Bools | None
    logged: Bools


def critic_target(tokens: Tokens, gamma: float, lam: float) -> CriticTarget | None:
    """The target of each sample: its logged `returns`, else A_t + V_t with A from GAE (arXiv 1506.02438).

    Args:
        tokens: the logged metrics.
        gamma: discount per token.
        lam: lambda of GAE.

    Returns:
        None where no sample has `values`, or none has `returns` or `token_rewards`.
    """
    if "values" not in tokens.values or tokens.values.keys().isdisjoint(("returns", "token_rewards")):
        return None
    logged = tokens.has("returns")
    if "returns" in tokens.values and not (tokens.has("token_rewards") & ~logged).any():
        return CriticTarget(tokens.values["returns"], tokens.missing.get("returns"), logged)
    target = CriticTarget(_gae_target(tokens, gamma, lam), tokens.missing.get("token_rewards"), logged)
    if not logged.any():
        return target
    own, nowhere = tokens.per_token(logged), np.zeros(len(target.values), bool)
    values = np.where(own, tokens.values["returns"], target.values)
    absent = nowhere if target.missing is None else target.missing
    return CriticTarget(values, np.where(own, tokens.missing.get("returns", nowhere), absent), logged)


def _gae_target(tokens: Tokens, gamma: float, lam: float) -> Floats:
    """A_t + V_t, float64 [tokens]. At lambda 1 the values cancel out: Σ γ^(u-t) (r_u + γ V_{u+1} - V_u) + V_t."""
    if lam == 1.0:
        return return_to_go(tokens, gamma)
    advantage = discounted_cumsum(td_error(tokens, gamma), tokens.starts, tokens.sizes, gamma * lam)
    with np.errstate(over="ignore", invalid="ignore"):
        return advantage + tokens.values["values"]


def return_to_go(tokens: Tokens, gamma: float) -> Floats:
    """Σ_{u≥t} gamma^(u-t) token_rewards_u, float64 [tokens] in units of reward."""
    rewards = _zero_where_missing(tokens, "token_rewards")
    return discounted_cumsum(rewards, tokens.starts, tokens.sizes, gamma)


def td_error(tokens: Tokens, gamma: float) -> Floats:
    """token_rewards_t + gamma * values_{t+1} - values_t, float64 [tokens] in units of reward (arXiv 1506.02438, section 3)."""
    rewards, values = _zero_where_missing(tokens, "token_rewards"), _zero_where_missing(tokens, "values")
    with np.errstate(over="ignore", invalid="ignore"):
        return rewards + gamma * next_value(values, tokens.starts, tokens.sizes) - values


def _zero_where_missing(tokens: Tokens, name: str) -> Floats:
    """One metric with 0 where it is missing, so that a short array does not spoil a sum along the response."""
    missing = tokens.missing.get(name)
    return tokens.values[name] if missing is None else np.where(missing, 0.0, tokens.values[name])
