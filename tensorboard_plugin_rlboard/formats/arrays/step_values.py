"""Reads steps as trainers write them (whole numbers, `step_10`, `10/100`, `1,000`, `3k`), and tells numbers that cannot be steps.

A step may be large: some trainings count the tokens that they have seen. So a number is a time, a date or an identifier only
where all that is known of its column says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from tensorboard_plugin_rlboard.formats.arrays.number_values import is_truth, written_number

_STEP_TEXT = re.compile(
    r"\s*(?:(?:(?:global|train|training|trainer|optim|policy)[ _-]?)?"
    r"(?:steps?|iterations?|iter|updates?|checkpoint|ckpt|epochs?|rounds?|rollouts?)[ _:=#-]{0,3}|[#第])?"
    r"([0-9]{1,15}) ?[步轮]?(?: ?(?:/|of) ?([0-9]{1,15}))?\s*",
    re.IGNORECASE,
)
_IN_EPOCH = re.compile(
    r"\s*(?:epochs?|e)[ _:=#-]{0,3}[0-9]{1,9}[ _,;/|-]{0,3}(?=(?:global[ _-]?)?(?:step|iter|update))",
    re.IGNORECASE,
)
"""An epoch that stands before the step in it: `epoch 0 step 3`."""
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3}){1,4}", re.ASCII)
"""A step whose thousands a comma parts: a step has no decimals."""
_ROUNDED = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)([km])", re.ASCII | re.IGNORECASE)
_FACTORS = {"k": 1000, "m": 1_000_000}
"""What a letter behind a step stands for (`3k`)."""
_MAX_TEXT_LENGTH = 64
MIN_SUSPECT_STEP = 10_000_000
"""Steps from here on may be something else than steps: dates are the smallest of them."""
_FIRST_SECOND, _LAST_SECOND = 1.4e9, 2.1e9  # the years 2014 to 2036
_TIMES = (
    (1.0, "a Unix time"),
    (1e3, "a Unix time in milliseconds"),
    (1e6, "a Unix time in microseconds"),
    (1e9, "a Unix time in nanoseconds"),
)
_ROUND, _ROUND_ALONE = (256, 1000), (4096,)
"""What counts of tokens are multiples of, as batches of equal length have them, and what a single one is."""
_TOKENS_OF_A_STEP = 2000
"""A step of a training has more tokens than so; samples that follow each other are seldom so many seconds apart."""
_DATE = re.compile(
    r"20[0-4][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9])?)?"
)
_NEARLY_ALL = 0.9
_MIN_NUMBERS, _MIN_IDENTIFIER, _SHARE_OF_FALLS = 4, 1e6, 0.25
_MAX_STEP = 1e15


def step_from_value(value: object) -> float | None:
    """The step in a value: a number, or a text with one (`"10"`, `"iter_10"`, `"10/100"`, `"3k"`); None for anything else."""
    if is_truth(value):
        return None
    number = written_number(value)
    if number is not None or not isinstance(value, str) or len(value) > _MAX_TEXT_LENGTH:
        return number
    if short := step_from_short_text(value):
        return short
    found = _STEP_TEXT.fullmatch(_IN_EPOCH.sub("", value, count=1))
    if found is None or (found[2] is not None and int(found[1]) > int(found[2])):
        return None  # the larger one of two is no whole: a month of a year, say
    return float(found[1])


def step_from_short_text(value: object) -> float | None:
    """The step of a text that a person would write so: `1,000`, `3k`, `1.5M`; None for any other value."""
    if not isinstance(value, str) or len(value) > _MAX_TEXT_LENGTH:
        return None
    text = value.strip()
    if _THOUSANDS.fullmatch(text):
        return float(text.replace(",", ""))
    found = _ROUNDED.fullmatch(text)
    return None if found is None else round(float(found[1]) * _FACTORS[found[2].lower()], 6)


def describe_non_steps(numbers: Sequence[float]) -> str:
    """What numbers look like that cannot be steps (`a Unix time`); empty if they may be steps.

    Args:
        numbers: those of a column, in the order of the file.
    """
    known = [number for number in numbers if number == number and abs(number) != float("inf")]  # noqa: PLR0124 (NaN)
    if not known or max(known) < _MIN_IDENTIFIER:
        return ""
    enough = _NEARLY_ALL * len(known)
    for unit, name in _TIMES:
        times = [number for number in known if _FIRST_SECOND * unit <= number <= _LAST_SECOND * unit]
        if len(times) >= enough:
            return "" if unit == 1 and _may_count_tokens(times) else name
    if sum(_DATE.fullmatch(f"{number:.0f}") is not None for number in known) >= enough:
        return "a date"
    is_too_large = sum(abs(number) >= _MAX_STEP for number in known) >= enough
    return "an identifier" if is_too_large or _are_in_no_order(known) else ""


def _may_count_tokens(times: Sequence[float]) -> bool:
    """Whether numbers of the size of Unix times are counts of tokens: round ones, or those of steps with many tokens."""
    units = _ROUND if len(set(times)) > 1 else _ROUND_ALONE
    if any(all(number % unit == 0 for number in times) for unit in units):
        return True
    gaps = [abs(b - a) for a, b in pairwise(times) if a != b]
    return bool(gaps) and min(gaps) >= _TOKENS_OF_A_STEP


def _are_in_no_order(numbers: Sequence[float]) -> bool:
    """Whether large numbers come once each and fall as often as they rise, as hashes and random identifiers do."""
    each = [numbers[0], *(b for a, b in pairwise(numbers) if a != b)]
    if len(each) < _MIN_NUMBERS or len(set(each)) < _NEARLY_ALL * len(each):
        return False
    falls = sum(b < a for a, b in pairwise(each))
    return falls >= _SHARE_OF_FALLS * (len(each) - 1)
