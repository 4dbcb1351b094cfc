"""The process that unpacks one file: the command line names the file and the target, the result goes to standard output."""

from __future__ import annotations

import errno
import os
import pickle
import shutil
import sys
import threading
from pathlib import Path

from tensorboard_plugin_rlboard.operating_system import end_with_parent, limit_memory, lower_process_priority
from tensorboard_plugin_rlboard.sources.compressed.decompression import Decompressor
from tensorboard_plugin_rlboard.sources.compressed.unpack_process import Unpacked, memory_sentence
from tensorboard_plugin_rlboard.sources.compressed.unpacked_file import UnpackedFile
from tensorboard_plugin_rlboard.sources.compressed.unpacking import TornError, unpack_rest
from tensorboard_plugin_rlboard.sources.containers.base import NO_DAMAGE, Damage
from tensorboard_plugin_rlboard.sources.containers.row_stream import UnreadableFileError
from tensorboard_plugin_rlboard.sources.kinds.file_kinds import file_kind
from tensorboard_plugin_rlboard.sources.local_files import open_regular
from tensorboard_plugin_rlboard.sources.mounts import SilentError, mounts

_LOOK_BYTES = 64 * 1024 * 1024
"""Bytes written between two looks at how much of the disk is free."""
_MIN_FREE_BYTES = 256 * 1024 * 1024
"""Bytes of the temporary folder's disk that are never used, whatever the budget is: others write there, too."""


class _Room:
    """Whether more may be written: while the parent says nothing else and the disk is not full."""

    def __init__(self, target: Path) -> None:
        self.ended = threading.Event()
        self._folder = target.parent
        self._look_at = 0

    def __call__(self, size: int) -> bool:
        if size >= self._look_at:
            self._look_at = size + _LOOK_BYTES
            if shutil.disk_usage(self._folder).free < _MIN_FREE_BYTES:
                return False
        return not self.ended.is_set()


def unpack(path: str, target: Path, room: _Room, memory: int) -> Unpacked:
    """Unpacks a file and says what became of it, whatever that is; `memory` is what this process may have, bytes."""
    kind = file_kind(path)
    decompressor = None if kind.container is not None else Decompressor(kind.compression)
    entry = UnpackedFile(target, None, False, kind, decompressor)
    damage, is_torn = NO_DAMAGE, False
    try:
        damage = unpack_rest(path, entry, open_regular, room)
    except TornError as error:
        damage, is_torn = Damage(error.damage), True
    except UnreadableFileError as error:
        return Unpacked(damage=Damage(str(error.strerror)), is_unreadable=True)
    except MemoryError:
        return Unpacked(error=(errno.ENOMEM, memory_sentence(memory)))
    except OSError as error:
        return Unpacked(error=(error.errno or errno.EIO, error.strerror or str(error)))
    is_corrupt = decompressor is not None and bool(decompressor.damage)
    # Who goes on behind zeros has to know of them, and reads the archive again.
    is_odd = decompressor is not None and bool(decompressor.truncation or decompressor.padding)
    ends_a_member = decompressor is not None and not is_odd and not is_corrupt
    return Unpacked(
        entry.size,
        damage,
        entry.consumed,
        entry.head,
        entry.tail,
        entry.is_cut_off,
        decompressor.members if ends_a_member and decompressor is not None else -1,
        is_corrupt,
        is_torn,
    )


def unpack_while_active(path: str, target: Path, room: _Room, memory: int, mount: str) -> Unpacked:
    """The same; where the file lies on a mount that falls silent, that is what became of it."""
    mounts.note_foreign(path, mount)
    try:
        return mounts.run_while_active(path, lambda: unpack(path, target, room, memory))
    except SilentError as error:
        return Unpacked(error=(errno.ETIMEDOUT, error.strerror or ""))


def main() -> None:
    """Unpacks what the command line names."""
    results = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing else may write into the result
    lower_process_priority()
    path, target, memory, mount = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    limit_memory(memory)
    room = _Room(target)
    end_with_parent(sys.stdin.fileno(), room.ended.set)
    pickle.dump(unpack_while_active(path, target, room, memory, mount), results)
    results.flush()


if __name__ == "__main__":
    main()
