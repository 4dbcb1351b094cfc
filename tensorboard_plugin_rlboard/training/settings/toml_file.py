"""One rlboard.toml, read strictly: what is valid counts, and each thing that is not is one sentence.

A sentence names the file, the key and what to write instead, because it is all that the user sees of his mistake.
"""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tensorboard_plugin_rlboard.formats.generic.key_mapping import COLUMN_PREFIX, FIELDS

NAME = "rlboard.toml"
LARGEST = 1_000_000
"""Bytes of a file that is read; more is no settings."""
Value = str | int | float | bool
_LONGEST_PATTERN = 200
_SPLITS = ("train", "eval")
_ESCAPED = re.compile(r"\\.|\[\^?\]?[^\]]*\]", re.DOTALL)
_REPEATED_GROUP = re.compile(r"\)\s*[*+{]")
_REPEATS = re.compile(r"[*+{]")
_MOST_REPEATS = 3


@dataclass(frozen=True)
class SettingsFile:
    """What one file says.

    Attributes:
        shown: how the file is named in sentences.
        folder: the folder that its paths are relative to.
        values: (section, key) -> value; of [config] and [mapping.columns] with dots for the tables in it.
        problems: one sentence for each thing that does not count.
    """

    shown: str
    folder: str
    values: Mapping[tuple[str, str], object]
    problems: tuple[str, ...] = ()


class _WrongError(ValueError):
    """A value that does not count, and what to write instead."""


def read(path: str, shown: str, folder: str) -> SettingsFile:
    """Reads a file; whatever is wrong with it is a problem, never an error.

    Args:
        path: where the file lies.
        shown: how sentences name it.
        folder: what its paths are relative to.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise _WrongError(f"it is larger than {LARGEST:,} bytes")
        table = tomllib.loads(content.decode("utf-8-sig"))
    except OSError as error:
        problem = f"{shown} cannot be read: {error.strerror or type(error).__name__}."
    except UnicodeDecodeError:
        problem = f"{shown} cannot be read: it is no UTF-8; save it as UTF-8."
    except (ValueError, RecursionError) as error:  # tomllib's own, too
        problem = f"{shown} is no TOML, so nothing of it counts: {error}."
    else:
        return checked(table, shown, folder)
    return SettingsFile(shown, folder, {}, (problem,))


def checked(table: Mapping[str, object], shown: str, folder: str) -> SettingsFile:
    """What a table of TOML says, section by section and key by key."""
    values: dict[tuple[str, str], object] = {}
    problems: list[str] = []
    for section, content in table.items():
        if section not in _SECTIONS:
            problems.append(f"{shown}: there is no section [{section}]{_nearest(section, _SECTIONS)}.")
            continue
        if not isinstance(content, dict):
            problems.append(f"{shown}: {section} must be a section; write [{section}] and its keys below it.")
            continue
        for key, value in content.items():
            try:
                for name, found in _SECTIONS[section](key, value):
                    values[section, name] = found
            except _WrongError as wrong:
                problems.append(f"{shown}: [{section}] {key} {wrong}; it is left out.")
    several = [key for key in ("file", "run", "first_visit") if values.get(("reference", key))]
    if len(several) > 1:
        problems.append(
            f"{shown}: [reference] takes one of {', '.join(several)}; {several[0]} counts, take the others out."
        )
    return SettingsFile(shown, folder, values, tuple(problems))


def _mapping(key: str, value: object) -> Iterator[tuple[str, object]]:
    if key == "columns":
        if not isinstance(value, dict):
            raise _WrongError('must be a section [mapping.columns] with lines like accuracy = "info.acc"')
        for name, path in value.items():
            if name in FIELDS:
                raise _WrongError(f"has {name}, which is a word of [mapping] itself; write it there")
            yield f"{COLUMN_PREFIX}{name}", _text(path)
    elif key == "step_from":
        yield key, _pattern(value)
    elif key == "split":
        # `split = "eval"` says what the rows are; any other text is the key that says so.
        yield ("split_is" if value in _SPLITS else key), _text(value)
    elif key == "files" or key in FIELDS:
        yield key, _text(value)
    else:
        raise _unknown(key, (*FIELDS, "files", "step_from", "columns"))


def _scalars(key: str, value: object) -> Iterator[tuple[str, object]]:
    if key != "runs":
        raise _unknown(key, ("runs",))
    yield key, _texts(value)


def _config(key: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _config(f"{key}.{name}", inner)
    elif isinstance(value, (str, bool, int)) or (isinstance(value, float) and not math.isnan(value)):
        yield key, value
    else:
        raise _WrongError(f"must be one text, number, true or false, not {_kind(value)}")


def _reference(key: str, value: object) -> Iterator[tuple[str, object]]:
    if key == "first_visit":
        if not isinstance(value, bool):
            raise _WrongError("must be true or false without quotes")
        yield key, value
    elif key in {"file", "run"}:
        yield key, _text(value)
    else:
        raise _unknown(key, ("file", "run", "first_visit"))


def _scores(key: str, value: object) -> Iterator[tuple[str, object]]:
    if key != "file":
        raise _unknown(key, ("file",))
    yield key, _text(value)


def _text_rules(key: str, value: object) -> Iterator[tuple[str, object]]:
    if key == "pad":
        yield key, _texts(value)
    elif key == "system_end":
        yield key, _text(value)
    else:
        raise _unknown(key, ("pad", "system_end"))


_SECTIONS: Mapping[str, Callable[[str, object], Iterator[tuple[str, object]]]] = {
    "mapping": _mapping,
    "scalars": _scalars,
    "config": _config,
    "reference": _reference,
    "scores": _scores,
    "text": _text_rules,
}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _WrongError(f"must be a text in quotes, not {_kind(value)}")
    if not value:
        raise _WrongError("is empty; write a text or take the line out")
    return value


def _texts(value: object) -> tuple[str, ...]:
    """One text or a list of texts."""
    return tuple(_text(one) for one in value) if isinstance(value, list) else (_text(value),)


def _pattern(value: object) -> str:
    text = _text(value)
    if len(text) > _LONGEST_PATTERN:
        raise _WrongError(f"is longer than {_LONGEST_PATTERN} characters")
    try:
        groups = re.compile(text).groups
    except (re.error, RecursionError, OverflowError) as error:
        raise _WrongError(f"is no regular expression ({error})") from error
    if groups != 1:
        raise _WrongError(f"has {groups} groups; it takes one around the number, as in 'step_([0-9]+)'")
    # Whoever may write a file into the log directory must not be able to hold the index up with it.
    bare = _ESCAPED.sub("x", text)
    if _REPEATED_GROUP.search(bare) or len(_REPEATS.findall(bare)) > _MOST_REPEATS:
        raise _WrongError(f"repeats a group, or more than {_MOST_REPEATS} times anything; write it simpler")
    return text


def _unknown(key: str, known: tuple[str, ...]) -> _WrongError:
    return _WrongError(f"is not known{_nearest(key, known)}")


def _nearest(word: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean {close[0]}?)" if close else f" (it takes {', '.join(dict.fromkeys(known))})"


def _kind(value: object) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number", dict: "a section", list: "a list"}
    return kinds.get(type(value), "a date" if hasattr(value, "isoformat") else "a text")
