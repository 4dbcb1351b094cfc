"""Tells rows that are no rollouts: data sets, pairs of preferred and rejected answers, logs of metrics and programs."""

from __future__ import annotations

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.generic.fields import RESPONSE_FIELDS, SAMPLE, TURNS
from tensorboard_plugin_rlboard.formats.guessing.rewards import Reward
from tensorboard_plugin_rlboard.formats.guessing.roles import Roles
from tensorboard_plugin_rlboard.formats.guessing.shapes import Shape
from tensorboard_plugin_rlboard.formats.guessing.value_types import is_number, is_score, is_text

_SMALLEST_SHARE = 0.1
"""Share of a file's rows that have a response, below which it is a file of something else."""
_FEWEST = 3
"""Samples of which something is said only if there are as many."""
_INDEX_WORDS = frozenset({"id", "idx", "index", "no", "number", "line", "row"})
_SAMPLING_WORDS = frozenset({"completion", "rollout", "generation", "trajectory", "sample", "response"})
_SETTINGS = "It looks like settings: it is one object, and its reward is a name and no number"
_DATA_STEPS = frozenset(words.WEAK_OF_DATA_SETS)


def reason_against(roles: Roles, reward: Reward, shape: Shape, share: float) -> str:
    """Why rows are taken for no samples, as the beginning of a sentence; empty where they are taken for them.

    Args:
        roles: the fields that were found.
        reward: the reward that was.
        shape: what a row is.
        share: the share of the file's rows that are of this shape.
    """
    keys, profile = roles.keys, roles.profile
    if _are_settings(roles):
        return _SETTINGS
    names = {column.place.name for column in profile}
    scored = reward.has_score or roles.has_token_values
    if "response" not in keys and len(words.PREFERENCE & names) > 1:
        return "It looks like pairs of preferred and rejected answers, not like rollouts"
    if shape.kind != SAMPLE and words.PREFERENCE & names and not reward.has_score:
        return "It looks like answers that were compared, not like rollouts"
    is_asked = bool({"prompt", "messages"} & keys.keys())
    if len(words.PROGRAM_LOG & names) > 1 and not (scored and is_asked):
        return "It looks like a program's log"
    if not any(name in keys for name in RESPONSE_FIELDS):
        return "It has no text of a response under a name that tells it"
    if roles.response_is_weak and "prompt" not in keys and not roles.has_token_values:
        return f"{keys['response']} may be any text, and there is no prompt beside it"
    if not is_asked and not scored:
        return "It has neither a prompt nor a score beside its text"
    if share < _SMALLEST_SHARE:
        return "Hardly any of its rows has the text of a response"
    has_step = "step" in keys and keys["step"] not in _DATA_STEPS
    if scored or has_step or _has_several_responses(roles, shape):
        return ""
    return "It looks like a data set: it has no score, no step and no values of tokens"


def reason_against_own_words(roles: Roles, reward: Reward) -> str:
    """Why rows in our own words are taken for no samples: they are a prompt and a response each and nothing else.

    Rows of a training have a step, a number or the same prompt again.
    """
    profile = roles.profile
    if _are_settings(roles):
        return _SETTINGS
    prompts = roles.column("prompt")
    known = {"prompt", "response", "ground_truth", "sample_id", "messages"}
    if prompts is None or profile.count < _FEWEST or set(roles.keys) - known or reward.has_score:
        return ""
    numbers = [column for column in profile if column.fits(is_number) and not _is_index(column.place.name)]
    if numbers or not prompts.is_unique():
        return ""
    return "It looks like a data set: its rows have a prompt and a response, no number, and no prompt comes twice"


def _are_settings(roles: Roles) -> bool:
    """Whether a file of one object says with which reward a training runs, instead of what a response got."""
    rewards = roles.column("reward")
    if roles.profile.count != 1 or "step" in roles.keys or roles.has_token_values or rewards is None:
        return False
    return rewards.fits(is_text) and not rewards.fits(is_score)


def _is_index(name: str) -> bool:
    return name.rpartition("_")[2] in _INDEX_WORDS


def _has_several_responses(roles: Roles, shape: Shape) -> bool:
    """Whether rows hold several responses to one prompt, by a word that means sampled ones."""
    if shape.kind in {SAMPLE, TURNS} or not roles.is_several:
        return False
    word = words.plain(words.snake_case(shape.base.rpartition(".")[2].partition("#")[0]))
    return "prompt" in roles.keys and word in _SAMPLING_WORDS
