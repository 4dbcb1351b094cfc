"""A process beside TensorBoard's that unpacks one file, so that its time and memory hold up nobody."""

from __future__ import annotations

import errno
import pickle
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.compressed.decompression import Decompressor
from tensorboard_plugin_rlboard.sources.compressed.unpacking import TornError
from tensorboard_plugin_rlboard.sources.containers.base import NO_DAMAGE, Damage
from tensorboard_plugin_rlboard.sources.containers.row_stream import UnreadableFileError
from tensorboard_plugin_rlboard.sources.mounts import mounts
from tensorboard_plugin_rlboard.texts import plural

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.sources.compressed.unpacked_file import UnpackedFile

MODULE = "tensorboard_plugin_rlboard.sources.unpack_worker"
MAX_MEMORY = 3 * 1024**3
"""Bytes of memory that one process may have: 64 MB of JSON in one value become up to 1.5 GB of objects."""

_MAX_TRIES = 3
"""Processes that are started for one file until one has a word to say: what killed them may have been meant for others."""
_END_S = 2.0
"""Seconds that a process that has said its last word, or is killed, is waited for."""


@dataclass(frozen=True)
class Unpacked:
    """What the process says at its end.

    Attributes:
        size: Bytes that it wrote.
        damage: What could not be unpacked.
        consumed, head, tail, is_cut_off: As in `UnpackedFile`, for an archive.
        members: Members of an archive up to `consumed`, where this is behind the end of one; else -1.
        is_corrupt: Whether nothing behind that place can be read.
        is_torn: Whether a container ends in the middle.
        is_unreadable: Whether a container has no row that can be read; `damage` says why.
        error: Number and text of an error of the system; (0, "") where there was none.
    """

    size: int = 0
    damage: Damage = NO_DAMAGE
    consumed: int = 0
    head: bytes = b""
    tail: bytes = b""
    is_cut_off: bool = False
    members: int = -1
    is_corrupt: bool = False
    is_torn: bool = False
    is_unreadable: bool = False
    error: tuple[int, str] = (0, "")


def memory_sentence(most: int) -> str:
    """What is said of a file that takes more memory to unpack than it may have."""
    return f"it takes more than {most >> 20:,} MB of memory to unpack; write one row a line, as JSON lines"


class UnpackProcess:
    """Unpacks a local file; where a process is killed before it has said what became of it, another one begins anew.

    Args:
        path: The packed file.
        entry: Where it is unpacked to. Its facts are filled in by `finish`.

    Raises:
        OSError: If no process can be started.
    """

    def __init__(self, path: str, entry: UnpackedFile) -> None:
        self.entry = entry
        words = [path, str(entry.path), str(MAX_MEMORY), mounts.foreign_mount(path)]
        self._command = [sys.executable, "-m", MODULE, *words]
        self._lock = threading.Lock()
        self._tries, self._is_stopped = 0, False
        self._process = self._started()

    @property
    def is_done(self) -> bool:
        """Whether it has ended, and no other one takes its place."""
        with self._lock:
            if self._process.poll() is None:
                return False
            return self._process.returncode == 0 or not self._begins_anew()

    def _started(self) -> subprocess.Popen[bytes]:
        self._tries += 1
        return subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 (our own module)

    def _begins_anew(self) -> bool:
        """Starts another process in the place of one that was killed; False where enough were, or none can be started."""
        if self._tries >= _MAX_TRIES or self._is_stopped:
            return False
        try:
            self.entry.path.unlink(missing_ok=True)
            anew = self._started()
        except OSError:
            return False
        self._close()
        self._process = anew
        return True

    @property
    def written(self) -> int:
        """Bytes that are unpacked by now."""
        try:
            return self.entry.path.stat().st_size
        except OSError:
            return 0

    def wait(self, seconds: float) -> bool:
        """Wait for its end, at most so long; returns whether it has ended."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self.is_done

    def stop_at_budget(self) -> None:
        """Have it end where it is: what it wrote so far stays, and is said to be cut off."""
        if self._process.stdin is not None:
            with suppress(OSError, ValueError):
                self._process.stdin.write(b"\n")
                self._process.stdin.flush()

    def stop(self) -> None:
        """End it, and remove what it wrote."""
        with self._lock:
            self._is_stopped = True
            self._process.kill()
            self._close()
        with suppress(OSError):
            self.entry.path.unlink(missing_ok=True)

    def finish(self) -> Damage:
        """Take over what it says once it has ended; returns what could not be unpacked.

        Raises:
            TornError: A container ends in the middle.
            OSError: The file cannot be read, or it ended without a word.
        """
        output = b"" if self._process.stdout is None else self._process.stdout.read()
        self._close()
        try:
            result: Unpacked = pickle.loads(output)  # noqa: S301 (from our own child)
        except (pickle.UnpicklingError, EOFError):
            code, tries = self._process.returncode, self._tries
            reason = f"the process that unpacks it ended ({code}) in {tries:,} {plural(tries, 'attempt', 'attempts')}; it may need more memory than there is"
            raise OSError(errno.ENOMEM, reason) from None
        if result.is_unreadable:
            raise UnreadableFileError(result.damage.reason)
        if result.error != (0, ""):
            raise OSError(*result.error)
        entry = self.entry
        entry.size, entry.is_cut_off = result.size, result.is_cut_off
        entry.consumed, entry.head, entry.tail = result.consumed, result.head, result.tail
        if result.is_corrupt:
            entry.damage = result.damage.reason
        if result.members >= 0:
            entry.decompressor = Decompressor(entry.kind.compression, result.members, result.consumed)
        if result.is_torn:
            raise TornError(result.damage.reason)
        return result.damage

    def _close(self) -> None:
        with suppress(subprocess.TimeoutExpired):  # a file system that is gone may hold it, killed or not
            self._process.wait(_END_S)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
