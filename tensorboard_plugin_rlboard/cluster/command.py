"""The command ``rlboard index``: finds the files, has their parts built, and says what was done."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tensorboard_plugin_rlboard.cluster.job import IndexJob, JobCounts
from tensorboard_plugin_rlboard.cluster.precomputation import Precomputation
from tensorboard_plugin_rlboard.cluster.process_engine import InlineEngine, ProcessEngine
from tensorboard_plugin_rlboard.cluster.progress import Progress, duration, size
from tensorboard_plugin_rlboard.cluster.ray_engine import MissingRayError, RayEngine, RayUnreachableError
from tensorboard_plugin_rlboard.index.cache.cache_folder import default_folder, named_folder
from tensorboard_plugin_rlboard.index.cache.local_store import SIZE_LIMIT, LocalStore
from tensorboard_plugin_rlboard.operating_system import command_line
from tensorboard_plugin_rlboard.sources.addresses import is_address, printable_path
from tensorboard_plugin_rlboard.sources.discovery.given_path import reason_unusable
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.sources.discovery.walk import SourceListing, list_sources
from tensorboard_plugin_rlboard.terminal import print_error, print_line
from tensorboard_plugin_rlboard.texts import counted

INLINE_BYTES = 32 * 1024**2
"""Bytes up to which no processes are started."""
_MAX_NAMED = 10
_NO_RUNS = """There are no rollout logs below {where}.
What would be found: files of any name in that folder and all folders below it, JSON lines, JSON, CSV or Parquet, whose
rows have a "response" or "response_tokens" and one of "step", "reward", "prompt" or a list of token values."""
_NO_RAY = "Ray is not installed: pip install ray (or leave out --engine ray)."


@dataclass(frozen=True)
class IndexArguments:
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


class CannotBeginError(Exception):
    """The command cannot begin; the message says why."""


def index(arguments: IndexArguments) -> int:
    """Indexes; returns the exit code: 0 all is indexed, 1 not all, 2 nothing could be begun, 130 interrupted."""
    try:
        cache = _cache(arguments)
        scanned = _scan(arguments)
        files = [file for run in scanned.runs.values() for file in run]
        progress = Progress(sum(file.size for file in files))
        begun = time.monotonic()
        with _interrupted_by_sigterm():
            precomputation = Precomputation(arguments.source, cache)
            counts, finished = _run_job(arguments, scanned, cache, progress, precomputation)
            if finished and precomputation.is_left:
                finished = _precompute(precomputation, is_late=not counts.parts)
    except CannotBeginError as error:
        print_error(f"rlboard index: {error}")
        return 2
    read = {file.path for run in scanned.runs.values() for file in run}
    failures = counts.failures | {
        problem.path: problem.reason
        for problem in scanned.problems
        if problem.path.rpartition(".")[0] not in read  # compressed, and beside it the same file plain
    }
    _report(arguments, scanned, counts, failures, time.monotonic() - begun, finished=finished)
    if not finished:
        print_error("Interrupted. What is done is kept: the same command goes on from here.")
        return 130
    if not counts.files and not failures:
        print_error(_NO_RUNS.format(where=printable_path(arguments.source)))
        return 1
    return 1 if failures else 0


def _cache(arguments: IndexArguments) -> LocalStore | None:
    """Where the index goes; None for beside the data."""
    if arguments.beside:
        return None
    if is_address(arguments.cache_dir):
        message = "--cache-dir is a folder that TensorBoard can open. For an address use --beside."
        raise CannotBeginError(message)
    try:
        folder = named_folder(arguments.cache_dir) if arguments.cache_dir else default_folder()
    except ValueError as error:
        raise CannotBeginError(f"{error} --cache-dir says where the index goes.") from None
    try:
        cache = LocalStore(folder)
        if cache.writable and arguments.cache_dir:
            cache.remove_size_limit()
    except OSError as error:
        raise CannotBeginError(f"The index cannot be kept in {folder}: {error.strerror or error}.") from None
    if not cache.writable:
        raise CannotBeginError(f"The index cannot be kept in {folder}: it may not be written.")
    return cache


def _scan(arguments: IndexArguments) -> SourceListing:
    where = printable_path(arguments.source)
    reason = reason_unusable(arguments.source)
    if reason:
        raise CannotBeginError(reason)
    scanned = list_sources(parse_roots(arguments.source, ""))
    if (
        not scanned.runs
        and scanned.problems
        and scanned.problems[0].path == printable_path(parse_roots(arguments.source, "")[0].path)
    ):
        raise CannotBeginError(f"{where}: {scanned.problems[0].reason}")
    return scanned


def _run_job(
    arguments: IndexArguments,
    scanned: SourceListing,
    cache: LocalStore | None,
    progress: Progress,
    precomputation: Precomputation,
) -> tuple[JobCounts, bool]:
    """Does the job; returns the counts, and whether it came to its end."""
    files = [file for run in scanned.runs.values() for file in run]
    if not files:
        return JobCounts(), True
    engine: InlineEngine | ProcessEngine | RayEngine | None = None
    job = IndexJob(files, cache, parse_roots(arguments.source, ""))
    try:
        first = job.next_task(wait=True)
        if first is not None:
            job.return_task(first)
            precomputation.note_left()
            engine = _engine(arguments, sum(file.size for file in files) - job.counts.position)
            for task, result in engine.run(job):
                job.add_result(task, result)
                progress.draw(job.counts)
    except KeyboardInterrupt:
        job.save_manifests()
        return job.counts, False
    except OSError as error:
        raise CannotBeginError(f"The index cannot be written: {error.strerror or error}.") from None
    finally:
        progress.clear()
        job.close()
        for problem in job.settings.problems:
            print_error(problem)
        if engine is not None:
            engine.close()
    return job.counts, True


def _precompute(precomputation: Precomputation, *, is_late: bool) -> bool:
    """Adds what belongs to whole runs; returns whether it came to its end. The index is whole without it."""
    try:
        precomputation.finish()
    except KeyboardInterrupt:
        return False
    except Exception as error:  # noqa: BLE001 (TensorBoard computes it at its first start)
        print_error(f"Curves and prompts are left to TensorBoard ({type(error).__name__}: {error}).")
    else:
        if is_late:
            print_line("Gathered curves and prompts, which an earlier call had left.")
    return True


def _engine(arguments: IndexArguments, left: int) -> InlineEngine | ProcessEngine | RayEngine:
    if arguments.engine == "ray":
        try:
            return RayEngine(arguments.workers, arguments.address)
        except MissingRayError:
            raise CannotBeginError(_NO_RAY) from None
        except RayUnreachableError as error:
            raise CannotBeginError(f"No Ray cluster answers: {error}") from None
    workers = arguments.workers or os.cpu_count() or 1
    return InlineEngine() if left < INLINE_BYTES else ProcessEngine(workers)


@contextmanager
def _interrupted_by_sigterm() -> Iterator[None]:
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


def _report(
    arguments: IndexArguments,
    scanned: SourceListing,
    counts: JobCounts,
    failures: dict[str, str],
    seconds: float,
    *,
    finished: bool,
) -> None:
    runs = f"{counted(counts.files, 'file')} of {counted(len(scanned.runs), 'run')}"
    if arguments.beside:
        where = "in folders .rlboard beside the data, where TensorBoard finds it"
    elif arguments.cache_dir:
        where = f"in {arguments.cache_dir}; open it with {command_line(['--rlboard_cache_dir', arguments.cache_dir])}"
    else:
        where = f"in {default_folder()}, where TensorBoard finds it"
    if counts.parts:
        rate = f"{size(counts.bytes)} in {duration(seconds)}, {size(counts.bytes / max(seconds, 0.001))}/s"
        print_line(f"Indexed {runs}: {counted(counts.samples, 'sample')}; read {rate}.")
        print_line(f"The index: {counted(counts.parts, 'new part')} of {size(counts.part_bytes)} {where}.")
    elif counts.files and finished and not failures:
        print_line(f"Nothing to do: {runs} are indexed already, {where}.")
    if counts.problems:
        print_line(
            f"{counted(counts.problems, 'problem')} in lines that were read; the tab RL Board lists them."
        )
    if not arguments.cache_dir and not arguments.beside and counts.part_bytes > SIZE_LIMIT:
        bound = size(SIZE_LIMIT)
        print_line(
            f"This folder keeps {bound} and forgets what lay unused for longest: use --cache-dir or --beside."
        )
    for what, entries in (("No rollout log", counts.ignored), ("Not indexed", failures)):
        tell = print_error if entries is failures else print_line
        for relative in sorted(entries)[:_MAX_NAMED]:
            tell(f"{what}: {relative}: {entries[relative]}")
        if len(entries) > _MAX_NAMED:
            tell(f"… and {len(entries) - _MAX_NAMED} more.")
