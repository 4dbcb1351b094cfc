"""Every way in which rows come to a file: lines, archives of lines, and containers whose rows become lines."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import checkout  # noqa: F401  before what it makes importable
import duckdb
from packing import write_torch

try:
    from compression import zstd  # type: ignore[import-not-found,unused-ignore]  # from Python 3.14 on
except ImportError:
    from backports import zstd  # type: ignore[import-not-found,unused-ignore,no-redef]  # the same, before 3.14

Rows = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Packing:
    """A way to store lines, or the rows that lines are.

    Attributes:
        name: as the report says it.
        suffix: what is appended to the log's own name.
        pack: lines without their ends -> the file's bytes.
        holds_rows: whether it holds rows and not lines: a line that is no object has no place in it.
        is_typed: whether all cells of a column are of one type.
        has_checksum: whether no damaged byte of it can go unnoticed.
    """

    name: str
    suffix: str
    pack: Callable[[Sequence[bytes]], bytes]
    holds_rows: bool = False
    is_typed: bool = False
    has_checksum: bool = False


def of_lines(lines: Sequence[bytes]) -> bytes:
    """Lines, each with its end."""
    return b"".join(line + b"\n" for line in lines)


def as_row(line: bytes) -> dict[str, Any] | None:
    """The JSON object in a line; None where Python's json finds none."""
    try:
        row = json.loads(line.decode("utf-8", "surrogatepass"))  # bytes may begin with a BOM
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _rows(lines: Sequence[bytes]) -> list[dict[str, Any]]:
    return [row for line in lines if (row := as_row(line)) is not None]


def _members(lines: Sequence[bytes]) -> bytes:
    return b"".join(gzip.compress(line + b"\n") for line in lines)


def _list(lines: Sequence[bytes]) -> bytes:
    return b"[" + b",\n".join(lines) + b"]\n"


def _indented(lines: Sequence[bytes]) -> bytes:
    return b"\n".join(json.dumps(row, indent=2).encode() for row in _rows(lines)) + b"\n"


def _cell(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (dict, list)) else value


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns of a table: where a damaged row lacks one, the others' order is the trainer's all the same."""
    [(usual, _)] = Counter(map(tuple, rows)).most_common(1) or [((), 0)]
    return list(dict.fromkeys((*usual, *(name for row in rows for name in row))))


def _csv(lines: Sequence[bytes]) -> bytes:
    rows = _rows(lines)
    names = _columns(rows)
    written = io.StringIO()
    table = csv.DictWriter(written, names, lineterminator="\n")
    table.writeheader()
    table.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return written.getvalue().encode("utf-8", "replace")


def _torch(lines: Sequence[bytes]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="rlboard-reliability-") as temporary:
        return write_torch(Path(temporary) / "3.pt", {"rollout_id": 3, "samples": _rows(lines)}).read_bytes()


def _sqlite(lines: Sequence[bytes]) -> bytes:
    rows = _rows(lines)
    names = _columns(rows)
    with tempfile.TemporaryDirectory(prefix="rlboard-reliability-") as temporary:
        connection = sqlite3.connect(Path(temporary) / "store.db")
        columns = ", ".join(_quoted(name) for name in names)
        connection.execute(f"CREATE TABLE traces ({columns})")
        marks = ", ".join("?" * len(names))
        values = [[_cell(row.get(name)) for name in names] for row in rows]
        connection.executemany(f"INSERT INTO traces VALUES ({marks})", values)  # noqa: S608  marks only
        connection.commit()
        connection.close()
        return (Path(temporary) / "store.db").read_bytes()


_TYPES_OF_ROWS = """SELECT * FROM read_json(?, format='newline_delimited', map_inference_threshold=-1,
    sample_size=-1, maximum_object_size=100000000, convert_strings_to_integers=false)"""


def _parquet(lines: Sequence[bytes]) -> bytes:
    """A table with the types that DuckDB finds in the rows; so they have to be alike."""
    rows = _rows(lines)
    with (
        tempfile.TemporaryDirectory(prefix="rlboard-reliability-") as temporary,
        duckdb.connect() as database,
    ):
        source, target = Path(temporary) / "rows.jsonl", Path(temporary) / "rows.parquet"
        finite = [json.dumps(_without_nonfinite(row)).encode() for row in rows]
        source.write_bytes(of_lines(finite))
        database.execute(f"CREATE TABLE made AS {_TYPES_OF_ROWS} LIMIT 0", [str(source)])
        names = [str(name) for (name, *_) in database.execute("DESCRIBE made").fetchall()]
        marks = ", ".join("?" * len(names))
        for row in rows:
            database.execute(f"INSERT INTO made VALUES ({marks})", [row.get(name) for name in names])  # noqa: S608  question marks
        ordered = ", ".join(_quoted(name) for name in _columns(rows) if name in names)
        database.execute(f"COPY (SELECT {ordered} FROM made) TO '{target}' (FORMAT parquet)")  # noqa: S608  quoted names
        return target.read_bytes()


def _without_nonfinite(value: Any) -> Any:
    """A value with 0.5 for NaN and the infinities, which DuckDB's own reader of JSON does not know."""
    if isinstance(value, dict):
        return {key: _without_nonfinite(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_without_nonfinite(member) for member in value]
    is_odd = isinstance(value, float) and not math.isfinite(value)
    return 0.5 if is_odd else value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


LINES = (
    Packing("lines", "", of_lines),
    Packing("gzip", ".gz", lambda lines: gzip.compress(of_lines(lines)), has_checksum=True),
    Packing("gzip, a member a line", ".gz", _members, has_checksum=True),
    Packing("zstd", ".zst", lambda lines: _zstd(of_lines(lines)), has_checksum=True),
)
"""Files of lines: whatever a line is, it stays one."""
ROWS = (
    Packing("JSON list", ".json", _list, holds_rows=True),
    Packing(
        "JSON list in gzip",
        ".json.gz",
        lambda lines: gzip.compress(_list(lines)),
        holds_rows=True,
        has_checksum=True,
    ),
    Packing("indented JSON", ".json", _indented, holds_rows=True),
    Packing("CSV", ".csv", _csv, holds_rows=True),
    Packing("Parquet", ".parquet", _parquet, holds_rows=True, is_typed=True),
    Packing("torch", ".pt", _torch, holds_rows=True),
    Packing("SQLite", ".db", _sqlite, holds_rows=True, is_typed=True),
)
"""Containers of rows, for which a line is a row."""


def _zstd(data: bytes) -> bytes:
    packed: bytes = zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1})
    return packed


BY_NAME = {packing.name: packing for packing in (*LINES, *ROWS)}
