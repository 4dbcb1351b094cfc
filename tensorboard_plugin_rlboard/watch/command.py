"""The command `rlboard watch`: follows a log directory and says each finding as a line of JSON, when it comes and when it goes."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field

from tensorboard_plugin_rlboard.api import FindingInfo
from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.findings.question import FindingsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.discovery.given_path import reason_unusable
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.terminal import json_text, print_error, print_json
from tensorboard_plugin_rlboard.training.settings.toml_lookup import SettingsFinder
from tensorboard_plugin_rlboard.watch.arguments import SEVERITIES

EXIT_FOUND = 3
"""Exit code: something as severe as asked for was found."""
_MOMENT_S = 0.5
_IDS = 5
"""Samples that a line names."""


@dataclass(frozen=True)
class WatchArguments:
    """What to watch, and what to do.

    Attributes:
        path: the log directory.
        runs: names of runs; empty for all.
        on: (severity, command of the shell) pairs: the command is run for each finding that is at least so severe.
        until: the severity that ends it with the exit code `EXIT_FOUND`; empty to go on.
        once: whether to look once and end.
        interval: seconds between two looks.
        config: an rlboard.toml that lies elsewhere.
    """

    path: str
    runs: tuple[str, ...] = ()
    on: tuple[tuple[str, str], ...] = ()
    until: str = ""
    once: bool = False
    interval: float = 10.0
    config: str = ""


@dataclass
class ActiveFindings:
    """The findings that were reported and are not over.

    Attributes:
        severities: (run, kind, metric) -> its severity at the last look.
        unread: path, or name of a run -> why it cannot be read now.
        doubts: (run, sentence) of what is to be known before its findings are believed.
    """

    severities: dict[tuple[str, str, str], str] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    doubts: set[tuple[str, str]] = field(default_factory=set)

    def changes(self, run: str, findings: list[FindingInfo]) -> Iterator[dict[str, object]]:
        """What is to be reported of a run: what is new or worse, then what is no longer found.

        Args:
            run: its name.
            findings: all that is found now.
        """
        now = {(run, finding.kind, finding.metric): finding for finding in findings}
        for key, finding in now.items():
            before = self.severities.get(key)
            if before is None or SEVERITIES.index(finding.severity) > SEVERITIES.index(before):
                yield {"event": "found", "run": run} | _finding_fields(finding)
        gone = [key for key in self.severities if key[0] == run and key not in now]
        for key in gone:
            yield {
                "event": "over",
                "run": run,
                "kind": key[1],
                "metric": key[2],
                "severity": self.severities.pop(key),
            }
        self.severities |= {key: finding.severity for key, finding in now.items()}


def watch(wanted: WatchArguments) -> int:
    """Follows a log directory until it is interrupted, or as `once` and `until` say; returns the exit code."""
    reason = reason_unusable(wanted.path, may_be_file=False)
    if reason:
        print_error(reason)
        return 2
    path = wanted.path if is_address(wanted.path) else os.path.expanduser(wanted.path)  # noqa: PTH111 - raises for no unknown user
    roots = parse_roots(path, "")
    indexer = BackgroundIndexer(
        Registry(roots, settings=SettingsFinder(roots, wanted.config)), wanted.interval
    )
    board, reported = Board(indexer), ActiveFindings()
    try:
        while True:
            worst = -1
            try:
                indexer.index_in_replaceable_thread()
                worst = _report_changes(board, wanted, reported)
                _say_unread(board, reported)
                _say_doubts(board, wanted, reported)
            except Exception as error:
                if wanted.once or isinstance(error, BrokenPipeError):  # nobody listens any more
                    raise
                print_error(
                    f"This look failed ({type(error).__name__}: {' '.join(str(error).split())}); the next one is in {wanted.interval:g} seconds."
                )
            if wanted.once or (wanted.until and worst >= SEVERITIES.index(wanted.until)):
                is_found = worst >= SEVERITIES.index(wanted.until or "error")
                return EXIT_FOUND if is_found else 1 if reported.unread else 0
            _sleep(wanted.interval)
    finally:
        indexer.stop()


def _sleep(seconds: float) -> None:
    """Sleeps, and hears within a moment that it is to end: another thread says so."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, _MOMENT_S))


def _report_changes(board: Board, wanted: WatchArguments, reported: ActiveFindings) -> int:
    """Reports what changed in all runs; the place in `SEVERITIES` of the worst that is found now, -1 for nothing."""
    worst = -1
    for run in sorted(board.registry.runs):
        if wanted.runs and run not in wanted.runs:
            continue
        findings = list(board.findings(FindingsQuestion(Selection(run))).findings)
        worst = max([worst, *(SEVERITIES.index(finding.severity) for finding in findings)])
        for line in reported.changes(run, findings):
            print_json(line)
            if line["event"] == "found":
                _run_commands(wanted, line)
    return worst


def _say_unread(board: Board, reported: ActiveFindings) -> None:
    """Says once of what cannot be read that nothing is found there, and that it is there again."""
    now = board.registry.unread()
    for name, reason in now.items():
        if reported.unread.get(name) != reason:
            print_error(f"Not read: {name}: {reason}")
    for name in sorted(reported.unread.keys() - now.keys()):
        print_error(f"{name} is read again, or gone.")
    reported.unread = now


def _say_doubts(board: Board, wanted: WatchArguments, reported: ActiveFindings) -> None:
    """Says once of each run what is to be known before its numbers are believed: a reward that was guessed, say."""
    for info in board.runs().runs:
        if wanted.runs and info.run not in wanted.runs:
            continue
        for sentence in filter(None, [info.mapping_doubt, *(notice.text for notice in info.notices)]):
            if (info.run, sentence) not in reported.doubts:
                reported.doubts.add((info.run, sentence))
                print_error(f"{info.run}: {sentence}")


def _run_commands(wanted: WatchArguments, line: Mapping[str, object]) -> None:
    """Runs the user's commands for a finding, which they find in their environment; what they return is only said."""
    severity = SEVERITIES.index(str(line["severity"]))
    for least, command in wanted.on:
        if severity < SEVERITIES.index(least):
            continue
        names = {
            f"RLBOARD_{key.upper()}": str(line[key])
            for key in ("run", "kind", "severity", "title", "summary")
        }
        names["RLBOARD_FINDING"] = json_text(line)
        environment = os.environ | {name: _as_variable(value) for name, value in names.items()}
        # the command is the user's own, from the command line; what a log says reaches it as variables only
        try:
            code: object = subprocess.run(command, shell=True, check=False, env=environment).returncode  # noqa: S602 (the user's own)
        except OSError as error:  # no process, or no room for such variables
            code = error.strerror
        if code:
            print_error(f"The command for {line['kind']} of run {line['run']} ended with code {code}.")


def _as_variable(value: str) -> str:
    """A text as an environment can have it: no NUL, no half of a surrogate pair."""
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _finding_fields(finding: FindingInfo) -> dict[str, object]:
    """The fields of a finding in a line: all but the words that are the same each time."""
    names = ("kind", "severity", "title", "summary", "steps", "onset", "metric", "value", "threshold", "unit")
    return {name: getattr(finding, name) for name in names} | {
        "samples": list(finding.samples[:_IDS]),
        "tokens": [asdict(token) for token in finding.tokens[:_IDS]],
        "symptoms": [symptom.kind for symptom in finding.symptoms],
        "next": finding.next,
    }
