"""One row read whole: the texts, numbers and token arrays of an opened sample, through the same alignment as the index."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from tensorboard_plugin_rlboard.formats.align import SPECIAL, Logged, Misfit, Trim, align, from_list
from tensorboard_plugin_rlboard.formats.base import Format
from tensorboard_plugin_rlboard.metrics import Tokens
from tensorboard_plugin_rlboard.segments import Bools, Floats

_NUMBER = (bool, int, float)


@dataclass(frozen=True)
class OpenedRow:
    """A row in our words.

    Attributes:
        texts: text name -> text as logged; structures are written as JSON.
        numbers: scalar name -> number or truth value, as logged.
        raw_tokens: response token strings after trimming, as logged.
        tokens: the aligned arrays of this one sample.
        trims, misfits: what was cut, and which arrays do not fit.
    """

    texts: Mapping[str, str]
    numbers: Mapping[str, float | int | bool]
    raw_tokens: list[str]
    tokens: Tokens
    trims: list[Trim]
    misfits: list[Misfit]


def parse(line: bytes) -> Mapping[str, object] | None:
    """A line as a row; None where it is no JSON object. Bytes that are no UTF-8 become U+FFFD."""
    try:
        row = json.loads(line.decode("utf-8-sig", "replace"), object_pairs_hook=_first_wins)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _first_wins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The first value of a key that stands twice, as the index takes it."""
    return dict(reversed(pairs)) if len(pairs) > 1 and len(dict(pairs)) < len(pairs) else dict(pairs)


def open_row(row: Mapping[str, object], known: Format, arrays: Iterable[str]) -> OpenedRow:
    """Reads a row by its format's mapping; `arrays` are further keys that hold token arrays."""
    names = {**known.arrays, **{key: (key,) for key in arrays}, **known.masks()}
    ours = known.known()
    found = {
        name: numbers
        for name, keys in names.items()
        if (numbers := _array(_first(row, keys), strict=keys[0] not in ours)) is not None
    }
    strings = _first(row, known.tokens)
    raw = [str(token) for token in strings] if isinstance(strings, list) else []
    logged = _logged(raw, found)
    tokens, trims, misfits = align(logged, next(iter(known.masks()), None))
    texts, scalars = _scalars(row, known, {key for name in found for key in names[name]})
    return OpenedRow(texts, scalars, raw[: int(tokens.sizes[0])], tokens, trims, misfits)


def _first(row: Mapping[str, object], keys: Iterable[str]) -> object:
    return next((row[key] for key in keys if row.get(key) is not None), None)


def _array(value: object, *, strict: bool) -> tuple[Floats, Bools] | None:
    """A list of numbers and where it has none; None where the value is no such list, or an empty one."""
    found = from_list(value, strict=strict) if isinstance(value, list) and value else None
    if found is None:
        return None
    numbers, null = found
    return numbers, np.zeros(len(numbers), bool) if null is None else null


def _logged(raw: list[str], found: Mapping[str, tuple[Floats, Bools]]) -> Logged:
    last = raw[-1] if raw and SPECIAL.fullmatch(raw[-1]) else None
    tail = (
        next((i for i, token in enumerate(reversed(raw)) if token != last), len(raw))
        if last is not None
        else 0
    )
    width = max([len(raw), *(len(numbers) for numbers, _ in found.values())])

    def padded(numbers: Floats, null: Bools) -> tuple[Floats, Bools]:
        more = width - len(numbers)
        return np.pad(numbers, (0, more), constant_values=np.nan), np.pad(
            null, (0, more), constant_values=True
        )

    laid = {name: padded(*pair) for name, pair in found.items()}
    return Logged(
        widths=np.array([width]),
        n_tokens=np.array([len(raw)]),
        last_token=[last],
        tail=np.array([tail]),
        lengths={name: np.array([len(numbers)]) for name, (numbers, _) in found.items()},
        values={name: numbers for name, (numbers, _) in laid.items()},
        null={name: null for name, (_, null) in laid.items()},
    )


def _scalars(
    row: Mapping[str, object], known: Format, arrays: set[str]
) -> tuple[dict[str, str], dict[str, float | int | bool]]:
    """Everything of a row that is no token array: canonical names for mapped keys, its own name for any other."""
    ours = {
        key: name for group in (known.texts, known.numbers) for name, keys in group.items() for key in keys
    }
    texts: dict[str, str] = {}
    numbers: dict[str, float | int | bool] = {}
    for key, value in row.items():
        name = ours.get(key, key)
        if value is None or key in known.tokens or key in arrays or key in known.ignored:
            continue
        if isinstance(value, str):
            texts[name] = value
        elif isinstance(value, _NUMBER) and name not in known.texts:
            numbers[name] = value
        elif name not in known.arrays:
            texts[name] = json.dumps(value, ensure_ascii=False)
    return texts, numbers
