r"""Reads CSV files row by row: a header of names, then records whose cells may hold quoted line ends.

A cell says nothing of its type. One that reads exactly as Python (or pandas) would write a number or a truth value is
one, an empty cell is null, anything else is text; so what a row becomes depends on nothing behind it, and the lines of a
file that has grown begin with those that it had. Columns of texts and identifiers stay text: an answer may be "4".
"""

from __future__ import annotations

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

_MAX_RECORD_BYTES = 64 * 1024 * 1024
_CELL = re.compile(r'(?:"([^"]*(?:""[^"]*)*)"|([^,\r\n]*(?:\r(?!\n)[^,\r\n]*)*))(,|\r?\n|$)')
_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?(?:e[-+]\d+)?|inf)|nan", re.ASCII)
_PROMPT_NAMES = frozenset(
    {"prompt", "prompts", "messages", "question", "original_input", "conversation_text", "input"}
)
_RESPONSE_NAMES = frozenset({"response", "completion", "output", "messages", "conversation_text"})
_REWARD_NAMES = frozenset({"reward", "rewards", "score", "trajectory_reward"})
_TEXT_NAMES = (
    _PROMPT_NAMES
    | _RESPONSE_NAMES
    | {"answer", "ground_truth", "gold_answer", "solution", "label", "text", "content"}
)


def _is_text(name: str) -> bool:
    return name in _TEXT_NAMES or name == "id" or name.endswith("_id")


def _preview(file: BinaryIO, _is_remote: bool) -> Preview:
    """Judge a table by its header: it needs a column for a prompt, one for a response and one for a reward."""
    header, ended, _ = file.read(PREVIEW_BYTES).partition(b"\n")
    names = set(_cells(header.decode("utf-8-sig", "replace")) or ()) if ended else set()
    return Preview(
        all(not names.isdisjoint(group) for group in (_PROMPT_NAMES, _RESPONSE_NAMES, _REWARD_NAMES))
    )


def _read_rows(path: Path) -> Iterator[object]:
    skipped, first = 0, 0
    with path.open("rb") as file:
        records = _records(file)
        header = _cells(next(records, b"").decode("utf-8-sig", "replace")) or []
        if not any(header):
            msg = "The file has no complete header, or is still being written."
            raise DamagedFileError(msg)
        texts = frozenset(filter(_is_text, header))
        for number, record in enumerate(records, 1):
            if not record.strip():
                continue
            cells = _cells(record.decode("utf-8", "replace"))
            if cells is None or len(cells) != len(header):
                skipped, first = skipped + 1, first or number
                continue
            yield {
                name: (cell or None) if name in texts else _value(cell)
                for name, cell in zip(header, cells, strict=True)
                if name
            }
    if skipped:
        msg = f"Rows with another number of cells than the header are left out: {skipped}, the first of them row {first}."
        raise DamagedFileError(msg)


def _records(file: BinaryIO) -> Iterator[bytes]:
    """Yield whole records: lines until every quotation mark is closed. A last one without its line's end waits."""
    record = b""
    while line := file.readline(_MAX_RECORD_BYTES):
        record += line
        if len(record) > _MAX_RECORD_BYTES:
            msg = "A record of the table has more than 64 MB, or a quotation mark is never closed."
            raise DamagedFileError(msg)
        if line.endswith(b"\n") and record.count(b'"') % 2 == 0:
            yield record
            record = b""


def _cells(record: str) -> list[str] | None:
    """Split a record into cells; None where it is no CSV."""
    cells: list[str] = []
    at = 0
    while True:
        found = _CELL.match(record, at)
        if found is None:
            return None
        quoted, plain, end = found.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        at = found.end()
        if end != ",":
            return cells if at == len(record) else None


def _value(cell: str) -> object:
    if not cell:
        return None
    if cell in {"True", "False"}:
        return cell == "True"
    if len(cell) <= 32 and _NUMBER.fullmatch(cell):
        number = int(cell) if cell.lstrip("-").isdigit() else float(cell)
        return number if str(number) == cell else cell
    return cell


CSV = Container(".csv", _preview, _read_rows)
