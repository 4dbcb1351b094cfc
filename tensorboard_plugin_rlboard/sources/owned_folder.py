"""Temporary folders that are removed with their process; what a killed process has left, the next one removes.

A folder is its owner's as long as a lock on a file in it is held. Its age says nothing: a TensorBoard runs for weeks.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
import weakref
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from tensorboard_plugin_rlboard.operating_system import is_own_folder, try_lock

logger = logging.getLogger(__name__)
PREFIX = "rlboard-"
_LOCK = "owner.lock"
_SUFFIX = ".owned"
"""Of folders that are made here: an empty one without a lock is of a process that was killed while it made or removed it."""
_FILES = "files"
_TRIES = 20
_END_SECONDS = 0.5
_REMOVING_SECONDS = 2.0
"""For so long is waited for the end of a folder that somebody else has locked."""


class OwnedFolder:
    """An empty folder below the temporary one, removed by `cleanup`, with this object, or with the process.

    Args:
        purpose: A word for its name.

    Attributes:
        path: Where it lies; nothing of ours is in it.

    Raises:
        OSError: If none can be made.
    """

    def __init__(self, purpose: str) -> None:
        for _ in range(_TRIES):
            outer = Path(tempfile.mkdtemp(_SUFFIX, f"{PREFIX}{purpose}-"))
            try:
                lock = (outer / _LOCK).open("xb")
            except FileNotFoundError:  # swept, as it was empty
                continue
            # Between making and locking it, somebody who sweeps may have taken it for one that was left.
            is_locked = try_lock(lock)
            if (outer / _LOCK).exists() and (is_locked or not _is_being_removed(outer)):
                break
            lock.close()
        else:
            raise FileNotFoundError(f"{outer} was removed while it was made")
        if not is_locked:
            logger.info(
                "%s has no locks: what is left there by a process that was killed stays", outer.parent
            )
        self.path = outer / _FILES
        self.path.mkdir()
        _owned.add(self)
        self._finalizer = weakref.finalize(self, _remove, outer, lock)

    def cleanup(self) -> None:
        """Remove the folder and all in it."""
        self._finalizer()


_owned: weakref.WeakSet[OwnedFolder] = weakref.WeakSet()


def clean_up() -> None:
    """End the processes that this one has started, and remove the folders of all of them: this one ends by force."""
    from multiprocessing import active_children, util  # noqa: PLC0415 (for `--help` nothing is loaded that takes long)

    for process in active_children():
        process.kill()
        process.join(_END_SECONDS)
    util._run_finalizers(0)  # type: ignore[attr-defined]  # noqa: SLF001  those of semaphores, which would be told of as leaked: nothing public does it
    for folder in tuple(_owned):
        folder.cleanup()
    sweep_left_folders()


def sweep_left_folders() -> int:
    """Remove the folders of processes that were killed; returns how many those were.

    Only folders of this user go: those that hold a lock file which nobody has locked, and empty ones that were to get one.
    """
    removed = 0
    for outer in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if not is_own_folder(outer):
            continue
        try:
            lock = (outer / _LOCK).open("r+b")
        except OSError:  # another kind of folder, gone by now, or not yet or no more with a lock
            if outer.name.endswith(_SUFFIX):
                with suppress(OSError):  # there is something in it
                    outer.rmdir()
                    removed += 1
            continue
        if try_lock(lock):
            _remove(outer, lock)
            removed += 1
        else:
            lock.close()
    return removed


def _is_being_removed(outer: Path) -> bool:
    """Whether a folder whose lock somebody else got goes within a moment; it stays where a file system has no locks."""
    end = time.monotonic() + _REMOVING_SECONDS
    while (outer / _LOCK).exists():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def _remove(outer: Path, lock: BinaryIO) -> None:
    """Remove what is in a folder first and its lock last, so that what is left of it can be found again."""
    shutil.rmtree(outer / _FILES, ignore_errors=True)
    with suppress(OSError):  # Windows removes no open file, and lets nobody else do so meanwhile
        (outer / _LOCK).unlink()
    lock.close()
    shutil.rmtree(outer, ignore_errors=True)
