"""Answers /findings from the materialised curves; examines a run again only when its curves changed."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard import api
from tensorboard_plugin_rlboard.board.findings.curve_input import examined_split
from tensorboard_plugin_rlboard.board.findings.evidence import Evidence, evidence
from tensorboard_plugin_rlboard.board.findings.finding_history import FindingHistory
from tensorboard_plugin_rlboard.board.findings.input_reader import DetectorInputReader
from tensorboard_plugin_rlboard.board.findings.question import FindingsQuestion
from tensorboard_plugin_rlboard.board.lru_cache import LruCache
from tensorboard_plugin_rlboard.board.run_schema import open_session
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.materialized import CurvesSnapshot
from tensorboard_plugin_rlboard.board.steps.step_index import is_loading
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import SEVERITIES, Finding
from tensorboard_plugin_rlboard.findings.registry import (
    DETECTORS_BY_KIND,
    THRESHOLDS,
    Examination,
    examine,
)
from tensorboard_plugin_rlboard.findings.thresholds import limits_of, usable
from tensorboard_plugin_rlboard.index.run import RunIndex

if TYPE_CHECKING:
    import duckdb

logger = logging.getLogger(__name__)
_MAX_EXAMINATIONS, _MAX_EVIDENCE = 64, 512
_GROUPED_STEPS = 64
"""Where groups have to be put together to show it, those of so many step numbers back are."""
SettingsOf = Callable[[RunIndex], Mapping[str, float]]
SnapshotOf = Callable[[RunIndex], CurvesSnapshot]


@dataclass(frozen=True)
class _ExaminedRun:
    """The result of an examination. Its input is as large as the curves, so it is not kept."""

    n_steps: int
    n_samples: int
    examination: Examination
    limits: Mapping[str, float]
    problems: Sequence[str]


class FindingService:
    """Answers /findings for the runs of a registry; every method may be called from any thread."""

    def __init__(
        self,
        snapshot: SnapshotOf,
        prepared: SnapshotOf,
        is_complete: Callable[[RunIndex], bool],
        cursor: Callable[[], duckdb.DuckDBPyConnection],
        hyperparameters: SettingsOf,
        thresholds: SettingsOf,
    ) -> None:
        """Starts empty.

        Args:
            snapshot: the curves of a run, brought up to date.
            prepared: the same as they are.
            is_complete: whether these have every row of the run.
            cursor: where cursors of the calling thread come from.
            hyperparameters: what is known of a run's training, numbers only.
            thresholds: those that rlboard.toml sets for a run.
        """
        self._snapshot = snapshot
        self._prepared = prepared
        self._is_complete = is_complete
        self._cursor = cursor
        self._hyperparameters = hyperparameters
        self._thresholds = thresholds
        self._examined: LruCache[_ExaminedRun] = LruCache(_MAX_EXAMINATIONS)
        self._evidence: LruCache[Evidence] = LruCache(_MAX_EVIDENCE)
        self._input_reader = DetectorInputReader(cursor)
        self._histories: dict[tuple[str, str, int | None], FindingHistory] = {}
        self._counts: dict[str, Mapping[str, int]] = {}
        self._lock = threading.Lock()

    def update_in_background(self, run: RunIndex) -> None:
        """Examines a run whose curves are up to date, in the thread that indexes; never fails."""
        try:
            snapshot = self._prepared(run)
            if snapshot.tables:
                found = self._examine(
                    run, snapshot, FindingsQuestion(Selection(run.name))
                ).examination.findings
                counts = Counter(finding.severity for finding in found)
                self._counts[run.name] = {severity: counts[severity] for severity in SEVERITIES}
        except Exception:  # the index must go on; a request will meet the reason and say so
            logger.exception("RL Board could not look for findings in run %s", run.name)

    def severity_counts(self, run: RunIndex) -> Mapping[str, int] | None:
        """How many findings of each severity a run had when it was last examined in the background; None before."""
        return self._counts.get(run.name)

    def findings(self, run: RunIndex, question: FindingsQuestion) -> api.Findings:
        """What looks wrong, the worst first.

        Raises:
            ArgumentError: a threshold that there is not, or that is out of range.
        """
        limits_of(THRESHOLDS, dict(question.thresholds))  # refused before anything is computed
        snapshot = self._snapshot(run)
        split = examined_split(snapshot, question.selection.split)
        examined = self._examine(run, snapshot, question)
        history = self._history(run, split, question.selection.attempt)
        found = examined.examination
        return api.Findings(
            state="ready" if self._is_complete(run) else "computing",
            split=split,
            n_steps=examined.n_steps,
            n_samples=examined.n_samples,
            findings=[self._info(run, question.selection, split, finding) for finding in found.findings],
            checked=found.checked,
            not_checked=[
                api.NotChecked(kind, DETECTORS_BY_KIND[kind].title, needs)
                for kind, needs in found.not_checked.items()
                if examined.n_steps
            ],
            past=[
                api.PastFinding(
                    past.finding.kind,
                    past.finding.severity,
                    past.finding.title,
                    (past.finding.first, past.finding.last),
                    past.not_since,
                )
                for past in history.past
            ],
            problems=examined.problems,
            thresholds=[
                api.ThresholdInfo(
                    each.name,
                    detector.kind,
                    examined.limits[each.name],
                    each.value,
                    each.low,
                    each.high,
                    each.unit,
                    each.meaning,
                    each.source,
                )
                for detector in DETECTORS_BY_KIND.values()
                for each in detector.thresholds
            ],
        )

    def detector_input(self, run: RunIndex, selection: Selection) -> DetectorInput:
        """The input of detectors of a split and attempt."""
        return self._input_reader.read(run, self._snapshot(run), selection, self._hyperparameters(run))

    def _examine(self, run: RunIndex, snapshot: CurvesSnapshot, question: FindingsQuestion) -> _ExaminedRun:
        split, attempt = examined_split(snapshot, question.selection.split), question.selection.attempt
        settings, chosen = self._hyperparameters(run), self._thresholds(run)
        what_if = tuple(sorted(question.thresholds))
        made_of = tuple(sorted(settings.items())), tuple(sorted(chosen.items())), what_if, is_loading(run)
        key = (run.name, snapshot.serial, split, attempt, made_of)

        cached = self._examined.get(key)
        if cached is not None:
            return cached
        data = self._input_reader.read(run, snapshot, question.selection, settings)
        of_file, problems = usable(THRESHOLDS, chosen)
        values = limits_of(THRESHOLDS, {**of_file, **dict(what_if)})
        found = examine(data, values)
        examined = _ExaminedRun(len(data.step), int(data.samples.sum()), found, values, problems)
        if not data.is_whole:  # looked at again when it is asked for the next time
            return examined
        # while a run is read its steps come in any order, and what is found of them may go again
        if not what_if and len(data.step) and not run.is_pending:
            self._history(run, split, attempt).update(found.findings, int(data.step[-1]))
        self._examined.put(key, examined)
        return examined

    def _history(self, run: RunIndex, split: str, attempt: int | None) -> FindingHistory:
        with self._lock:
            return self._histories.setdefault((run.name, split, attempt), FindingHistory())

    def _info(self, run: RunIndex, selection: Selection, split: str, finding: Finding) -> api.FindingInfo:
        """A finding with its evidence, which is looked for once for each version of the run."""
        chosen = Selection(run.name, split=split, attempt=selection.attempt)
        key = (run.name, run.version, split, selection.attempt, finding)
        steps = _GROUPED_STEPS if finding.evidence.grouped else finding.last - finding.first + 1
        newest = replace(finding, first=max(finding.first, finding.last - steps + 1))
        shown = self._evidence.get(key)
        if shown is None:
            shown = evidence(open_session(run, self._cursor()), chosen, newest)
            if shown.is_whole:
                self._evidence.put(key, shown)
        detector = DETECTORS_BY_KIND[finding.kind]
        threshold = next(each for each in THRESHOLDS if each.name == finding.threshold_name)
        return api.FindingInfo(
            kind=finding.kind,
            question=detector.question,
            severity=finding.severity,
            title=finding.title,
            summary=finding.summary,
            meaning=detector.meaning,
            next=detector.next,
            steps=(finding.first, finding.last),
            onset=finding.onset,
            is_open=finding.is_open,
            metric=finding.metric,
            statistic=finding.statistic,
            value=finding.value,
            threshold=finding.threshold,
            threshold_name=finding.threshold_name,
            unit=threshold.unit,
            source=threshold.source,
            evidence=_finding_evidence(finding),
            samples=shown.samples,
            sample_steps=shown.steps,
            sample_values=shown.values,
            tokens=shown.tokens,
            symptoms=[
                api.FindingSymptom(
                    each.kind,
                    each.severity,
                    each.title,
                    each.summary,
                    (each.first, each.last),
                    each.metric,
                    _finding_evidence(each),
                )
                for each in finding.symptoms
            ],
        )


def _finding_evidence(finding: Finding) -> api.FindingEvidence:
    """How a list shows the samples of a finding."""
    query, first, last = finding.evidence, finding.first, finding.last
    return api.FindingEvidence(
        query.sort, query.order, query.where, first, last, query.token_metric, query.grouped
    )
