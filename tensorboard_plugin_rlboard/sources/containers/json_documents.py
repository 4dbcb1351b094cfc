"""JSON documents: a list of samples, or one episode of a training on its own."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.containers.base import HEAD, Container, DamagedError, Glance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

_MOST = 256 * 1024 * 1024
_SPACE = re.compile(r"[ \t\r\n]*")
_NOT_WHOLE = "It is no complete JSON document: it is torn, or is still being written."
_EPISODE = (b'"training_step"', b'"episode_id"')
_ASKED = (b'"prompt"', b'"messages"')
_ANSWERED = (b'"response"', b'"completion"', b'"messages"')
_JUDGED = (b'"reward"', b'"rewards"', b'"score"')


def _glance(file: BinaryIO, _far: bool) -> Glance:
    """A document is read where its first 64 KB name what an episode or a list of judged samples has."""
    head = file.read(HEAD).lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"{"):
        return Glance(all(key in head for key in _EPISODE))
    if not head.startswith(b"["):
        return Glance(candidate=False)
    return Glance(all(any(key in head for key in keys) for keys in (_ASKED, _ANSWERED, _JUDGED)))


def _rows(path: Path) -> Iterator[object]:
    with path.open("rb") as file:
        data = file.read(_MOST + 1)
    if len(data) > _MOST:
        msg = f"The JSON document has more than {_MOST >> 20} MB, too many to be read at once; JSON lines have no such limit."
        raise DamagedError(msg)
    if not data.strip():
        msg = "The file is empty, or is still being written."
        raise DamagedError(msg)
    text = data.decode("utf-8-sig", "replace")
    del data
    start = _after_space(text, 0)
    if text[start] != "[":
        row, end = _next(text, start, _NOT_WHOLE)
        if _after_space(text, end) < len(text):
            msg = "Behind the JSON document stands something else."
            raise DamagedError(msg)
        yield _row(row, 1)
        return
    yield from _items(text, start + 1)


def _items(text: str, at: int) -> Iterator[object]:
    """The items of a list, one at a time: the objects of a long one need many times its bytes."""
    at, number = _after_space(text, at), 0
    while text[at : at + 1] != "]":
        number += 1
        torn = f"The JSON list is torn behind its item {number - 1}, or is still being written."
        row, at = _next(text, at, _NOT_WHOLE if number == 1 else torn)
        yield _row(row, number)
        at = _after_space(text, at)
        if text[at : at + 1] == ",":
            at = _after_space(text, at + 1)
        elif text[at : at + 1] != "]":
            raise DamagedError(torn.replace(f"item {number - 1}", f"item {number}"))
    if _after_space(text, at + 1) < len(text):
        msg = "Behind the JSON list stands something else, which is left out."
        raise DamagedError(msg)


def _next(text: str, at: int, torn: str) -> tuple[object, int]:
    try:
        return json.JSONDecoder().raw_decode(text, at)
    except RecursionError:
        msg = "The JSON document is nested too deeply."
        raise DamagedError(msg) from None
    except ValueError:
        raise DamagedError(torn) from None


def _row(row: object, number: int) -> object:
    if not isinstance(row, dict):
        msg = f"Item {number} of the JSON document is no object."
        raise DamagedError(msg)
    return row


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


JSON = Container(".json", _glance, _rows, whole=True)
