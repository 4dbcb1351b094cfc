"""The command ``rlboard index``: finds the files, has their parts built, and says what was done."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tensorboard_plugin_rlboard.cluster.job import Counts, Job
from tensorboard_plugin_rlboard.cluster.process_engine import Inline, Pool
from tensorboard_plugin_rlboard.cluster.progress import Progress, duration, size
from tensorboard_plugin_rlboard.cluster.ray_engine import MissingRayError, RayEngine, RayUnreachableError
from tensorboard_plugin_rlboard.index.cache.local_store import BOUND, LocalStore, default_folder
from tensorboard_plugin_rlboard.sources.addresses import is_address, printable
from tensorboard_plugin_rlboard.sources.discovery.logdir import roots
from tensorboard_plugin_rlboard.sources.discovery.walk import Scan, scan

FEW = 32 * 1024**2
"""Bytes up to which no processes are started."""
_SHOWN = 10
_NO_RUNS = """There are no rollout logs below {where}.
What would be found: files *.jsonl, *.jsonl.gz and *.jsonl.zst in that folder and all folders below it, one JSON object
a line, with a "response" or "response_tokens" and one of "step", "reward", "prompt" or a list of token values."""
_NO_RAY = 'Ray is not installed: pip install "tensorboard-plugin-rlboard[ray]" (or leave out --engine ray).'


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for.

    Attributes:
        source: a folder or an address.
        engine: `local` or `ray`.
        workers: how many at a time; 0 for one per processor.
        address: of a Ray cluster; else empty.
        cache_dir: the folder that the index goes to; empty for the user's cache folder.
        beside: whether it goes beside the data instead.
    """

    source: str
    engine: str = "local"
    workers: int = 0
    address: str = ""
    cache_dir: str = ""
    beside: bool = False


class RefusedError(Exception):
    """The command cannot begin; the message says why."""


def index(wanted: Wanted) -> int:
    """Indexes; returns the exit code: 0 all is indexed, 1 not all, 2 nothing could be begun, 130 interrupted."""
    try:
        cache = _cache(wanted)
        found = _find(wanted)
        files = [file for run in found.runs.values() for file in run]
        progress = Progress(sum(file.size for file in files))
        begun = time.monotonic()
        with _terminable():
            counts, finished = _work(wanted, found, cache, progress)
    except RefusedError as error:
        sys.stderr.write(f"rlboard index: {error}\n")
        return 2
    read = {file.path for run in found.runs.values() for file in run}
    failures = counts.failures | {
        problem.path: problem.reason
        for problem in found.problems
        if problem.path.rpartition(".")[0] not in read  # compressed, and beside it the same file plain
    }
    _report(wanted, found, counts, failures, time.monotonic() - begun)
    if not finished:
        sys.stderr.write("Interrupted. What is done is kept: the same command goes on from here.\n")
        return 130
    if not counts.files and not failures:
        sys.stderr.write(_NO_RUNS.format(where=printable(wanted.source)) + "\n")
        return 1
    return 1 if failures else 0


def _cache(wanted: Wanted) -> LocalStore | None:
    """Where the index goes; None for beside the data."""
    if wanted.beside:
        return None
    if is_address(wanted.cache_dir):
        message = "--cache-dir is a folder that TensorBoard can open. For an address use --beside."
        raise RefusedError(message)
    folder = Path(wanted.cache_dir).expanduser().absolute() if wanted.cache_dir else default_folder()
    try:
        cache = LocalStore(folder)
        if cache.writable and wanted.cache_dir:
            cache.unbound()
    except OSError as error:
        raise RefusedError(f"The index cannot be kept in {folder}: {error.strerror or error}.") from None
    if not cache.writable:
        raise RefusedError(f"The index cannot be kept in {folder}: it may not be written.")
    return cache


def _find(wanted: Wanted) -> Scan:
    where = printable(wanted.source)
    if not is_address(wanted.source):
        folder = Path(wanted.source).expanduser()
        if not folder.exists():
            raise RefusedError(f"There is no such directory: {where}")
        if not folder.is_dir():
            raise RefusedError(f"{where} is a file; give the folder that it lies in.")
    found = scan(roots(wanted.source, ""))
    if (
        not found.runs
        and found.problems
        and found.problems[0].path == printable(roots(wanted.source, "")[0].path)
    ):
        raise RefusedError(f"{where}: {found.problems[0].reason}")
    return found


def _work(wanted: Wanted, found: Scan, cache: LocalStore | None, progress: Progress) -> tuple[Counts, bool]:
    """Does the job; returns the counts, and whether it came to its end."""
    files = [file for run in found.runs.values() for file in run]
    if not files:
        return Counts(), True
    engine: Inline | Pool | RayEngine | None = None
    job = Job(files, cache, roots(wanted.source, ""))
    try:
        first = job.take(wait=True)
        if first is not None:
            job.put_back(first)
            engine = _engine(wanted, sum(file.size for file in files) - job.counts.position)
            for task, outcome in engine.run(job):
                job.give(task, outcome)
                progress.draw(job.counts)
    except KeyboardInterrupt:
        job.save()
        return job.counts, False
    except OSError as error:
        raise RefusedError(f"The index cannot be written: {error.strerror or error}.") from None
    finally:
        progress.clear()
        job.close()
        if engine is not None:
            engine.close()
    return job.counts, True


def _engine(wanted: Wanted, left: int) -> Inline | Pool | RayEngine:
    if wanted.engine == "ray":
        try:
            return RayEngine(wanted.workers, wanted.address)
        except MissingRayError:
            raise RefusedError(_NO_RAY) from None
        except RayUnreachableError as error:
            raise RefusedError(f"No Ray cluster answers: {error}") from None
    workers = wanted.workers or os.cpu_count() or 1
    return Inline() if left < FEW else Pool(workers)


@contextmanager
def _terminable() -> Iterator[None]:
    """A job that is told to end (by a scheduler, say) ends as it would by Ctrl-C."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread is ever told
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _report(wanted: Wanted, found: Scan, counts: Counts, failures: dict[str, str], seconds: float) -> None:
    say = sys.stdout.write
    runs = f"{_count(counts.files, 'file')} of {_count(len(found.runs), 'run')}"
    if wanted.beside:
        place = "in folders .rlboard beside the data, where TensorBoard finds it"
    elif wanted.cache_dir:
        place = f"in {wanted.cache_dir}; open it with --rlboard_cache_dir {wanted.cache_dir}"
    else:
        place = f"in {default_folder()}, where TensorBoard finds it"
    if counts.parts:
        rate = f"{size(counts.bytes)} in {duration(seconds)}, {size(counts.bytes / max(seconds, 0.001))}/s"
        say(f"Indexed {runs}: {counts.samples:,} samples; read {rate}.\n")
        say(f"The index: {_count(counts.parts, 'new part')} of {size(counts.part_bytes)} {place}.\n")
    elif counts.files and not failures:
        say(f"Nothing to do: {runs} are indexed already, {place}.\n")
    if counts.problems:
        say(f"{_count(counts.problems, 'problem')} in lines that were read; the tab RL Board lists them.\n")
    if not wanted.cache_dir and not wanted.beside and counts.part_bytes > BOUND:
        bound = size(BOUND)
        say(
            f"This folder keeps {bound} and forgets what lay unused for longest: use --cache-dir or --beside.\n"
        )
    for what, entries in (("No rollout log", counts.ignored), ("Not indexed", failures)):
        stream = sys.stderr if entries is failures else sys.stdout
        for relative in sorted(entries)[:_SHOWN]:
            stream.write(f"{what}: {relative}: {entries[relative]}\n")
        if len(entries) > _SHOWN:
            stream.write(f"… and {len(entries) - _SHOWN} more.\n")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
