"""Numbers as trainers write them: JSON numbers, truth values, texts that hold one, and lists of these.

Values that are nearly numbers (a tensor written as text) are none, and a sentence says what to write instead.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.arrays.tensor_texts import holds_tensor_text, number_from_tensor_text
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats
from tensorboard_plugin_rlboard.words import plain, snake_case

_NUMBER_TEXT = re.compile(
    r"\s*[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|nan|inf|infinity)\s*", re.ASCII | re.IGNORECASE
)
"""Decimal digits of ASCII, without separators: Python would take `1_000` and digits of other scripts as well."""
_TRUTH_TEXTS = {"true": 1.0, "false": 0.0}
_MAX_TRUTH_LENGTH = 16
"""Characters of a text that may be a truth value with white space around it."""
_IDS = frozenset(
    plain(word)
    for names in (words.TOKEN_IDS, words.WHOLE_TOKEN_IDS, words.PROMPT_TOKEN_IDS, words.TOKEN_STRINGS)
    for word in names
)
SINGLE_NUMBERS = {
    "logprobs": "logprob",
    "ref_logprobs": "ref_logprob",
    "rollout_logprobs": "rollout_logprob",
    "new_logprobs": "new_logprob",
    "values": "value",
    "token_rewards": "token_reward",
    "advantages": "advantage",
    "returns": "return",
    "entropies": "entropy",
}
"""Array field -> what its value is called where it is one number of the sample."""
_MAX_SHOWN = 80
"""Characters of a value that a sentence quotes."""


def number_from_value(value: object) -> float | None:
    """A number, a truth value or a text that holds one of them, as a float; None for anything else."""
    try:
        if isinstance(value, str):
            if _NUMBER_TEXT.fullmatch(value):
                return float(value)
            return _TRUTH_TEXTS.get(value.strip().lower()) if len(value) <= _MAX_TRUTH_LENGTH else None
        return float(value) if isinstance(value, (bool, int, float)) else None
    except OverflowError:  # a whole number of more than 308 digits
        return math.inf if isinstance(value, int) and value > 0 else -math.inf


def is_truth(value: object) -> bool:
    """Whether a value is a truth value, or a text that spells one; these count as numbers, but never as a step."""
    return isinstance(value, bool) or (
        isinstance(value, str) and len(value) <= _MAX_TRUTH_LENGTH and value.strip().lower() in _TRUTH_TEXTS
    )


def written_number(value: object) -> float | None:
    """A number as above, or the one that a text shows as a tensor (`tensor(0.5)`); None for anything else."""
    number = number_from_value(value)
    return number_from_tensor_text(value) if number is None and isinstance(value, str) else number


def floats_of_values(values: list[Any]) -> Floats | None:
    """Numbers, truth values and texts that hold a number, of a tensor as well, as float64; None where one is something else."""
    if str in set(map(type, values)):
        if written_number(values[0]) is None:  # mostly a column of texts: not worth a look at each
            return None
        numbers = {value: written_number(value) for value in set(values)}
        if None in numbers.values():
            return None
        values = [numbers[value] for value in values]
    try:
        return np.asarray(values, np.float64)
    except (ValueError, OverflowError, TypeError):
        return None


def are_numbers(values: list[Any]) -> bool:
    """Whether every value is a number, a truth value or a text that holds one."""
    return floats_of_values(values) is not None or all(written_number(value) is not None for value in values)


_NO_LISTS = (str, int, float, type(None))
_NUMBERS = frozenset({int, float, type(None)})


@dataclass(frozen=True)
class NumberList:
    """A list of numbers.

    Attributes:
        values: float64 [length], NaN where there is no number.
        nulls: bool [length], where there is no number; None: nowhere.
        odd: the first element that is neither a number nor null; None where every one is.
    """

    values: Floats
    nulls: Bools | None = None
    odd: object = None


def numbers_from_list(value: list[object], *, strict: bool) -> NumberList | None:
    """Read a list of numbers.

    Args:
        value: the list. An element in a list of its own counts as that element (`[[0.1], [0.2]]`), and a list of one list
            as that one (`[[0.1, 0.2]]`), unless it is strict.
        strict: take numbers, truth values and null only; else a text that holds a number counts as that number, and
            anything else as null as long as there is a number in the list, and no list of several (`[[0.1, 0.2], [0.3]]`):
            how many tokens these are nobody says.

    Returns:
        The numbers; None for any other list.
    """
    if set(map(type, value)) <= {float, int}:
        try:
            return NumberList(np.asarray(value, np.float64))
        except OverflowError:  # a whole number of more than 308 digits
            pass
    value = value if strict else without_batch_dimension(value)
    elements = [_without_brackets(element) for element in value]
    if strict and any(isinstance(element, str) for element in elements):
        return None
    numbers = [number_from_value(element) for element in elements]
    pairs = zip(elements, numbers, strict=True)
    odd = next((element for element, number in pairs if number is None and element is not None), None)
    is_nested = odd is not None and any(isinstance(element, list) for element in elements)
    if odd is not None and (strict or is_nested or all(number is None for number in numbers)):
        return None
    nulls = np.asarray([number is None for number in numbers], bool)
    values = np.asarray([np.nan if number is None else number for number in numbers], np.float64)
    return NumberList(values, nulls if nulls.any() else None, odd)


def without_batch_dimension(value: Any) -> Any:
    """A list without a batch dimension of one (`[[1, 2]]`, as such a tensor is written); any other list as it is.

    Two values of different types are no list of several, but one token: its id and its text, say.
    """
    inner = value
    while len(inner) == 1 and not isinstance(inner[0], _NO_LISTS) and not hasattr(inner[0], "keys"):
        inner = inner[0]
    if inner is value:  # as nearly all are: nothing of it has to be looked at
        return value
    types = set(map(type, inner))
    return inner if len(inner) > 1 and (len(types) == 1 or types <= _NUMBERS) else value


def _without_brackets(value: object) -> object:
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value


def list_from_text(text: str) -> list[object] | None:
    """The list that a text spells as JSON (`"[0.1, 0.2]"`), if it holds numbers and null only; else None."""
    if not text.lstrip().startswith("["):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    numbers = isinstance(found, list) and found and set(map(type, found)) <= {int, float, type(None)}
    return found if numbers else None


def not_a_number(name: str, value: object) -> str:
    """Why a value of a numeric field is in no statistic, and what to log instead."""
    return (
        f"{name} is no number but {shortened(value)}; it is shown with its sample and left out of every statistic. Log "
        f"one number{': that of a tensor or array is value.item()' if holds_tensor_text(value) else ''}."
    )


def token_ids(value: object) -> list[int] | None:
    """The token ids in a list of whole numbers, or in a text that spells one, as tables have them; None for anything else."""
    found = list_from_text(value) if isinstance(value, str) else value
    if not isinstance(found, list):
        return None
    if all(type(one) is int for one in found):
        return found
    are_whole = all(type(one) is int or (type(one) is float and one.is_integer()) for one in found)
    return [int(one) for one in found] if are_whole else None


def tensor_text_problem(key: str, value: object, *, is_text: bool) -> tuple[str, str] | None:
    """The kind of problem and the reason of a value that is a tensor written as text; None of any other, or of one said elsewhere.

    Args:
        key: its key.
        value: the value.
        is_text: whether it stays a text; else it is read, if it is one number.
    """
    if not holds_tensor_text(value):
        return None
    if is_text:
        return (
            "not_a_number",
            f"{key} is text such as {shortened(value)}, not a number. Log the number itself: value.item().",
        )
    if written_number(value) is None:
        return None
    return "number_as_text", (
        f"{key} is a number written as text ({shortened(value)}), read as far as its digits go. Log the number itself: "
        "value.item()."
    )


def not_an_array(key: str, value: object) -> str:
    """Why a value under a key of a token array is left out, and what to log instead."""
    is_tensor = holds_tensor_text(value) or (
        isinstance(value, list) and any(map(holds_tensor_text, value[:2]))
    )
    return (
        f"{key} is no list of numbers but {shortened(value)}; it is left out. Log a list of numbers"
        f"{': that of a tensor or array is values.tolist()' if is_tensor else ''}."
    )


def not_tokens(key: str, value: object) -> str:
    """Why a value under a key of response tokens is left out, and what to log instead."""
    return f"{key} is no list of tokens but {shortened(value)}; it is left out. Log a list with each token's text."


def shortened(value: object) -> str:
    """A value as JSON for a sentence, cut to 80 characters."""
    if isinstance(value, (str, list)):
        value = value[: _MAX_SHOWN + 1]
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= _MAX_SHOWN else f"{shown[: _MAX_SHOWN - 1]}…"


@lru_cache(maxsize=4096)
def is_name_of_ids(key: str) -> bool:
    """Whether a key is called as lists of token ids are, which number the tokens and are no values of them."""
    name = snake_case(key)
    return plain(name) in _IDS or name.rpartition("_")[2] in {"id", "ids"}
