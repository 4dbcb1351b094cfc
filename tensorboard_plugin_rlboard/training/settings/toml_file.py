"""Reads one rlboard.toml strictly: what is valid counts, and each thing that is not becomes one sentence.

A sentence names the file, the key and what to write instead, because it is all that the user sees of a mistake.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tensorboard_plugin_rlboard.findings.registry import THRESHOLDS_BY_NAME
from tensorboard_plugin_rlboard.formats.generic.fields import COLUMN_PREFIX, FIELDS
from tensorboard_plugin_rlboard.sources.local_files import open_regular
from tensorboard_plugin_rlboard.texts import plural
from tensorboard_plugin_rlboard.training.parse_limits import MAX_TOML_BYTES, TOO_LARGE, toml_excess
from tensorboard_plugin_rlboard.training.settings.section_words import (
    unknown_key,
    unknown_section,
    unknown_threshold,
)

FILE_NAME = "rlboard.toml"
SettingValue = str | int | float | bool
_MAX_PATTERN_LENGTH = 200
_SPLITS = ("train", "eval")
_ESCAPED = re.compile(r"\\.|\[\^?\]?[^\]]*\]", re.DOTALL)
_REPEATED_GROUP = re.compile(r"\)\s*[*+{]")
_REPEATS = re.compile(r"[*+{]")
_MAX_REPEATS = 3


@dataclass(frozen=True)
class SettingsFile:
    """The valid values of one rlboard.toml.

    Attributes:
        shown_path: how the file is named in sentences.
        folder: the folder that its paths are relative to.
        values: (section, key) -> value; of [config] and [mapping.columns] with dots for the tables in it.
        problems: one sentence for each thing that does not count.
    """

    shown_path: str
    folder: str
    values: Mapping[tuple[str, str], object]
    problems: tuple[str, ...] = ()


class _InvalidValueError(ValueError):
    """A value is not valid; the message continues a sentence with what to write instead."""


def read_settings_file(path: str, shown: str, folder: str) -> SettingsFile:
    """Read a file; whatever is wrong with it becomes a problem, nothing is raised.

    Args:
        path: where the file lies.
        shown: how sentences name it.
        folder: what its paths are relative to.
    """
    try:
        content = _file_content(Path(path))
        is_whole = len(content) <= MAX_TOML_BYTES
        text = content.decode("utf-8-sig") if is_whole else ""
        if excess := toml_excess(text) if is_whole else TOO_LARGE:
            return SettingsFile(
                shown, folder, {}, (f"{shown} is not read, so nothing of it counts: {excess}.",)
            )
        table = tomllib.loads(text)
    except OSError as error:
        problem = f"{shown} cannot be read: {error.strerror or type(error).__name__}."
    except UnicodeDecodeError:
        problem = f"{shown} cannot be read: it is no UTF-8; save it as UTF-8."
    except (ValueError, RecursionError) as error:  # tomllib's own, too
        problem = f"{shown} is no TOML, so nothing of it counts: {error}."
        if "Invalid value" in str(error):
            hint = "A text needs quotes, a truth value is true or false."
            problem = f"{problem} {hint}"
    else:
        return check_table(table, shown, folder)
    return SettingsFile(shown, folder, {}, (problem,))


def _file_content(path: Path) -> bytes:
    """The content of a file, up to one byte more than is read; OSError where it is none, as a pipe to be waited for."""
    with open_regular(path) as file:
        return file.read(MAX_TOML_BYTES + 1)


def check_table(table: Mapping[str, object], shown: str, folder: str) -> SettingsFile:
    """Check a parsed file section by section and key by key."""
    values: dict[tuple[str, str], object] = {}
    problems: list[str] = []
    for section, content in table.items():
        if section not in _SECTION_CHECKS:
            problems.append(unknown_section(shown, section, is_value=not isinstance(content, dict)))
            continue
        if not isinstance(content, dict):
            problems.append(f"{shown}: {section} must be a section; write [{section}] and its keys below it.")
            continue
        for key, value in content.items():
            try:
                for name, found in _SECTION_CHECKS[section](key, value):
                    values[section, name] = found
            except _InvalidValueError as wrong:
                problems.append(f"{shown}: [{section}] {key} {wrong}; it is left out.")
    several = [key for key in ("file", "run", "first_visit") if values.get(("reference", key))]
    if len(several) > 1:
        problems.append(
            f"{shown}: [reference] takes one of {', '.join(several)}; {several[0]} counts, take the others out."
        )
    return SettingsFile(shown, folder, values, tuple(problems))


def _check_mapping(key: str, value: object) -> Iterator[tuple[str, object]]:
    if key == "columns":
        if not isinstance(value, dict):
            raise _InvalidValueError(
                'must be a section [mapping.columns] with lines like accuracy = "info.acc"'
            )
        for name, path in value.items():
            if name in FIELDS:
                raise _InvalidValueError(f"has {name}, which is a word of [mapping] itself; write it there")
            yield f"{COLUMN_PREFIX}{name}", _as_text(path)
    elif key == "step_from":
        yield key, _as_pattern(value)
    elif key == "split":
        # `split = "eval"` says what the rows are; any other text is the key that says so.
        yield ("split_is" if value in _SPLITS else key), _as_text(value)
    elif key in {"step", "group_id"} and value == "":
        yield key, ""  # the rows have none, whatever they have under that name
    elif key == "files" or key in FIELDS:
        yield key, _as_text(value)
    else:
        raise _InvalidValueError(unknown_key(key, "mapping"))


def _check_scalars(key: str, value: object) -> Iterator[tuple[str, object]]:
    if key != "runs":
        raise _InvalidValueError(unknown_key(key, "scalars"))
    yield key, _as_texts(value)


def _check_config(key: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _check_config(f"{key}.{name}", inner)
    elif isinstance(value, float) and math.isnan(value):
        raise _InvalidValueError("must be a number other than NaN")
    elif isinstance(value, (str, bool, int, float)):
        yield key, value
    else:
        raise _InvalidValueError(f"must be one text, number, true or false, not {_type_name(value)}")


def _check_reference(key: str, value: object) -> Iterator[tuple[str, object]]:
    if key == "first_visit":
        if not isinstance(value, bool):
            raise _InvalidValueError("must be true or false without quotes")
        yield key, value
    elif key in {"file", "run"}:
        yield key, _as_text(value)
    else:
        raise _InvalidValueError(unknown_key(key, "reference"))


def _check_scores(key: str, value: object) -> Iterator[tuple[str, object]]:
    if key != "file":
        raise _InvalidValueError(unknown_key(key, "scores"))
    yield key, _as_text(value)


def _check_text_rules(key: str, value: object) -> Iterator[tuple[str, object]]:
    if key == "pad":
        yield key, _as_texts(value)
    elif key == "system_end":
        yield key, _as_text(value)
    else:
        raise _InvalidValueError(unknown_key(key, "text"))


def _check_findings(key: str, value: object) -> Iterator[tuple[str, object]]:
    """A threshold of a finding, within its bounds."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _InvalidValueError(f"must be a number, not {_type_name(value)}")
    try:
        number = float(value)
    except OverflowError:  # a whole number of more than 308 digits
        number = math.inf
    if not math.isfinite(number):
        raise _InvalidValueError("must be a finite number")
    threshold = THRESHOLDS_BY_NAME.get(key)
    if threshold is None:
        raise _InvalidValueError(unknown_threshold(key, THRESHOLDS_BY_NAME))
    if not threshold.low <= number <= threshold.high:
        raise _InvalidValueError(f"must be a number from {threshold.low:g} to {threshold.high:g}")
    yield key, number


_SECTION_CHECKS: Mapping[str, Callable[[str, object], Iterator[tuple[str, object]]]] = {
    "mapping": _check_mapping,
    "scalars": _check_scalars,
    "config": _check_config,
    "reference": _check_reference,
    "scores": _check_scores,
    "text": _check_text_rules,
    "findings": _check_findings,
}


def _as_text(value: object) -> str:
    if not isinstance(value, str):
        raise _InvalidValueError(f"must be a text in quotes, not {_type_name(value)}")
    if not value:
        raise _InvalidValueError("is empty; write a text or take the line out")
    return value


def _as_texts(value: object) -> tuple[str, ...]:
    """One text or a list of texts, as a tuple."""
    return tuple(_as_text(item) for item in value) if isinstance(value, list) else (_as_text(value),)


def _as_pattern(value: object) -> str:
    text = _as_text(value)
    if len(text) > _MAX_PATTERN_LENGTH:
        raise _InvalidValueError(f"is longer than {_MAX_PATTERN_LENGTH:,} characters")
    try:
        groups = re.compile(text).groups
    except (re.error, RecursionError, OverflowError) as error:
        raise _InvalidValueError(f"is no regular expression ({error})") from error
    if groups != 1:
        raise _InvalidValueError(
            f"has {groups:,} {plural(groups, 'group', 'groups')}; it takes one around the number, as in 'step_([0-9]+)'"
        )
    # Whoever may write a file into the log directory must not be able to hold the index up with it.
    bare = _ESCAPED.sub("x", text)
    if _REPEATED_GROUP.search(bare) or len(_REPEATS.findall(bare)) > _MAX_REPEATS:
        raise _InvalidValueError(
            f"repeats a group, or more than {_MAX_REPEATS} times anything; write it simpler"
        )
    return text


def _type_name(value: object) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number", dict: "a section", list: "a list"}
    return kinds.get(type(value), "a date" if hasattr(value, "isoformat") else "a text")
