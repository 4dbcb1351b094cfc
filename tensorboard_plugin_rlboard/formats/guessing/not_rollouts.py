"""Tells rows that are no rollouts: data sets, pairs of preferred and rejected answers, logs of metrics and programs."""

from __future__ import annotations

from tensorboard_plugin_rlboard.formats.generic.fields import RESPONSE_FIELDS, SAMPLE, TURNS
from tensorboard_plugin_rlboard.formats.guessing import words
from tensorboard_plugin_rlboard.formats.guessing.rewards import Reward
from tensorboard_plugin_rlboard.formats.guessing.roles import Roles
from tensorboard_plugin_rlboard.formats.guessing.shapes import Shape

_SMALLEST_SHARE = 0.1
"""Share of a file's rows that have a response, below which it is a file of something else."""
_SAMPLING_WORDS = frozenset({"completion", "rollout", "generation", "trajectory", "sample", "response"})
_DATA_STEPS = frozenset(words.WEAK_OF_DATA_SETS)


def reason_against(roles: Roles, reward: Reward, shape: Shape) -> str:
    """Why rows are taken for no samples, as the beginning of a sentence; empty where they are taken for them."""
    keys, profile = roles.keys, roles.profile
    names = {column.place.name for column in profile}
    scored = reward.has_score or roles.has_token_values
    if "response" not in keys and len(words.PREFERENCE & names) > 1:
        return "It looks like pairs of preferred and rejected answers, not like rollouts"
    if shape.kind != SAMPLE and words.PREFERENCE & names and not reward.has_score:
        return "It looks like answers that were compared, not like rollouts"
    if len(words.PROGRAM_LOG & names) > 1 and not scored:
        return "It looks like a program's log"
    if not any(name in keys for name in RESPONSE_FIELDS):
        return "It has no text of a response under a name that tells it"
    if roles.response_is_weak and "prompt" not in keys and not roles.has_token_values:
        return f"{keys['response']} may be any text, and there is no prompt beside it"
    if not {"prompt", "messages"} & keys.keys() and not scored:
        return "It has neither a prompt nor a score beside its text"
    response = next(roles.column(name) for name in RESPONSE_FIELDS if name in keys)
    if response is None or len(response.values) < _SMALLEST_SHARE * profile.count:
        return "Hardly any of its rows has the text of a response"
    has_step = "step" in keys and keys["step"] not in _DATA_STEPS
    if scored or has_step or _has_several_responses(roles, shape):
        return ""
    return "It looks like a data set: it has no score, no step and no values of tokens"


def _has_several_responses(roles: Roles, shape: Shape) -> bool:
    """Whether rows hold several responses to one prompt, by a word that means sampled ones."""
    if shape.kind in {SAMPLE, TURNS} or not roles.is_several:
        return False
    word = words.plain(words.snake_case(shape.base.rpartition(".")[2].partition("#")[0]))
    return "prompt" in roles.keys and word in _SAMPLING_WORDS
