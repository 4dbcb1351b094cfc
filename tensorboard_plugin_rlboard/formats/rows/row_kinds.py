"""What the rows of a part are: which of them are samples, and of which split."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.formats.splits import normalised_split, says_more
from tensorboard_plugin_rlboard.metrics.segments import Bools

NO_RESPONSE = "The line has neither response nor response_tokens: it is no sample."
FAILED = "The line has a prompt, and a reward or null for the response: it is kept as a failed rollout."


def split_columns(
    words: Sequence[object], flags: Sequence[object], default: str
) -> tuple[list[str], list[str | None]]:
    """The split of each row, and its name where that says more than which of the two it is.

    Args:
        words: what the rows say, None where nothing.
        flags: whether they are validation.
        default: the split of rows that say nothing.
    """
    found: dict[tuple[object, object], tuple[str, str | None]] = {}
    for pair in zip(words, flags, strict=True):
        if pair not in found:
            word, flag = pair
            name = word if isinstance(word, str) and says_more(word) else None
            found[pair] = normalised_split(default if word is None else word, flag), name
    both = [found[pair] for pair in zip(words, flags, strict=True)]
    return [split for split, _ in both], [name for _, name in both]


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
