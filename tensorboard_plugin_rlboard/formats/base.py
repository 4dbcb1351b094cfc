"""What a format is: how its rows are recognised, and where our words stand in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Row = Mapping[str, object]


@dataclass(frozen=True)
class Format:
    """A declarative mapping from a foreign row to a sample.

    Attributes:
        name: stable name, shown to the user.
        definition: where the format is defined.
        recognise: whether a file's first complete row is of this format, judged by its key set alone.
        texts: our text column -> keys of the row, the first that is there counts.
        numbers: our scalar metric -> keys of the row.
        arrays: our token metric -> keys of the row.
        tokens: keys that may hold the list of response token strings.
        step, split, group, finish_reason: keys that may hold them.
        validation: keys whose `true` puts the row into the eval split.
        mask: keys that may hold the response mask.
        ignored: keys that carry nothing of their own.
    """

    name: str
    definition: str
    recognise: Callable[[Row], bool]
    texts: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, tuple[str, ...]]
    arrays: Mapping[str, tuple[str, ...]]
    tokens: tuple[str, ...] = ("response_tokens",)
    step: tuple[str, ...] = ("step",)
    split: tuple[str, ...] = ("split",)
    group: tuple[str, ...] = ("group_id",)
    finish_reason: tuple[str, ...] = ("finish_reason",)
    validation: tuple[str, ...] = ("validation",)
    mask: tuple[str, ...] = ()
    ignored: frozenset[str] = field(default_factory=frozenset)

    def masks(self) -> dict[str, tuple[str, ...]]:
        """The response mask as an array under one name, whichever of its keys a row uses; empty without one."""
        return {self.mask[0]: self.mask} if self.mask else {}

    def known(self) -> frozenset[str]:
        """Every key of a row that this mapping reads."""
        groups = (*self.texts.values(), *self.numbers.values(), *self.arrays.values())
        singles = (
            self.tokens,
            self.step,
            self.split,
            self.group,
            self.finish_reason,
            self.validation,
            self.mask,
        )
        return frozenset(key for keys in (*groups, *singles) for key in keys) | self.ignored


EVAL_WORDS = frozenset({"eval", "val", "valid", "validation", "test", "dev"})


def split_of(split: object, validation: object) -> str:
    """`train` or `eval`: the words that trainers use for a held-out split are all `eval`."""
    if validation is True or (isinstance(split, str) and split.strip().lower() in EVAL_WORDS):
        return "eval"
    return "train"
