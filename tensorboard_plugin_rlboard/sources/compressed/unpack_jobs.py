"""The processes that unpack files while nobody waits for them, and what they have unpacked until somebody asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.compressed.unpack_process import UnpackProcess
from tensorboard_plugin_rlboard.sources.compressed.unpacked_file import UnpackedFile, remove_file
from tensorboard_plugin_rlboard.sources.compressed.unpacking import TornError
from tensorboard_plugin_rlboard.sources.containers.base import Damage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tensorboard_plugin_rlboard.sources.compressed.unpacked_files import UnpackedFiles
    from tensorboard_plugin_rlboard.sources.containers.base import FileKind

_MAX_JOBS = 2
"""Files that are unpacked at once."""
_POLL_SECONDS = 0.1


class UnpackJobs:
    """Packed file -> the process that unpacks it.

    Args:
        files: Where it is unpacked to, within its budget.
    """

    def __init__(self, files: UnpackedFiles) -> None:
        self._files = files
        self._jobs: dict[str, UnpackProcess] = {}

    @property
    def has_room(self) -> bool:
        """Whether one more may begin."""
        return len(self._jobs) < _MAX_JOBS

    @property
    def paths(self) -> tuple[list[str], list[str]]:
        """The files that are being unpacked, and those that are unpacked and nobody has asked for yet."""
        done = [path for path, job in tuple(self._jobs.items()) if job.is_done]
        return [path for path in tuple(self._jobs) if path not in done], done

    def begin(
        self, path: str, kind: FileKind, signature: tuple[int, ...] | None, *, settled: bool
    ) -> UnpackProcess:
        """Begin to unpack a file for somebody who waits, whether there is room or not; see `UnpackedFile`.

        Raises:
            OSError: No process can be started, or there is no temporary folder.
        """
        target, use = self._files.new_target()
        return UnpackProcess(path, UnpackedFile(target, signature, settled, kind, None, last_use=use))

    def add(self, path: str, job: UnpackProcess) -> None:
        """Let a process go on while nobody waits for it."""
        self._jobs[path] = job

    def take(self, path: str) -> UnpackProcess | None:
        """The process of a file, which is nobody's from now on but the caller's; None where there is none."""
        return self._jobs.pop(path, None)

    def is_done(self, path: str) -> bool | None:
        """Whether the process of a file has ended; None where there is none. It goes on only while there is room."""
        job = self._jobs.get(path)
        if job is None:
            return None
        self._watch(path, job)
        return job.is_done

    def finish(self, path: str, job: UnpackProcess) -> UnpackedFile:
        """Wait for a process, and take over what it has unpacked.

        Raises:
            OSError: What ended it.
        """
        while not job.wait(_POLL_SECONDS):
            self._watch(path, job)
        try:
            damage = job.finish()
        except TornError as error:
            return self._files.keep(path, job.entry, Damage(error.damage), is_torn=True)
        except OSError:
            remove_file(job.entry.path)
            raise
        return self._files.keep(path, job.entry, damage)

    def wait(self, seconds: float) -> None:
        """Wait until one of them has ended, at most so long."""
        jobs = tuple(self._jobs.items())
        if jobs and not any(job.is_done for _, job in jobs):
            jobs[0][1].wait(seconds)
        for path, job in jobs:
            self._watch(path, job)

    def stop(self, paths: Iterable[str] | None = None) -> None:
        """End those of some files, by default of all, and forget what they have unpacked."""
        for path in tuple(self._jobs) if paths is None else paths:
            job = self._jobs.pop(path, None)
            if job is not None:
                job.stop()

    def _watch(self, path: str, job: UnpackProcess) -> None:
        """Have a process end where it is, once there is no room for more."""
        if not self._files.make_room(path, job.written):
            job.stop_at_budget()
