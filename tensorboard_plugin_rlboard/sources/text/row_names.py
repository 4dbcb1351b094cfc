"""What the names of values say: whether they are rows, parts of a sample, a split or a step."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard import words

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROW_WORDS, _NO_ROWS = frozenset(words.ROW_LISTS), frozenset(words.PARTS_OF_SAMPLES)
_EPISODE_KEYS = frozenset({"messages_and_choices", "nodes", "steps"})
"""Keys of an item that is an episode of a trainer's own format, which is read as a whole."""


def _compared(name: str) -> str:
    """A name in small letters without separators, so that `promptText` and `prompt_text` are one word."""
    return name.lower().replace("_", "").replace("-", "")


_PROMPT_WORDS = frozenset(map(_compared, (*words.PROMPT, *words.FURTHER_PROMPT))) - {"prompts"}
_SAMPLE_WORDS = _PROMPT_WORDS | {"completion", "response", "episodeid", "taskid"}
"""Keys of an object that is a sample or a group of samples itself: its lists are parts of it. `prompts` is a list of them."""
_KEYS_OF_ROWS = _SAMPLE_WORDS | set(
    map(_compared, (*words.RESPONSE, "answer", "completions", "conversation", "responses", "trajectory"))
)
"""Keys of which a row has one, where the name of what holds it may be anything."""
_GROUP_WORDS = frozenset(map(_compared, (*words.GROUP, *words.WEAK_GROUP)))
_MESSAGE_KEYS = frozenset({"role", "from"})
_SPLITS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("dev", "eval", "evaluation", "test", "val", "valid", "validation"), "eval"),
}
_STEP = re.compile(r"(?:(?:\w+_)?(?:step|iteration|iter))[ _-]?(\d{1,15})", re.IGNORECASE | re.ASCII)
_WHOLE = re.compile(r"\d{1,15}", re.ASCII)


def may_be_list_of_rows(name: str, item: object) -> bool:
    """Whether a list of this name may hold rows, by its first item, which may be empty where it is cut off.

    One whose name does not say so has to hold what a sample has: a text, and a number or a truth value.
    """
    if not isinstance(item, dict) or not _EPISODE_KEYS.isdisjoint(item):
        return False
    if name.lower() in _NO_ROWS:
        return holds_rows(item)  # steps of a training, and not of an agent
    kinds = {type(value) for value in item.values()}
    return not item or is_row_word(name) or (str in kinds and not kinds.isdisjoint({bool, int, float}))


def holds_rows(item: object) -> bool:
    """Whether a list in an object is called rows and begins with a sample."""
    return isinstance(item, dict) and any(
        is_row_word(name) and isinstance(value, list) and bool(value) and bool(sample_words_of(value[0]))
        for name, value in item.items()
    )


def has_sample_word(names: Mapping[str, object]) -> bool:
    """Whether an object is a sample, or a group of samples, by the names of its members."""
    return any(_compared(name) in _SAMPLE_WORDS for name in names)


def has_prompt(names: Mapping[str, object]) -> bool:
    """Whether an object has a prompt of its own, by the names of its members."""
    return any(_compared(name) in _PROMPT_WORDS for name in names)


def is_row_word(name: str) -> bool:
    """Whether a list of this name holds rows, whatever stands beside it."""
    return name.lower() in _ROW_WORDS


def sample_words_of(item: object) -> tuple[str, ...]:
    """Which words of a sample the keys of an object are; none of a value that is no object."""
    if not isinstance(item, dict):
        return ()
    return tuple(sorted(_KEYS_OF_ROWS.intersection(map(_compared, item))))


def is_group(item: object) -> bool:
    """Whether a list holds the samples of a group, by its first one; a conversation is a list of objects, too."""
    first = item[0] if isinstance(item, list) and item else None
    if not isinstance(first, dict) or not _MESSAGE_KEYS.isdisjoint(first):
        return False
    return bool(sample_words_of(first)) or "messages" in first


def names_group(row: Mapping[str, object]) -> bool:
    """Whether an object says of which group it is."""
    return not _GROUP_WORDS.isdisjoint(map(_compared, row))


def split_or_step_of(name: str, *, numbers_are_steps: bool) -> tuple[str, object]:
    """What the name of a member says of its rows.

    Args:
        name: The member's name.
        numbers_are_steps: Whether bare numbers are steps; else they are identifiers.

    Returns:
        The column that says it, and its value: ``split`` and ``"train"`` or ``"eval"``, ``step`` and its number, ``id`` and
        the number as text, else ``member`` and the name.
    """
    if name.lower() in _SPLITS:
        return "split", _SPLITS[name.lower()]
    if found := _STEP.fullmatch(name):
        return "step", int(found[1])
    if is_whole_number(name):
        return ("step", int(name)) if numbers_are_steps else ("id", name)
    return words.MEMBER, name


def is_whole_number(name: str) -> bool:
    """Whether a name is a number and nothing else."""
    return _WHOLE.fullmatch(name) is not None
