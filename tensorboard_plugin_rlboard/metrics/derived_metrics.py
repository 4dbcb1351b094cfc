"""Derives every token metric that the logged ones of a sample allow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from tensorboard_plugin_rlboard.metrics.critic import CriticTarget, return_to_go, td_error
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats
from tensorboard_plugin_rlboard.metrics.tokens import POINTWISE, Tokens

Missing = Bools | None
"""Where there is no value, bool [tokens]; None for nowhere."""


def with_derived_metrics(tokens: Tokens, target: CriticTarget | None, gamma: float, lam: float) -> Tokens:
    """Adds every token metric that the logged ones allow.

    What a sample has logged under the name of a derived metric is never replaced; the other samples have the derived
    one. A derived value is missing where one of its inputs is.

    Args:
        tokens: the logged metrics.
        target: what `critic_target` gives for these.
        gamma: discount per token, for return_to_go, td_error and value_error.
        lam: lambda of GAE, for value_error.
    """
    values, missing = dict(tokens.values), dict(tokens.missing)

    def add(name: str, inputs: Sequence[Missing], compute: Callable[[], Floats]) -> None:
        logged = tokens.has(name)
        if logged.any() and not (~logged & (tokens.sizes > 0)).any():
            return
        array, absent = compute(), _union(inputs)
        if absent is not None:
            array = np.where(absent, np.nan, array)
        if name in tokens.values:
            own = tokens.per_token(logged)
            array = np.where(own, tokens.values[name], array)
            nowhere = np.zeros(len(array), bool)
            own_absent = tokens.missing.get(name, nowhere)
            absent = np.where(own, own_absent, nowhere if absent is None else absent)
        values[name] = array
        if absent is not None:
            missing[name] = absent

    for metric in POINTWISE:
        if metric.formula and all(need in tokens.values for need in metric.needs):
            arrays = [tokens.values[need] for need in metric.needs]
            inputs = [tokens.missing.get(need) for need in metric.needs]
            add(metric.name, inputs, partial(metric.formula, *arrays))
    no_rewards, no_values = tokens.missing.get("token_rewards"), tokens.missing.get("values")
    if "token_rewards" in tokens.values:
        if target is not None and lam == 1.0 and not target.logged.any():
            add("return_to_go", [no_rewards], lambda: target.values)  # the same sum, not to be made twice
        else:
            add("return_to_go", [no_rewards], partial(return_to_go, tokens, gamma))
    if "token_rewards" in tokens.values and "values" in tokens.values:
        add("td_error", [no_rewards, no_values], partial(td_error, tokens, gamma))
    if target is not None:
        error = partial(_difference, tokens.values["values"], target.values)
        add("value_error", [no_values, target.missing], error)
    return Tokens(tokens.starts, tokens.sizes, values, missing, tokens.mask)


def _difference(one: Floats, other: Floats) -> Floats:
    with np.errstate(over="ignore", invalid="ignore"):
        return one - other


def _union(masks: Sequence[Missing]) -> Missing:
    found = [mask for mask in masks if mask is not None]
    return np.logical_or.reduce(found) if found else None
