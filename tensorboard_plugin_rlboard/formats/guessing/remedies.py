"""Remedies for rows that were not taken for samples: the lines of an rlboard.toml that open them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tensorboard_plugin_rlboard import words
from tensorboard_plugin_rlboard.formats.base import Row
from tensorboard_plugin_rlboard.formats.evidence.field_roles import FieldRoles, is_open
from tensorboard_plugin_rlboard.formats.evidence.value_types import is_text
from tensorboard_plugin_rlboard.formats.generic import key_mapping
from tensorboard_plugin_rlboard.formats.generic.fields import RESPONSE_FIELDS
from tensorboard_plugin_rlboard.formats.generic.key_paths import ENTRIES
from tensorboard_plugin_rlboard.formats.guessing.not_rollouts import numbers_of_response
from tensorboard_plugin_rlboard.formats.known_files import known_file_message

_MAX_LISTED_KEYS = _MAX_ENTRIES = _MAX_DEPTH = 8
_NO_UTF_8 = "The names of its columns are no UTF-8: save it in UTF-8 (tables that Excel writes in Chinese are often in GBK)."


def keys_to_correct(roles: FieldRoles) -> dict[str, str]:
    """A mapping for the user to correct: the keys that were found, and a placeholder for a missing response."""
    keys = {
        name: key
        for name, key in roles.keys.items()
        if key and name in {"prompt", "messages", "reward", "step"}
    }
    response = next((name for name in RESPONSE_FIELDS if name in roles.keys), "response")
    placeholder = likely_response(roles) or "the key of the response"
    return {**keys, response: roles.keys.get(response, placeholder)}


def with_remedy(against: str, roles: FieldRoles, rows: Sequence[Row]) -> str:
    """Why rows were not opened, with their keys and the lines of an rlboard.toml that open them."""
    no_utf_8 = any("\ufffd" in str(key) for key in (rows[0] if rows else ()))
    if known := _NO_UTF_8 if no_utf_8 else known_file_message(rows):
        return known
    lines = ", ".join(line for line in key_mapping.mapping_toml(keys_to_correct(roles)).splitlines() if line)
    return (
        f"{against} (its first row has the keys {listed_keys(rows)}); if it holds rollouts, write into an rlboard.toml in "
        f"its folder: {lines}."
    )


def listed_keys(rows: Sequence[Row]) -> str:
    """The keys of the first row, of many the first ones."""
    keys = sorted(str(key) for key in (rows[0] if rows else {}))
    more = ["…"] if len(keys) > _MAX_LISTED_KEYS else []
    return ", ".join([*keys[:_MAX_LISTED_KEYS], *more])


def likely_response(roles: FieldRoles) -> str:
    """The path of what may be a response: the texts of several words that differ most, the longest of them; else empty."""
    numbers = numbers_of_response(roles)
    called = [numbers] if numbers is not None else roles.candidates(words.RESPONSE, is_text, meta=True)
    if called:
        return called[0].path
    taken = set(roles.keys.values())
    lengths: dict[str, list[int]] = {}
    for column in roles.profile:
        if column.path not in taken and is_open(column, meta=True):
            for value in column.values.values():
                for path, text in _texts_in(column.path, value):
                    lengths.setdefault(path, []).append(len(text))
    if not lengths:
        for column in roles.profile:
            for value in column.values.values() if column.path not in taken else ():
                for path, text in _deep_texts(column.path, value):
                    lengths.setdefault(path, []).append(len(text))
    different = {column.path: len(set(map(str, column.values.values()))) for column in roles.profile}
    ranks = {  # several texts of a row before a single one, and those that differ where a prompt stays the same
        path: (ENTRIES in path, different.get(path, 0), sum(found) / len(found))
        for path, found in lengths.items()
    }
    return max(ranks, key=ranks.__getitem__, default="")


def _deep_texts(path: str, value: object, depth: int = 0) -> Iterator[tuple[str, str]]:
    """The texts of several words anywhere in a value, each with the path to it; of a list the first entry."""
    if isinstance(value, str):
        yield from [(path, value)] if " " in value.strip() else []
    elif depth < _MAX_DEPTH and isinstance(value, dict):
        for key, inner in list(value.items())[:_MAX_ENTRIES]:
            yield from _deep_texts(f"{path}.{key}", inner, depth + 1)
    elif depth < _MAX_DEPTH and isinstance(value, list) and value:
        yield from _deep_texts(f"{path}.0", value[0], depth + 1)


def _texts_in(path: str, value: object) -> Iterator[tuple[str, str]]:
    """The texts of several words in a value, each with the path to it: itself, entries of a list, texts of objects in one."""
    if isinstance(value, str):
        yield from [(path, value)] if " " in value.strip() and any(map(str.isalpha, value)) else []
        return
    for entry in value[:_MAX_ENTRIES] if isinstance(value, list) and ENTRIES not in path else []:
        places = enumerate(entry) if isinstance(entry, list) else [("", entry)]
        for key, text in entry.items() if isinstance(entry, dict) else places:
            if isinstance(text, str) and " " in text.strip():
                yield f"{path}{ENTRIES}{'' if key == '' else '.'}{key}", text
