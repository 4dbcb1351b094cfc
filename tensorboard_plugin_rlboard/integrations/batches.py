"""Reads batches of trainers (padded, nested or listed arrays and columns), for the hooks of verl and OpenRLHF."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np

from tensorboard_plugin_rlboard.integrations.generation import Array, tensor_to_numpy

_MAX_TEXT_LENGTH = 200


class TokenStrings(dict[int, str]):
    """Token id -> token string as the tokenizer stores it; the tokenizer, ten times as slow, is called once an id."""

    def __init__(self, tokenizer: Any) -> None:
        """Begin with no string."""
        super().__init__()
        self._ask: Callable[[int], Any] = tokenizer.convert_ids_to_tokens

    def __missing__(self, token: int) -> str:
        """Get the string from the tokenizer."""
        found = self[token] = str(self._ask(token))
        return found


_last_token_strings: dict[int, tuple[Any, TokenStrings]] = {}
"""Identity of the last tokenizer -> it and its token strings: a training has one tokenizer."""


def token_strings(tokenizer: Any) -> TokenStrings:
    """The token strings of a tokenizer, cached from call to call."""
    known = _last_token_strings.get(id(tokenizer))
    if known is None or known[0] is not tokenizer:
        _last_token_strings.clear()
        known = _last_token_strings[id(tokenizer)] = tokenizer, TokenStrings(tokenizer)
    return known[1]


def row_arrays(values: Any) -> list[Array]:
    """Split a B × T array, a nested tensor or a list of arrays into B arrays."""
    if getattr(values, "is_nested", False):
        return [tensor_to_numpy(row) for row in values.unbind()]
    return [
        tensor_to_numpy(row)
        for row in (values if isinstance(values, list | tuple) else tensor_to_numpy(values))
    ]


def as_list(values: Any) -> list[Any]:
    """A batch's column of any kind as a list; 0-d tensors become numbers."""
    if hasattr(values, "detach"):
        values = tensor_to_numpy(values)
    return list(values.tolist() if hasattr(values, "tolist") else values)


def is_column(values: Sequence[Any]) -> bool:
    """Whether a list can be a metric or a text column: numbers, truth values or short texts, and no all-absent one."""
    short = all(
        value is None
        or isinstance(value, Real)
        or (isinstance(value, str) and len(value) <= _MAX_TEXT_LENGTH)
        for value in values
    )
    return short and any(value is not None for value in values)


def sample_advantages(advantages: Sequence[Array], counted: Sequence[Array]) -> list[float | None] | None:
    """The advantage of each sample where all of its counted tokens have the same one, as for outcome rewards; else None.

    Args:
        advantages: B arrays, one value a token.
        counted: B arrays, 1 where a token counts.
    """
    found: list[float | None] = []
    for values, on in zip(advantages, counted, strict=True):
        chosen = values[: len(on)][on[: len(values)].astype(bool)]
        if len(chosen) and not np.allclose(chosen, chosen[0], rtol=1e-4, atol=1e-6, equal_nan=True):
            return None
        found.append(float(str(chosen[0])) if len(chosen) else None)
    return found


def select_hyperparameters(source: Any, paths: Mapping[str, str]) -> dict[str, Any]:
    """Select hyperparameters from a nested configuration: those that exist and are a single value.

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
