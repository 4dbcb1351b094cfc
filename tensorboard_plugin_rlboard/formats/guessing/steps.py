"""Assigns the step: a training's, and no count of turns, positions or versions, no time and no identifier."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.arrays.step_values import (
    MIN_SUSPECT_STEP,
    describe_non_steps,
    step_from_value,
)
from tensorboard_plugin_rlboard.formats.base import Row
from tensorboard_plugin_rlboard.formats.evidence.field_roles import FieldRoles, is_open
from tensorboard_plugin_rlboard.formats.evidence.named_steps import is_called_like_step
from tensorboard_plugin_rlboard.formats.evidence.profile import Column
from tensorboard_plugin_rlboard.formats.evidence.value_types import is_step

_MIN_RESTARTS = 2
"""Times that a step begins again at its first number before that is said: once is a training that was started again."""

_IDENTIFIERS = frozenset({"eid", "id", "uid", "key", "sample_id", "rollout_id", "trajectory_id"})
"""Objects that name a sample by numbers, of which a step is one within its episode (Trinity-RFT's `eid`)."""


def assign_step(roles: FieldRoles) -> str:
    """Assign the step: a training's, and no count of turns, positions or versions.

    Returns:
        One sentence where it may count something else; else empty.
    """
    found = roles.candidates(words.STEP, is_step, meta=True)
    found = [column for column in found if column.place.name in words.STEP]  # no plural: `train_steps` counts
    if roles.is_several:  # the steps of a rollout in a list are its turns
        found = [column for column in found if not column.place.of_each or column.path.endswith("[]")]
    found = [column for column in found if not _is_in_identifier(column)]
    own = [column for column in roles.spelt_like("step", is_step) if not _is_in_identifier(column)]
    own, found, odd = _without_odd(own, found)
    if found and own and not own[0].fits(is_step):
        own = []  # parts of an epoch, say
    if own:
        others = [column for column in found if column is not own[0]]
        clearer = [column for column in others if _is_within(roles, own[0], column)]
        taken = clearer[0] if clearer else own[0]
        alike = [column for column in others if column.place.name == taken.place.name]
        other_rows = [column for column in others if not taken.values.keys() & column.values.keys()]
        roles.take("step", [taken, *alike, *other_rows])  # `train/step` and `val/step`, or a key that changes
        roles.note("step", [one for one in [*own, *others] if one not in (taken, *alike, *other_rows)])
        return "" if clearer else _doubt_of_outer(roles, own[0])
    prompts = roles.column("prompt")
    inner = [
        column
        for column in found
        if column.place.name in words.ROLLOUT_STEP and not roles.profile.is_like_steps(column, prompts)
    ]
    found = [column for column in found if column not in inner]
    weak = roles.candidates(words.WEAK_STEP, is_step)
    weak = [column for column in weak if not _is_in_identifier(column)]
    _, weak, _ = _without_odd([], weak)
    lying = [column for column in weak if _lies_like_steps(roles, column, prompts)]
    roles.take("step", [*found, *lying])
    counts = [column for column in weak if column not in lying]
    roles.note("step", [*odd, *inner, *counts, *roles.candidates(words.VERSION, is_step)])
    if odd:
        return _leave_out(roles, odd)
    if "step" not in roles.keys and inner:
        return (
            f"{inner[0].path} was not taken as step: it falls, or differs between the answers to one prompt."
        )
    if "step" not in roles.keys:
        return _take_called_like(roles, prompts)
    if inner and lying and roles.column("step") is lying[0]:
        return (
            f"The step may be another one: {lying[0].path} was taken, within which {inner[0].path} begins again; log one step "
            "that only rises."
        )
    return _doubt_of_restarts(roles) or _doubt_of_constant(roles)


def _take_called_like(roles: FieldRoles, prompts: Column | None) -> str:
    """Take whole numbers with `step` in their name that lie like a training's; one sentence that says so, else empty."""
    for column in roles.profile:
        if (
            not is_called_like_step(column.place.name)
            or column.place.of_each
            or not is_open(column, meta=True)
        ):
            continue
        numbers = [number for _, number in column.steps()]
        falls = any(b < a for a, b in pairwise(numbers))
        if falls or not column.varies() or not column.fits(is_step) or _describe_column(column):
            continue
        if (
            roles.profile.is_shared(column)
            and roles.profile.is_like_steps(column, prompts)
            and roles.take("step", [column])
        ):
            return f"The step is a guess: {column.path} was taken, because nothing else is called like one."
    return ""


def _doubt_of_constant(roles: FieldRoles) -> str:
    """One sentence where a step of several meanings is always the same, and another number rises; else empty."""
    column = roles.column("step")
    if column is None or column.varies() or column.place.name not in words.WEAK_STEP:
        return ""
    others = [roles.profile.column(path) for path in roles.alternatives.get("step", ())]
    rising = [
        one for one in others if one is not None and one.varies() and roles.profile.is_like_steps(one, None)
    ]
    if not rising:
        return ""
    return (
        f"The step may be another one: {column.path} was taken, which never changes; another number that goes up is "
        f"{rising[0].path}."
    )


def _without_odd(
    own: Sequence[Column], found: Sequence[Column]
) -> tuple[list[Column], list[Column], list[Column]]:
    """Columns of steps without those that hold times, dates or identifiers, and the latter."""
    odd = {column.path: column for column in [*own, *found] if _describe_column(column)}
    return (
        [column for column in own if column.path not in odd],
        [column for column in found if column.path not in odd],
        list(odd.values()),
    )


def _describe_column(column: Column) -> str:
    return describe_non_steps([number for _, number in column.steps()])


def _leave_out(roles: FieldRoles, odd: Sequence[Column]) -> str:
    """Exclude columns that are no steps, with a sentence on them; our own key, too, if it is one of them."""
    column = odd[0]
    shown = next(value for value in column.values.values() if step_from_value(value) is not None)
    sentence = f"{column.path} was not taken as step: it looks like {_describe_column(column)} ({shown})."
    if "step" in roles.keys:
        return sentence
    roles.keys["step"] = ""  # what stands under our own name does not count
    return f"{sentence} Without another step its samples are shown at step 0."


def is_plain_step(value: object) -> bool:
    """Whether a value is a step beyond doubt: a whole number that is no time, date or identifier."""
    return type(value) is int and value < MIN_SUSPECT_STEP


def _is_in_identifier(column: Column) -> bool:
    return not _IDENTIFIERS.isdisjoint(column.place.around[-1:])


def _doubt_of_outer(roles: FieldRoles, step: Column) -> str:
    """One sentence where the step begins again whenever something around it changes (an epoch, an episode); else empty."""
    numbers = dict(step.steps())
    pairs = list(pairwise(sorted(numbers)))
    falls = {b for a, b in pairs if numbers[b] < numbers[a]}
    if not falls or {numbers[at] for at in falls} != {min(numbers.values())}:
        return ""
    for column in roles.profile:
        values = column.values
        is_around = not words.OUTER_COUNTER.isdisjoint(column.place.name.split("_"))
        if is_around and falls == {b for a, b in pairs if values.get(a) != values.get(b)}:
            return (
                f"The step may be another one: {step.path} was taken, and it begins again with every {column.path}, as what "
                "counts within one does."
            )
    return ""


def _doubt_of_restarts(roles: FieldRoles) -> str:
    """One sentence where the step has a word of several meanings and begins again and again; else empty."""
    column = roles.column("step")
    if column is None or column.place.name not in words.ROLLOUT_STEP | set(words.WEAK_STEP):
        return ""
    numbers = [number for _, number in column.steps()]
    falls = [b for a, b in pairwise(numbers) if b < a]
    if len(falls) < _MIN_RESTARTS or set(falls) != {min(numbers)}:
        return ""
    return (
        f"The step may be another one: {column.path} was taken, and it begins again and again at {min(numbers):g}, as what "
        "counts within a rollout does."
    )


def _is_within(roles: FieldRoles, column: Column, other: Column) -> bool:
    """Whether numbers count within what others count: they restart, or a prompt's answers differ in them.

    Args:
        roles: the fields so far.
        column: numbers that may be those of turns.
        other: numbers that may be steps: beyond doubt where they never fall, samples share them, and they change less.
    """
    numbers = [number for _, number in column.steps()]
    after_falls = {b for a, b in pairwise(numbers) if b < a}
    restarts = after_falls == {min(numbers, default=0)}
    if not restarts and roles.profile.is_like_steps(column, roles.column("prompt")):
        return False
    others = [number for _, number in other.steps()]
    falls = any(b < a for a, b in pairwise(others))
    is_known = (
        other.varies() or other.place.name not in words.ROLLOUT_STEP
    )  # an inner loop's is always 0 as well
    if restarts and not falls and "global" in other.place.name.split("_"):
        return True
    return is_known and not falls and roles.profile.is_shared(other) and _changes(others) < _changes(numbers)


def may_count_within(row: Row) -> bool:
    """Whether beside its step a row has another one, or what a step may count within: more rows have to tell which it is."""
    names = [words.snake_case(str(key)) for key in row if key != "step"]
    return any(name in words.STEP or not words.OUTER_COUNTER.isdisjoint(name.split("_")) for name in names)


def _changes(numbers: list[float]) -> int:
    return sum(a != b for a, b in pairwise(numbers))


def _lies_like_steps(roles: FieldRoles, column: Column, prompts: Column | None) -> bool:
    """Whether a key with a name of several meanings holds steps; `steps` needs samples that share one."""
    if not roles.profile.is_like_steps(column, prompts) or not all(map(is_step, column.values.values())):
        return False
    return column.place.name != "steps" or roles.profile.is_shared(column)
