"""Assigns paths to our fields: by their words, by where they stand, and by what their values are like.

What a key is called says what it may be, its values confirm it (`profile`), and what stands outside counts before what
lies in objects. A key that is spelt like our field keeps it, and switches nothing else off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.arrays.logged_arrays import LOGPROB_ARRAYS
from tensorboard_plugin_rlboard.formats.base import ARRAY_KEYS, MASK_KEYS, NUMBER_KEYS
from tensorboard_plugin_rlboard.formats.evidence.profile import Column, Profile
from tensorboard_plugin_rlboard.formats.evidence.value_types import (
    is_logprob_entries,
    is_logprob_list,
    is_number_list,
)
from tensorboard_plugin_rlboard.formats.generic.key_paths import EITHER
from tensorboard_plugin_rlboard.words import plain

OWN_FIELDS = frozenset(
    {*NUMBER_KEYS, *ARRAY_KEYS, "response_tokens", "step", "split", "group_id", "finish_reason"}
)
"""Fields that a key of the same name holds whatever its values are: where they cannot be used, that is said of them."""
_MAX_ALTERNATIVES = 4
_MAX_EITHER = 4
Fits = Callable[[object], bool]


_LISTS_AS_WELL = frozenset({"rewards", "rm_scores", "mask"})
"""Words for values of tokens that are in other lists as well: they are only if there are as many of them as of tokens."""


class FieldRoles:
    """The paths of our fields in the samples of a file.

    Attributes:
        profile: what is known of the samples' values.
        keys: field -> path, as far as assigned.
        alternatives: field -> other paths that fit, the likeliest first.
        notes: field -> what is made of its values, where they are not taken as they are.
        response_is_weak: whether the response has a name that may mean anything else.
        has_token_values: whether there are values for each token, which a data set has not.
    """

    def __init__(self, profile: Profile, *, is_several: bool) -> None:
        """Assigns nothing yet.

        Args:
            profile: what is known of the samples' values.
            is_several: whether a row holds several samples, so that values of the row are none of a sample's own.
        """
        self.profile = profile
        self.keys: dict[str, str] = {}
        self.alternatives: dict[str, list[str]] = {}
        self.notes: dict[str, str] = {}
        self.response_is_weak = False
        self.has_token_values = False
        self.is_several = is_several
        self._by_word: dict[str, list[Column]] = {}
        for column in profile:
            self._by_word.setdefault(plain(column.place.name), []).append(column)

    def column(self, field: str) -> Column | None:
        """The column that a field was assigned."""
        path = self.keys.get(field, "").split(EITHER)[0]
        return self.profile.column(path) if path else None

    def candidates(
        self, names: Iterable[str], fits: Fits, *, of_each: bool = False, meta: bool = False
    ) -> list[Column]:
        """The columns with one of some names whose values fit, the likeliest first.

        Args:
            names: the names, the likeliest first.
            fits: whether a value may be one.
            of_each: whether every sample needs a value of its own, so that a row with several cannot have it outside them.
            meta: whether it may stand among metadata.
        """
        found: list[tuple[int, int, Column]] = []
        seen: set[str] = set()
        for rank, name in enumerate(_compared(tuple(names))):
            for column in self._by_word.get(name, ()):
                place = column.place
                if place.path in seen or not is_open(column, meta=meta) or not column.fits(fits):
                    continue
                if of_each and self.is_several and not place.of_each:
                    continue
                seen.add(place.path)
                found.append((place.depth, rank, column))
        return [column for _, _, column in sorted(found, key=lambda one: one[:2])]

    def assign(
        self, field: str, names: Sequence[str], fits: Fits, *, of_each: bool = False, meta: bool = False
    ) -> bool:
        """Assign to a field the likeliest of some names that no other field has; further ones are its alternatives.

        Where the first is missing from some samples that have the next one, both count.

        Returns:
            Whether the field has a path now.
        """
        if field in self.keys:
            return True
        found = self.spelt_like(field, fits, of_each=of_each)
        found += [
            column
            for column in self.candidates(names, fits, of_each=of_each, meta=meta)
            if column not in found
        ]
        return self.take(field, found)

    def take(self, field: str, found: Sequence[Column]) -> bool:
        """Assign to a field the first of some columns that no other field has."""
        used = {path for paths in self.keys.values() for path in paths.split(EITHER)}
        free = [column for column in found if column.path not in used]
        if not free:
            return False
        taken, covered = [free[0]], set(free[0].values)
        for column in free[1:]:
            same_place = column.place.depth == free[0].place.depth
            if (
                same_place
                and not covered & column.values.keys()
                and len(taken) < _MAX_EITHER
                and column.values
            ):
                taken.append(column)
                covered |= column.values.keys()
        self.keys[field] = EITHER.join(column.path for column in taken)
        self.note(field, [column for column in free if column not in taken])
        return True

    def note(self, field: str, columns: Iterable[Column]) -> None:
        """Note paths that might hold a field as well."""
        noted = self.alternatives.setdefault(field, [])
        for column in columns:
            if column.path not in noted and len(noted) < _MAX_ALTERNATIVES:
                noted.append(column.path)

    def spelt_like(self, field: str, fits: Fits, *, of_each: bool = False) -> list[Column]:
        """The column that is spelt like a field and stands outside; else those that are nearly so and fit.

        Args:
            field: the field.
            fits: whether a value may be one.
            of_each: as in `candidates`.
        """
        named = [column for column in self.profile if column.place.name == field and column.place.depth == 0]
        named = [
            column
            for column in named
            if column.values and (column.place.of_each or not (of_each and self.is_several))
        ]
        exact = [column for column in named if column.path == field and field in OWN_FIELDS]
        if field in ARRAY_KEYS:  # a number under such a name is one of the sample
            exact = [column for column in exact if column.fits(lambda value: isinstance(value, (list, str)))]
        return exact or [column for column in named if column.fits(fits)]

    def assign_arrays(self) -> None:
        """Assign what has a value for each token."""
        for name, names in words.ARRAYS.items():
            is_own = any(self.profile.column(key) for key in MASK_KEYS) if name == "response_mask" else False
            if not is_own:
                found = tuple(
                    word for word in names if word not in _LISTS_AS_WELL or self._as_long_as_tokens(word)
                )
                is_logprobs = (
                    name in LOGPROB_ARRAYS
                )  # servers answer them with their tokens, and among metadata
                fits = is_logprob_list if is_logprobs else is_number_list
                found_any = self.assign(name, found, fits, of_each=True, meta=is_logprobs)
                self.has_token_values |= found_any and name != "response_mask"  # data sets have masks as well
        if "logprobs" not in self.keys:
            self.has_token_values |= self.assign(
                "logprobs", words.TOKEN_LIST, is_logprob_entries, of_each=True
            )

    def _as_long_as_tokens(self, word: str) -> bool:
        """Whether lists under a name have the length of the tokens, or of another list with a value for each."""
        lists = self.candidates((word,), is_number_list, of_each=True)
        fields = (
            "response_tokens",
            "response_token_ids",
            "logprobs",
            "ref_logprobs",
            "rollout_logprobs",
            "values",
        )
        tokens = next((column for name in fields if (column := self.column(name)) is not None), None)
        if not lists or tokens is None:
            return False
        pairs = [(value, tokens.values.get(at)) for at, value in lists[0].values.items()]
        alike = sum(isinstance(a, list) and isinstance(b, list) and len(a) == len(b) for a, b in pairs)
        return 2 * alike >= len(pairs)


@lru_cache(maxsize=256)
def _compared(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names as they are compared, each once."""
    return tuple(dict.fromkeys(plain(words.snake_case(name)) for name in names))


def is_open(column: Column, *, meta: bool = False) -> bool:
    """Whether a field may stand where a column does.

    Args:
        column: the column.
        meta: whether the field may stand among metadata.
    """
    around = [set(name.split("_")) | {name} for name in column.place.around]
    if any(names & words.NO_SAMPLE_INSIDE for names in around):
        return False
    return meta or not any(names & words.METADATA for names in around)
