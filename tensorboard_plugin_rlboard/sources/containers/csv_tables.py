r"""CSV files, row by row: a header of names, then records whose cells may hold quoted line ends.

A cell says nothing of its type. One that reads exactly as Python (or pandas) would write a number or a truth value is
one, an empty cell is null, anything else is text; so what a row becomes depends on nothing behind it, and the lines of a
file that has grown begin with those that it had. Columns of texts and identifiers stay text: an answer may be "4".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.containers.base import HEAD, Container, DamagedError, Glance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

_RECORD = 64 * 1024 * 1024
_CELL = re.compile(r'(?:"([^"]*(?:""[^"]*)*)"|([^,\r\n]*(?:\r(?!\n)[^,\r\n]*)*))(,|\r?\n|$)')
_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?(?:e[-+]\d+)?|inf)|nan", re.ASCII)
_ASKED = frozenset(
    {"prompt", "prompts", "messages", "question", "original_input", "conversation_text", "input"}
)
_ANSWERED = frozenset({"response", "completion", "output", "messages", "conversation_text"})
_JUDGED = frozenset({"reward", "rewards", "score", "trajectory_reward"})
_WORDS = (
    _ASKED | _ANSWERED | {"answer", "ground_truth", "gold_answer", "solution", "label", "text", "content"}
)


def _is_text(name: str) -> bool:
    return name in _WORDS or name == "id" or name.endswith("_id")


def _glance(file: BinaryIO, _far: bool) -> Glance:
    """A table is read where its header has something that is asked, something that answers, and a judgement."""
    header, ended, _ = file.read(HEAD).partition(b"\n")
    names = set(_cells(header.decode("utf-8-sig", "replace")) or ()) if ended else set()
    return Glance(all(not names.isdisjoint(group) for group in (_ASKED, _ANSWERED, _JUDGED)))


def _rows(path: Path) -> Iterator[object]:
    skipped, first = 0, 0
    with path.open("rb") as file:
        records = _records(file)
        header = _cells(next(records, b"").decode("utf-8-sig", "replace")) or []
        if not any(header):
            msg = "The file has no complete header, or is still being written."
            raise DamagedError(msg)
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
        raise DamagedError(msg)


def _records(file: BinaryIO) -> Iterator[bytes]:
    """Whole records: lines until every quotation mark is closed. A last one without its line's end waits."""
    record = b""
    while line := file.readline(_RECORD):
        record += line
        if len(record) > _RECORD:
            msg = "A record of the table has more than 64 MB, or a quotation mark is never closed."
            raise DamagedError(msg)
        if line.endswith(b"\n") and record.count(b'"') % 2 == 0:
            yield record
            record = b""


def _cells(record: str) -> list[str] | None:
    """The cells of a record; None where it is not written as tables are."""
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


CSV = Container(".csv", _glance, _rows)
