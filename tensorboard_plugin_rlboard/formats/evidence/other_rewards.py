"""Finds further numbers that may be the reward or a part of it; the user is told before believing a curve."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.evidence.field_roles import FieldRoles, is_open
from tensorboard_plugin_rlboard.formats.evidence.number_words import MEASURES, PARTS_BY_NAME, SAYS_RIGHT
from tensorboard_plugin_rlboard.formats.evidence.profile import Column, are_plain_sums
from tensorboard_plugin_rlboard.formats.evidence.value_types import is_number, is_number_list
from tensorboard_plugin_rlboard.formats.generic.key_paths import EITHER, ENTRIES, PARTS, SUM
from tensorboard_plugin_rlboard.formats.generic.turns import turn_reward_key
from tensorboard_plugin_rlboard.words import plain

_MEASURES_IN_CHINESE = ("长度", "时间", "数", "步", "轮", "号", "损失", "熵", "温度", "优势", "耗时", "难度")
_PARTIAL = frozenset({"base", "task", "env", "raw", "main", "outcome", "extrinsic"})
_ADDED = frozenset({"bonus", "penalty", "shaping", "intrinsic", "bonuses", "penalties"})
_PARTS_IN_CHINESE, _RIGHT_IN_CHINESE = ("格式", "语言", "惩罚", "奖励"), ("正确", "准确")
_SCORES = frozenset(map(plain, words.SCORE_PARTS))
_MAX_LISTED, _MAX_REWARD, _TWO_PARTS = 3, 1e4, 2


def doubt_of_missing(roles: FieldRoles) -> str:
    """One sentence on numbers that may be the reward where no key is called like one; they are noted, too. Else empty."""
    found = [column for column in _numbers(roles) if _may_be_score(column)][:_MAX_LISTED]
    if not found:
        return ""
    roles.note("reward", found)
    return (
        f"No reward was taken, because no key is called like one; it may be one of these: {_listed(found)}."
    )


def doubt_of_tokens(roles: FieldRoles) -> str:
    """One sentence where the only rewards are those of tokens, whose sum is not the reward if it has a KL penalty in it."""
    path = roles.keys.get("token_rewards", "")
    if not path or ENTRIES in path:
        return ""
    return f'No reward was taken: {path} holds those of tokens. Their sum is read with reward = "{path}.{PARTS}" in the [mapping].'


def doubt_of_taken(roles: FieldRoles) -> str:
    """One sentence where a reward of another name may belong to the one that was taken, or stand in its place; else empty."""
    taken = roles.keys.get("reward", "")
    reward = roles.profile.column(taken)
    if reward is None:
        return _doubt_of_gaps(roles, taken.split(EITHER)) if taken else ""
    others = _numbers(roles)
    if parts := _parts_beside(reward, others):
        if ENTRIES not in taken and reward.fits(is_number):  # words for a verdict are not added up
            roles.alternatives.setdefault("reward", []).append(
                SUM.join([taken, *(part.path for part in parts)])
            )
        return f"The reward may be another one: {taken} was taken, and {_listed(parts)} may be added to it."
    if _PARTIAL & set(reward.place.name.split("_")):
        added = [
            one
            for one in others
            if _ADDED & set(one.place.name.split("_")) and any(x for _, x in one.numbers())
        ]
        if added:
            return (
                f"The reward may be another one: {taken} was taken, and {_listed(added)} may be added to it."
            )
    return _doubt_of_gaps(roles, [taken])


def take_turn_rewards(roles: FieldRoles) -> bool:
    """Take the sum of an episode's rewards, turn by turn; whether its turns have any."""
    episode = roles.column("messages")
    values = () if episode is None else episode.values.values()
    key = next((key for value in values if (key := turn_reward_key(value))), "")
    if not key or episode is None:
        return False
    roles.keys["reward"] = f"{episode.path}.{PARTS}.{key}"
    return True


def total_in_list(column: Column) -> int | None:
    """The place of a total in lists of a reward's parts, the first or the last number, where it is the sum of the others."""
    lists = [value for value in column.values.values() if isinstance(value, list) and is_number_list(value)]
    if not lists or len(lists[0]) <= _TWO_PARTS or any(len(one) != len(lists[0]) for one in lists):
        return None
    numbers = np.array(lists, np.float64)
    whole = (at for at in (0, len(lists[0]) - 1) if are_plain_sums(numbers[:, at], np.delete(numbers, at, 1)))
    return next(whole, None)


def _parts_beside(reward: Column, others: Iterable[Column]) -> list[Column]:
    """Numbers beside one that says whether an answer is right, which may be parts of the same reward (`acc` and `fmt`)."""
    name, holder = reward.place.name, reward.path.rpartition(".")[0]
    if SAYS_RIGHT.isdisjoint(name.split("_")) and not any(word in name for word in _RIGHT_IN_CHINESE):
        return []
    found = [one for one in others if one.path.rpartition(".")[0] == holder and one.varies()]
    is_of_scores = plain(holder.rpartition(".")[2]) in _SCORES
    return [one for one in found if _is_called_part(one) or (is_of_scores and _may_be_score(one))][
        :_MAX_LISTED
    ]


def _is_called_part(column: Column) -> bool:
    named = set(column.place.name.split("_"))
    is_called = not PARTS_BY_NAME.isdisjoint(named) or any(
        word in column.place.name for word in _PARTS_IN_CHINESE
    )
    return is_called and named.isdisjoint(words.NO_PART_WORDS)


def _doubt_of_gaps(roles: FieldRoles, taken: list[str]) -> str:
    """One sentence where the samples without a reward have another number that is called like one; else empty."""
    rewarded = {at for path in taken if (column := roles.profile.column(path)) for at in column.values}
    for column in _numbers(roles):
        is_called = not {"reward", "score"}.isdisjoint(column.place.name.split("_"))
        if rewarded and is_called and column.values and rewarded.isdisjoint(column.values):
            roles.note("reward", [column])
            return (
                f"Samples without a reward have {column.path}: if it is theirs, write reward = "
                f'"{EITHER.join([*taken, column.path])}" into the [mapping].'
            )
    return ""


def _numbers(roles: FieldRoles) -> list[Column]:
    """The numbers of each sample that no field has."""
    used = {path for paths in roles.keys.values() for path in paths.split(EITHER)}
    return [
        column
        for column in roles.profile
        if column.path not in used
        and column.fits(is_number)
        and is_open(column, meta=True)
        and (column.place.of_each or not roles.is_several)
    ]


def _may_be_score(column: Column) -> bool:
    name = column.place.name
    is_measure = not MEASURES.isdisjoint(name.split("_")) or any(
        word in name for word in _MEASURES_IN_CHINESE
    )
    is_small = all(abs(number) <= _MAX_REWARD for _, number in column.numbers())
    return not is_measure and column.varies() and is_small


def _listed(columns: Iterable[Column]) -> str:
    return ", ".join(column.path for column in columns)
