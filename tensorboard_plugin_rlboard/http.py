"""Arguments of a request, read and checked; answers as JSON. What is wrong is said with what would be right."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Protocol

from tensorboard_plugin_rlboard.board.selection import ArgumentError, Selection
from tensorboard_plugin_rlboard.texts import TextRules

MAX_TEXT = 10_000
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Arguments(Protocol):
    """What is used of werkzeug's argument dictionary."""

    def get(self, key: str) -> str | None:
        """The first value of an argument."""

    def getlist(self, key: str) -> list[str]:
        """Every value of an argument."""


def string(args: Arguments, name: str, default: str = "") -> str:
    """A text argument of bounded length."""
    value = args.get(name)
    if value is not None and len(value) > MAX_TEXT:
        raise ArgumentError(f"{name} is longer than {MAX_TEXT} characters.")
    return default if value is None else value


def required(args: Arguments, name: str) -> str:
    """A text argument that has to be there."""
    value = string(args, name)
    if not value:
        raise ArgumentError(f"The argument {name} is missing.")
    return value


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


def number(args: Arguments, name: str) -> float | None:
    """A finite number, None where the argument is absent or empty."""
    value = args.get(name)
    if not value:
        return None
    try:
        found = float(value)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise ArgumentError(f"{name}={value[:40]} is no finite number.")
    return found


def flag(args: Arguments, name: str) -> bool:
    """A truth value: 1, true or yes."""
    return (args.get(name) or "").lower() in {"1", "true", "yes"}


def selection(args: Arguments) -> Selection:
    """The common selection arguments of the contract."""
    split = string(args, "split")
    if split not in {"", "train", "eval"}:
        raise ArgumentError(f"split={split} is not known: it takes train or eval.")
    return Selection(
        run=required(args, "run"),
        split=split or None,
        attempt=integer(args, "attempt"),
        step=integer(args, "step"),
        step_min=integer(args, "step_min"),
        step_max=integer(args, "step_max"),
        search=string(args, "search"),
        regex=flag(args, "regex"),
        within=tuple(args.getlist("in")),
        prompt_key=string(args, "prompt_key") or None,
        group=string(args, "group") or None,
        where=string(args, "where").strip(),
    )


def text_rules(args: Arguments) -> TextRules:
    """The run's display settings, as arguments."""
    return TextRules(tuple(pad for pad in args.getlist("pad") if pad), string(args, "system_end"))


def plain(value: Any) -> Any:
    """A dataclass as JSON values; a float that is not finite becomes the string that names it."""
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value is None or isinstance(value, (str, int)):
        return value
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no place in an answer")


def encode(answer: Any) -> bytes:
    """An answer as UTF-8 JSON; half surrogate pairs become U+FFFD."""
    text = _written(answer, {})
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return _LONE_SURROGATE.sub("\ufffd", text).encode("utf-8")


def _written(value: Any, lists: dict[int, str]) -> str:
    """JSON text. A whole column is written at once; only one that holds NaN or no plain value is walked through.

    `lists` holds what was written before, by identity: tokens that need no decoding stand twice in an answer.
    """
    if is_dataclass(value):
        return _object(((f.name, getattr(value, f.name)) for f in fields(value)), lists)
    if isinstance(value, Mapping) and not all(type(item) in _PLAIN for item in value.values()):
        return _object(((str(key), item) for key, item in value.items()), lists)
    if isinstance(value, list) and id(value) in lists:
        return lists[id(value)]
    try:
        text = _ENCODER.encode(value)
    except (ValueError, TypeError):
        text = _ENCODER.encode(plain(value))
    if isinstance(value, list):
        lists[id(value)] = text
    return text


def _object(items: Iterable[tuple[str, Any]], lists: dict[int, str]) -> str:
    return "{" + ",".join(f"{_ENCODER.encode(name)}:{_written(item, lists)}" for name, item in items) + "}"


_PLAIN = frozenset({str, int, float, bool, type(None)})
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
