"""Rewards and steps that are written as text: what their commas mean, by all rows, and what is said of how they are read."""

from __future__ import annotations

from tensorboard_plugin_rlboard.formats.arrays.number_values import number_from_value
from tensorboard_plugin_rlboard.formats.arrays.score_texts import (
    has_decimal_comma,
    has_thousands_comma,
    may_have_thousands,
    number_with_decimal_comma,
    number_with_thousands_comma,
    share_from_text,
)
from tensorboard_plugin_rlboard.formats.arrays.step_values import step_from_short_text
from tensorboard_plugin_rlboard.formats.evidence.field_roles import FieldRoles
from tensorboard_plugin_rlboard.formats.evidence.profile import Column
from tensorboard_plugin_rlboard.formats.generic.key_paths import DECIMAL_COMMA, ENTRIES, THOUSANDS_COMMA

_READ = {DECIMAL_COMMA: number_with_decimal_comma, THOUSANDS_COMMA: number_with_thousands_comma}


def comma_of(column: Column) -> str:
    """What the commas in the numbers of a column are, by all of them, as a path says it; empty where nothing says it.

    `1,000` alone may be either; `0,5` beside it says the one, `1,000.5` or a `0.5` the other.
    """
    values = list(column.values.values())
    if not any(map(may_have_thousands, values)):
        return ""
    is_decimal = any(map(has_decimal_comma, values))
    is_thousands = any(has_thousands_comma(value) or _has_point(value) for value in values)
    return "" if is_decimal == is_thousands else DECIMAL_COMMA if is_decimal else THOUSANDS_COMMA


def reason_of_commas(column: Column, example: str) -> str:
    """One sentence on a column of numbers whose commas may be either, with what to write."""
    return (
        f"No reward was taken: the comma of {example} in {column.path} may be a decimal one or part thousands; write into an "
        f'rlboard.toml: reward = "{column.path} with decimal comma", or "{column.path} with thousands comma".'
    )


def read_texts(roles: FieldRoles) -> str:
    """Have the reward read as its commas are meant, and note how texts of steps are read.

    Returns:
        One sentence where the reward has shares and numbers above 1, which may be of another scale; else empty.
    """
    steps = roles.column("step")
    short = [] if steps is None else [one for one in steps.values.values() if step_from_short_text(one)]
    if short:
        roles.notes["step"] = f"{short[0]} = {step_from_short_text(short[0]):.0f}"
    column = roles.column("reward")
    if column is None:
        return ""
    comma = comma_of(column)
    if comma and not column.path.endswith(ENTRIES):
        roles.keys["reward"] = f"{column.path}{comma}"
        example = next(filter(may_have_thousands, column.values.values()))
        roles.notes["reward"] = f"{example} = {_READ[comma](example):g}"
    values = list(column.values.values())
    share = next((one for one in values if isinstance(one, str) and share_from_text(one) is not None), None)
    numbers = [one for one in values if (number := number_from_value(one)) is not None and abs(number) > 1]
    if share is None or not numbers:
        return ""
    return (
        f"The reward may be another one: {column.path} holds shares such as {share} beside numbers such as {numbers[0]}, which "
        "are taken as they are."
    )


def _has_point(value: object) -> bool:
    """Whether it is a text of a number with a decimal point; a number may be one whose comma was read as one."""
    return isinstance(value, str) and number_from_value(value) is not None and "." in value
