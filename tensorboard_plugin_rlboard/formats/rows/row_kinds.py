"""Which rows of a part are samples, which of these failed, and which responses were truncated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats
from tensorboard_plugin_rlboard.metrics.thresholds import TRUNCATED_FLAGS, is_truncated

_ERROR_KEYS = frozenset({"error", "error_message", "exception", "traceback"})
_FAILED_ENDS = frozenset(
    {"abort", "aborted", "cancelled", "canceled", "crash", "crashed", "error", "failed", "timeout"}
)
NO_RESPONSE = "The line has neither response nor response_tokens: it is no sample."
FAILED = "The line has a prompt, and a reward or null for the response: it is kept as a failed rollout."


def no_response(format_name: str, keys: Sequence[str]) -> str:
    """The sentence on a row without a response.

    Args:
        format_name: the format of the file.
        keys: the keys under which it has the response.
    """
    return (
        NO_RESPONSE
        if keys[:1] == ("response",)
        else f"The line has no {' or '.join(keys[:4])}, under which the file's other rows ({format_name}) have the response: "
        "it is no sample. If it is one of another log, write that into a file of its own."
    )


@dataclass(frozen=True)
class RowKinds:
    """The kinds of rows, bool [rows] each.

    Attributes:
        sample: rows that are samples.
        failed: those of them that are rollouts that failed: asked, but not answered.
        says_error: rows that say that something went wrong.
    """

    sample: Bools
    failed: Bools
    says_error: Bools


def row_kinds(texts: Mapping[str, Sequence[object]], is_rollout: Bools, has_tokens: Bools) -> RowKinds:
    """The kinds of rows, by the values that they have.

    Args:
        texts: name -> a text for each row, None where it has none; prompt and response among them.
        is_rollout: whether there is a reward, or a step and null for the response, bool [rows].
        has_tokens: whether there are tokens or values for tokens, bool [rows].
    """
    answered = np.asarray([text is not None for text in texts["response"]], bool) | has_tokens
    asked = np.asarray([text is not None for text in texts["prompt"]], bool)
    failed = ~answered & asked & is_rollout
    says_error = np.zeros(len(answered), bool)
    for name in _ERROR_KEYS & texts.keys():
        says_error |= np.asarray([bool(text) for text in texts[name]], bool)
    ends = texts["finish_reason"]
    says_error |= np.asarray([isinstance(end, str) and end.lower() in _FAILED_ENDS for end in ends], bool)
    return RowKinds(answered | failed, failed, says_error)


def cut_off(reasons: Sequence[str | None], numbers: Mapping[str, Any]) -> Floats:
    """Which responses were cut at the maximum length: 1, 0, or NaN where nothing says so, float64 [rows].

    Args:
        reasons: the finish reason of each row, which counts before a flag.
        numbers: masked arrays of numbers by key, [rows]; a flag among them has no other values than 0 and 1.
    """
    cut = np.asarray([np.nan if one is None else float(is_truncated(one)) for one in reasons], float)
    for key in TRUNCATED_FLAGS:
        flags = numbers.get(key, numbers.get(f"logged.{key}"))
        if flags is not None and set(flags.compressed()) <= {0.0, 1.0}:
            cut = np.where(np.isnan(cut), flags.filled(np.nan), cut)
    return cut
