"""The command `rlboard scalars`: step means of logs that exist already, as scalars in an event file of their run.

The one command that writes into the log directory, because that is what it is asked for.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index.cache.local_store import default_folder
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.index.update.background import BackgroundIndexer
from tensorboard_plugin_rlboard.sources.addresses import is_address, printable
from tensorboard_plugin_rlboard.sources.discovery.logdir import roots
from tensorboard_plugin_rlboard.writing.output.event_file import ENDING, PLUGIN, EventFile, file_name, tags

MADE = f".scalars{ENDING}"
"""What the names of this command's event files end in."""
MEANS = (
    "reward", "ref_reward", "reward_gap", "k3_mean", "log_ratio_mean", "mismatch_k3_mean", "entropies_mean",
    "surprise_mean", "n_tokens",
)  # fmt: skip
SHARES = ("truncation_share", "zero_advantage_groups", "n_samples")


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for.

    Attributes:
        source: the log directory.
        runs: names of runs; none for all.
        out: a folder that gets a folder for each run; empty for the runs' own folders.
        force: write although there are such scalars already.
    """

    source: str
    runs: Sequence[str] = ()
    out: str = ""
    force: bool = False


class RefusedError(Exception):
    """Something is not done; the message says why."""


def scalars(wanted: Wanted) -> int:
    """Writes; returns the exit code: 0 all is written, 1 something is not, 2 nothing could be begun."""
    if is_address(wanted.source) and not wanted.out:
        return _refuse("An address is only read. Say where the event files go: --out DIR.")
    if not is_address(wanted.source) and not Path(wanted.source).expanduser().is_dir():
        return _refuse(f"There is no such directory: {printable(wanted.source)}")
    found = roots(wanted.source, "")
    registry = Registry(found, default_folder())
    indexer = BackgroundIndexer(registry, 0)
    try:
        indexer.index_now()
        unknown = [name for name in wanted.runs if name not in registry.runs]
        if unknown or not registry.runs:
            known = ", ".join(sorted(registry.runs)[:10])
            where = printable(wanted.source)
            return _refuse(
                f"There is no run {unknown[0]}; runs: {known}."
                if unknown and known
                else f"There are no rollout logs below {where}."
            )
        base = Path(wanted.out).expanduser() if wanted.out else Path(found[0].path)
        done = [_one(Board(indexer), name, base, wanted) for name in wanted.runs or sorted(registry.runs)]
    finally:
        indexer.stop()
    return 0 if all(done) else 1


def _refuse(reason: str) -> int:
    sys.stderr.write(f"rlboard scalars: {reason}\n")
    return 2


def _one(board: Board, name: str, base: Path, wanted: Wanted) -> bool:
    """Writes the event file of one run and says so; False where it is not written."""
    run = board.registry.runs[name]
    try:
        points = _points(board, name)
        path = _write(run, base / name, points, wanted)
    except RefusedError as reason:
        sys.stderr.write(f"{name}: {reason}\n")
        return False
    except OSError as error:
        sys.stderr.write(f"{name}: {error.strerror or error}\n")
        return False
    curves = len({tag for _, values in points for tag in values})
    steps = len({step for step, _ in points})
    left = f" ({run.problems:,} problems in its logs: the tab lists them)" if run.problems else ""
    sys.stdout.write(f"{name}: {curves} curves of {steps:,} steps written to {path}{left}\n")
    return True


def _points(board: Board, name: str) -> list[tuple[int, dict[str, float]]]:
    """Values by tag of each step and split; by steps."""
    info = next(info for info in board.runs().runs if info.run == name)
    has = {metric.name for metric in info.metrics}
    chosen = tuple(mean for mean in MEANS if mean in has)
    if "entropies_mean" in chosen:
        chosen = tuple(mean for mean in chosen if mean != "surprise_mean")
    points = []
    for split in info.splits:
        answer = board.steps(Selection(name, split=split), metrics=chosen)
        columns = {mean: answer.metrics[mean].mean for mean in chosen if mean in answer.metrics}
        if "reward" in columns:
            columns["reward_std"] = answer.metrics["reward"].std
        columns |= {share: answer.step_metrics[share] for share in SHARES if share in answer.step_metrics}
        for at, step in enumerate(answer.step):
            values = {column: numbers[at] for column, numbers in columns.items()}
            finite = {
                column: float(value)
                for column, value in values.items()
                if isinstance(value, int | float) and math.isfinite(value)
            }
            if finite:
                points.append((step, tags(split, finite)))
    return sorted(points, key=lambda point: point[0])


def _write(
    run: RunIndex, folder: Path, points: Sequence[tuple[int, dict[str, float]]], wanted: Wanted
) -> Path:
    """Writes an event file whole or not at all; returns its path.

    Raises:
        RefusedError: there is nothing to write, or there are such scalars already.
        OSError: it cannot be written.
    """
    if not points:
        raise RefusedError("no step has a number that could be written")
    before = [path for place in (folder, folder / PLUGIN) for path in place.glob(f"*tfevents*{ENDING}")]
    if before and not wanted.force:
        raise RefusedError(f"{before[0]} has such scalars already; --force writes them all the same.")
    # The rows do not say when a step was; the log was last written when its last step was over.
    last = max(file.state.mtime_ns for file in run.files.values()) / 1e9
    making = EventFile(folder, f".rlboard.{MADE}")
    target = making.folder
    try:
        files = [Path(file.path) for file in run.files.values() if not is_address(file.path)]
        if files:
            making.names(sorted(files), {})
        for step, values in points:
            making.scalars(step, values, last)
        making.close()
        for path in before:
            if path.name.endswith(MADE):
                path.unlink()
        made = target / file_name(MADE)
        (target / f".rlboard.{MADE}").replace(made)
    finally:
        making.close()
        (target / f".rlboard.{MADE}").unlink(missing_ok=True)
    return made
