"""Reads and checks single arguments of a request; an error names what would be right."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Protocol

from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.texts import plural

MAX_TEXT = 10_000
"""Characters of a text argument; those of a list have so many together."""
MAX_ITEMS: Mapping[str, int] = {
    "metrics": 100,
    "columns": 200,
    "in": 3,
    "kinds": 8,
    "pad": 50,
    "tag": 100,
    "scalar_run": 100,
    "threshold": 100,
}
"""Every argument that is a list, and how many entries it takes: what an answer costs grows with them."""


class Arguments(Protocol):
    """The part of werkzeug's argument dictionary that is used."""

    def get(self, key: str) -> str | None:
        """The first value of an argument."""

    def getlist(self, key: str) -> list[str]:
        """Every value of an argument."""


def string(args: Arguments, name: str, default: str = "") -> str:
    """A text argument of bounded length."""
    value = args.get(name)
    if value is not None and len(value) > MAX_TEXT:
        raise ArgumentError(f"{name} is longer than {MAX_TEXT:,} characters.")
    return default if value is None else value


def texts(args: Arguments, name: str) -> tuple[str, ...]:
    """The entries of a list, each once, in their order; `MAX_ITEMS` says how many it takes.

    Raises:
        ArgumentError: there are more, or they are too long.
    """
    found = tuple(dict.fromkeys(args.getlist(name)))
    if len(found) > MAX_ITEMS[name]:
        raise ArgumentError(
            f"{name} takes at most {MAX_ITEMS[name]:,} {plural(MAX_ITEMS[name], 'entry', 'entries')} and has {len(found):,}: name fewer."
        )
    if sum(map(len, found)) > MAX_TEXT:
        raise ArgumentError(f"{name} is longer than {MAX_TEXT:,} characters.")
    return found


def required(args: Arguments, name: str) -> str:
    """A text argument that has to be there."""
    value = string(args, name)
    if not value:
        raise ArgumentError(f"The argument {name} is missing.")
    return value


def split_name(args: Arguments, name: str) -> str | None:
    """A split, None where the argument is absent or empty."""
    split = string(args, name)
    if split not in {"", "train", "eval"}:
        raise ArgumentError(f"{name}={split[:40]} is not known: it takes train or eval.")
    return split or None


def integer(args: Arguments, name: str) -> int | None:
    """A whole number, None where the argument is absent or empty."""
    value = args.get(name)
    if not value:
        return None
    try:
        number = int(value)
    except ValueError:
        number = 2**63
    if not -(2**63) <= number < 2**63:
        raise ArgumentError(f"{name}={value[:40]} is no whole number.")
    return number


def integer_or(args: Arguments, name: str, default: int) -> int:
    """A whole number, the default where the argument is absent or empty."""
    value = integer(args, name)
    return default if value is None else value


def finite_number(args: Arguments, name: str) -> float | None:
    """A finite number, None where the argument is absent or empty."""
    value = args.get(name)
    if not value:
        return None
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ArgumentError(f"{name}={value[:40]} is no finite number.")
    return number


def named_numbers(args: Arguments, name: str) -> tuple[tuple[str, float], ...]:
    """A list of `name:number`, the last of each name.

    Raises:
        ArgumentError: an entry is none.
    """
    found: dict[str, float] = {}
    for entry in texts(args, name):
        key, colon, value = entry.rpartition(":")
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not (key and colon and math.isfinite(number)):
            raise ArgumentError(f"{name}={entry[:60]} is no name and number, as in kl_spike_ratio:3.")
        found[key] = number
    return tuple(found.items())


def flag(args: Arguments, name: str) -> bool:
    """A truth value: 1, true or yes."""
    return (args.get(name) or "").lower() in {"1", "true", "yes"}
