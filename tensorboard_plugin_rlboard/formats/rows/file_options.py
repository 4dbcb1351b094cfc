"""A format bound to one file: what its path says, and the tokenizer that lies with it; and what rows need of both."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import Format, Reading
from tensorboard_plugin_rlboard.formats.tokenization import tokenizer

_OURS = ("step", "split", "tokenizer", "gamma", "lam")
"""Options that a file gives; any other (the keys of a mapping) belongs to the format itself."""


def bound(known: Format, path: str, options: Mapping[str, str]) -> Format:
    """The format of one file; what it was bound to before does not count.

    Args:
        known: its format.
        path: the file.
        options: what is known beside its path: `tokenizer`, `gamma`, `lam`.
    """
    origin = known.origin(PurePosixPath(path))
    step = "" if origin.step is None else str(origin.step)
    return known.without(*_OURS).bound(**{"step": step, "split": origin.split} | dict(options))


def discounts(known: Format) -> tuple[float, float]:
    """The discount gamma and GAE's lambda of the run that a file belongs to, 1 where they are not known."""
    return float(known.options.get("gamma", 1)), float(known.options.get("lam", 1))


def reading(known: Format, path: str) -> Reading:
    """What the rows of a file's lines need beside the line."""
    option = known.options.get("tokenizer", "")
    found = tokenizer.load(path, option) if option else None
    return Reading(known.told()) if found is None else Reading(known.told(), *found)
