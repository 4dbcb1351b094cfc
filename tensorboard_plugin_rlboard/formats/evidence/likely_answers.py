"""Which of several texts is the response: the whole text, and what differs between the samples of one prompt."""

from __future__ import annotations

from tensorboard_plugin_rlboard.formats.evidence.field_roles import FieldRoles
from tensorboard_plugin_rlboard.formats.evidence.profile import Column, differs_within
from tensorboard_plugin_rlboard.formats.evidence.value_types import is_single_word

_MIN_LENGTH_RATIO = 2


def likeliest_answer(roles: FieldRoles, found: list[Column]) -> tuple[list[Column], str]:
    """Texts whose names may mean a response, the likeliest first, and one sentence where a second one is about as likely.

    The responses to one prompt differ; what a data set says of the prompt does not. Where no prompt comes twice, sentences
    go before single words.
    """
    prompts = roles.column("prompt")
    if prompts is None or len(found) < 2 or not found[0].values.keys() & found[1].values.keys():
        return found, ""
    differing = [column for column in found if differs_within(column, prompts)]
    if len(differing) == 1:
        return [differing[0], *[column for column in found if column is not differing[0]]], ""
    likely = differing or found
    if likely[0].fits(is_single_word):
        whole = next((column for column in likely[1:] if is_whole(roles, column, likely[0])), likely[0])
    elif all(column.fits(is_single_word) for column in likely[1:]):
        return found, ""
    else:
        whole = likely[0]
    others = [column for column in likely if column is not whole]
    listed = " or ".join(column.path for column in others[:2])
    doubt = f"The response may be another text: {whole.path} was taken, and it may be {listed} as well."
    return [whole, *[column for column in found if column is not whole]], doubt


def is_whole(roles: FieldRoles, column: Column, short: Column) -> bool:
    """Whether a column has sentences, much longer than the words of another, and does not repeat the prompt."""
    prompts = roles.column("prompt")
    repeats = prompts is not None and any(
        isinstance(prompt, str) and prompt and str(column.values.get(at, "")).startswith(prompt)
        for at, prompt in prompts.values.items()
    )
    long_enough = _mean_length(column) >= _MIN_LENGTH_RATIO * _mean_length(short)
    return not repeats and long_enough and not column.fits(is_single_word)


def _mean_length(column: Column) -> float:
    texts = [len(value) for value in column.values.values() if isinstance(value, str)]
    return sum(texts) / max(1, len(texts))
