"""What the rows of a part are: which of them are samples, which failed, and which have no step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from tensorboard_plugin_rlboard.formats.arrays.number_values import is_truth
from tensorboard_plugin_rlboard.metrics.segments import Bools

_ERROR_KEYS = frozenset({"error", "error_message", "exception", "traceback"})
_FAILED_ENDS = frozenset(
    {"abort", "aborted", "cancelled", "canceled", "crash", "crashed", "error", "failed", "timeout"}
)
NO_RESPONSE = "The line has neither response nor response_tokens: it is no sample."
FAILED = "The line has a prompt, and a reward or null for the response: it is kept as a failed rollout."


def no_response(format_name: str, keys: Sequence[str]) -> str:
    """What is said of a row without a response.

    Args:
        format_name: the format of the file.
        keys: the keys under which it has the response.
    """
    if keys[:1] == ("response",):
        return NO_RESPONSE
    listed = " or ".join(keys[:4])
    return (
        f"The line has no {listed}, under which the file's other rows ({format_name}) have the response: it is no sample. "
        "If it is one of another log, write that into a file of its own."
    )


class _Column(Protocol):
    rows: list[int]
    values: list[Any]


def truths(columns: Mapping[str, _Column], keys: Sequence[str]) -> list[int]:
    """The rows with a truth value under one of some keys of a step, which is a number elsewhere and no step."""
    found: list[int] = []
    for column in (columns[key] for key in keys if key in columns):
        if not {bool, str}.isdisjoint(map(type, column.values)):
            found += [row for row, value in zip(column.rows, column.values, strict=True) if is_truth(value)]
    return found


def answered_and_failed(
    responses: Sequence[object], prompts: Sequence[object], is_rollout: Bools, has_tokens: Bools
) -> tuple[Bools, Bools]:
    """Which rows have a response, and which are rollouts that failed: asked, but not answered.

    Args:
        responses: the responses, None where there is none.
        prompts: the prompts, None where there is none.
        is_rollout: whether there is a reward, or a step and null for the response, bool [rows].
        has_tokens: whether there are tokens or values for tokens, bool [rows].
    """
    answered = np.asarray([response is not None for response in responses], bool) | has_tokens
    asked = np.asarray([prompt is not None for prompt in prompts], bool)
    return answered, ~answered & asked & is_rollout


def says_error(texts: Mapping[str, Sequence[object]], count: int) -> Bools:
    """Which rows say that something went wrong: an error's text, or an end that is none of a response, bool [rows].

    Args:
        texts: name -> a text for each row, None where it has none.
        count: how many rows there are.
    """
    found = np.zeros(count, bool)
    for name in _ERROR_KEYS & texts.keys():
        found |= np.asarray([bool(text) for text in texts[name]], bool)
    ends = texts.get("finish_reason", ())
    if len(ends):
        found |= np.asarray([isinstance(end, str) and end.lower() in _FAILED_ENDS for end in ends], bool)
    return found
