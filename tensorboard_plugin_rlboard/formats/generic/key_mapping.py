"""The format of a mapping: our fields and the keys of some rows, guessed or written in rlboard.toml."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping

from tensorboard_plugin_rlboard.formats.base import (
    ARRAY_KEYS,
    NUMBER_KEYS,
    TEXT_KEYS,
    Format,
    LineContext,
    LineSamples,
    Row,
)
from tensorboard_plugin_rlboard.formats.conversations.messages import (
    as_messages,
    messages_to_text,
    split_conversation,
)
from tensorboard_plugin_rlboard.formats.mapping import KeyMapping

FORMAT_NAME = "mapping"
LABEL_FIELDS = ("step", "split", "group_id", "finish_reason", "validation")
MASK_FIELD = "response_mask"
RESPONSE_FIELDS = ("response", "messages", "response_tokens", "response_token_ids")
"""Fields of which a row needs at least one to be a sample."""
FIELDS = (
    *("prompt", *RESPONSE_FIELDS, *TEXT_KEYS, *NUMBER_KEYS, *LABEL_FIELDS, *ARRAY_KEYS, MASK_FIELD),
    "prompt_token_ids",
)
"""Every field that a mapping may give a key to, in the order in which they are written."""
COLUMN_PREFIX = "columns."
"""Before the name of a further metric or text, which a mapping lifts out of an object: `columns.accuracy`."""
SAMPLE, MEMBERS, LISTS, NUMBERED, TURNS = SHAPES = ("sample", "members", "lists", "numbered", "turns")
"""What a row is: a sample, or an object with a list of rollouts, parallel lists, numbered columns; or an episode."""
_DERIVED_FIELDS = ("messages", "response_token_ids", "prompt_token_ids")
"""Fields that others are made from."""
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def mapping_format(mapping: KeyMapping) -> Format:
    """The format of rows that a mapping describes."""
    keys = mapping.keys
    definition = "guessed from the keys of its first row" if mapping.guessed else "rlboard.toml"
    if _is_flat(keys):
        return Format(
            name=FORMAT_NAME,
            definition=definition,
            recognise=lambda row: any(value_at(row, path) is not None for path in _response_paths(keys)),
            text_keys={name: (keys.get(name, name),) for name in TEXT_KEYS},
            number_keys={name: (keys.get(name, name),) for name in NUMBER_KEYS},
            array_keys={name: (keys.get(name, name),) for name in ARRAY_KEYS},
            token_keys=(keys.get("response_tokens", "response_tokens"),),
            step_keys=(keys.get("step", "step"),),
            split_keys=(keys.get("split", "split"),),
            group_keys=(keys.get("group_id", "group_id"),),
            finish_reason_keys=(keys.get("finish_reason", "finish_reason"),),
            validation_keys=(keys.get("validation", "validation"),),
            mask_keys=(keys.get(MASK_FIELD, MASK_FIELD),),
            mapping=mapping,
        )
    return Format(
        name=FORMAT_NAME,
        definition=definition,
        recognise=lambda row: any(value_at(row, path) is not None for path in _response_paths(keys)),
        mask_keys=(MASK_FIELD,),
        to_samples=_nested_reader(keys),
        mapping=mapping,
    )


def reason_not_mapped(keys: Mapping[str, str], row: Row) -> str:
    """Why a row is no sample under a mapping, in one sentence; empty where it is one.

    Args:
        keys: field -> key or path of the mapping.
        row: the first row of a file.
    """
    paths = _response_paths(keys)
    if any(value_at(row, path) is not None for path in paths):
        return ""
    listed = ", ".join(sorted(str(key) for key in row)[:8])
    return (
        f"[mapping] looks for the response under {' or '.join(paths)}; the first row has the keys {listed}."
    )


def value_at(row: Row, path: str) -> object:
    """The value under a key, or under a path of keys and places in lists (`info.reward`, `choices.0.text`).

    A key that is spelt with dots itself is found first. None where there is nothing.
    """
    if path in row or "." not in path:
        return row.get(path)
    value: object = row
    for key in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, list) and key.isascii() and key.isdigit() and int(key[:9]) < len(value):
            value = value[int(key[:9])]
        else:
            return None
    return value


def mapping_toml(keys: Mapping[str, str], note: str = "") -> str:
    """The text of the rlboard.toml that holds a mapping.

    Args:
        keys: field -> key of the rows.
        note: a comment for its first line.
    """
    lines = [f"# {line}" for line in note.splitlines()] + ["[mapping]"]
    lines += [f"{name} = {_quoted(keys[name])}" for name in ordered_fields(keys)]
    columns = sorted(name for name in keys if name.startswith(COLUMN_PREFIX))
    if columns:
        lines += ["", "[mapping.columns]"]
        lines += [
            f"{_toml_key(name.removeprefix(COLUMN_PREFIX))} = {_quoted(keys[name])}" for name in columns
        ]
    return "\n".join(lines) + "\n"


def shape_of(keys: Mapping[str, str]) -> str:
    """What a row is under a mapping: one of `SHAPES`."""
    return SAMPLE


def shown_source(path: str) -> str:
    """A path as it is shown where it is said which key holds a field."""
    return path


def ordered_fields(names: Iterable[str]) -> list[str]:
    """The fields of a mapping in the order in which they are written, without its columns."""
    given = set(names)
    return [name for name in dict.fromkeys(FIELDS) if name in given]


def _response_paths(keys: Mapping[str, str]) -> list[str]:
    """Where the response may stand; under our own names where the mapping says nothing of it."""
    mapped = [keys[name] for name in RESPONSE_FIELDS if name in keys]
    return mapped or ["response", "response_tokens"]


def _is_flat(keys: Mapping[str, str]) -> bool:
    """Whether every field is a key of the row itself, each another one: such rows are read without Python's help."""
    paths = list(keys.values())
    derived = any(name in _DERIVED_FIELDS or name.startswith(COLUMN_PREFIX) for name in keys)
    return not derived and not any("." in path for path in paths) and len(set(paths)) == len(paths)


def _nested_reader(keys: Mapping[str, str]) -> Callable[[Row, LineContext], LineSamples]:
    """Makes the function that reads rows whose values lie deeper, or have to be made of others."""
    used = frozenset(keys.values())
    named = frozenset(name.removeprefix(COLUMN_PREFIX) for name in keys)
    named |= {"prompt", "response", "response_tokens"}
    direct = {
        name.removeprefix(COLUMN_PREFIX): path for name, path in keys.items() if name not in _DERIVED_FIELDS
    }

    def to_samples(row: Row, context: LineContext) -> LineSamples:
        sample: dict[str, object] = {}
        for key, value in row.items():
            if key not in used:
                sample[f"logged.{key}" if key in named and not _is_own_field(key, keys) else key] = value
        for name, path in direct.items():
            value = value_at(row, path)
            if value is not None:
                sample[name] = value
        problems: list[str] = []
        _add_conversation(sample, row, keys, problems)
        _add_token_ids(sample, row, keys, context, problems)
        return LineSamples([sample], problems)

    return to_samples


def _is_own_field(key: str, keys: Mapping[str, str]) -> bool:
    """Whether a key is the name of one of our fields that the mapping leaves as it is."""
    return key in FIELDS and key not in keys


def _add_conversation(
    sample: dict[str, object], row: Row, keys: Mapping[str, str], problems: list[str]
) -> None:
    if "messages" not in keys:
        return
    value = value_at(row, keys["messages"])
    messages = as_messages(value)
    if messages is None:
        if value is not None:
            problems.append(f"{keys['messages']} is no list of messages with a role each; it is left out.")
        return
    prompt, response = split_conversation(messages)
    sample["messages"] = messages
    for name, some in (("prompt", prompt), ("response", response)):
        if some:
            sample.setdefault(name, messages_to_text(some))


def _add_token_ids(
    sample: dict[str, object], row: Row, keys: Mapping[str, str], context: LineContext, problems: list[str]
) -> None:
    for name, text_field in (("response_token_ids", "response"), ("prompt_token_ids", "prompt")):
        if name not in keys:
            continue
        ids = value_at(row, keys[name])
        if not (isinstance(ids, list) and all(type(i) is int for i in ids)):
            if ids is not None:
                problems.append(f"{keys[name]} is no list of token ids; it is left out.")
            continue
        if name == "response_token_ids":
            sample.setdefault("response_tokens", context.tokens(ids))
        text = context.text(ids)
        if text is not None:
            sample.setdefault(text_field, text)


def _quoted(text: str) -> str:
    """A text as TOML writes it; what is no Unicode becomes U+FFFD."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")


def _toml_key(text: str) -> str:
    return text if _BARE.fullmatch(text) else _quoted(text)
