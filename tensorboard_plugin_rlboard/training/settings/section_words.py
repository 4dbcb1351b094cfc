"""The sections of rlboard.toml and their keys, and the name that was probably meant by one that is none of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from tensorboard_plugin_rlboard.formats.generic.fields import FIELDS

SECTIONS = ("mapping", "scalars", "config", "reference", "scores", "text", "findings")
_WORDS: Mapping[str, tuple[str, ...]] = {
    "mapping": (*FIELDS, "files", "step_from", "columns"),
    "scalars": ("runs",),
    "reference": ("file", "run", "first_visit"),
    "scores": ("file",),
    "text": ("pad", "system_end"),
}
"""Section -> the keys that it takes; [config] takes any, [findings] the names that /findings lists."""


def unknown_section(file: str, name: str, *, is_value: bool) -> str:
    """What is wrong with a name that no section has, and what to write instead.

    Args:
        file: the file that it stands in, as it is shown.
        name: the name.
        is_value: whether a value stands behind it, and not a table.
    """
    if is_value:
        section = next((known for known, words in _WORDS.items() if name in words), "")
        if section:
            return f"{file}: {name} stands in no section; write [{section}] in a line above it."
    close = _nearest(name, SECTIONS)
    if close:
        return f"{file}: there is no section [{name}] (did you mean [{close}]?)."
    return f"{file}: there is no section [{name}] (there are {', '.join(f'[{section}]' for section in SECTIONS)})."


def unknown_key(key: str, section: str) -> str:
    """What is wrong with a key that its section does not take, to continue a sentence that names it."""
    valid = _WORDS[section]
    near = _nearest(key, valid)
    elsewhere = next((other for other, words in _WORDS.items() if key in words), "")
    # `run` is a word of [reference], and in [scalars] nevertheless a misspelt `runs`.
    if elsewhere and key.lower() not in near:
        hint = f"it is for [{elsewhere}]"
    else:
        hint = f"did you mean {near}?" if near else f"it takes {', '.join(dict.fromkeys(valid))}"
    return f"is not known ({hint})"


def unknown_threshold(name: str, known: Iterable[str]) -> str:
    """What is wrong with a name that no threshold of a finding has, as `unknown_key`."""
    near = _nearest(name, known)
    return (
        f"is no threshold of a finding ({f'did you mean {near}?' if near else 'docs/findings.md lists them'})"
    )


def _nearest(name: str, valid: Iterable[str]) -> str:
    """The valid name that a misspelt one is nearest to; empty where none is near."""
    by_spelling = {word.lower(): word for word in valid}
    close = difflib.get_close_matches(name.lower(), by_spelling, n=1, cutoff=0.6)
    return by_spelling[close[0]] if close else ""
