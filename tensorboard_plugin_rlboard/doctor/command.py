"""The command `rlboard doctor`: examines what lies below a path, and prints the report."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from pathlib import Path

from tensorboard_plugin_rlboard.api import RunInfo
from tensorboard_plugin_rlboard.doctor import advice, tensorboard_runs
from tensorboard_plugin_rlboard.doctor.file_reports import file_reports
from tensorboard_plugin_rlboard.doctor.indexing import Indexed, indexed
from tensorboard_plugin_rlboard.doctor.printing import lines
from tensorboard_plugin_rlboard.doctor.report import IgnoredFile, Report, RunReport
from tensorboard_plugin_rlboard.sources.addresses import is_address

READ_LIMIT = 16 * 1024 * 1024
"""Bytes of each file that are read unless everything is to be: hundreds of samples, in a fraction of a second."""


def doctor(path: str, everything: bool = False, as_json: bool = False, config: str = "") -> int:
    """Prints the report; returns the exit code."""
    if not is_address(path) and not Path(path).exists():
        print(f"There is no file or folder {path}.", file=sys.stderr)
        return 1
    report = examine(path, 0 if everything else READ_LIMIT, config)
    text = (
        json.dumps(dataclasses.asdict(report), ensure_ascii=False, indent=2)
        if as_json
        else "\n".join(lines(report))
    )
    try:
        print(text, flush=True)
    except BrokenPipeError:  # whoever reads has seen enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return report.exit_code


def examine(path: str, limit: int = READ_LIMIT, config: str = "") -> Report:
    """Looks at everything below a path.

    Args:
        path: a folder, an address, or one file.
        limit: bytes of each file to read at most; 0 for all.
        config: an rlboard.toml that lies elsewhere.
    """
    with indexed(path, limit, config) as found:
        largest = tensorboard_runs.LARGEST if limit else sys.maxsize
        of_tensorboard = tensorboard_runs.read(found.root, largest)
        answer = found.board.runs(of_tensorboard)
        has_events = bool(of_tensorboard.scalars)
        runs = [_run(found, info, has_events) for info in answer.runs if info.files]
        ignored = _ignored(found)
    shown = any(file.samples for run in runs for file in run.files)
    unread = any(one.unreadable for one in ignored) or any(_is_unread(run) for run in runs)
    return Report(
        path=path,
        runs=runs,
        ignored=ignored,
        limit=limit,
        next=advice.for_all(path, runs, ignored, bool(found.partly_read)),
        exit_code=0 if shown and not unread else 1,
    )


def _run(found: Indexed, info: RunInfo, has_events: bool) -> RunReport:
    files = file_reports(found.board, found.registry.runs[info.run], found.partly_read)
    toml = info.mapping_toml if info.mapping_guessed else ""
    return RunReport(
        run=info.run,
        message=info.message,
        files=files,
        config=info.config,
        config_sources=info.config_sources,
        scalar_runs=info.scalar_runs,
        pairing=info.scalar_pairing,
        joined=info.joined,
        mapping_toml=toml,
        next=advice.for_run(files, info.scalar_pairing, toml, has_events, info.message),
    )


def _ignored(found: Indexed) -> list[IgnoredFile]:
    # What could not be looked into is named by its path, everything else by its path below the root.
    return [
        IgnoredFile(file, reason, _is_error(file, reason))
        for file, reason in sorted(found.registry.ignored.items())
    ]


def _is_error(file: str, reason: str) -> bool:
    return reason.startswith("It cannot be read") or (
        Path(file).is_absolute() and not reason.startswith("It lies beside")
    )


def _is_unread(run: RunReport) -> bool:
    damaged = any(problem.kind == "damaged_archive" for file in run.files for problem in file.problems)
    return damaged or "cannot be read" in run.message
