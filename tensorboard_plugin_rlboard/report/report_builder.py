"""Builds a report of what the board answers. Everything that comes from logs has a bound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from tensorboard_plugin_rlboard import __version__
from tensorboard_plugin_rlboard.api import FindingInfo, Findings, FindingSymptom, RunInfo
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.findings.question import FindingsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.report.curves import curve, own_curve
from tensorboard_plugin_rlboard.report.document import (
    NO_SAMPLES,
    NOT_ALL,
    Example,
    NotRead,
    Report,
    ReportedFinding,
    ReportedRun,
    ReportedSymptom,
)
from tensorboard_plugin_rlboard.report.examples import example
from tensorboard_plugin_rlboard.report.links import Links, finding_names

MAX_RUNS, MAX_FINDINGS, MAX_SETTINGS, MAX_TEXT_CHARACTERS = 20, 30, 80, 300
"""Runs of a report, findings and settings of a run, characters of a setting or notice, at most."""
MAX_NOT_READ = 50
"""Of what could not be read so much is named; the rest is counted."""
EXAMPLES_OF_A_FINDING, MAX_EXAMPLES = 3, 120
"""Samples of a finding and of a report at most; they make most of its size."""
STRUCTURE_VERSION = 2
"""Of `Report.rlboard_report`: goes up when what was there changes its meaning."""
_SEVERITIES = ("error", "warning", "info")


def build_report(board: Board, logs: str, tab: str, runs: Sequence[str] = ()) -> Report:
    """The report of some runs.

    Args:
        board: answers about the logs; these are indexed.
        logs: how they were named.
        tab: address of the TensorBoard that links lead to.
        runs: their names; all with samples where there are none.
    """
    answer = board.runs()
    wanted = [run for run in answer.runs if not runs or run.run in runs]
    infos = [run for run in wanted if run.samples]
    found = {run.run: board.findings(FindingsQuestion(Selection(run.run))) for run in infos}
    infos.sort(key=lambda run: _badness(found[run.run]), reverse=True)
    not_read = _not_read(board, wanted, found, runs)
    of_runs = [each.text for run in wanted for each in run.notices if each.kind == "settings"]
    mistakes = dict.fromkeys([*answer.settings_problems, *of_runs])
    made, room = [], MAX_EXAMPLES
    for info in infos[:MAX_RUNS]:
        reported = _run(board, info, found[info.run], tab, room)
        room -= sum(len(finding.examples) for finding in reported.findings)
        made.append(reported)
    return Report(
        rlboard_report=STRUCTURE_VERSION,
        version=__version__,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        logs=logs,
        tab=tab,
        runs=made,
        runs_left_out=[info.run for info in infos[MAX_RUNS:]],
        not_read=[
            NotRead(cut_text(name), cut_text(reason))
            for name, reason in list(not_read.items())[:MAX_NOT_READ]
        ],
        not_read_left_out=max(0, len(not_read) - MAX_NOT_READ),
        settings_problems=[cut_text(mistake) for mistake in mistakes][:MAX_NOT_READ],
        ignored=len(board.registry.ignored.keys() - board.registry.unreadable().keys()),
    )


def _not_read(
    board: Board, wanted: Sequence[RunInfo], found: Mapping[str, Findings], runs: Sequence[str]
) -> dict[str, str]:
    """Path, or name of a run -> why the report has not all of it: as far as it may be of the runs that are wanted."""
    reasons = {
        name: reason
        for name, reason in board.registry.unread().items()
        if not runs or any(f"/{run}/" in f"/{name}/" for run in runs)
    }
    for run in wanted:
        is_whole = run.run in found and found[run.run].state == "ready"
        if not is_whole and run.run not in reasons:
            reasons[run.run] = NOT_ALL if run.run in found else NO_SAMPLES
    return reasons


def _badness(found: Findings) -> tuple[int, ...]:
    """How many findings of each severity a run has, the worst first: orders runs."""
    return tuple(sum(one.severity == severity for one in found.findings) for severity in _SEVERITIES)


def _run(board: Board, info: RunInfo, found: Findings, tab: str, room: int) -> ReportedRun:
    links = Links(tab, info.run, found.split)
    findings = []
    for finding, name in zip(
        found.findings[:MAX_FINDINGS], finding_names(list(found.findings)), strict=False
    ):
        reported = _finding(board, info, finding, name, links, min(EXAMPLES_OF_A_FINDING, room))
        room -= len(reported.examples)
        findings.append(reported)
    settings = list(info.config.items())
    notices = [*(notice.text for notice in info.notices), info.mapping_doubt, *found.problems]
    steps = info.steps
    return ReportedRun(
        run=info.run,
        address=links.to(),
        split=found.split,
        steps=None if steps.first is None or steps.last is None else (steps.first, steps.last),
        n_steps=found.n_steps,
        n_samples=found.n_samples,
        formats=list(info.formats),
        problems=info.problems,
        notices=[cut_text(text) for text in notices if text][:MAX_SETTINGS],
        config={
            cut_text(name): cut_text(x) if isinstance(x, str) else x for name, x in settings[:MAX_SETTINGS]
        },
        config_sources={
            cut_text(name): cut_text(info.config_sources[name])
            for name, _ in settings[:MAX_SETTINGS]
            if name in info.config_sources
        },
        config_left_out=max(0, len(settings) - MAX_SETTINGS),
        findings=findings,
        findings_left_out=len(found.findings) - len(findings),
        checked=list(found.checked),
        not_checked=list(found.not_checked),
        past=list(found.past)[:MAX_FINDINGS],
        thresholds={one.name: one.value for one in found.thresholds if one.value != one.default},
    )


def _finding(
    board: Board, info: RunInfo, finding: FindingInfo, name: str, links: Links, room: int
) -> ReportedFinding:
    """A finding, with so many of its samples at most."""
    is_sample_metric = any(metric.name == finding.metric for metric in info.metrics)
    asked = StepsQuestion(
        Selection(info.run, split=links.split), (finding.metric,) if is_sample_metric else ()
    )
    count = min(room, len(finding.samples))
    examples: list[Example] = [example(board, finding, name, place, links) for place in range(count)]
    onset = links.to_step(finding, finding.onset)
    drawn = own_curve(finding, board.detector_input(asked.selection), onset) or curve(
        finding, board.steps(asked), onset
    )
    return ReportedFinding(
        **_fields(finding, "symptoms"),
        name=name,
        address=links.to_finding(name),
        onset_address=onset,
        curve=drawn,
        examples=examples,
        symptoms=[ReportedSymptom(**_fields(each), address=links.to_list(each)) for each in finding.symptoms],
    )


def _fields(answer: FindingInfo | FindingSymptom, *without: str) -> dict[str, Any]:
    """The fields of an answer, but some."""
    return {field.name: getattr(answer, field.name) for field in fields(answer) if field.name not in without}


def cut_text(text: str) -> str:
    """A text of the log that is said beside others: its beginning."""
    return text if len(text) <= MAX_TEXT_CHARACTERS else f"{text[: MAX_TEXT_CHARACTERS - 1]}…"
