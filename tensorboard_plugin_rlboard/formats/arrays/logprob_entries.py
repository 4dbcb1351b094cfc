"""Reads log-probabilities that are logged together with their tokens, as inference servers return them.

Known are OpenAI's objects (`{"token": "A", "logprob": -0.1, "top_logprobs": […]}`, as a list or under `content`), the
two lists of its older answers (`{"tokens": […], "token_logprobs": […]}`), vLLM's (`{"101": {"logprob": -0.1,
"decoded_token": "A"}}`, the sampled token first), SGLang's triples (`[-0.1, 101, "A"]`), and pairs in any order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tensorboard_plugin_rlboard.formats.arrays.number_values import NumberList, numbers_from_list

_TEXT_KEYS = ("token", "decoded_token", "text")
_ID_KEYS = ("token_id", "id")
_MAX_PARTS = 3
_Entry = tuple[str | None, object]
"""The token, None where it is not said, and its log-probability."""


@dataclass(frozen=True)
class LogprobEntries:
    """Tokens and log-probabilities of such a list.

    Attributes:
        tokens: the tokens as text, `#id` where only an id is said; None where no entry says one.
        numbers: the log-probabilities.
    """

    tokens: list[str] | None
    numbers: NumberList


def may_hold_entries(value: Sequence[object]) -> bool:
    """Whether a list holds objects or lists of several values, by its first element that is not null."""
    first = next((element for element in value if element is not None), None)
    return hasattr(first, "keys") or (_is_list(first) and len(first) in range(2, _MAX_PARTS + 1))  # type: ignore[arg-type]  # a list has a length


def logprob_entries(value: object) -> LogprobEntries | None:
    """Read log-probabilities with their tokens.

    Args:
        value: the value under a key of log-probabilities, as Python's own lists and objects.

    Returns:
        The tokens and their log-probabilities; None for anything else, numbers alone among it.
    """
    if isinstance(value, Mapping):
        tokens, numbers = value.get("tokens"), value.get("token_logprobs")
        if isinstance(tokens, list) and isinstance(numbers, list) and len(tokens) == len(numbers):
            return _entries(zip(map(_token, tokens), numbers, strict=True))
        value = value.get("content")
    if not isinstance(value, list) or not may_hold_entries(value):
        return None
    entries = [entry for entry in value if entry is not None]
    if all(isinstance(entry, Mapping) for entry in entries):
        read = [_from_object(entry) for entry in entries]
    elif all(_is_list(entry) for entry in entries):
        read = _from_lists(entries)
    else:
        return None
    if len(read) != len(entries) or None in read:
        return None
    found = iter(entry for entry in read if entry is not None)
    return _entries((None, None) if entry is None else next(found) for entry in value)


def _entries(pairs: Iterable[_Entry]) -> LogprobEntries | None:
    entries = list(pairs)
    tokens = [token for token, _ in entries]
    numbers = numbers_from_list([value for _, value in entries], strict=False)
    if numbers is None or numbers.odd is not None:
        return None
    has_tokens = any(token is not None for token in tokens)
    return LogprobEntries([token or "" for token in tokens] if has_tokens else None, numbers)


def _from_object(entry: Mapping[str, object]) -> _Entry | None:
    """One object of OpenAI's, or the first of vLLM's objects by token id: the token that was sampled."""
    if "logprob" in entry:
        token_values = (*(entry.get(key) for key in _TEXT_KEYS), *(entry.get(key) for key in _ID_KEYS))
        return _token(next((value for value in token_values if value is not None), None)), entry["logprob"]
    present = {key: value for key, value in entry.items() if value is not None}
    if len(present) > 1 and len(present) < len(entry):
        return None  # a table's objects all have the same keys: which of these came first is lost
    key, value = next(iter(present.items()), ("", None))
    if isinstance(value, Mapping):
        inner = _from_object(value) if "logprob" in value else None
        return inner if inner is None or inner[0] is not None else (_token_of_key(key), inner[1])
    return (_token_of_key(key), value) if isinstance(value, float) else None


def _token_of_key(key: str) -> str:
    return f"#{key}" if key.isascii() and key.isdigit() else key


def _from_lists(entries: list[list[object]]) -> list[_Entry | None]:
    """Pairs and triples: which place holds what is told by all entries together; none where that is ambiguous."""
    width = len(entries[0])
    if width not in range(2, _MAX_PARTS + 1) or any(len(entry) != width for entry in entries):
        return []
    columns = [list(column) for column in zip(*entries, strict=True)]
    texts = [column for column in columns if any(isinstance(x, str) for x in column)]
    ids = [column for column in columns if all(type(x) is int and x >= 0 for x in column)]
    numbers = [
        column
        for column in columns
        if column not in ids and all(x is None or (type(x) in {int, float}) for x in column)
    ]
    numbers = [column for column in numbers if any(x is not None for x in column)]
    if not numbers and len(ids) == 1 and texts:  # every log-probability is written as 0
        numbers, ids = ids, []
    if len(numbers) != 1 or len(texts) + len(ids) < 1 or max(len(texts), len(ids)) > 1:
        return []
    of_ids = [_token(x) for x in ids[0]] if ids else [None] * len(entries)
    of_texts = [x if isinstance(x, str) else None for x in texts[0]] if texts else of_ids
    tokens = [i if text is None else text for text, i in zip(of_texts, of_ids, strict=True)]
    return list(zip(tokens, numbers[0], strict=True))


def _token(value: object) -> str | None:
    """A token as text, `#id` of an id."""
    if isinstance(value, str):
        return value
    return f"#{value}" if type(value) is int else None


def _is_list(value: object) -> bool:
    return isinstance(value, (list, tuple))
