"""The same rows in every layout of a file that is read."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

Rows = Sequence[Mapping[str, Any]]


def json_lines(rows: Rows) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def columns_of(rows: Rows) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def table(rows: Rows, separator: str = ",", line_end: str = "\n") -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=line_end)
    writer.writerow(rows[0])
    writer.writerows(row.values() for row in rows)
    return text.getvalue()


def layouts(rows: Rows) -> dict[str, bytes]:
    """Path of a file in a folder of its own -> its bytes."""
    lines, listed = json_lines(rows), json.dumps(rows)
    columns = columns_of(rows)
    cells = [list(row.values()) for row in rows]
    texts = {
        "jsonl/a.jsonl": lines,
        "json_lines/a.json": lines,
        "ndjson/a.ndjson": lines,
        "upper/A.JSONL": lines,
        "txt/a.txt": lines,
        "log/a.log": lines,
        "no_end/rollouts": lines,
        "other_end/a.jsonl.2024-05-01": lines,
        "mark/a.jsonl": "\ufeff" + lines,
        "windows/a.jsonl": lines.replace("\n", "\r\n"),
        "not_packed/a.jsonl.gz": lines,
        "list/a.json": listed,
        "list_of_lines/a.jsonl": json.dumps(rows, indent=2),
        "list_upper/A.JSON": listed,
        "list_in_a_log/a.log": listed,
        "batch_a_line/a.jsonl": f"{json.dumps(rows[:1])}\n{json.dumps(rows[1:])}\n",
        "pretty/a.jsonl": "\n".join(json.dumps(row, indent=4) for row in rows),
        "commas/a.json": ",\n".join(json.dumps(row) for row in rows),
        "results/a.json": json.dumps({"model": "m", "accuracy": 0.5, "tags": ["x"], "results": rows}),
        "results_pretty/a.txt": json.dumps({"config": {"lr": 1}, "rollouts": rows, "n": 2}, indent=2),
        "results_line/a.jsonl": json.dumps({"samples": rows}) + "\n",
        "wandb/a.table.json": json.dumps({"columns": list(columns), "data": cells, "ncols": 4, "nrows": 2}),
        "data_first/a.json": json.dumps({"data": cells, "columns": list(columns)}),
        "split/a.json": json.dumps({"columns": list(columns), "index": [0, 1], "data": cells}),
        "pandas_table/a.json": json.dumps({"schema": {"fields": []}, "data": rows}),
        "column_lists/a.json": json.dumps(columns),
        "column_lists_pretty/a.txt": json.dumps(columns, indent=1),
        "pandas/a.json": json.dumps(
            {name: {str(i): cell for i, cell in enumerate(column)} for name, column in columns.items()}
        ),
        "pandas_index/a.json": json.dumps({str(i): row for i, row in enumerate(rows)}),
        "csv/a.csv": table(rows),
        "csv_upper/A.CSV": table(rows),
        "csv_txt/a.txt": table(rows),
        "csv_no_line_end/a.csv": table(rows).removesuffix("\n"),
        "excel/a.csv": "\ufeff" + table(rows, ";", "\r\n"),
        "tsv/a.tsv": table(rows, "\t"),
        "bars/a.csv": table(rows, "|"),
    }
    found = {path: text.encode() for path, text in texts.items()}
    found |= {
        "utf16/a.jsonl": lines.encode("utf-16"),
        "utf16_be/a.jsonl": ("\ufeff" + lines).encode("utf-16-be"),
        "utf16_no_mark/a.json": listed.encode("utf-16-le"),
        "utf16_csv/a.csv": table(rows).encode("utf-16"),
        "gzip/A.JSONL.GZ": gzip.compress(lines.encode()),
        "gzip_log/a.log": gzip.compress(lines.encode()),
        "gzip_ndjson/a.ndjson.gz": gzip.compress(lines.encode()),
        "gzip_json/a.json.gz": gzip.compress(listed.encode()),
        "gzip_csv/a.csv.gz": gzip.compress(table(rows).removesuffix("\n").encode()),
    }
    return found
