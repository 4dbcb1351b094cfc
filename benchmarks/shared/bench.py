"""What all benchmarks share: rows that run alone or together, and logs that are written once."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from benchmarks import generate
from benchmarks.shared import machine
from benchmarks.shared.figure import HEAD, Figure, table_line

SIZES = ("quick", "usual", "full")
MAX_OTHER_CORES = 0.15
"""Cores that others may use before a warning: beyond it wall-clock times say little."""


class SkipError(Exception):
    """A row cannot be measured here; the message says why, in a sentence."""


class Workspace:
    """A folder for logs and kept indexes. Temporary, unless the user names one that keeps the logs for the next time."""

    def __init__(self, folder: Path | None = None) -> None:
        self._own = Path(tempfile.mkdtemp(prefix="rlboard-bench-"))
        self._logs, self._temporary = folder or self._own / "logs", folder is None
        self._logs.mkdir(parents=True, exist_ok=True)
        self._used: set[str] = set()

    def log(self, log: generate.Log, run: str = "run") -> Path:
        """A log directory with the log as its only run; written where it is not there yet."""
        name = "-".join(str(value) for value in asdict(log).values())
        self._used.add(name)
        whole, target = self._logs / f"{name}.whole", self._logs / name
        if not whole.exists():
            shutil.rmtree(target, ignore_errors=True)
            generate.write(log, target / run)
            whole.touch()
        return target

    def logs(self, runs: dict[str, generate.Log]) -> Path:
        """A log directory with several runs."""
        folder = self.empty_folder("-".join(runs))
        for run, log in runs.items():
            (folder / run).symlink_to(self.log(log, run) / run, target_is_directory=True)
        return folder

    def remove_unused_logs(self) -> None:
        """After each row: removes temporary logs that the last row did not use. Rows that share a log stand together."""
        for whole in tuple(self._logs.glob("*.whole")) if self._temporary else ():
            if whole.stem not in self._used:
                whole.unlink()
                shutil.rmtree(whole.with_suffix(""))
        self._used.clear()

    def empty_folder(self, name: str) -> Path:
        """An empty folder that is gone afterwards; one of that name is emptied."""
        shutil.rmtree(self._own / name, ignore_errors=True)
        (self._own / name).mkdir()
        return self._own / name

    def close(self) -> None:
        """Removes everything that is not to be kept."""
        shutil.rmtree(self._own, ignore_errors=True)


def megabytes(folder: Path) -> float:
    """The rollout files below a folder, in units of 1e6 bytes."""
    return sum(path.stat().st_size for path in folder.rglob("*.jsonl")) / 1e6


S = TypeVar("S")


@dataclass(frozen=True)
class Row(Generic[S]):
    """One benchmark.

    Attributes:
        name: as `--only` takes it.
        title: a heading.
        sizes: for each of SIZES, a frozen dataclass whose fields are also options of the row alone.
        measure: yields figures as they come.
    """

    name: str
    title: str
    sizes: dict[str, S]
    measure: Callable[[S, Workspace], Iterator[Figure]]


@dataclass
class Outcome:
    """The figures of one row, or why there are none."""

    name: str
    title: str
    figures: list[Figure]
    seconds: float = 0.0
    busy_cores: float = 0.0
    skipped: str = ""
    failed: str = ""


def run_row(row: Row[Any], size: Any, workspace: Workspace, judged: bool) -> Outcome:
    """Runs one row and prints its figures as they come; `judged` says whether they are within their reach."""
    print(f"\n### {row.title}\n", flush=True)
    outcome = Outcome(row.name, row.title, [], busy_cores=machine.busy_cores())
    begin = time.perf_counter()
    try:
        for figure in row.measure(size, workspace):
            if not outcome.figures:
                print(*HEAD, sep="\n")
            outcome.figures.append(figure)
            print(table_line(figure, judged), flush=True)
    except SkipError as reason:
        outcome.skipped = str(reason)
        print(f"\nLeft out: {reason}", flush=True)
    except Exception as error:  # noqa: BLE001 (the rows behind it are measured all the same)
        outcome.failed = f"{type(error).__name__}: {error}"
        traceback.print_exc()
    outcome.seconds = time.perf_counter() - begin
    outcome.busy_cores = max(outcome.busy_cores, machine.busy_cores())
    if outcome.busy_cores > MAX_OTHER_CORES:
        print(
            f"\nWarning: other processes used {outcome.busy_cores:.1f} cores; do not quote these.", flush=True
        )
    return outcome


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that every row and `run.py` have."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--quick", action="store_const", const="quick", dest="size", help="a smoke, no figures"
    )
    group.add_argument("--full", action="store_const", const="full", dest="size", help="the figures to quote")
    parser.set_defaults(size="usual")
    parser.add_argument(
        "--data", type=Path, help="keep the logs here for the next time (else they are temporary)"
    )
    parser.add_argument("--json", type=Path, help="write the figures here, too")


def run(rows: Sequence[Row[Any]], args: argparse.Namespace, sizes: Sequence[Any] = ()) -> dict[str, Any]:
    """Runs rows in turn, writes the JSON where one is wanted, and removes what it made. Returns what it wrote.

    Args:
        rows: what to measure.
        args: the options of `add_options`.
        sizes: one for each row, where they are not the row's own.
    """
    previous_handler = signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(143)
    )  # so that whatever was started is ended
    facts = machine.description()
    print(", ".join(f"{name} {value}" for name, value in facts.items()), flush=True)
    workspace, outcomes = Workspace(args.data), []
    try:
        for row, size in zip(rows, sizes or [row.sizes[args.size] for row in rows], strict=True):
            outcomes.append(run_row(row, size, workspace, args.size == "full"))
            workspace.remove_unused_logs()
    finally:
        workspace.close()
        signal.signal(signal.SIGTERM, previous_handler)
    results = {"size": args.size, "machine": facts, "rows": [asdict(outcome) for outcome in outcomes]}
    if args.json is not None:
        args.json.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return results


def run_alone(row: Row[Any], text: str) -> None:
    """The command line of one row: the options of all, and every field of its sizes."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    for field in fields(row.sizes["usual"]):
        usual = getattr(row.sizes["usual"], field.name)
        several = isinstance(usual, tuple)
        kind = type(usual[0] if several else usual)
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=kind, nargs="+" if several else None)
    args = parser.parse_args()
    options = {f.name: getattr(args, f.name) for f in fields(row.sizes["usual"])}
    chosen = {k: tuple(v) if isinstance(v, list) else v for k, v in options.items() if v is not None}
    results = run([row], args, [replace(row.sizes[args.size], **chosen)])
    sys.exit(bool(results["rows"][0]["failed"]))
