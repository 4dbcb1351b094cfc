"""The command `rlboard doctor`: examines what lies below a path, and prints the report."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Iterator, Sequence

from tensorboard_plugin_rlboard.api import FindingInfo, RunInfo
from tensorboard_plugin_rlboard.board.findings.question import FindingsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.doctor import advice, tensorboard_runs
from tensorboard_plugin_rlboard.doctor.file_reports import file_reports
from tensorboard_plugin_rlboard.doctor.indexing import Indexed, indexed
from tensorboard_plugin_rlboard.doctor.printing import lines
from tensorboard_plugin_rlboard.doctor.report import DoctorReport, FindingReport, IgnoredFileReport, RunReport
from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.discovery.given_path import reason_unusable
from tensorboard_plugin_rlboard.terminal import print_error, print_json, print_line
from tensorboard_plugin_rlboard.training.settings.toml_lookup import FLAG

READ_LIMIT_BYTES = 16 * 1024 * 1024
"""Bytes of each file that are read unless everything is to be: hundreds of samples, in a fraction of a second."""


def doctor(path: str, everything: bool = False, as_json: bool = False, config: str = "") -> int:
    """Prints the report; returns the exit code."""
    reason = reason_unusable(path, may_be_file=True)
    if reason:
        print_error(reason)
        return 1
    path = path if is_address(path) else os.path.expanduser(path)  # noqa: PTH111 - raises for no unknown user
    report = examine(path, 0 if everything else READ_LIMIT_BYTES, config)
    try:
        if as_json:
            print_json(dataclasses.asdict(report), indent=2)
        for line in () if as_json else lines(report):
            print_line(line)
    except BrokenPipeError:  # whoever reads has seen enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return report.exit_code


def examine(path: str, limit: int = READ_LIMIT_BYTES, config: str = "") -> DoctorReport:
    """Looks at everything below a path.

    Args:
        path: a folder, an address, or one file.
        limit: bytes of each file to read at most; 0 for all.
        config: an rlboard.toml that lies elsewhere.
    """
    with indexed(path, limit, config) as found:
        largest = tensorboard_runs.MAX_EVENT_FILE_BYTES if limit else sys.maxsize
        of_tensorboard = tensorboard_runs.read(found.root, largest)
        answer = found.board.runs(of_tensorboard)
        has_events = bool(of_tensorboard.scalars)
        runs = [_run(found, info, has_events) for info in answer.runs if info.files]
        ignored = _ignored(found)
    mistakes = [*answer.settings_problems, *_settings_mistakes(runs)]
    shown = any(file.samples for run in runs for file in run.files)
    unread = any(one.unreadable for one in ignored) or any(_is_unread(run) for run in runs)
    return DoctorReport(
        path=path,
        runs=runs,
        ignored=ignored,
        limit=limit,
        settings_problems=[
            mistake.replace(f"{FLAG}:", "--config:", 1) for mistake in dict.fromkeys(mistakes)
        ],
        next=advice.for_all(path, runs, ignored, bool(found.partly_read)),
        exit_code=0 if shown and not unread and not mistakes else 1,
    )


def _run(found: Indexed, info: RunInfo, has_events: bool) -> RunReport:
    run = found.registry.runs[info.run]
    files = file_reports(found.board, run, found.partly_read, info.unusable)
    toml = info.mapping_toml if info.mapping_guessed else ""
    first = next(iter(run.files.values()))
    settings_files = found.registry.settings.for_path(first.path).file_names
    answer = found.board.findings(FindingsQuestion(Selection(info.run)))
    return RunReport(
        run=info.run,
        message="" if info.message in {notice.text for notice in info.notices} else info.message,
        settings_problems=[notice.text for notice in info.notices if notice.kind == "settings"],
        warnings=[
            *([info.mapping_doubt] if info.mapping_doubt else []),
            *(n.text for n in info.notices if n.kind != "settings"),
        ],
        files=files,
        config=info.config,
        config_sources=info.config_sources,
        scalar_runs=info.scalar_runs,
        pairing=info.scalar_pairing,
        joined=info.joined,
        mapping_toml=toml,
        mapping_sources=info.mapping_sources,
        mapping_alternatives=info.mapping_alternatives,
        next=advice.for_run(info, files, has_events=has_events, settings_file=next(iter(settings_files), "")),
        findings=[_finding(finding) for finding in answer.findings],
        checked=answer.checked,
        not_checked={each.kind: each.needs for each in answer.not_checked},
        looked_at=(answer.n_steps, answer.n_samples),
    )


def _finding(finding: FindingInfo) -> FindingReport:
    names = (field.name for field in dataclasses.fields(FindingReport) if field.name != "symptoms")
    values = {name: getattr(finding, name) for name in names}
    return FindingReport(**values, symptoms=[symptom.kind for symptom in finding.symptoms])


def _settings_mistakes(runs: Sequence[RunReport]) -> Iterator[str]:
    """What does not count of the settings of some runs."""
    for run in runs:
        yield from run.settings_problems


def _ignored(found: Indexed) -> list[IgnoredFileReport]:
    unreadable = found.registry.unreadable()
    return [
        IgnoredFileReport(file, reason, file in unreadable)
        for file, reason in sorted(found.registry.ignored.items())
    ]


def _is_unread(run: RunReport) -> bool:
    unread = {"damaged_archive", "rows_left_out"}
    damaged = any(problem.kind in unread for file in run.files for problem in file.problems)
    return damaged or "cannot be read" in run.message
