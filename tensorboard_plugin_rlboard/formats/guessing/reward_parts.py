"""The sum of a reward's parts: which numbers are parts at all, and the weights that the rows have for them.

A weighted sum is taken only where every part has a weight. Otherwise the sum is plain, and the weight that is not applied is
named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.evidence.field_roles import FieldRoles, is_open
from tensorboard_plugin_rlboard.formats.evidence.profile import Column, Profile, are_plain_sums, are_sums
from tensorboard_plugin_rlboard.formats.evidence.value_types import (
    is_number,
    is_number_list,
    is_object_list,
    is_verdict,
)
from tensorboard_plugin_rlboard.formats.generic.key_paths import ENTRIES, PARTS, PRODUCT, SUM
from tensorboard_plugin_rlboard.metrics.segments import Floats
from tensorboard_plugin_rlboard.words import plain

NUMBER_TYPES = frozenset({bool, int, float})
_MAX_LISTED, _MAX_COMBINED, _FUNCTION = 6, 8, frozenset({"func", "fn", "function"})
_NO_PARTS = ("平均", "最大", "最小", "基线", "参考")
"""What stands in Chinese before a reward that is none of a sample."""
_PARTS_BESIDE_OTHERS = frozenset(map(plain, words.PARTS_BESIDE_OTHERS))
_TOTALS = frozenset(plain(word) for tier in words.REWARD for word in tier) - _PARTS_BESIDE_OTHERS


@dataclass(frozen=True)
class PartsSum:
    """The sum of some parts.

    Attributes:
        path: the path of the sum; empty where none is right.
        doubt: one sentence on weights that are not known or not applied, or why there is no sum; else empty.
    """

    path: str
    doubt: str = ""

    @property
    def is_weighted(self) -> bool:
        """Whether every part counts with its weight."""
        return PRODUCT in self.path


def is_part(name: str) -> bool:
    """Whether a number may be a part of a reward by its name: no weight, count, limit or mean."""
    return words.NO_PART_WORDS.isdisjoint(name.split("_"))


def objects_of_parts(roles: FieldRoles, names: frozenset[str]) -> list[Column]:
    """Columns of objects with one of some names (`plain`) that hold numbers."""
    return [
        column
        for column in roles.profile
        if plain(column.place.name) in names
        and is_open(column)
        and column.fits(lambda value: isinstance(value, dict))
        and parts_in(roles, column)
    ]


def parts_in(roles: FieldRoles, holder: Column) -> list[Column]:
    """The numbers in an object, as far as every sample has them for itself."""
    return [
        column
        for column in roles.profile
        if (column.place.of_each or not roles.is_several)
        and _holder(column.path) == holder.path
        and column.fits(lambda value: type(value) in NUMBER_TYPES or is_verdict(value))
    ]


def named_parts(roles: FieldRoles, totals: list[Column]) -> tuple[list[Column], list[Column]]:
    """Columns that are called after a reward function (`accuracy_reward`, `reward_format`), and the totals that stay.

    Args:
        roles: the fields so far.
        totals: columns that are called like a total. A reward model's score beside other functions' is none.
    """
    found = []
    for column in roles.profile:
        named = [word for word in column.place.name.split("_") if word not in _FUNCTION]
        is_named = {*map(plain, (*named[:1], *named[-1:]))} & {*words.REWARD_SUFFIXES}
        is_chinese = column.place.name.endswith("奖励") and not any(
            word in column.place.name for word in _NO_PARTS
        )
        if not is_chinese and (len(named) < 2 or not is_named or set(named) & words.NO_REWARD_WORDS):
            continue
        if is_open(column) and column.fits(is_number) and (column.place.of_each or not roles.is_several):
            found.append(column)
    lowest = min((column.place.depth for column in found), default=0)
    found = [column for column in found if column.place.depth == lowest]
    parts = [column for column in totals if plain(column.place.name) in _PARTS_BESIDE_OTHERS]
    both = [*found, *(column for column in parts if column not in found)]
    has_total = any(plain(column.place.name) in _TOTALS for column in found)
    return (
        (found, totals) if has_total or len(both) < 2 else (both, [one for one in totals if one not in parts])
    )


def without_nested_parts(
    profile: Profile, tiers: Sequence[list[Column]]
) -> tuple[list[Column], list[list[Column]]]:
    """The first scores in objects that lie side by side in one object (`rewards.accuracy.score`), and the columns left.

    Args:
        profile: the columns.
        tiers: those that are called like a reward.
    """
    nested = {column.path: _beside(profile, column) for tier in tiers for column in tier}
    nested_scores = next((found for found in nested.values() if len(found) > 1), [])
    return nested_scores, [[column for column in tier if len(nested[column.path]) < 2] for tier in tiers]


def _beside(profile: Profile, column: Column) -> list[Column]:
    """The numbers of a column's name in the objects beside its own, and itself."""
    around = _holder(_holder(column.path))
    if not around:
        return []
    return [
        other
        for other in profile
        if _last(other.path) == _last(column.path)
        and _holder(_holder(other.path)) == around
        and other.fits(is_number)
    ]


def sum_of_parts(profile: Profile, holder: str, parts: Sequence[Column], *, are_lists: bool) -> PartsSum:
    """The sum of the parts in an object, with their weights where the rows have them.

    Args:
        profile: the columns.
        holder: the path of the object.
        parts: the numbers in it, or in the objects in it, that are parts.
        are_lists: whether each part is a list, of a number for each sample of the row.
    """
    names = {part.path: _name_of(part.path, holder) for part in parts}
    weights, other = _weights(profile, holder, names)
    if len(weights) == len(parts) and not are_lists:
        terms = (f"{part.path}{PRODUCT}{_within(weights[part.path], holder)}" for part in parts)
        return PartsSum(SUM.join(term if at == 0 else _within(term, holder) for at, term in enumerate(terms)))
    not_applied = next(iter(weights.values()), other)
    doubt = plain_sum_doubt(", ".join(part.place.name for part in parts[:_MAX_LISTED]), not_applied)
    inside = [column for column in profile if _holder(column.path) == holder and column.fits(is_number)]
    if len(inside) == len(parts):
        return PartsSum(f"{holder}.{PARTS}{ENTRIES if are_lists else ''}", doubt)
    if are_lists:
        left_out = next(column.path for column in inside if column not in parts)
        return PartsSum(
            "", f"No reward was taken: {holder} has lists of its parts and {left_out}, which is none."
        )
    return PartsSum(
        SUM.join(part.path if at == 0 else _within(part.path, holder) for at, part in enumerate(parts)), doubt
    )


def total_of(roles: FieldRoles, parts: Sequence[Column]) -> Column | None:
    """The column that is called like a total and is the sum of some parts, weighted or not, in nearly every sample."""
    totals = roles.candidates(words.TOTAL, is_number, of_each=True) if len(parts) > 1 else []
    return next((one for one in totals if one not in parts and are_sums(*_samples(one, parts))), None)


def total_before(roles: FieldRoles, parts: list[Column]) -> list[Column]:
    """The total that is the plain sum of some of these parts and of further numbers (`accuracy + format`); else the parts."""
    taken = {*roles.keys.values(), *words.STEP, *words.TOTAL, *(part.path for part in parts)}
    beside = [one for one in roles.profile if one.fits(is_number) and not {one.path, one.place.name} & taken]
    some = [*parts, *beside][:_MAX_COMBINED]
    subsets = [chosen for size in range(2, len(some) + 1) for chosen in combinations(some, size)]
    for total in roles.candidates(words.TOTAL, is_number, of_each=True):
        sums = (one for one in subsets if one[0] in parts and total not in one)
        if any(are_plain_sums(*_samples(total, one)) for one in sums):
            return [total, *parts]
    return parts


def _samples(total: Column, parts: Sequence[Column]) -> tuple[Floats, Floats]:
    """Totals [samples] and parts [samples, parts] of the samples with a total."""
    totals, numbers = dict(total.numbers()), [dict(part.numbers()) for part in parts]
    return np.array([*totals.values()]), np.array([[one.get(at, 0.0) for one in numbers] for at in totals])


def plain_sum_doubt(listed: str, weights: str) -> str:
    """The sentence on a sum without weights.

    Args:
        listed: what is summed.
        weights: the path of weights that are not applied; empty where the rows have none.
    """
    why = f"{weights} is not applied" if weights else "their weights are not in the rows"
    return f"The reward is the plain sum of {listed}: {why}."


def _weights(profile: Profile, holder: str, names: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """Path of a part -> path of its weight, and the path of a weight that is of none of them."""
    found: dict[str, str] = {}
    other = ""
    of_name = {plain(words.snake_case(name)): path for path, name in names.items()}
    for column in profile:
        if "weight" not in column.path.lower() or column.path in names:
            continue
        part = next((of_name[name] for name in _weighted(column) if name in of_name), None)
        if part is None or not column.fits(is_number) or (ENTRIES in column.path) != (ENTRIES in holder):
            other = other or (column.path if "weight" in column.place.name else "")
        elif ENTRIES not in holder or column.path.startswith(f"{holder.partition(ENTRIES)[0]}{ENTRIES}"):
            found.setdefault(part, column.path)
    return found, other


def _weighted(column: Column) -> list[str]:
    """The part that a weight may belong to: by its own name (`format_weight`), as one of `weights`, or beside a score."""
    own = [word for word in column.place.name.split("_") if word not in words.WEIGHTS]
    if len(own) < len(column.place.name.split("_")):
        around = _last(_holder(column.path)) if not own else ""
        return [plain("_".join(own)), plain(words.snake_case(around))]
    is_of_weights = any(words.WEIGHTS & set(name.split("_")) for name in column.place.around[-1:])
    return [plain(column.place.name)] if is_of_weights else []


def _within(path: str, holder: str) -> str:
    """A path as the later terms of a sum have it: of samples in a list, only the first term says the list."""
    return path.removeprefix(f"{holder.partition(ENTRIES)[0]}{ENTRIES}.") if ENTRIES in holder else path


def _name_of(path: str, holder: str) -> str:
    return path.removeprefix(f"{holder}.").partition(".")[0]


def _holder(path: str) -> str:
    return path.rpartition(".")[0]


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def doubt_of_length(roles: FieldRoles) -> str:
    """One sentence on a list that is called like a reward and is none: not one number for each sample, or objects; else empty."""
    taken = roles.keys.get("reward", "")
    names = [word for tier in words.REWARD[: 1 if taken else 3] for word in tier]
    lists = [column for column in roles.candidates(names, is_number_list) if not column.place.of_each]
    if roles.is_several and lists:
        return (
            f"{f'The reward is {taken}' if taken else 'No reward was taken'}: {lists[0].path} has not one number for each "
            "sample of its row."
        )
    if taken:
        return ""
    objects = roles.candidates(names, is_object_list)
    return f"No reward was taken: {objects[0].path} is a list of objects; log one number." if objects else ""
