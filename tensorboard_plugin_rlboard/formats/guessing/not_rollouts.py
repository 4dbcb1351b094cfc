"""Tells rows that are no rollouts: data sets, pairs of preferred and rejected answers, logs of metrics and programs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.evidence.field_roles import FieldRoles
from tensorboard_plugin_rlboard.formats.evidence.profile import Column
from tensorboard_plugin_rlboard.formats.evidence.value_types import (
    is_number,
    is_score,
    is_single_word,
    is_text,
)
from tensorboard_plugin_rlboard.formats.generic.fields import RESPONSE_FIELDS, SAMPLE, TURNS
from tensorboard_plugin_rlboard.formats.guessing.rewards import Reward
from tensorboard_plugin_rlboard.formats.guessing.shapes import Shape
from tensorboard_plugin_rlboard.formats.guessing.verdicts import is_preference

_MIN_RESPONSE_SHARE = 0.1
"""Share of a file's rows that have a response, below which it is a file of something else."""
_MIN_SAMPLES = 3
"""Samples of which something is said only if there are as many."""
_INDEX_WORDS = frozenset({"id", "idx", "index", "no", "number", "line", "row"})
_SAMPLING_WORDS = frozenset({"completion", "rollout", "generation", "trajectory", "sample", "response"})
_SETTINGS = "It looks like settings: it is one object, and its reward is a name and no number"
_TEMPLATES = "It looks like templates: what stands for its texts is filled in later"
_FILLED_IN = re.compile(r"\{\{[^{}]{1,80}\}\}|\{%.{1,80}?%\}")
"""What Jinja fills in. Single braces are everywhere: in LaTeX (`x^{n}`), in code."""
_PLACEHOLDER = re.compile(rf"{_FILLED_IN.pattern}|\$?\{{[A-Za-z_]\w{{0,40}}\}}")
_NAME = re.compile(r"[A-Za-z_][\w-]{0,60}")
_FEW_SETTINGS = 2
_MAX_RATING, _MIN_RATINGS, _MIN_RATED_COLUMNS = 10, 2, 3
"""The best note of a scale; how many kinds of ratings make a data set where there is nothing else, and beside a score."""
_REWARDS = frozenset(words.plain(word) for tier in words.REWARD[:2] for word in tier)
_DATA_STEPS = frozenset(words.WEAK_OF_DATA_SETS)


def reason_against(roles: FieldRoles, reward: Reward, shape: Shape, share: float) -> str:
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
    if _are_templates(roles):
        return _TEMPLATES
    if _are_of_models(roles):
        return "It looks like answers of several models that were compared, not like rollouts"
    names = {column.place.name for column in profile}
    scored = reward.has_score or roles.has_token_values
    if "response" not in keys and len(words.PREFERENCE & names) > 1:
        return "It looks like pairs of preferred and rejected answers, not like rollouts"
    is_of_training = reward.has_score and bool(keys.get("step"))
    if shape.kind != SAMPLE and any(map(is_preference, names)) and not is_of_training:
        return "It looks like answers that were compared, not like rollouts"
    is_asked = bool({"prompt", "messages"} & keys.keys())
    if len(words.PROGRAM_LOG & names) > 1 and not (scored and is_asked):
        return "It looks like a program's log"
    if not any(name in keys for name in RESPONSE_FIELDS):
        numbers = numbers_of_response(roles)
        if numbers is not None:
            return f"It has numbers and no text under {numbers.path}, and no other text of a response"
        return "It has no text of a response under a name that tells it"
    may_be_any = roles.response_is_weak and "prompt" not in keys and not roles.has_token_values
    if may_be_any and not _are_of_training(roles):
        return f"{keys['response']} may be any text, and there is no prompt beside it"
    if not is_asked and not scored:
        return "It has neither a prompt nor a score beside its text"
    if share < _MIN_RESPONSE_SHARE:
        return "Hardly any of its rows has the text of a response"
    if rated := _rated(roles):
        return rated
    has_step = bool(keys.get("step")) and keys["step"] not in _DATA_STEPS
    if scored or has_step or _has_several_responses(roles, shape):
        return ""
    return "It looks like a data set: it has no number as score, no step and no values of tokens"


def _are_of_training(roles: FieldRoles) -> bool:
    """Whether texts have a training's step and a reward each, both called so, as OpenRLHF's table of samples has them."""
    step, reward, texts = (roles.column(field) for field in ("step", "reward", "response"))
    if step is None or reward is None or texts is None or texts.fits(is_single_word):
        return False
    if any(column.place.name in words.PROGRAM_LOG and not column.fits(is_number) for column in roles.profile):
        return False  # a level of difficulty is a number
    is_step = step.place.name in words.STEP and step.place.name not in words.ROLLOUT_STEP
    return is_step and words.plain(reward.place.name) in _REWARDS


def reason_against_own_words(roles: FieldRoles, reward: Reward) -> str:
    """Why rows in our own words are taken for no samples: they are a prompt and a response each and nothing else.

    Rows of a training have a step, a number or the same prompt again.
    """
    profile = roles.profile
    if _are_settings(roles):
        return _SETTINGS
    if _are_templates(roles):
        return _TEMPLATES
    if rated := _rated(roles):
        return rated
    prompts = roles.column("prompt")
    known = {"prompt", "response", "ground_truth", "sample_id", "messages"}
    if prompts is None or profile.count < _MIN_SAMPLES or set(roles.keys) - known or reward.has_score:
        return ""
    numbers = [column for column in profile if column.fits(is_number) and not _is_index(column.place.name)]
    if len(numbers) >= _MIN_RATINGS and all(map(_is_rating, numbers)):
        return f"It looks like a data set: its answers were rated ({_listed(numbers)}), and it has no step and no reward"
    if numbers or not prompts.is_unique():
        return ""
    return "It looks like a data set: its rows have a prompt and a response, no number, and no prompt comes twice"


def numbers_of_response(roles: FieldRoles) -> Column | None:
    """The column that is called like a response and holds numbers, where nothing else is one; None without it."""
    if any(name in roles.keys for name in RESPONSE_FIELDS):
        return None
    return next(iter(roles.candidates(words.RESPONSE, is_number, of_each=True)), None)


def _are_settings(roles: FieldRoles) -> bool:
    """Whether a file of one object says how a training runs, instead of what a response got.

    Its reward is the name of one, or it has several settings and a single word for a response.
    """
    if roles.profile.count != 1 or roles.has_token_values:
        return False
    rewards, responses = roles.column("reward"), roles.column("response")
    if rewards is not None and rewards.fits(is_text) and not rewards.fits(is_score):
        return not roles.keys.get("step") or rewards.fits(_is_name)
    settings = {column.place.name for column in roles.profile} & words.SETTINGS
    return len(settings) >= _FEW_SETTINGS and responses is not None and responses.fits(is_single_word)


def _are_templates(roles: FieldRoles) -> bool:
    """Whether every response is a placeholder, or both it and the prompt have one: `{{answer}}`, `{answer}`; no training's are."""
    responses, prompts = roles.column("response"), roles.column("prompt")
    texts = [] if responses is None else [text for text in responses.values.values() if isinstance(text, str)]
    if not texts or roles.keys.get("step") or roles.has_token_values:
        return False
    if all(_PLACEHOLDER.fullmatch(text.strip()) for text in texts):
        return True
    asked = [] if prompts is None else [str(text) for text in prompts.values.values()]
    return bool(asked) and all(map(_FILLED_IN.search, [*asked, *texts]))


def _are_of_models(roles: FieldRoles) -> bool:
    """Whether the answers to a prompt are those of several models, and of no training."""
    if not roles.is_several or roles.keys.get("step") or roles.has_token_values:
        return False
    models = [
        column for column in roles.profile if column.place.name in words.MODELS and column.place.of_each
    ]
    rows = roles.profile.row_of_sample
    for column in models:
        of_row: dict[int, set[str]] = {}
        for at, value in column.values.items():
            of_row.setdefault(rows[at], set()).add(str(value))
        if of_row and all(len(found) > 1 for found in of_row.values()):
            return True
    return False


def _rated(roles: FieldRoles) -> str:
    """The sentence that answers were rated by people or judges in several ways; empty if they were not.

    One of the ratings is more than yes or no: functions of a reward are called the same.
    """
    if (
        roles.is_several
        or roles.has_token_values
        or roles.keys.get("step")
        or roles.keys.get("reward") == "reward"
    ):
        return ""
    prompts, reward = roles.column("prompt"), roles.column("reward")
    if prompts is not None and prompts.is_unique() and reward is not None and _is_rating_of_all(reward):
        return f"It looks like a data set: its answers were rated ({reward.path}), and it has no step"
    rated = [column for column in roles.profile if column.fits(is_number) and _is_rating(column)]
    is_scale = any(number > 1 for column in rated for _, number in column.numbers())
    if len(rated) < _MIN_RATED_COLUMNS or not is_scale:
        return ""
    return f"It looks like a data set: its answers were rated ({_listed(rated)}), and it has no step"


def _listed(columns: Sequence[Column]) -> str:
    return ", ".join(column.path for column in columns[:3])


def _is_rating(column: Column) -> bool:
    """Whether numbers are whole ones of a small scale, and called like ratings."""
    numbers = [number for _, number in column.numbers()]
    is_scale = all(number.is_integer() and 0 <= number <= _MAX_RATING for number in numbers)
    return is_scale and column.place.name in words.RATINGS


def _is_rating_of_all(column: Column) -> bool:
    """Whether numbers are notes of a scale that goes beyond right and wrong, and called a rating's score (`quality_score`)."""
    numbers = [number for _, number in column.numbers()]
    is_scale = all(number.is_integer() and 0 <= number <= _MAX_RATING for number in numbers)
    return (
        is_scale
        and max(numbers, default=0) > 1
        and not words.RATINGS.isdisjoint(column.place.name.split("_"))
    )


def _is_name(value: object) -> bool:
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def _is_index(name: str) -> bool:
    return name.rpartition("_")[2] in _INDEX_WORDS


def _has_several_responses(roles: FieldRoles, shape: Shape) -> bool:
    """Whether rows hold several responses to one prompt, by a word that means sampled ones."""
    if shape.kind in {SAMPLE, TURNS} or not roles.is_several:
        return False
    word = words.plain(words.snake_case(shape.base.rpartition(".")[2].partition("#")[0]))
    return "prompt" in roles.keys and word in _SAMPLING_WORDS
