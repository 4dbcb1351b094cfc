"""A store of Trackio: the tables that it keeps for a project, with traces in them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

TRACES = """CREATE TABLE IF NOT EXISTS traces (
    id TEXT PRIMARY KEY, run_id TEXT NOT NULL, timestamp TEXT NOT NULL, run_name TEXT NOT NULL, step INTEGER NOT NULL,
    key TEXT NOT NULL, trace_index INTEGER, messages TEXT NOT NULL, metadata TEXT NOT NULL, search_text TEXT NOT NULL,
    log_id TEXT, space_id TEXT)"""


def trace(step: int, index: int, answer: str, **metadata: Any) -> dict[str, Any]:
    """A row of the table, as `trackio.log({"rollouts": [Trace(…), …]}, step=…)` writes it."""
    messages = [{"role": "user", "content": "3+4?"}, {"role": "assistant", "content": answer}]
    return {
        "id": f"r1:l{step}:rollouts:{index}",
        "run_id": "r1",
        "timestamp": "2026-11-28T12:00:00",
        "run_name": "grpo",
        "step": step,
        "key": "rollouts",
        "trace_index": index,
        "messages": json.dumps(messages),
        "metadata": json.dumps(metadata),
        "search_text": f"3+4? {answer}",
        "log_id": f"l{step}",
        "space_id": None,
    }


def write_store(path: Path, *rows: dict[str, Any], table: str = TRACES) -> Path:
    """Writes a store; texts of JSON are blobs in it, as Trackio's are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE metrics (id INTEGER PRIMARY KEY, step INTEGER, metrics TEXT)")
        connection.execute(table)
        for row in rows:
            stored = row | {key: row[key].encode() for key in ("messages", "metadata")}
            marks = ", ".join("?" * len(stored))
            connection.execute(
                f"INSERT INTO traces ({', '.join(stored)}) VALUES ({marks})", list(stored.values())
            )
    connection.close()
    return path
