"""Everything that detectors look at of a run: the numbers of its steps, a few of its samples, its problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.board.findings.curve_observations import observe, observed_split
from tensorboard_plugin_rlboard.board.findings.drawn_samples import looked_at
from tensorboard_plugin_rlboard.board.findings.ending_sampler import EndingSampler
from tensorboard_plugin_rlboard.board.findings.prompt_records import PromptRecords
from tensorboard_plugin_rlboard.board.findings.text_sampler import TextSampler
from tensorboard_plugin_rlboard.board.run_schema import open_session
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.materialized import CurvesSnapshot
from tensorboard_plugin_rlboard.board.steps.step_index import is_loading
from tensorboard_plugin_rlboard.findings.observations import Observations
from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb


class Observer:
    """Observes runs, and keeps what was read of their samples; may be asked from any thread.

    Args:
        cursor: where cursors of the calling thread come from.
    """

    def __init__(self, cursor: Callable[[], duckdb.DuckDBPyConnection]) -> None:
        self._cursor = cursor
        self._texts = TextSampler()
        self._endings = EndingSampler()
        self._prompts = PromptRecords(cursor)

    def observed(
        self, run: RunIndex, snapshot: CurvesSnapshot, selection: Selection, settings: Mapping[str, float]
    ) -> Observations:
        """What detectors look at; without samples while rows of an earlier start are loaded.

        Args:
            run: the run.
            snapshot: its curves.
            selection: split and attempt; the rest of it does not count.
            settings: the hyperparameters that are known, numbers only.
        """
        split = observed_split(snapshot, selection.split)
        seen = observe(snapshot, split, selection.attempt, settings, run.token_metrics)
        seen = replace(seen, prompts=self._prompts.of(run, split, selection.attempt))
        if not len(seen.step) or is_loading(run):
            return seen
        session = open_session(run, self._cursor())
        chosen = Selection(run.name, split=split, attempt=selection.attempt)
        steps = looked_at(seen.step.astype(int).tolist())
        kinds = session.cursor.execute(
            f"SELECT kind, sum(1 + unlisted) FROM {run.problem_table} GROUP BY kind"
        )
        problems = {str(kind): int(count) for kind, count in kinds.fetchall()}
        texts = self._texts.texts(session, chosen, steps)
        endings, is_whole = self._endings.endings(session, chosen, steps)
        files = tuple(run.files.values())
        return replace(
            seen,
            texts=texts,
            endings=endings,
            is_whole=is_whole,
            problems=problems,
            lines=sum(file.lines for file in files),
            lost_lines=sum((file.lost_lines for file in files), Counter()),
        )
