"""Looks at what a line has beside a format's keys: values in objects (rewards, metrics), and a step of somebody's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.native import NATIVE

_RESERVED_NAMES = NATIVE.read_keys | {"messages", "sample_id", "data_source", "policy_version"}


def add_extra_fields(row: dict[str, object], values: Iterable[tuple[str, object]], prefix: str) -> None:
    """Add numbers, truth values and texts to a sample under their own names; other values are left out.

    Args:
        row: the sample, changed in place.
        values: names and values.
        prefix: a name that is taken or means something else (a reward called `step`) becomes `<prefix>.<name>`.
    """
    for name, value in values:
        if isinstance(value, (bool, int, float, str)):
            row[f"{prefix}.{name}" if name in row or name in _RESERVED_NAMES else name] = value


def says_step(row: Mapping[str, object]) -> bool:
    """Whether a row has a training's step in any of its words, as rows of formats that have none do not: it is somebody's own."""
    return any(type(value) is int and _is_step(key) for key, value in row.items())


@lru_cache(maxsize=4096)
def _is_step(key: str) -> bool:
    return words.snake_case(key.rpartition("/")[2].rpartition(".")[2]) in words.STEP


def nested_object(row: Mapping[str, object], *keys: str) -> Mapping[str, object]:
    """The object under a path of keys; an empty one where there is none."""
    found: object = row
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def identifier_text(value: object) -> str:
    """A text or an integer as text; empty for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
