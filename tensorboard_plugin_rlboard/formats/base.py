"""What a format is: how its rows are recognised, where our words stand in them, and what the place of a file says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from types import MappingProxyType
from urllib.parse import urlencode

Row = Mapping[str, object]

TEXTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: (name,) for name in ("prompt", "response", "ref_response", "ground_truth", "sample_id")}
)
NUMBERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: (name,) for name in ("reward", "ref_reward", "valid_reward", "ref_valid_reward")}
)
ARRAYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        name: (name,)
        for name in (
            "logprobs",
            "ref_logprobs",
            "rollout_logprobs",
            "new_logprobs",
            "values",
            "token_rewards",
            "advantages",
            "returns",
            "entropies",
        )
    }
)
MASK = ("response_mask", "token_mask", "loss_mask", "action_mask", "new_response_mask")


@dataclass(frozen=True)
class Origin:
    """What the path of a file says of its rows.

    Attributes:
        step: the step of rows that do not tell one themselves.
        split: `train` or `eval`, of rows that do not tell one themselves; empty where the path says nothing.
    """

    step: int | None = None
    split: str = ""


@dataclass(frozen=True)
class Reading:
    """What the rows of a line may need beside the line.

    Attributes:
        origin: what the file's path says.
        to_tokens: token ids -> token strings as the tokenizer stores them (`Ġthe`); None without a tokenizer.
        to_text: token ids -> text, special tokens included; None without a tokenizer.
    """

    origin: Origin = Origin()
    to_tokens: Callable[[Sequence[int]], list[str]] | None = None
    to_text: Callable[[Sequence[int]], str] | None = None

    def tokens(self, ids: Sequence[int]) -> list[str]:
        """Token strings; `#id` for each without a tokenizer."""
        return [f"#{i}" for i in ids] if self.to_tokens is None else self.to_tokens(ids)

    def text(self, ids: Sequence[int]) -> str | None:
        """The text of token ids; None without a tokenizer."""
        return None if self.to_text is None else self.to_text(ids)


@dataclass(frozen=True)
class Exploded:
    """The samples of a line.

    Attributes:
        rows: one a sample, in our words: the keys are those of the format's mapping, any further one is kept under its
            own name.
        problems: one sentence for each thing that cannot be used, with what became of it.
    """

    rows: Sequence[Row]
    problems: Sequence[str] = ()


def _nothing(_: PurePosixPath) -> Origin:
    return Origin()


def _own_folder(_: PurePosixPath) -> int:
    return 0


def _no_twin(_: str) -> str:
    return ""


@dataclass(frozen=True)
class Format:
    """A mapping from foreign rows to samples.

    Attributes:
        name: stable name, shown to the user.
        definition: where the format is defined, and what it does not have.
        recognise: whether a file's first complete row is of this format, judged by its keys and their types, never by
            the file's name.
        texts: our text column -> keys of the row, the first that is there counts.
        numbers: our scalar metric -> keys of the row.
        arrays: our token metric -> keys of the row.
        tokens: keys that may hold the list of response token strings.
        step, split, group, finish_reason: keys that may hold them.
        validation: keys whose `true` puts the row into the eval split.
        mask: keys that may hold the response mask.
        ignored: keys that carry nothing of their own.
        rows: makes the samples of a line where a line is more, less or other than one flat row; may raise ValueError
            with a sentence where the line is none of the format.
        reads_ids: whether `rows` asks for the text of token ids, so that a tokenizer makes a difference.
        group_of: the group that the text under `group` says, where it is only a part of it.
        origin: what the path of a file says.
        depth: how many folders above the file's own its run lies.
        twin: path of a file below the log directory -> path of another one with the same rows, that is read instead
            where it exists; empty where there is none.
        options: what one file adds to its format: step, split, tokenizer, settings of the run. Part of `spec`.
    """

    name: str
    definition: str
    recognise: Callable[[Row], bool]
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: TEXTS)
    numbers: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NUMBERS)
    arrays: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: ARRAYS)
    tokens: tuple[str, ...] = ("response_tokens",)
    step: tuple[str, ...] = ("step",)
    split: tuple[str, ...] = ("split",)
    group: tuple[str, ...] = ("group_id",)
    finish_reason: tuple[str, ...] = ("finish_reason",)
    validation: tuple[str, ...] = ("validation",)
    mask: tuple[str, ...] = MASK
    ignored: frozenset[str] = field(default_factory=frozenset)
    rows: Callable[[Row, Reading], Exploded] | None = None
    reads_ids: bool = False
    group_of: Callable[[str], str] | None = None
    origin: Callable[[PurePosixPath], Origin] = _nothing
    depth: Callable[[PurePosixPath], int] = _own_folder
    twin: Callable[[str], str] = _no_twin
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def spec(self) -> str:
        """All that rows depend on beside their bytes, as one text: `by_name` makes the format of it again."""
        return f"{self.name}?{urlencode(sorted(self.options.items()))}" if self.options else self.name

    def bound(self, **options: str) -> Format:
        """The format of one file; empty options are left out."""
        given = {name: value for name, value in options.items() if value != ""}
        return replace(self, options={**self.options, **given})

    def without(self, *options: str) -> Format:
        """The format without some of its options."""
        return replace(self, options={name: x for name, x in self.options.items() if name not in options})

    def told(self) -> Origin:
        """What the path of the file said when the format was bound to it."""
        step = self.options.get("step", "")
        return Origin(int(step) if step else None, self.options.get("split", ""))

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


SPLITS = ("train", "eval")
EVAL_WORDS = frozenset({"eval", "val", "valid", "validation", "test", "dev"})


def split_of(split: object, validation: object) -> str:
    """`train` or `eval`: the words that trainers use for a held-out split are all `eval`."""
    if validation is True or (isinstance(split, str) and split.strip().lower() in EVAL_WORDS):
        return "eval"
    return "train"
