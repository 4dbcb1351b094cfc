"""What the hooks for trainers' batches have in common: rows of padded, nested or listed arrays, and columns of anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.integrations.generation import Array, array

_SHORT = 200


class Spellings(dict[int, str]):
    """Token id -> token as the tokenizer stores it, asked for once an id: asking takes ten times as long as this."""

    def __init__(self, tokenizer: Any) -> None:
        """Knows none yet."""
        super().__init__()
        self._ask: Callable[[int], Any] = tokenizer.convert_ids_to_tokens

    def __missing__(self, token: int) -> str:
        """Asks."""
        found = self[token] = str(self._ask(token))
        return found


_spellings: dict[int, tuple[Any, Spellings]] = {}
"""Of the last tokenizer, by its identity: a training has one."""


def spellings(tokenizer: Any) -> Spellings:
    """What is known of a tokenizer's spellings, kept from call to call."""
    known = _spellings.get(id(tokenizer))
    if known is None or known[0] is not tokenizer:
        _spellings.clear()
        known = _spellings[id(tokenizer)] = tokenizer, Spellings(tokenizer)
    return known[1]


def rows(values: Any) -> list[Array]:
    """The rows of a B × T array, a nested tensor or a list of arrays."""
    if getattr(values, "is_nested", False):
        return [array(row) for row in values.unbind()]
    return [array(row) for row in (values if isinstance(values, list | tuple) else array(values))]


def listed(values: Any) -> list[Any]:
    """A batch's column of any kind as a list; 0-d tensors become numbers."""
    if hasattr(values, "detach"):
        values = array(values)
    return list(values.tolist() if hasattr(values, "tolist") else values)


def is_column(values: Sequence[Any]) -> bool:
    """Whether a list can be a metric or a text column: numbers, truth values or short texts, and no all-absent one."""
    short = all(
        value is None or isinstance(value, Real) or (isinstance(value, str) and len(value) <= _SHORT)
        for value in values
    )
    return short and any(value is not None for value in values)


def whole(advantages: Sequence[Array], counted: Sequence[Array]) -> list[float | None] | None:
    """One advantage a sample, if it is the same at all of its tokens that count, as for outcome rewards; else None."""
    found: list[float | None] = []
    for values, on in zip(advantages, counted, strict=True):
        chosen = values[: len(on)][on[: len(values)].astype(bool)]
        if len(chosen) and not np.allclose(chosen, chosen[0], rtol=1e-4, atol=1e-6, equal_nan=True):
            return None
        found.append(float(str(chosen[0])) if len(chosen) else None)
    return found


def picked(source: Any, paths: Mapping[str, str]) -> dict[str, Any]:
    """Settings out of a nested configuration, those that are there and are one value.

    Args:
        source: mappings or objects within each other.
        paths: our name -> dotted path.
    """
    found = {}
    for name, path in paths.items():
        value = source
        for key in path.split("."):
            get = getattr(value, "get", None)
            value = get(key) if callable(get) else getattr(value, key, None)
        if isinstance(value, str | int | float):
            found[name] = value
    return found
