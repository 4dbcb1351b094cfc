"""Assigns the reward: a total before parts, parts as columns, and never weights, thresholds or ratings."""

from __future__ import annotations

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.evidence.field_roles import FieldRoles
from tensorboard_plugin_rlboard.formats.evidence.other_rewards import (
    doubt_of_missing,
    doubt_of_taken,
    doubt_of_tokens,
    take_turn_rewards,
    total_in_list,
)
from tensorboard_plugin_rlboard.formats.evidence.profile import Column
from tensorboard_plugin_rlboard.formats.evidence.value_types import (
    is_number,
    is_number_list,
    is_one_nested_number,
    is_one_number_list,
    is_score,
    is_share,
)
from tensorboard_plugin_rlboard.formats.generic.fields import COLUMN_PREFIX, FIELDS
from tensorboard_plugin_rlboard.formats.generic.key_paths import EITHER, ENTRIES, PARTS
from tensorboard_plugin_rlboard.formats.guessing.reward_parts import (
    NUMBER_TYPES,
    PartsSum,
    doubt_of_length,
    is_part,
    named_parts,
    objects_of_parts,
    parts_in,
    plain_sum_doubt,
    sum_of_parts,
    total_before,
    total_of,
    without_nested_parts,
)
from tensorboard_plugin_rlboard.formats.guessing.verdicts import (
    are_shares,
    is_clear,
    reason_unread,
    take_judgement,
    take_letter,
    take_nulls,
    take_objects,
    truth_columns,
    verdict_scale,
)
from tensorboard_plugin_rlboard.words import plain

_MAX_COMPONENTS = 20
_PARTS = frozenset(map(plain, words.REWARD_PARTS))
_SCORES = frozenset(map(plain, words.SCORE_PARTS))
_CORRECT_TIER, _OF_TURNS = 3, ("turn_reward", "step_reward", "turn_score", "reward_value")


class Reward:
    """The reward of some samples.

    Attributes:
        has_score: whether the samples are scored, with or without one reward.
        doubt: one sentence where another reading is about as good, or a sum without weights; else empty.
    """

    def __init__(self, roles: FieldRoles) -> None:
        """Assigns it.

        Args:
            roles: the fields so far; the reward and the columns of its parts are added.
        """
        self._roles = roles
        self.has_score = False
        self.doubt = ""
        self._assign()

    def _assign(self) -> None:
        roles = self._roles
        fits = (*[is_score] * _CORRECT_TIER, is_share)
        tiers = [
            [column for column in roles.candidates(names, is_one, of_each=True) if is_clear(column)]
            for names, is_one in zip(words.REWARD, fits, strict=True)
        ]
        tiers[_CORRECT_TIER] = list(filter(are_shares, tiers[_CORRECT_TIER])) or truth_columns(roles)
        if self._take_only_entry():
            return
        nested_scores, tiers = without_nested_parts(roles.profile, tiers)
        own = roles.profile.column("reward")
        own = None if own is not None and own.fits(lambda value: isinstance(value, (dict, list))) else own
        parts = objects_of_parts(roles, _PARTS)
        named, tiers[1] = named_parts(roles, tiers[1])
        strong = sorted(
            (
                (column.place.depth, tier, column)
                for tier, found in enumerate(tiers[:_CORRECT_TIER])
                for column in found
            ),
            key=lambda one: one[:2],
        )
        likely = [column for _, _, column in strong]
        if own is not None and likely and not own.fits(is_score):
            own = None  # it names a reward
        if own is not None and own.values and (own.place.of_each or not roles.is_several):
            likely = [own, *[column for column in likely if column is not own]]
        if likely:
            self._choose(likely, strong)
            roles.note("reward", [*likely, *tiers[_CORRECT_TIER], *named])
        elif nested_scores:
            self._sum_nested(nested_scores)
        elif parts and self._sum(parts[0]):
            roles.note("reward", [*tiers[_CORRECT_TIER], *named])
        elif tiers[_CORRECT_TIER]:
            first = total_before(roles, tiers[_CORRECT_TIER])[0]
            if first in tiers[_CORRECT_TIER] or not roles.take("reward", [first]):
                self._choose(tiers[_CORRECT_TIER], [])
            roles.note("reward", [*tiers[_CORRECT_TIER], *named])
        elif named:
            total = total_of(roles, named)
            if total is not None or len(named) == 1:
                roles.take("reward", total_before(roles, named) if total is None else [total])
            else:
                self._say_parts(named)
            roles.note("reward", [*named, *roles.candidates(words.TOTAL, is_number, of_each=True)])
        elif not (self._take_list() or take_turn_rewards(roles) or take_judgement(roles)) and not own:
            self.doubt = take_letter(roles)
            if "reward" not in roles.keys:
                take_nulls(roles)
        self.has_score |= "reward" in roles.keys or bool(named)
        scores = objects_of_parts(roles, _SCORES)
        if scores and "reward" not in roles.keys and not self.doubt:
            found = parts_in(roles, scores[0])
            totals = [one for one in found if one.place.name in words.TOTAL]
            if not (len(totals) == 1 and roles.take("reward", totals)):
                self._say_parts(found)
        self.doubt = self.doubt or doubt_of_length(roles)
        if "reward" not in roles.keys and not self.doubt:
            self.doubt = reason_unread(roles) or doubt_of_missing(roles) or doubt_of_tokens(roles)
        self.doubt = self.doubt or doubt_of_taken(roles)
        self._lift([*parts, *scores])
        if (column := roles.column("reward")) is not None and (note := verdict_scale(column)):
            roles.notes["reward"] = note
        roles.assign("ref_reward", words.REF_REWARD, is_score, of_each=True)
        others = roles.alternatives.get("reward", [])
        roles.alternatives["reward"] = [
            path for path in others if path not in roles.keys.get("reward", "").split(EITHER)
        ]

    def _choose(self, found: list[Column], strong: list[tuple[int, int, Column]]) -> None:
        """Take the first, or the first one of the same rank that varies; say where two are about as good."""
        roles = self._roles
        rank = {column.path: (depth, tier) for depth, tier, column in strong}
        first = found[0]
        equal = [column for column in found[1:] if rank.get(column.path) == rank.get(first.path)]
        if equal and not first.varies() and roles.profile.count > 2 and first.path != "reward":
            first = next((column for column in equal if column.varies()), first)
        roles.take("reward", [first, *[column for column in found if column is not first]])
        others = [
            column
            for column in [*equal, found[0]]
            if column is not first and column.path not in roles.keys["reward"]
        ]
        others = [column for column in others if column.values != first.values]
        if others and first.path != "reward":
            listed = " and ".join(column.path for column in others[:3])
            self.doubt = f"The reward may be another one: {first.path} was taken, {listed} would do as well."

    def _take_only_entry(self) -> bool:
        """Take the number of a list that holds one for each sample (`reward: [1.0]`, `[[1.0]]`); whether there is one."""
        for is_one, place in ((is_one_number_list, ".0"), (is_one_nested_number, ".0.0")):
            named = self._roles.candidates(words.REWARD[0], is_one, of_each=True)
            if named and all(map(is_one, named[0].values.values())):
                self._roles.keys["reward"] = f"{named[0].path}{place}"
                self.has_score = True
                return True
        return False

    def _take_list(self) -> bool:
        """Take the sum of a list of rewards, of functions, turns or tokens; whether there is one."""
        roles = self._roles
        lists = roles.candidates((*words.REWARD[0], *_OF_TURNS), is_number_list, of_each=True)
        if not lists or lists[0].path in roles.keys.values():
            self.doubt = take_objects(roles)
            return "reward" in roles.keys
        at = total_in_list(lists[0])
        roles.keys["reward"] = f"{lists[0].path}.{PARTS if at is None else at}"
        if at is None:
            self._say_sum(f"the numbers in {lists[0].path}")
        return True

    def _sum(self, holder: Column) -> bool:
        """Take the total among the parts of an object, or their sum; whether there is any."""
        roles = self._roles
        parts = parts_in(roles, holder)
        total = next(
            (part for word in words.TOTAL for part in parts if plain(part.place.name) == plain(word)), None
        )
        if total is not None:
            return roles.take("reward", [total])
        parts = [part for part in parts if is_part(part.place.name)]
        total = total_of(roles, parts)
        if total is not None or len(parts) == 1:
            return roles.take("reward", parts if total is None else [total])
        if not parts:
            return False
        are_lists = roles.is_several and not holder.place.of_each  # parallel ones, in one object
        self._take_sum(sum_of_parts(roles.profile, holder.path, parts, are_lists=are_lists))
        return True

    def _sum_nested(self, parts: list[Column]) -> None:
        """Take the weighted sum of the scores in objects, and make columns of them; without weights there is none."""
        holder = parts[0].path.rpartition(".")[0].rpartition(".")[0]
        found = sum_of_parts(self._roles.profile, holder, parts, are_lists=False)
        if found.is_weighted or not found.path:
            self._take_sum(found)
        else:
            self._say_parts(parts)
        for part in parts[:_MAX_COMPONENTS]:
            name = part.path.split(".")[-2]
            if name not in FIELDS:
                self._roles.keys.setdefault(f"{COLUMN_PREFIX}{name}", part.path)
        self.has_score = True

    def _take_sum(self, found: PartsSum) -> None:
        """Take a sum; where there is none, that is said."""
        self._roles.keys |= {"reward": found.path} if found.path else {}
        self.has_score, self.doubt = True, found.doubt

    def _say_sum(self, listed: str) -> None:
        weights = (one.path for one in self._roles.profile if "weight" in one.place.name)
        self.doubt = plain_sum_doubt(listed, next(weights, ""))

    def _say_parts(self, parts: list[Column]) -> None:
        paths = ", ".join(part.path for part in parts[:4])
        self.doubt = f"No reward was taken: {paths} are parts of one, and their weights are not in the rows."

    def _lift(self, holders: list[Column]) -> None:
        """Make columns of the numbers in objects that are named like a score, and of those beside a nested score."""
        roles = self._roles
        reward = roles.keys.get("reward", "")
        parents = {holder.path for holder in holders}
        beside = reward.rpartition(".")[0]
        if beside and not beside.endswith(ENTRIES):
            parents.add(beside)
        if not parents:
            return
        taken = {*FIELDS, *(column.path for column in roles.profile if column.place.depth == 0)}
        scored = {holder.path for holder in holders}
        lifted: dict[str, str] = {}
        for column in roles.profile:
            parent, _, last = column.path.rpartition(".")
            key = last.removesuffix(ENTRIES)
            if parent not in parents or key in taken or column.path == reward:
                continue
            if column.fits(lambda value: type(value) in NUMBER_TYPES) and len(lifted) < _MAX_COMPONENTS:
                lifted.setdefault(f"{COLUMN_PREFIX}{key}", column.path)
                self.has_score |= parent in scored
        roles.keys |= lifted
