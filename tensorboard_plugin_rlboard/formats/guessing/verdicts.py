"""Columns of verdicts (words for whether an answer is right, shares in per cent), which count as numbers of a reward."""

from __future__ import annotations

from collections.abc import Sequence

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.arrays.number_values import list_from_text
from tensorboard_plugin_rlboard.formats.arrays.score_texts import may_have_thousands, number_from_verdict
from tensorboard_plugin_rlboard.formats.evidence.field_roles import FieldRoles
from tensorboard_plugin_rlboard.formats.evidence.number_texts import comma_of, reason_of_commas
from tensorboard_plugin_rlboard.formats.evidence.profile import Column, differs_within
from tensorboard_plugin_rlboard.formats.evidence.value_types import (
    is_number,
    is_number_list,
    is_object_list,
    is_share,
    is_single_word,
    is_text,
    is_verdict,
)
from tensorboard_plugin_rlboard.formats.generic.key_paths import PARTS
from tensorboard_plugin_rlboard.formats.guessing.reward_parts import plain_sum_doubt
from tensorboard_plugin_rlboard.words import plain

_LETTER, _NEARLY_ALL = "r", 0.9
"""A key that may be a reward, and the share of samples that have it then."""
_MIN_VERDICT_SHARE = 0.9
"""Share of the texts of a column that have to be verdicts: sentences of a judge may begin with a `no` as well."""
_MAX_SHOWN = 4
_NUMBER = ("weighted_value", "weighted_score", "weighted_reward", "value", "score", "reward")
_NAME = ("name", "function", "fn", "type", "key", "criterion")
"""What an object in a list of scores calls its number, and what is scored."""
_MAX_TEXT_LENGTH = 20
"""Characters of a grade or a share."""
_RIGHT = frozenset({"correct", "correctness"})
_CHECKED = frozenset(
    {
        "is",
        "final",
        "answer",
        "response",
        "output",
        "completion",
        "generation",
        "solution",
        "prediction",
        "pred",
    }
    | {
        "math",
        "verify",
        "verifier",
        "llm",
        "llama",
        "judge",
        "model",
        "rule",
        "code",
        "sympy",
        "exact",
        "strict",
    }
)
"""Words that say of what a truth value is whether it is right, or who says so (`correctness_math_verify`)."""


def is_clear(column: Column) -> bool:
    """Whether a column holds numbers, or next to nothing but verdicts; numbers with a comma where it is told what that means."""
    is_told = comma_of(column) != ""
    verdicts = sum(is_verdict(one) or (is_told and may_have_thousands(one)) for one in column.values.values())
    return column.fits(is_number) or (verdicts > 0 and verdicts >= _MIN_VERDICT_SHARE * len(column.values))


def are_shares(column: Column) -> bool:
    """Whether next to all values of a column are verdicts or numbers from −1 to 1; one rating of 0 to 4 may often be 0 or 1."""
    return sum(map(is_share, column.values.values())) >= _MIN_VERDICT_SHARE * len(column.values)


def truth_columns(roles: FieldRoles) -> list[Column]:
    """Columns of truth values whose longer name says whether a sample is right (`is_answer_correct`)."""
    found = (column for column in roles.profile if column.place.depth == 0 or column.place.of_each)
    return [
        column
        for column in found
        if (column.place.of_each or not roles.is_several)
        and not _RIGHT.isdisjoint(parts := set(column.place.name.split("_")))
        and parts <= _RIGHT | _CHECKED
        and column.values
        and all(isinstance(value, bool) for value in column.values.values())
    ]


def is_preference(name: str) -> bool:
    """Whether a key says which answer was preferred (`winner`, `overall_preference`)."""
    return name in words.PREFERENCE or not words.PREFERENCE.isdisjoint(name.split("_"))


def reason_unread(roles: FieldRoles) -> str:
    """One sentence on a column that is called like a reward and holds short texts, lists or objects; empty without one."""
    names = (*(word for tier in words.REWARD for word in tier), *words.VERDICT)
    texts = roles.candidates([word for tier in words.REWARD[:3] for word in tier], is_text, of_each=True)
    texts += roles.candidates(names, is_single_word, of_each=True) + roles.candidates(names, is_list_text)
    taken = set(roles.keys.values())
    nested = roles.candidates((*words.REWARD[0], *words.REWARD[1]), _is_list_or_object)
    lists = roles.candidates((*names, *words.SCORE_PARTS), is_number_list, of_each=True)
    return (
        _reason_of_texts(texts)
        or _reason_of_nested([one for one in nested if one.path not in taken])
        or _reason_of_lists([one for one in lists if one.path not in taken])
    )


def _reason_of_texts(columns: Sequence[Column]) -> str:
    for column in columns:
        if column.fits(is_list_text):
            return f"No reward was taken: {column.path} holds lists written as text; log a row for each sample, or lists."
        texts = sorted(
            {value for value in column.values.values() if isinstance(value, str) and value.strip()}
        )
        if texts and all(map(may_have_thousands, texts)):
            return reason_of_commas(column, texts[0])
        if texts and max(map(len, texts)) <= _MAX_TEXT_LENGTH and not column.fits(is_number):
            return (
                f"No reward was taken: {column.path} holds texts such as {' and '.join(texts[:2])}, which are no numbers; "
                "log numbers instead."
            )
    return ""


def _reason_of_nested(columns: Sequence[Column]) -> str:
    for column in columns:
        return (
            f"No reward was taken: {column.path} holds lists or objects, of which nothing says the number of a sample; log one "
            'number as reward, or write its path into an rlboard.toml (reward = "rewards.total").'
        )
    return ""


def _reason_of_lists(columns: Sequence[Column]) -> str:
    for column in columns:
        return (
            f"No reward was taken: {column.path} holds several numbers for each sample; write one of them or their sum into an "
            f'rlboard.toml: reward = "{column.path}.0", or "{column.path}.{PARTS}".'
        )
    return ""


def _is_list_or_object(value: object) -> bool:
    """Whether it is a list or an object with something in it."""
    return isinstance(value, (list, dict)) and bool(value)


def is_list_text(value: object) -> bool:
    """Whether it is a text that spells a list of numbers."""
    return isinstance(value, str) and list_from_text(value) is not None


def verdict_scale(column: Column) -> str:
    """The numbers that stand for the verdicts of a column (`pass = 1, fail = 0`), of many the best and the worst; empty without one."""
    found = {str(value).strip().lower(): number_from_verdict(value) for value in column.values.values()}
    numbers = sorted((-number, word) for word, number in found.items() if number is not None)
    shown = numbers if len(numbers) <= _MAX_SHOWN else [numbers[0], numbers[-1]]
    return ", ".join(f"{word} = {-number or 0:g}" for number, word in shown)


def take_letter(roles: FieldRoles) -> str:
    """Take `r`, where nothing else is a reward and it is a number of nearly every sample; one sentence that says so."""
    letters = [
        column
        for column in roles.candidates((_LETTER,), is_number, of_each=True)
        if column.place.name == _LETTER
        and len(column.numbers()) >= _NEARLY_ALL * roles.profile.count
        and column.varies()
        and (column.place.depth == 0 or column.place.of_each)
    ]
    if not roles.take("reward", letters):
        return ""
    return f"The reward is a guess: {letters[0].path} was taken, because nothing else is called like one."


def take_nulls(roles: FieldRoles) -> None:
    """Take a key that is called like a reward and null in all samples so far: they were not scored yet."""
    names = {plain(word) for tier in words.REWARD for word in tier}
    empty = [column for column in roles.profile if not column.values and plain(column.place.name) in names]
    roles.take("reward", [column for column in empty if column.place.depth == 0])


def take_judgement(roles: FieldRoles) -> bool:
    """Take a key such as `eval` whose values of 0 and 1 differ between the answers to a prompt, and say no split.

    A verdict in words says no split anyway.

    Returns:
        Whether there is one.
    """
    prompts = roles.column("prompt")
    found = roles.candidates(words.JUDGEMENT, is_share, of_each=True)
    found = [column for column in found if prompts is not None and differs_within(column, prompts)]
    found += roles.candidates(words.VERDICT, is_verdict, of_each=True)
    return roles.take("reward", [column for column in found if is_clear(column)])


def take_objects(roles: FieldRoles) -> str:
    """Take the number in a list of one object, as tracers attach a score, or the sum of one for each reward function.

    Returns:
        One sentence on weights that are not applied; empty where there are none.
    """
    for column in roles.candidates((*words.REWARD[0], *words.SCORE_PARTS), is_object_list, of_each=True):
        if key := _key_of_one(column):
            roles.keys["reward"] = f"{column.path}.0.{key}"
            return ""
    for column in roles.candidates(words.REWARD_PARTS, is_object_list, of_each=True):
        if key := _key_of_all(column):
            roles.keys["reward"] = f"{column.path}.{PARTS}.{key}"
            return "" if key.startswith("weighted") else _unweighted(column, key)
    return ""


def _key_of_one(column: Column) -> str:
    """The key of the number in lists of one object each; empty where one of them has several objects."""
    are_single = all(isinstance(value, list) and len(value) == 1 for value in column.values.values())
    return _key_of_all(column) if are_single else ""


def _key_of_all(column: Column) -> str:
    """The key under which every object of lists has its number (`[{"name": "format", "value": 0.5}, …]`); empty without one."""
    objects = _objects_in(column)
    return next((key for key in _NUMBER if all(is_number(one.get(key)) for one in objects)), "")


def _unweighted(column: Column, key: str) -> str:
    """The sentence on the plain sum of the numbers in lists of objects."""
    objects = _objects_in(column)
    named = dict.fromkeys(str(one[name]) for one in objects for name in _NAME if name in one)
    weight = next((word for word in sorted(words.WEIGHTS) if any(word in one for one in objects)), "")
    listed = ", ".join(list(named)[:_MAX_SHOWN]) or f"{key} in {column.path}"
    return plain_sum_doubt(listed, weight and f"{column.path}[].{weight}")


def _objects_in(column: Column) -> list[dict[str, object]]:
    return [one for value in column.values.values() if isinstance(value, list) for one in value]
