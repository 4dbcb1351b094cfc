"""Reads JSON documents: a list of samples, or one episode of a training."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.containers.base import (
    PREVIEW_BYTES,
    Container,
    DamagedFileError,
    Preview,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

_MAX_BYTES = 256 * 1024 * 1024
_SPACE = re.compile(r"[ \t\r\n]*")
_INCOMPLETE = "It is no complete JSON document: it is torn, or is still being written."
_EPISODE_KEYS = (b'"training_step"', b'"episode_id"')
_PROMPT_KEYS = (b'"prompt"', b'"messages"')
_RESPONSE_KEYS = (b'"response"', b'"completion"', b'"messages"')
_REWARD_KEYS = (b'"reward"', b'"rewards"', b'"score"')


def _preview(file: BinaryIO, _is_remote: bool) -> Preview:
    """Judge a document by its first 64 KB: they name the keys of an episode, or of a list of samples with rewards."""
    head = file.read(PREVIEW_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"{"):
        return Preview(all(key in head for key in _EPISODE_KEYS))
    if not head.startswith(b"["):
        return Preview(may_hold_rollouts=False)
    return Preview(
        all(any(key in head for key in keys) for keys in (_PROMPT_KEYS, _RESPONSE_KEYS, _REWARD_KEYS))
    )


def _read_rows(path: Path) -> Iterator[object]:
    with path.open("rb") as file:
        data = file.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        msg = f"The JSON document has more than {_MAX_BYTES >> 20} MB, too many to be read at once; JSON lines have no such limit."
        raise DamagedFileError(msg)
    if not data.strip():
        msg = "The file is empty, or is still being written."
        raise DamagedFileError(msg)
    text = data.decode("utf-8-sig", "replace")
    del data
    start = _after_space(text, 0)
    if text[start] != "[":
        row, end = _decode_next(text, start, _INCOMPLETE)
        if _after_space(text, end) < len(text):
            msg = "Behind the JSON document stands something else."
            raise DamagedFileError(msg)
        yield _row(row, 1)
        return
    yield from _items(text, start + 1)


def _items(text: str, at: int) -> Iterator[object]:
    """Yield the items of a list, parsed one at a time: all objects of a long list need many times its bytes."""
    at, number = _after_space(text, at), 0
    while text[at : at + 1] != "]":
        number += 1
        torn = f"The JSON list is torn behind its item {number - 1}, or is still being written."
        row, at = _decode_next(text, at, _INCOMPLETE if number == 1 else torn)
        yield _row(row, number)
        at = _after_space(text, at)
        if text[at : at + 1] == ",":
            at = _after_space(text, at + 1)
        elif text[at : at + 1] != "]":
            raise DamagedFileError(torn.replace(f"item {number - 1}", f"item {number}"))
    if _after_space(text, at + 1) < len(text):
        msg = "Behind the JSON list stands something else, which is left out."
        raise DamagedFileError(msg)


def _decode_next(text: str, at: int, torn: str) -> tuple[object, int]:
    try:
        return json.JSONDecoder().raw_decode(text, at)
    except RecursionError:
        msg = "The JSON document is nested too deeply."
        raise DamagedFileError(msg) from None
    except ValueError:
        raise DamagedFileError(torn) from None


def _row(row: object, number: int) -> object:
    if not isinstance(row, dict):
        msg = f"Item {number} of the JSON document is no object."
        raise DamagedFileError(msg)
    return row


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


JSON = Container(".json", _preview, _read_rows, needs_whole_file=True)
