"""The command `rlboard scalars`: writes step means of existing logs as scalars into an event file of their run.

It is the only command that writes into the log directory, because that is its purpose.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.board.steps.question import StepsQuestion
from tensorboard_plugin_rlboard.index.cache.cache_folder import folder_of_flag
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.addresses import is_address, printable_path
from tensorboard_plugin_rlboard.sources.discovery.given_path import reason_unusable
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.terminal import print_error, print_line
from tensorboard_plugin_rlboard.texts import counted
from tensorboard_plugin_rlboard.writing.output.event_file import (
    FILE_SUFFIX,
    PLUGIN_NAME,
    EventFile,
    file_name,
    scalar_tags,
)

COMMAND_SUFFIX = f".scalars{FILE_SUFFIX}"
"""Suffix of the names of this command's event files."""
METRICS = (
    "reward", "ref_reward", "reward_gap", "k3_mean", "log_ratio_mean", "mismatch_k3_mean", "entropies_mean",
    "surprise_mean", "n_tokens",
)  # fmt: skip
STEP_METRICS = ("truncation_share", "zero_advantage_groups", "n_samples")


@dataclass(frozen=True)
class ScalarsArguments:
    """The arguments of the command.

    Attributes:
        logdir: the log directory.
        runs: names of runs; none for all.
        out: a folder for the event files, with a folder for each run; empty to write into the runs' own folders.
        force: write although a run has such scalars already.
    """

    logdir: str
    runs: Sequence[str] = ()
    out: str = ""
    force: bool = False


class RefusedError(Exception):
    """A run is not written; the message says why."""


def run_scalars(wanted: ScalarsArguments) -> int:
    """Run the command.

    Returns:
        The exit code: 0 all runs are written, 1 some are not, 2 the arguments cannot be used.
    """
    if is_address(wanted.logdir) and not wanted.out:
        return _print_refusal("An address is only read. Say where the event files go: --out DIR.")
    reason = reason_unusable(wanted.logdir)
    if reason:
        return _print_refusal(reason)
    found = parse_roots(wanted.logdir, "")
    registry = Registry(found, folder_of_flag("")[0])
    indexer = BackgroundIndexer(registry, 0)
    try:
        indexer.index_in_replaceable_thread()
        unknown = [name for name in wanted.runs if name not in registry.runs]
        for problem in registry.settings.problems:
            print_error(problem)
        unread = registry.unread()
        for path, why in unread.items():
            print_error(f"Not read: {path}: {why}")
        if unknown or not registry.runs:
            known = ", ".join(sorted(registry.runs)[:10])
            where = printable_path(wanted.logdir)
            return _print_refusal(
                f"There is no run {unknown[0]}; runs: {known}."
                if unknown and known
                else f"There are no rollout logs below {where}."
            )
        base = Path(wanted.out).expanduser() if wanted.out else Path(found[0].path)
        written = [
            _write_run(Board(indexer), name, base, wanted) for name in wanted.runs or sorted(registry.runs)
        ]
    finally:
        indexer.stop()
    return 0 if all(written) and not unread else 1


def _print_refusal(reason: str) -> int:
    print_error(f"rlboard scalars: {reason}")
    return 2


def _write_run(board: Board, name: str, base: Path, wanted: ScalarsArguments) -> bool:
    """Write the event file of one run and print its path; False where it is not written."""
    run = board.registry.runs[name]
    try:
        points = _scalar_points(board, name)
        path = _write_event_file(run, base / name, points, wanted)
    except RefusedError as reason:
        print_error(f"{name}: {reason}")
        return False
    except OSError as error:
        print_error(f"{name}: {error.strerror or error}")
        return False
    curves = len({tag for _, values in points for tag in values})
    steps = len({step for step, _ in points})
    left = f" ({counted(run.problems, 'problem')} in its logs: the tab lists what)" if run.problems else ""
    print_line(f"{name}: {counted(curves, 'curve')} of {counted(steps, 'step')} written to {path}{left}")
    info = next(info for info in board.runs().runs if info.run == name)
    notices = (notice.text for notice in info.notices if notice.kind != "settings")  # these are said already
    for sentence in filter(None, [info.mapping_doubt, *notices]):
        print_error(f"{name}: {sentence}")
    return True


def _scalar_points(board: Board, name: str) -> list[tuple[int, dict[str, float]]]:
    """The points of a run, ordered by step: step, and value by tag; one point for each step and split."""
    info = next(info for info in board.runs().runs if info.run == name)
    has = {metric.name for metric in info.metrics}
    chosen = tuple(mean for mean in METRICS if mean in has)
    if "entropies_mean" in chosen:
        chosen = tuple(mean for mean in chosen if mean != "surprise_mean")
    points = []
    for split in info.splits:
        answer = board.steps(StepsQuestion(Selection(name, split=split), metrics=chosen))
        columns = {mean: answer.metrics[mean].mean for mean in chosen if mean in answer.metrics}
        if "reward" in columns:
            columns["reward_std"] = answer.metrics["reward"].std
        columns |= {
            share: answer.step_metrics[share] for share in STEP_METRICS if share in answer.step_metrics
        }
        for at, step in enumerate(answer.step):
            values = {column: numbers[at] for column, numbers in columns.items()}
            finite = {
                column: float(value)
                for column, value in values.items()
                if isinstance(value, int | float) and math.isfinite(value)
            }
            if finite:
                points.append((step, scalar_tags(split, finite)))
    return sorted(points, key=lambda point: point[0])


def _write_event_file(
    run: RunIndex, folder: Path, points: Sequence[tuple[int, dict[str, float]]], wanted: ScalarsArguments
) -> Path:
    """Write an event file whole or not at all; gives its path.

    Raises:
        RefusedError: there is nothing to write, or there are such scalars already.
        OSError: it cannot be written.
    """
    if not points:
        raise RefusedError("no step has a number that could be written")
    before = [
        path for place in (folder, folder / PLUGIN_NAME) for path in place.glob(f"*tfevents*{FILE_SUFFIX}")
    ]
    if before and not wanted.force:
        raise RefusedError(f"{before[0]} has such scalars already; --force writes them all the same.")
    # The rows do not say when a step was; the log was last written when its last step was over.
    last = max(file.state.mtime_ns for file in run.files.values()) / 1e9
    making = EventFile(folder, f".rlboard.{COMMAND_SUFFIX}")
    target = making.folder
    try:
        files = [Path(file.path) for file in run.files.values() if not is_address(file.path)]
        if files:
            making.declare_files(sorted(files), {})
        for step, values in points:
            making.write_scalars(step, values, last)
        making.close()
        for path in before:
            if path.name.endswith(COMMAND_SUFFIX):
                path.unlink()
        event_path = target / file_name(COMMAND_SUFFIX)
        (target / f".rlboard.{COMMAND_SUFFIX}").replace(event_path)
    finally:
        making.close()
        (target / f".rlboard.{COMMAND_SUFFIX}").unlink(missing_ok=True)
    return event_path
