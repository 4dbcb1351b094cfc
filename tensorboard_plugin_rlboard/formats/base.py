"""Defines a format: how its rows are recognised, which keys hold our fields, and what comes from a file's path.

A *field* is one of our names (`prompt`, `reward`, `logprobs`); a *key* is a name in a logged row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePosixPath
from types import MappingProxyType
from urllib.parse import urlencode

from tensorboard_plugin_rlboard.formats.mapping import KeyMapping

Row = Mapping[str, object]
"""One JSON object: what a line was parsed to, or what a format makes of it for one sample."""

TEXT_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: (name,) for name in ("prompt", "response", "ref_response", "ground_truth", "sample_id")}
)
"""Text field -> keys that hold it in our own format."""
NUMBER_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: (name,) for name in ("reward", "ref_reward", "valid_reward", "ref_valid_reward")}
)
"""Number field (one value a sample) -> keys that hold it in our own format."""
OWN_COLUMNS = frozenset(
    {*TEXT_KEYS, *NUMBER_KEYS, "group_id", "finish_reason", "reward_gap", "valid_reward_gap"}
)
"""Columns that every sample may have. Where a format reads one from another key (the reward from `score`), a key of that
name is `logged.<name>`: its values would stand in the place of the field's, in every row."""
ARRAY_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
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
"""Array field (one value a response token) -> keys that hold it in our own format."""
MASK_KEYS = ("response_mask", "token_mask", "loss_mask", "action_mask", "new_response_mask")
"""Keys of the response mask: 0 leaves a token out of the statistics."""


@dataclass(frozen=True)
class PathDefaults:
    """Step and split that a file's path gives to rows which have none of their own.

    Attributes:
        step: the step; None where the path names none.
        split: `train` or `eval`; empty where the path names none.
    """

    step: int | None = None
    split: str = ""


@dataclass(frozen=True)
class LineContext:
    """What the samples of a line depend on beside the line: defaults of its path, the tokenizer, annotations.

    Attributes:
        defaults: step and split from the file's path.
        to_tokens: token ids -> token strings as the tokenizer stores them (`Ġthe`); None without a tokenizer.
        to_text: token ids -> text, special tokens included; None without a tokenizer.
        annotations: id of a trace -> what was logged of it later, in other files, in the order in which it counts.
    """

    defaults: PathDefaults = PathDefaults()
    to_tokens: Callable[[Sequence[int]], list[str]] | None = None
    to_text: Callable[[Sequence[int]], str] | None = None
    annotations: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    def tokens(self, ids: Sequence[int]) -> list[str]:
        """Token strings of token ids; `#id` for each without a tokenizer."""
        return [f"#{i}" for i in ids] if self.to_tokens is None else self.to_tokens(ids)

    def text(self, ids: Sequence[int]) -> str | None:
        """The text of token ids; None without a tokenizer."""
        return None if self.to_text is None else self.to_text(ids)


@dataclass(frozen=True)
class LineSamples:
    """The samples of one line.

    Attributes:
        rows: one row a sample. Their keys are those of the format; any further key is kept under its own name.
        problems: one sentence for each thing that cannot be used, with what became of it.
    """

    rows: Sequence[Row]
    problems: Sequence[str] = ()


def _no_defaults(_: PurePosixPath) -> PathDefaults:
    return PathDefaults()


def _file_folder(_: PurePosixPath) -> int:
    return 0


def _not_superseded(_: str) -> str:
    return ""


@dataclass(frozen=True)
class Format:
    """How the lines of one trainer's log become samples.

    Attributes:
        name: stable name, shown to the user.
        definition: where the format is defined, and what it does not have. Part of every manifest on disk.
        recognise: whether a file's first complete row is of this format, judged by its keys and their types, never by
            the file's name.
        text_keys: text field -> keys of the row, the first that is there counts.
        number_keys: number field (one value a sample) -> keys of the row.
        array_keys: array field (one value a response token) -> keys of the row.
        token_keys: keys that may hold the list of response token strings.
        step_keys, split_keys, group_keys, finish_reason_keys: keys that may hold step, split, group and finish reason.
        validation_keys: keys whose `true` puts the row into the eval split.
        training_keys: keys whose `false` does so.
        mask_keys: keys that may hold the response mask.
        ignored_keys: keys that carry nothing of their own.
        to_samples: makes the samples of a line where a line is more, less or other than one flat row. May raise
            ValueError, with one sentence, where the line is none of the format.
        uses_tokenizer: whether `to_samples` asks for the text of token ids, so that a tokenizer makes a difference.
        group_from_text: the group within the text under `group_keys`, where the group is only a piece of that text.
        path_defaults: step and split that the path of a file says.
        levels_to_run: how many folders above the file's own its run lies.
        superseded_by: path of a file below the log directory -> path of another file with the same rows, which is read
            instead where it exists; empty where there is none.
        drops_repeated_lines: whether a line that is the same as the one before it is its batch logged twice, which is
            counted once.
        sums_reward_functions: whether the reward is a plain sum of functions' columns, whose weights are not logged.
        mapping: the keys of a format that is a mapping; None for the format of a framework.
        options: what one file adds to its format: step, split, tokenizer, discounts of the run.
    """

    name: str
    definition: str
    recognise: Callable[[Row], bool]
    text_keys: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: TEXT_KEYS)
    number_keys: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NUMBER_KEYS)
    array_keys: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: ARRAY_KEYS)
    token_keys: tuple[str, ...] = ("response_tokens",)
    step_keys: tuple[str, ...] = ("step",)
    split_keys: tuple[str, ...] = ("split",)
    group_keys: tuple[str, ...] = ("group_id",)
    finish_reason_keys: tuple[str, ...] = ("finish_reason",)
    validation_keys: tuple[str, ...] = ("validation",)
    training_keys: tuple[str, ...] = ()
    mask_keys: tuple[str, ...] = MASK_KEYS
    ignored_keys: frozenset[str] = field(default_factory=frozenset)
    to_samples: Callable[[Row, LineContext], LineSamples] | None = None
    uses_tokenizer: bool = False
    group_from_text: Callable[[str], str] | None = None
    path_defaults: Callable[[PurePosixPath], PathDefaults] = _no_defaults
    levels_to_run: Callable[[PurePosixPath], int] = _file_folder
    superseded_by: Callable[[str], str] = _not_superseded
    drops_repeated_lines: bool = False
    sums_reward_functions: bool = False
    mapping: KeyMapping | None = None
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def spec(self) -> str:
        """The format as one text, `verl?split=eval&step=3`: all that samples depend on beside their bytes.

        `registry.from_spec` makes the format of it again. Manifests on disk hold specs, so their spelling is fixed.
        """
        options = {**self.mapping.to_options(), **self.options} if self.mapping else self.options
        return f"{self.name}?{urlencode(sorted(options.items()))}" if options else self.name

    def with_options(self, **options: str) -> Format:
        """The format with further options; empty ones are left out."""
        given = {name: value for name, value in options.items() if value != ""}
        return replace(self, options={**self.options, **given})

    def without_options(self, *names: str) -> Format:
        """The format without some of its options."""
        return replace(
            self, options={name: value for name, value in self.options.items() if name not in names}
        )

    def mask_as_array(self) -> dict[str, tuple[str, ...]]:
        """The response mask as an array under one name, whichever of its keys a row uses; empty without one."""
        return {self.mask_keys[0]: self.mask_keys} if self.mask_keys else {}

    @cached_property
    def read_keys(self) -> frozenset[str]:
        """Every key of a row that the format reads."""
        by_field = (*self.text_keys.values(), *self.number_keys.values(), *self.array_keys.values())
        others = (
            self.token_keys,
            self.step_keys,
            self.split_keys,
            self.group_keys,
            self.finish_reason_keys,
            self.validation_keys,
            self.training_keys,
            self.mask_keys,
        )
        return frozenset(key for keys in (*by_field, *others) for key in keys) | self.ignored_keys
