r"""Reads tables of text row by row: a header of names, then records whose cells may hold quoted line ends.

Cells are separated by commas, tabs, semicolons or bars, whichever the header has most of. A cell says nothing of its
type. One that reads exactly as Python (or pandas) would write a number or a truth value is one, an empty cell is null,
anything else is text; so what a row becomes depends on nothing behind it, and the lines of a file that has grown begin
with those that it had. Columns of texts and identifiers stay text: an answer may be "4".
"""

from __future__ import annotations

import os
import re
import time
from functools import lru_cache
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.containers.base import (
    Container,
    DamagedFileError,
    RepeatedKeyError,
    RowsLeftOutError,
    TornFileError,
)
from tensorboard_plugin_rlboard.sources.text.encodings import open_text
from tensorboard_plugin_rlboard.sources.text.repeated_keys import repeated, repeated_keys_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

SEPARATORS = ",\t;|"
_MAX_COLUMNS = 10_000
_MAX_RECORD = 64 * 1024 * 1024
_SETTLED_SECONDS = 2.0
"""Seconds without a change after which a last record without its line's end is taken for whole."""
_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?(?:e[-+]\d+)?|inf)|nan", re.ASCII)
_DECIMAL_COMMA = re.compile(r"-?(?:0|[1-9]\d{0,14}),\d{1,17}", re.ASCII)
_MAYBE_THOUSANDS = re.compile(r"-?[1-9]\d{0,2},\d{3}", re.ASCII)
_MEASURES = frozenset(
    {
        *("acc", "accuracy", "adv", "advantage", "entropy", "grade"),
        *("kl", "logp", "logprob", "loss", "penalty"),
        *("return", "rew", "reward", "score", "value", "奖励", "得分", "分数"),
    }
)
"""Words of columns that hold numbers: two choices of an answer (`1,2`) are none."""
_TEXT_NAMES = frozenset(
    {
        *("answer", "completion", "content", "conversation_text", "ground_truth", "gold_answer"),
        *("input", "label", "messages", "original_input", "output", "prompt", "prompts"),
        *("question", "response", "solution", "text"),
    }
)
_TOLD_SEPARATOR = re.compile(r'"?sep=([,\t;|])"?\r?\n?', re.IGNORECASE)
_PLAIN_NAME = re.compile(r"[A-Za-z_][\w./-]*")
_WORDS = re.compile(r"[a-z]+")
_JUDGED = frozenset({"check", "correct", "has", "is", "match", "verify"})
"""First words of columns that say how something was judged: `check_answer` is a reward function of Unsloth's examples."""
_COUNTS = frozenset({"count", "n", "num", "number", "total"})


def is_text_column(name: str) -> bool:
    """Whether the cells of a column stay texts, by its name or the last word of it: `model_output`, `Prompt`, `id_2`."""
    words: list[str] = _WORDS.findall(name.lower())
    if name in _TEXT_NAMES or not words:
        return name in _TEXT_NAMES
    return _COUNTS.isdisjoint(words) and words[0] not in _JUDGED and words[-1] in _TEXT_NAMES | {"id"}


def _is_measure(name: str) -> bool:
    """Whether a column is called like a number that is measured (`reward_total`, `format_score`)."""
    words = re.findall(r"[a-z]+|[\u4e00-\u9fff]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())
    return not _MEASURES.isdisjoint(word.removesuffix("s") if word != "loss" else word for word in words)


def header_in(line: str) -> str:
    """The header in a line, without a ``#`` before it; empty where the line is blank or a comment."""
    if not line.startswith("#"):
        return line if line.strip() else ""
    bare = line[1:].lstrip(" \t")
    names = cells_of(bare, separator_of(bare)) or []
    is_header = len(names) > 1 and all(map(_PLAIN_NAME.fullmatch, names)) and any(map(is_text_column, names))
    return bare if is_header else ""


def separator_of(header: str) -> str:
    """What separates the cells of a table, by its header: what it has most of; a comma where it has none."""
    return max(SEPARATORS, key=re.sub(r'"[^"]*"', "", header).count)


def told_separator(line: str) -> str:
    """What a first line says of the separator, as Excel writes it before the header (``sep=;``); else empty."""
    found = _TOLD_SEPARATOR.fullmatch(line)
    return found[1] if found else ""


def cells_of(
    record: str, separator: str, most: int = _MAX_COLUMNS, *, is_spaced: bool = False
) -> list[str] | None:
    """Split a record into cells; None where it is no record of such a table, or has more cells than there may be.

    Args:
        record: the record.
        separator: what stands between two cells.
        most: cells that there may be.
        is_spaced: whether a blank behind a separator belongs to it.
    """
    cells: list[str] = []
    cell = _cell_pattern(separator, is_spaced=is_spaced)
    at = 0
    while True:
        found = cell.match(record, at)
        if found is None:
            return None
        quoted, plain, end = found.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        at = found.end()
        if len(cells) > most:
            return None
        if end != separator:
            return cells if at == len(record) else None


@lru_cache(maxsize=2 * len(SEPARATORS))
def _cell_pattern(separator: str, *, is_spaced: bool) -> re.Pattern[str]:
    s, blank = re.escape(separator), " ?" if is_spaced else ""
    return re.compile(rf'{blank}(?:"([^"]*(?:""[^"]*)*)"|([^{s}\r\n]*(?:\r(?!\n)[^{s}\r\n]*)*))({s}|\r?\n|$)')


def _read_rows(path: Path) -> Iterator[object]:
    skipped, first = 0, 0
    with open_text(path) as file:
        table = _Records(file)
        records = table.read()
        header = next(records, "")
        named_separator = told_separator(header)
        header = next(records, "") if named_separator else header
        while header and not header_in(header):
            header = next(records, "")
        header = header_in(header)
        separator = named_separator or separator_of(header)
        names = cells_of(header, separator)
        # Written with a blank behind each separator, which is no part of the texts.
        rest = (names or [])[1:]
        if is_spaced := bool(rest) and all(name.startswith(" ") for name in rest):
            names = cells_of(header, separator, is_spaced=True)
        if names is None:
            raise DamagedFileError(f"Its first line is no header of at most {_MAX_COLUMNS:,} names.")
        if not any(names):
            msg = "The file has no complete header, or is still being written."
            raise DamagedFileError(msg)
        texts = frozenset(filter(is_text_column, names))
        commas = frozenset(filter(_is_measure, names)) if separator == ";" else frozenset()
        decimal: set[str] = set()
        for number, record in enumerate(records, 1):
            if not record.strip():
                continue
            cells = cells_of(record, separator, len(names), is_spaced=is_spaced)
            if cells is None or len(cells) != len(names):
                skipped, first = skipped + 1, first or number
                continue
            decimal |= {name for name in commas - decimal if _says_decimal(cells[names.index(name)])}
            if cells != names:  # else the table was appended to with its header
                yield {
                    name: (cell or None)
                    if name in texts
                    else _value(cell, has_comma=name in commas, is_decimal=name in decimal)
                    for name, cell in zip(names, cells, strict=True)
                    if name
                }
    _say_what_is_left_out(names, skipped, first, is_torn=table.is_torn)


def _say_what_is_left_out(names: list[str], skipped: int, first: int, *, is_torn: bool) -> None:
    """Raise what is to be said of a table that was read to its end; nothing where all of it was taken."""
    sentences = (
        [repeated_keys_sentence(twice, "the header")] if (twice := repeated(filter(None, names))) else []
    )
    if skipped:
        msg = f"Rows with another number of cells than the header are left out: {skipped}, the first of them row {first}."
        sentences.insert(0, msg)
    if is_torn:
        raise TornFileError(" ".join(["It ends within a row, which is left out.", *sentences]))
    if sentences:
        raise (RowsLeftOutError if skipped else RepeatedKeyError)(" ".join(sentences))


class _Records:
    """The whole records of a table: lines until every quotation mark is closed.

    A last one without its line's end waits while the file is written. Once nobody has written for some seconds it is whole, or
    the table is torn.

    Attributes:
        is_torn: whether it ends within a record, which is known at its end.
    """

    def __init__(self, file: TextIO) -> None:
        self.is_torn = False
        self._file = file

    def read(self) -> Iterator[str]:
        """Yield one after the other."""
        record, is_header = "", True
        while line := self._file.readline(_MAX_RECORD):
            if is_header and not record and line.startswith("#") and line.endswith("\n"):
                yield line  # a comment may have a quotation mark that is never closed
                continue
            record += line
            if len(record) > _MAX_RECORD:
                raise DamagedFileError(
                    "A record of the table has more than 64 MB, or a quotation mark is never closed."
                )
            if line.endswith("\n") and record.count('"') % 2 == 0:
                is_header = is_header and not record.strip()
                yield record
                record = ""
        is_settled = abs(time.time() - os.fstat(self._file.fileno()).st_mtime) > _SETTLED_SECONDS
        if record and is_settled and not is_header:
            self.is_torn = record.count('"') % 2 != 0
            yield from () if self.is_torn else (record,)


def _says_decimal(cell: str) -> bool:
    """Whether the comma in a cell can only be a decimal one, so that `1,000` in a row behind it is 1."""
    return _DECIMAL_COMMA.fullmatch(cell) is not None and not _MAYBE_THOUSANDS.fullmatch(cell)


def _value(cell: str, *, has_comma: bool, is_decimal: bool) -> object:
    if not cell:
        return None
    if cell in {"True", "False"}:
        return cell == "True"
    if has_comma and (_says_decimal(cell) or (is_decimal and _DECIMAL_COMMA.fullmatch(cell))):
        return float(cell.replace(",", "."))
    if len(cell) <= 32 and _NUMBER.fullmatch(cell):
        number = int(cell) if cell.lstrip("-").isdigit() else float(cell)
        return number if str(number) == cell else cell
    return cell


CSV = Container("csv", _read_rows)
