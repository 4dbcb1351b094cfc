"""The formats that RL Board opens. A new one is one file, one fixture and one line here."""

from __future__ import annotations

from tensorboard_plugin_rlboard.formats.base import Format, Row
from tensorboard_plugin_rlboard.formats.native import NATIVE

FORMATS: tuple[Format, ...] = (NATIVE,)


def recognise(row: Row) -> Format | None:
    """The first format that knows a row with these keys, None where none does."""
    return next((known for known in FORMATS if known.recognise(row)), None)


def by_name(name: str) -> Format:
    """The format of that name.

    Raises:
        KeyError: no format has that name.
    """
    return {known.name: known for known in FORMATS}[name]
