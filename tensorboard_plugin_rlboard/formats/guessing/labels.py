"""Assigns what says where a sample belongs: its step, split and group, and the texts and identifiers beside it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.arrays.number_values import number_from_value
from tensorboard_plugin_rlboard.formats.base import Row
from tensorboard_plugin_rlboard.formats.generic.fields import RESPONSE_FIELDS
from tensorboard_plugin_rlboard.formats.generic.key_paths import EITHER, value_at
from tensorboard_plugin_rlboard.formats.guessing.profile import Column
from tensorboard_plugin_rlboard.formats.guessing.roles import Roles
from tensorboard_plugin_rlboard.formats.guessing.value_types import (
    is_flag,
    is_identifier,
    is_single_word,
    is_text,
    is_whole_number,
    names_split,
)
from tensorboard_plugin_rlboard.formats.splits import is_eval_name

_FEWEST_RESTARTS = 2
"""Times that a step begins again at its first number before that is said: once is a training that was started again."""
_FEW_NAMES = 8
"""Different names that the phases of a training may have."""


_IDENTIFIERS = frozenset({"eid", "id", "uid", "key", "sample_id", "rollout_id", "trajectory_id"})
"""Objects that name a sample by numbers, of which a step is one within its episode (Trinity-RFT's `eid`)."""


def assign_step(roles: Roles) -> str:
    """Assign the step: a training's, and no count of turns, positions or versions.

    Returns:
        One sentence where it may count something else; else empty.
    """
    found = roles.candidates(words.STEP, is_whole_number, meta=True)
    found = [column for column in found if column.place.name in words.STEP]  # no plural: `train_steps` counts
    if roles.is_several:  # the steps of a rollout in a list are its turns
        found = [column for column in found if not column.place.of_each or column.path.endswith("[]")]
    found = [column for column in found if not _is_in_identifier(column)]
    own = [column for column in roles.own("step", is_whole_number) if not _is_in_identifier(column)]
    if own:
        others = [column for column in found if column is not own[0]]
        clearer = [column for column in others if _is_within(roles, own[0], column)]
        roles.keys["step"] = clearer[0].path if clearer else own[0].path
        roles.note("step", [one for one in [*own, *others] if one.path != roles.keys["step"]])
        return "" if clearer else _doubt_of_outer(roles, own[0])
    prompts = roles.column("prompt")
    inner = [
        column
        for column in found
        if column.place.name in words.INNER_STEP and not roles.profile.lies(column, prompts)
    ]
    found = [column for column in found if column not in inner]
    weak = roles.candidates(words.WEAK_STEP, is_whole_number)
    weak = [column for column in weak if not _is_in_identifier(column)]
    lying = [column for column in weak if _lies_like_steps(roles, column, prompts)]
    roles.take("step", [*found, *lying])
    counts = [column for column in weak if column not in lying]
    roles.note("step", [*inner, *counts, *roles.candidates(words.VERSION, is_whole_number)])
    if "step" not in roles.keys and inner:
        return (
            f"{inner[0].path} was not taken as step: it falls, or differs between the answers to one prompt."
        )
    return _doubt_of_restarts(roles)


def _is_in_identifier(column: Column) -> bool:
    return not _IDENTIFIERS.isdisjoint(column.place.around[-1:])


def _doubt_of_outer(roles: Roles, step: Column) -> str:
    """One sentence where the step begins again whenever something around it changes (an epoch, an episode); else empty."""
    numbers = dict(step.numbers())
    pairs = list(pairwise(sorted(numbers)))
    falls = {b for a, b in pairs if numbers[b] < numbers[a]}
    if not falls or {numbers[at] for at in falls} != {min(numbers.values())}:
        return ""
    for column in roles.profile:
        values = column.values
        is_around = not words.AROUND_STEP.isdisjoint(column.place.name.split("_"))
        if is_around and falls == {b for a, b in pairs if values.get(a) != values.get(b)}:
            return (
                f"The step may be another one: {step.path} was taken, and it begins again with every {column.path}, as what "
                "counts within one does."
            )
    return ""


def _doubt_of_restarts(roles: Roles) -> str:
    """One sentence where the step has a word of several meanings and begins again and again; else empty."""
    column = roles.column("step")
    if column is None or column.place.name not in words.INNER_STEP | set(words.WEAK_STEP):
        return ""
    numbers = [number for _, number in column.numbers()]
    falls = [b for a, b in pairwise(numbers) if b < a]
    if len(falls) < _FEWEST_RESTARTS or set(falls) != {min(numbers)}:
        return ""
    return (
        f"The step may be another one: {column.path} was taken, and it begins again and again at {min(numbers):g}, as what "
        "counts within a rollout does."
    )


def _is_within(roles: Roles, column: Column, other: Column) -> bool:
    """Whether numbers count within what others count: they restart, or a prompt's answers differ in them.

    Args:
        roles: the fields so far.
        column: numbers that may be those of turns.
        other: numbers that may be steps: beyond doubt where they never fall, samples share them, and they change less.
    """
    numbers = [number for _, number in column.numbers()]
    after_falls = {b for a, b in pairwise(numbers) if b < a}
    restarts = after_falls == {min(numbers, default=0)}
    if not restarts and roles.profile.lies(column, roles.column("prompt")):
        return False
    others = [number for _, number in other.numbers()]
    falls = any(b < a for a, b in pairwise(others))
    is_known = (
        other.varies() or other.place.name not in words.INNER_STEP
    )  # an inner loop's is always 0 as well
    if restarts and not falls and "global" in other.place.name.split("_"):
        return True
    return is_known and not falls and roles.profile.is_shared(other) and _changes(others) < _changes(numbers)


def may_count_within(row: Row) -> bool:
    """Whether beside its step a row has another one, or what a step may count within: more rows have to tell which it is."""
    names = [words.snake_case(str(key)) for key in row if key != "step"]
    return any(name in words.STEP or not words.AROUND_STEP.isdisjoint(name.split("_")) for name in names)


def counts_within(rows: Sequence[Row], path: str, named: int) -> bool:
    """Whether what some rows have for a step counts something within the step that the name of their file says.

    Only words that mean other things as well are doubted (`iteration`, `rollout_step`, `epoch`). They count the training's
    steps where all of them are that of the name, or where they never fall and the file is called after its first or last.

    Args:
        rows: rows of a file.
        path: where they have a step; empty where nowhere.
        named: the step in the name of the file, or of a folder above it.
    """
    numbers = _inner_numbers(rows, path)
    falls = any(b < a for a, b in pairwise(numbers))
    return bool(numbers) and (falls or named not in {numbers[0], numbers[-1]})


def doubt_of_step(rows: Sequence[Row], path: str, named: int) -> str:
    """One sentence where the step of some rows (see `counts_within`) may be that of their file's name; else empty."""
    if set(_inner_numbers(rows, path)) <= {float(named)}:
        return ""
    return f"The step may be another one: {path} was taken, step {named} of the file's path would do as well."


def _inner_numbers(rows: Sequence[Row], path: str) -> list[float]:
    """What some rows have for a step, in their order; empty where its word means a step of a training only."""
    names = {words.snake_case(part.rpartition(".")[2]) for part in path.split(EITHER)}
    if not path or not names <= words.INNER_STEP | set(words.WEAK_STEP):
        return []
    numbers = (number_from_value(value_at(row, path)) for row in rows)
    return [number for number in numbers if number is not None]


def _changes(numbers: list[float]) -> int:
    return sum(a != b for a, b in pairwise(numbers))


def _lies_like_steps(roles: Roles, column: Column, prompts: Column | None) -> bool:
    """Whether a key with a name of several meanings holds steps; `steps` needs samples that share one."""
    if not roles.profile.lies(column, prompts):
        return False
    return column.place.name != "steps" or roles.profile.is_shared(column)


def assign_labels(roles: Roles) -> None:
    """Assign group, split, finish reason, identifier and the texts beside prompt and response."""
    for name, names in words.TEXTS.items():
        roles.assign(name, names, is_text, meta=True)
    roles.assign("finish_reason", words.FINISH_REASON, is_identifier, own=True)
    _assign_split(roles)
    _assign_group(roles)
    found = roles.candidates(words.SAMPLE_ID, is_identifier, meta=True)
    roles.take("sample_id", [column for column in found if column.is_unique()])


def _assign_split(roles: Roles) -> None:
    if own := roles.own("split", is_text):
        roles.keys["split"] = own[0].path
    else:
        texts = roles.candidates(words.SPLIT, is_text, meta=True)
        kinds = roles.candidates(words.KIND, is_text)
        roles.take(
            "split",
            [
                *filter(_names_splits, texts),
                *(column for column in kinds if _is_split_by_kind(roles, column)),
            ],
        )
    roles.assign("validation", words.VALIDATION, is_flag)


def _names_splits(column: Column) -> bool:
    """Whether texts say which split a row is of: most of them, or one of a few."""
    few = len({str(value) for value in column.values.values()}) <= _FEW_NAMES
    are_names = few or column.fits(is_single_word)
    return (are_names and column.fits(names_split)) or (
        few and any(is_eval_name(str(value)) for value in column.values.values())
    )


def _is_split_by_kind(roles: Roles, column: Column) -> bool:
    """Whether the kinds of rows are rollouts and those of an evaluation; of rows without a response it does not count."""
    paths = [path for field in RESPONSE_FIELDS for path in roles.keys.get(field, "").split(EITHER) if path]
    columns = [found for path in paths if (found := roles.profile.column(path)) is not None]
    answered = {at for found in columns for at in found.values}
    kinds = {str(value).lower() for at, value in column.values.items() if at in answered}
    return bool(kinds & words.EVAL_KINDS) and kinds <= words.EVAL_KINDS | words.ROLLOUT_KINDS


def _assign_group(roles: Roles) -> None:
    if own := roles.own("group_id", is_identifier):
        roles.keys["group_id"] = own[0].path
        return
    prompts, steps = roles.column("prompt"), roles.column("step")
    for names, needs_proof in ((words.GROUP, False), (words.WEAK_GROUP, roles.profile.count > 1)):
        for column in roles.candidates(names, is_identifier, meta=True):
            speaks_for, against = roles.profile.groups(column, prompts, steps)
            if not against and (speaks_for or not needs_proof) and roles.take("group_id", [column]):
                return
