"""A format that is not written here: our words and the keys of some rows, guessed or said in rlboard.toml.

Its name is `mapping`, and the mapping itself lies in its options, so `Format.spec` says all of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from tensorboard_plugin_rlboard.formats.base import (
    ARRAYS,
    NUMBERS,
    TEXTS,
    Exploded,
    Format,
    Reading,
    Row,
)
from tensorboard_plugin_rlboard.formats.conversations.messages import as_messages, as_text, split_conversation

NAME = "mapping"
PLACES = ("step", "split", "group_id", "finish_reason", "validation")
MASK = "response_mask"
RESPONSES = ("response", "messages", "response_tokens", "response_token_ids")
"""Words that make a row a sample."""
WORDS = ("prompt", *RESPONSES, *TEXTS, *NUMBERS, *PLACES, *ARRAYS, MASK, "prompt_token_ids")
"""Every word that a mapping may give a key to, in the order in which they are written."""
COLUMNS = "columns."
"""Before the name of a further metric or text, which a mapping lifts out of an object: `columns.accuracy`."""
_MADE = ("messages", "response_token_ids", "prompt_token_ids")
_OPTION, _GUESSED = "mapping", "guessed"
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_NOTHING: Mapping[str, str] = MappingProxyType({})


def options(words: Mapping[str, str], *, guessed: bool = False) -> dict[str, str]:
    """The options of a format with this mapping: our word -> key of the rows, or path of keys (`info.reward`)."""
    written = json.dumps(dict(words), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return {_OPTION: written, _GUESSED: "1"} if guessed else {_OPTION: written}


def of(given: Mapping[str, str]) -> Format:
    """The format whose options are given.

    Raises:
        KeyError: they hold no mapping.
    """
    words = _words(given)
    if not words:
        raise KeyError(NAME)
    source = "guessed from the keys of its first row" if _GUESSED in given else "rlboard.toml"
    if _is_plain(words):
        return Format(
            name=NAME,
            definition=source,
            recognise=lambda row: any(at(row, path) is not None for path in _responses(words)),
            texts={word: (words.get(word, word),) for word in TEXTS},
            numbers={word: (words.get(word, word),) for word in NUMBERS},
            arrays={word: (words.get(word, word),) for word in ARRAYS},
            tokens=(words.get("response_tokens", "response_tokens"),),
            step=(words.get("step", "step"),),
            split=(words.get("split", "split"),),
            group=(words.get("group_id", "group_id"),),
            finish_reason=(words.get("finish_reason", "finish_reason"),),
            validation=(words.get("validation", "validation"),),
            mask=(words.get(MASK, MASK),),
            options=dict(given),
        )
    return Format(
        name=NAME,
        definition=source,
        recognise=lambda row: any(at(row, path) is not None for path in _responses(words)),
        mask=(MASK,),
        rows=_lifted(words),
        options=dict(given),
    )


def words_of(known: Format) -> Mapping[str, str]:
    """Our words and the keys that the mapping of a format gives them; empty for a format of another kind."""
    return _words(known.options) if known.name == NAME else _NOTHING


def is_guessed(known: Format) -> bool:
    """Whether the mapping was guessed and is not the user's own."""
    return known.name == NAME and _GUESSED in known.options


def missing(words: Mapping[str, str], row: Row) -> str:
    """Why a row is no sample under a mapping, in one sentence; empty where it is one."""
    paths = _responses(words)
    if any(at(row, path) is not None for path in paths):
        return ""
    keys = ", ".join(sorted(str(key) for key in row)[:8])
    return f"[mapping] looks for the response under {' or '.join(paths)}; the first row has the keys {keys}."


def at(row: Row, path: str) -> object:
    """The value under a key, or under a path of keys and places in lists (`info.reward`, `choices.0.text`).

    A key that is spelt with dots itself is found first. None where there is nothing.
    """
    if path in row or "." not in path:
        return row.get(path)
    value: object = row
    for part in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isascii() and part.isdigit() and int(part[:9]) < len(value):
            value = value[int(part[:9])]
        else:
            return None
    return value


def toml_of(words: Mapping[str, str], note: str = "") -> str:
    """The text of the rlboard.toml that says this mapping.

    Args:
        words: our word -> key of the rows.
        note: a comment for its first line.
    """
    lines = [f"# {line}" for line in note.splitlines()] + ["[mapping]"]
    lines += [f"{word} = {_quoted(words[word])}" for word in ordered(words)]
    columns = sorted(word for word in words if word.startswith(COLUMNS))
    if columns:
        lines += ["", "[mapping.columns]"]
        lines += [f"{_key(word.removeprefix(COLUMNS))} = {_quoted(words[word])}" for word in columns]
    return "\n".join(lines) + "\n"


def ordered(words: Iterable[str]) -> list[str]:
    """The words of a mapping in the order in which they are written, without its columns."""
    given = set(words)
    return [word for word in dict.fromkeys(WORDS) if word in given]


def _words(given: Mapping[str, str]) -> Mapping[str, str]:
    try:
        found = json.loads(given.get(_OPTION, ""))
    except ValueError:
        return _NOTHING
    if not isinstance(found, dict):
        return _NOTHING
    return {word: key for word, key in found.items() if isinstance(key, str) and key}


def _responses(words: Mapping[str, str]) -> list[str]:
    """Where the response may stand; where the mapping says nothing of it, under our own words."""
    named = [words[word] for word in RESPONSES if word in words]
    return named or ["response", "response_tokens"]


def _is_plain(words: Mapping[str, str]) -> bool:
    """Whether every word is a key of the row itself, each a key of its own: then rows are read without Python's help."""
    keys = list(words.values())
    made = any(word in _MADE or word.startswith(COLUMNS) for word in words)
    return not made and not any("." in key for key in keys) and len(set(keys)) == len(keys)


def _lifted(words: Mapping[str, str]) -> Callable[[Row, Reading], Exploded]:
    """Reads rows whose values lie deeper, or have to be made of others."""
    used = frozenset(words.values())
    named = frozenset(word.removeprefix(COLUMNS) for word in words) | {
        "prompt",
        "response",
        "response_tokens",
    }
    direct = {word.removeprefix(COLUMNS): path for word, path in words.items() if word not in _MADE}

    def rows(row: Row, reading: Reading) -> Exploded:
        found: dict[str, object] = {}
        for key, value in row.items():
            if key not in used:
                found[f"logged.{key}" if key in named and not _native(key, words) else key] = value
        for word, path in direct.items():
            value = at(row, path)
            if value is not None:
                found[word] = value
        problems: list[str] = []
        _add_conversation(found, row, words, problems)
        _add_ids(found, row, words, reading, problems)
        return Exploded([found], problems)

    return rows


def _native(key: str, words: Mapping[str, str]) -> bool:
    """Whether a key is one of our words that the mapping leaves as it is."""
    return key in WORDS and key not in words


def _add_conversation(
    found: dict[str, object], row: Row, words: Mapping[str, str], problems: list[str]
) -> None:
    if "messages" not in words:
        return
    value = at(row, words["messages"])
    messages = as_messages(value)
    if messages is None:
        if value is not None:
            problems.append(f"{words['messages']} is no list of messages with a role each; it is left out.")
        return
    prompt, response = split_conversation(messages)
    found["messages"] = messages
    for word, part in (("prompt", prompt), ("response", response)):
        if part:
            found.setdefault(word, as_text(part))


def _add_ids(
    found: dict[str, object], row: Row, words: Mapping[str, str], reading: Reading, problems: list[str]
) -> None:
    for word, text in (("response_token_ids", "response"), ("prompt_token_ids", "prompt")):
        if word not in words:
            continue
        ids = at(row, words[word])
        if not (isinstance(ids, list) and all(type(one) is int for one in ids)):
            if ids is not None:
                problems.append(f"{words[word]} is no list of token ids; it is left out.")
            continue
        if word == "response_token_ids":
            found.setdefault("response_tokens", reading.tokens(ids))
        written = reading.text(ids)
        if written is not None:
            found.setdefault(text, written)


def _quoted(text: str) -> str:
    """A text as TOML writes it; what is no Unicode becomes U+FFFD."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(text: str) -> str:
    return text if _BARE.fullmatch(text) else _quoted(text)
