"""Unpacks packed files into a temporary folder, so that their lines can be read again by their offsets.

Each file is unpacked once, as a stream. When an archive has grown (members appended, or its last one continued) only
what was added is unpacked; a container that has changed is unpacked anew. The folder has a budget: the files that were
not used for longest are removed, and unpacked anew at their next use.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.compressed.decompression import Decompressor
from tensorboard_plugin_rlboard.sources.compressed.unpack_jobs import UnpackJobs
from tensorboard_plugin_rlboard.sources.compressed.unpacked_file import (
    UnpackedFile,
    file_signature,
    file_size,
    remove_file,
)
from tensorboard_plugin_rlboard.sources.compressed.unpacked_files import UnpackedFiles
from tensorboard_plugin_rlboard.sources.compressed.unpacking import (
    TakesLongError,
    TornError,
    unpack_added,
    unpack_rest,
)
from tensorboard_plugin_rlboard.sources.containers.base import Damage
from tensorboard_plugin_rlboard.sources.local_files import MTIME_TICK_NS

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from tensorboard_plugin_rlboard.sources.containers.base import FileKind

BUDGET_BYTES = 8 * 1024**3
INLINE_SECONDS = 0.3
"""For so long a file is unpacked in this process; what takes longer is begun anew in one of its own."""
INLINE_BYTES = 1024 * 1024
"""Bytes of a container from which no such attempt is made: one row of it may hold very many."""
INLINE_UNPACKED_BYTES = 8 * 1024 * 1024
"""Bytes to which a container may be unpacked in this process: few kilobytes of it may be gigabytes."""


def is_settled(signature: tuple[int, ...]) -> bool:
    """Whether a change of the file from now on would show in a signature of `unpacked_file`."""
    return abs(time.time_ns() - signature[1]) > MTIME_TICK_NS


class UnpackCache:
    """Unpacked files within a budget, for any number of threads.

    Args:
        open_stored: Opens a packed file by its path, as it is stored.
        kind_of: Says how the rows of a file are stored.
        budget: Bytes of all unpacked files together; at most half of what is free on the disk is used.
    """

    def __init__(
        self,
        open_stored: Callable[[str], BinaryIO],
        kind_of: Callable[[str], FileKind],
        budget: int = BUDGET_BYTES,
    ) -> None:
        self._open_stored = open_stored
        self._kind_of = kind_of
        self.files = UnpackedFiles(budget)
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self.jobs = UnpackJobs(self.files)
        self._long: set[str] = set()

    def open(self, path: str) -> BinaryIO:
        """Open the unpacked file of a packed one; where there is none, it is unpacked first.

        Raises:
            OSError: If the packed file cannot be read, its kind needs a package that is missing, or the temporary
                folder is full.
        """
        while True:
            entry = self.files.use(path)
            if entry is None:
                with self._lock_of(path):
                    if self.files.find(path) is None:
                        self._unpack(path, None, settled=False)
                continue
            try:
                return entry.path.open("rb")
            except FileNotFoundError:  # it made room for another just now
                self.files.drop(path, entry)

    def open_current(self, path: str) -> BinaryIO:
        """Open the unpacked file, brought up to date with the packed file first.

        Args:
            path: Path of the packed file.

        Raises:
            OSError: As ``open``.
        """
        signature = file_signature(path)
        if signature is None:
            with self._lock_of(path):
                self._unpack(path, None, settled=False)
        else:
            self.update(path, signature, settled=is_settled(signature))
        return self.open(path)

    def update(self, path: str, signature: tuple[int, ...], *, settled: bool) -> int:
        """Bring the unpacked file up to date with the packed file.

        Args:
            path: Path of the packed file.
            signature: Signature of the packed file (`unpacked_file`).
            settled: Whether a later change would show in it.

        Returns:
            The size of the unpacked file in bytes.

        Raises:
            OSError: As ``open``.
        """
        with self._lock_of(path):
            entry = self.files.find(path)
            if entry is not None and entry.signature == signature and entry.settled:
                return entry.size
            job = self.jobs.take(path)
            if job is not None and job.entry.signature == signature:
                return self.jobs.finish(path, job).size
            if job is not None:
                job.stop()
            if entry is None or not self._continue(path, entry):
                entry = self._unpack(path, signature, settled=settled)
            entry.signature, entry.settled = signature, settled
            return entry.size

    def is_current(self, path: str, signature: tuple[int, ...], *, settled: bool) -> bool:
        """Whether ``update`` would have nothing to wait for; where it would, a process begins to unpack the file.

        An error is none to wait for: ``update`` raises it.

        Args:
            path: Path of the packed file.
            signature: Its signature (`unpacked_file`).
            settled: Whether a later change would show in it.
        """
        with self._lock_of(path):
            is_done = self.jobs.is_done(path)
            if is_done is not None:
                return is_done
            entry = self.files.find(path)
            is_same = entry is not None and entry.signature == signature and entry.settled
            if is_same or (entry is not None and entry.kind.container is None):
                return True
            try:
                if self._unpack_inline(path, signature, settled=settled) is not None:
                    return True
                if self.jobs.has_room:
                    job = self.jobs.begin(path, self._kind_of(path), signature, settled=settled)
                    self.jobs.add(path, job)
            except OSError:
                return True
            return False

    def is_waiting(self, path: str) -> bool:
        """Whether a process unpacks a file right now, or has to, and others are busy with other files."""
        is_done = self.jobs.is_done(path)
        return path in self._long and not self.jobs.has_room if is_done is None else not is_done

    def damage(self, path: str) -> str:
        """One sentence that says what of a packed file could not be unpacked; empty where all could."""
        return self.files.damage(path).reason

    def clear(self) -> None:
        """Remove every unpacked file, and end what unpacks more."""
        self.jobs.stop()
        self.files.clear()

    def _lock_of(self, path: str) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(path, threading.Lock())

    def _unpack(self, path: str, signature: tuple[int, ...] | None, *, settled: bool) -> UnpackedFile:
        """Unpack a file whole: here where that takes a moment, else by a process, which is waited for."""
        job = self.jobs.take(path)
        if job is None:
            entry = self._unpack_inline(path, signature, settled=settled)
            if entry is not None:
                return entry
            job = self.jobs.begin(path, self._kind_of(path), signature, settled=settled)
        return self.jobs.finish(path, job)

    def _unpack_inline(
        self, path: str, signature: tuple[int, ...] | None, *, settled: bool
    ) -> UnpackedFile | None:
        """Unpack a file in this process; None where that takes longer than a moment. Nobody else has remote ones."""
        kind, is_remote = self._kind_of(path), is_address(path)
        if kind.container is not None and not is_remote and file_size(path) > INLINE_BYTES:
            self._long.add(path)
        if path in self._long:
            return None
        decompressor = None if kind.container is not None else Decompressor(kind.compression)
        target, use = self.files.new_target()
        entry = UnpackedFile(target, signature, settled, kind, decompressor, last_use=use)
        until = time.monotonic() + INLINE_SECONDS

        def has_room(size: int) -> bool:
            is_large = kind.container is not None and size > INLINE_UNPACKED_BYTES
            if (is_large or time.monotonic() > until) and not is_remote:
                raise TakesLongError
            return self.files.make_room(path, size)

        try:
            damage = unpack_rest(path, entry, self._open_stored, has_room)
        except TakesLongError:
            remove_file(target)
            self._long.add(path)
            return None
        except TornError as error:
            return self.files.keep(path, entry, Damage(error.damage), is_torn=True)
        except OSError:
            remove_file(target)
            raise
        return self.files.keep(path, entry, damage)

    def _continue(self, path: str, entry: UnpackedFile) -> bool:
        """Unpack what was appended to an archive; False where it has changed in another way."""
        if self._kind_of(path) != entry.kind:
            return False
        try:
            damage = unpack_added(
                path, entry, self._open_stored, lambda size: self.files.make_room(path, size)
            )
        except OSError:
            self.files.drop(path, entry)
            raise
        if damage is not None:
            self.files.note_damage(path, damage)
        return damage is not None
