"""Counts the prompts all of whose responses lose to the reference, over the whole run, again as it grows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.board.run_schema import open_session
from tensorboard_plugin_rlboard.board.selection import Selection, select_samples
from tensorboard_plugin_rlboard.findings.detector_input import PromptRecord
from tensorboard_plugin_rlboard.index.column_names import metric
from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb

MIN_SAMPLES = 6
"""Samples that a prompt has to have before it counts."""
_GROWTH = 1.05
"""They are counted again when the run has grown by so much: a million samples take a tenth of a second."""
_KEYS = 20


class PromptRecords:
    """Keeps the record of each split and attempt; every method may be called from any thread."""

    def __init__(self, cursor: Callable[[], duckdb.DuckDBPyConnection]) -> None:
        """Starts empty; `cursor` gives cursors of the calling thread."""
        self._cursor = cursor
        self._cache: dict[tuple[str, str, int | None], tuple[int, int, PromptRecord]] = {}
        self._lock = threading.Lock()

    def of(self, run: RunIndex, split: str, attempt: int | None) -> PromptRecord:
        """How the prompts of a split do against the reference, as of the run's last growth by a twentieth."""
        key, samples, changes = (run.name, split, attempt), run.samples, run.invalidations
        with self._lock:
            cached = self._cache.get(key)
        if cached and cached[1] == changes and cached[0] <= samples < cached[0] * _GROWTH + MIN_SAMPLES:
            return cached[2]
        record = _count(run, self._cursor(), Selection(run.name, split=split, attempt=attempt))
        with self._lock:
            self._cache[key] = samples, changes, record
        return record


def _count(run: RunIndex, cursor: duckdb.DuckDBPyConnection, selection: Selection) -> PromptRecord:
    session = open_session(run, cursor)
    if not run.samples or "reward_gap" not in session.schema.metrics:
        return PromptRecord()
    rows, gap = select_samples(session, selection), metric("reward_gap")
    prompts = (
        f"SELECT prompt_key, count({gap}) AS n, max({gap}) AS best FROM {rows.table_sql} "
        f"WHERE {rows.where} AND isfinite({gap}) AND prompt_key IS NOT NULL "
        f"GROUP BY prompt_key HAVING count({gap}) >= {MIN_SAMPLES}"
    )
    found = cursor.execute(
        f"SELECT count(*), count(*) FILTER (best < 0), "
        f"list(prompt_key ORDER BY best, prompt_key) FILTER (best < 0) FROM ({prompts})",
        rows.values,
    ).fetchall()[0]
    return PromptRecord(int(found[0]), int(found[1]), tuple((found[2] or [])[:_KEYS]))
