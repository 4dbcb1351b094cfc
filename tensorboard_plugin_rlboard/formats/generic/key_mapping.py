"""The format of a mapping: our fields and the keys of some rows, guessed or written in rlboard.toml."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from tensorboard_plugin_rlboard.formats.base import ARRAY_KEYS, MASK_KEYS, NUMBER_KEYS, TEXT_KEYS, Format, Row
from tensorboard_plugin_rlboard.formats.generic.fields import (
    COLUMN_PREFIX,
    DERIVED_FIELDS,
    FIELDS,
    LISTS,
    MASK_FIELD,
    MEMBERS,
    NUMBERED,
    RESPONSE_FIELDS,
    SAMPLE,
    TURNS,
)
from tensorboard_plugin_rlboard.formats.generic.key_paths import (
    AFTER,
    DECIMAL_COMMA,
    EITHER,
    ENTRIES,
    NUMBER,
    PARTS,
    PRODUCT,
    SUM,
    THOUSANDS_COMMA,
    holds,
    is_of_each,
    list_of,
)
from tensorboard_plugin_rlboard.formats.generic.mapped_rows import MappedRows
from tensorboard_plugin_rlboard.formats.generic.nested_groups import GroupedRows, has_nested_groups
from tensorboard_plugin_rlboard.formats.mapping import MAPPING_NAME, KeyMapping
from tensorboard_plugin_rlboard.formats.splits import is_eval_name

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def mapping_format(mapping: KeyMapping) -> Format:
    """The format of rows that a mapping describes."""
    keys = mapping.keys
    definition = "guessed from rows spread over it" if mapping.guessed else "rlboard.toml"

    def keys_of(name: str) -> tuple[str, ...]:
        return tuple(path for path in keys.get(name, name).split(EITHER) if path)

    if _is_flat(keys):
        return Format(
            name=MAPPING_NAME,
            definition=definition,
            recognise=lambda row: _has_response(keys, row),
            text_keys={name: keys_of(name) for name in TEXT_KEYS},
            number_keys={name: keys_of(name) for name in NUMBER_KEYS},
            array_keys={name: keys_of(name) for name in ARRAY_KEYS},
            token_keys=keys_of("response_tokens"),
            step_keys=keys_of("step"),
            split_keys=keys_of("split"),
            group_keys=keys_of("group_id"),
            finish_reason_keys=keys_of("finish_reason"),
            validation_keys=keys_of("validation"),
            training_keys=keys_of("training") if "training" in keys else (),
            mask_keys=keys_of(MASK_FIELD) if MASK_FIELD in keys else MASK_KEYS,
            mapping=mapping,
        )
    return Format(
        name=MAPPING_NAME,
        definition=definition,
        recognise=lambda row: _has_response(keys, row),
        step_keys=("step",) if keys.get("step", "step") else (),
        training_keys=("training",) if "training" in keys else (),
        mask_keys=(MASK_FIELD,) if MASK_FIELD in keys else MASK_KEYS,
        to_samples=(GroupedRows if has_nested_groups(keys) else MappedRows)(keys).to_samples,
        uses_tokenizer=not {"response_token_ids", "prompt_token_ids", "messages"}.isdisjoint(keys),
        mapping=mapping,
    )


def without_step(file_format: Format) -> Format:
    """The format of a mapping without its step; the key that was taken for one becomes an alternative."""
    mapping = file_format.mapping
    if mapping is None or "step" not in mapping.keys:
        return file_format
    others = mapping.alternatives.get("step", ())
    keys = {name: path for name, path in mapping.keys.items() if name != "step"}
    alternatives = {**mapping.alternatives, "step": (mapping.keys["step"], *others)}
    changed = replace(mapping, keys=keys, alternatives=alternatives)
    return mapping_format(changed).with_options(**file_format.options)


def with_doubt(file_format: Format, doubt: str) -> Format:
    """The format of a mapping with one more sentence of doubt; the same format where the sentence is empty."""
    mapping = file_format.mapping
    if mapping is None or not doubt:
        return file_format
    changed = replace(mapping, doubt=f"{mapping.doubt} {doubt}".strip())
    return mapping_format(changed).with_options(**file_format.options)


def is_of_evaluation(file_format: Format) -> bool:
    """Whether the keys of a response say that it is one of an evaluation (`val/response`), as metrics do."""
    mapping = file_format.mapping
    if mapping is None or not {"split", "validation", "training"}.isdisjoint(mapping.keys):
        return False
    paths = mapping.keys.get("response", "").split(EITHER)
    return all(is_eval_name(path.rpartition("/")[0]) for path in paths)


def reason_not_mapped(keys: Mapping[str, str], row: Row) -> str:
    """Why a row is no sample under a mapping, in one sentence; empty where it is one.

    Args:
        keys: field -> key or path of the mapping.
        row: the first row of a file.
    """
    if _has_response(keys, row):
        return ""
    paths = _response_paths(keys)
    listed = ", ".join(sorted(str(key) for key in row)[:8])
    return (
        f"[mapping] looks for the response under {' or '.join(paths)}; the first row has the keys {listed}."
    )


def mapping_toml(keys: Mapping[str, str], note: str = "", files: str = "") -> str:
    """The text of the rlboard.toml that holds a mapping.

    Args:
        keys: field -> key of the rows.
        note: a comment for its first line.
        files: glob of the files that it is for; empty for all.
    """
    lines = [f"# {line}" for line in note.splitlines()] + ["[mapping]"]
    lines += [f"files = {_quoted(files)}"] if files else []
    lines += [f"{name} = {_quoted(keys[name])}" for name in ordered_fields(keys)]
    columns = sorted(name for name in keys if name.startswith(COLUMN_PREFIX))
    if columns:
        lines += ["", "[mapping.columns]"]
        lines += [
            f"{_toml_key(name.removeprefix(COLUMN_PREFIX))} = {_quoted(keys[name])}" for name in columns
        ]
    return "\n".join(lines) + "\n"


def shape_of(keys: Mapping[str, str]) -> str:
    """The shape of a row under a mapping: one of `fields.SHAPES`."""
    response = next((keys[name] for name in RESPONSE_FIELDS if name in keys), "").partition(AFTER)[0]
    if ENTRIES in response:
        return MEMBERS if list_of(response)[1] else LISTS
    if any(ENTRIES in path for path in keys.values()):
        return LISTS
    if any(NUMBER in path for path in keys.values()):
        return NUMBERED
    return TURNS if "messages" in keys else SAMPLE


def shown_sources(mapping: KeyMapping) -> dict[str, str]:
    """Field -> where it stands, as it is shown: a path, or what a sum is of, as far as its parts are columns; and a note."""
    shown, keys = {}, mapping.keys
    for name, path in keys.items():
        before, is_sum, inner = path.partition(f".{PARTS}")
        parts = path.split(SUM)
        if is_sum:
            inside = f"{before}."
            parts = [
                other.removeprefix(inside).removesuffix(ENTRIES)
                for other in keys.values()
                if other.startswith(inside) and other != path
            ]
            parts = parts if inner in {"", ENTRIES} else []
        shown[name] = f"sum of {', '.join(parts)}" if len(parts) > 1 else f"sum of {path}" if is_sum else path
        if not path:
            del shown[name]  # the rows have none
        elif mapping.notes.get(name):
            shown[name] += f" ({mapping.notes[name]})"
    return shown


def ordered_fields(names: Iterable[str]) -> list[str]:
    """The fields of a mapping in the order in which they are written, without its columns."""
    given = set(names)
    return [name for name in dict.fromkeys(FIELDS) if name in given]


def _response_paths(keys: Mapping[str, str]) -> list[str]:
    """Where the response may stand; under our own names where the mapping says nothing of it."""
    mapped = [keys[name] for name in RESPONSE_FIELDS if name in keys]
    return mapped or ["response", "response_tokens"]


def _has_response(keys: Mapping[str, str], row: Row) -> bool:
    """Whether a row has what a mapping names for the response, of one sample or of several."""
    return any(holds(row, path) for path in _response_paths(keys))


def _is_flat(keys: Mapping[str, str]) -> bool:
    """Whether every field is a key of the row itself, each another one: such rows are read without Python's help."""
    if any(name in DERIVED_FIELDS or name.startswith(COLUMN_PREFIX) for name in keys):
        return False
    paths = [part for path in keys.values() for part in path.split(EITHER)]
    is_plain = not any(
        any(mark in path for mark in (".", AFTER, SUM, PRODUCT, DECIMAL_COMMA, THOUSANDS_COMMA))
        or is_of_each(path)
        for path in paths
    )
    # A conversation under its own name would be shown without the response that follows it.
    return is_plain and len(set(paths)) == len(paths) and "messages" not in paths


def _quoted(text: str) -> str:
    """A text as TOML writes it; what is no Unicode becomes U+FFFD."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")


def _toml_key(text: str) -> str:
    return text if _BARE.fullmatch(text) else _quoted(text)
