"""Files that answer up to a place and then never, as those of a file server that is gone in the middle of a read."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tensorboard_plugin_rlboard.index.replaceable_thread import ReplaceableThread
from tensorboard_plugin_rlboard.sources import local_files
from tensorboard_plugin_rlboard.sources import mounts as mounts_module
from tensorboard_plugin_rlboard.sources.mounts import mounts

_WAITS_S = 60.0


class _SilentFile(io.FileIO):
    """A file of which nobody gets what lies behind a place, until they are let go."""

    def __init__(self, descriptor: int, end: int, goes_on: threading.Event) -> None:
        super().__init__(descriptor, "rb")
        self._end = end
        self._goes_on = goes_on

    def readinto(self, buffer: Any) -> int | None:
        at = self.tell()
        if at >= self._end:
            self._goes_on.wait()
            return super().readinto(buffer)
        return super().readinto(memoryview(buffer).cast("B")[: self._end - at])

    def readall(self) -> bytes:
        if self._goes_on.wait():
            return super().readall()
        return b""


@contextmanager
def silent_from(folder: Path, end: int, table: Path, patch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A folder is taken for the mount of a file server that answers for so many bytes of each file; patience is short.

    Args:
        folder: it.
        end: bytes of each file that are there.
        table: where the list of mounts is written.
        patch: takes all of it back.

    Yields:
        What lets go all who wait, when it is set; they are let go at the end.
    """
    goes_on = threading.Event()
    table.write_text(
        f"1 1 98:0 / / rw - ext4 disk rw\n2 1 98:0 / {folder} rw - nfs4 server:/data rw\n", "utf-8"
    )
    open_descriptor, fdopen, silent = local_files._descriptor, os.fdopen, set[int]()

    def descriptor(path: str | os.PathLike[str]) -> int:
        opened = open_descriptor(path)
        if Path(path).is_relative_to(folder):
            silent.add(opened)
        else:
            silent.discard(opened)
        return opened

    def open_file(opened: int, *arguments: Any, **named: Any) -> Any:
        if opened not in silent:
            return fdopen(opened, *arguments, **named)
        silent.discard(opened)
        return io.BufferedReader(_SilentFile(opened, end, goes_on))

    patch.setattr(local_files, "_descriptor", descriptor)
    patch.setattr(os, "fdopen", open_file)
    patch.setattr(mounts, "_table", table)
    patch.setattr(mounts_module, "_PATIENCE_S", 0.4)
    patch.setattr(ReplaceableThread.__init__, "__defaults__", (0.4, 0.05))
    try:
        yield goes_on
    finally:
        goes_on.set()
        for thread in threading.enumerate():
            if thread.name in {"rlboard-index", "rlboard-mount"}:
                thread.join(_WAITS_S)
        mounts.begin_scan()
        mounts._foreign.clear()
