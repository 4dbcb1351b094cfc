"""Reads the input of detectors: the numbers of a run's steps, a few of its samples, its problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.board.findings.curve_input import examined_split, input_from_curves
from tensorboard_plugin_rlboard.board.findings.drawn_samples import sampled_steps
from tensorboard_plugin_rlboard.board.findings.ending_sampler import EndingSampler
from tensorboard_plugin_rlboard.board.findings.prompt_records import PromptRecords
from tensorboard_plugin_rlboard.board.findings.text_sampler import TextSampler
from tensorboard_plugin_rlboard.board.run_schema import open_session
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.materialized import CurvesSnapshot
from tensorboard_plugin_rlboard.board.steps.step_index import is_loading
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb


class DetectorInputReader:
    """Reads the input of detectors and caches what was read of samples; may be called from any thread.

    Args:
        cursor: where cursors of the calling thread come from.
    """

    def __init__(self, cursor: Callable[[], duckdb.DuckDBPyConnection]) -> None:
        self._cursor = cursor
        self._texts = TextSampler()
        self._endings = EndingSampler()
        self._prompts = PromptRecords(cursor)

    def read(
        self, run: RunIndex, snapshot: CurvesSnapshot, selection: Selection, settings: Mapping[str, float]
    ) -> DetectorInput:
        """The input of detectors; without samples while rows of an earlier start are loaded.

        Args:
            run: the run.
            snapshot: its curves.
            selection: split and attempt; the rest of it does not count.
            settings: the hyperparameters that are known, numbers only.
        """
        split = examined_split(snapshot, selection.split)
        data = input_from_curves(snapshot, split, selection.attempt, settings, run.token_metrics)
        data = replace(data, prompts=self._prompts.of(run, split, selection.attempt))
        if not len(data.step) or is_loading(run):
            return data
        session = open_session(run, self._cursor())
        chosen = Selection(run.name, split=split, attempt=selection.attempt)
        steps = sampled_steps(data.step.astype(int).tolist())
        kinds = session.cursor.execute(
            f"SELECT kind, sum(1 + unlisted) FROM {run.problem_table} GROUP BY kind"
        )
        problems = {str(kind): int(count) for kind, count in kinds.fetchall()}
        texts = self._texts.texts(session, chosen, steps)
        endings, is_whole = self._endings.endings(session, chosen, steps)
        files = tuple(run.files.values())
        return replace(
            data,
            texts=texts,
            endings=endings,
            is_whole=is_whole,
            problems=problems,
            lines=sum(file.lines for file in files),
            lost_lines=sum((file.lost_lines for file in files), Counter()),
        )
