"""File systems below the log directory that do not answer: a file server that is gone, a FUSE process that hangs.

Whoever asks such a file system for anything waits in the operating system, for as long as it is silent, and nothing ends that.
So each mounted one that depends on somebody else is asked by a thread of its own before a walk enters it. One that says
nothing is left out, until its thread has come back.
"""

from __future__ import annotations

import os
import re
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from tensorboard_plugin_rlboard.sources.local_files import read_beginning

_TABLE = Path("/proc/self/mountinfo")
"""Of Linux; elsewhere nothing is known of mounts, and all of them are entered."""
_WAIT_S = 5.0
"""Seconds that an answer is waited for. What takes longer is left out, and entered at a later look."""
_OWN = frozenset(
    {"btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "squashfs", "tmpfs", "vfat", "xfs", "zfs"}
)
"""Kinds of file systems of this machine's own disks and memory."""
_ENTRIES = 20
_OCTAL = re.compile(r"\\([0-7]{3})")


@dataclass
class _Asked:
    """A mount that a thread looks at."""

    answered: threading.Event = field(default_factory=threading.Event)


class Mounts:
    """Which mounts are silent; used by the thread that walks.

    Args:
        table: the list of what is mounted, as Linux writes it.
    """

    def __init__(self, table: Path = _TABLE, wait_s: float = _WAIT_S) -> None:
        self._table = table
        self._wait_s = wait_s
        self._mounted: dict[str, bool] = {}
        self._asked: dict[str, _Asked] = {}
        self._silent: dict[str, str] = {}
        self._entered: dict[str, str] = {}

    def begin_look(self) -> None:
        """Notes what is mounted now. What was silent is asked once more, if it has answered meanwhile."""
        self._silent, self._mounted, self._entered = {}, {}, {}
        with suppress(OSError):
            for line in self._table.read_text("utf-8", "surrogateescape").splitlines():
                before, _, after = line.partition(" - ")
                where = _OCTAL.sub(lambda found: chr(int(found[1], 8)), before.split(" ")[4])
                self._mounted[where] = after.split(" ")[0] not in _OWN

    def silence_at(self, path: str, *, is_entry: bool = False) -> str:
        """Why a folder or file must not be asked for anything, as a sentence; empty where it may.

        Args:
            path: its path.
            is_entry: whether the folder that it lies in has answered and it is no link: then only a mount leads elsewhere.
        """
        where = self._real(path)
        if where not in self._mounted:
            if is_entry:
                return ""
            with suppress(OSError):
                where = os.path.normpath(Path(where).parent / os.readlink(path))  # noqa: PTH115  the link's own text
        mount = self._mount_of(where)
        if not self._mounted.get(mount) or self._answers(mount):
            return ""
        reason = f"It lies on a file system that does not answer ({mount}). What is there is shown when it answers again."
        self._silent[path] = reason
        return reason

    def enter(self, root: str) -> None:
        """Notes the real path of a folder that has answered: mounts are known by theirs."""
        self._entered[root] = os.path.realpath(root)

    def silence_of(self, path: str) -> str:
        """The same of a file that an earlier look has found, by what this look has found of the folders above it."""
        return next((why for above, why in self._silent.items() if path.startswith(above)), "")

    def _real(self, path: str) -> str:
        """Where a path leads, as far as the folders are known that were entered."""
        for root, real in self._entered.items():
            if path.startswith(root.rstrip("/") + "/"):
                return os.path.normpath(real + "/" + path[len(root) :])
        return str(Path(path).absolute())

    def _mount_of(self, path: str) -> str:
        above = [
            mount for mount in self._mounted if path == mount or path.startswith(mount.rstrip("/") + "/")
        ]
        return max(above, key=len, default="")

    def _answers(self, mount: str) -> bool:
        """Whether a mount answers; whoever has not answered yet is not waited for again."""
        asked = self._asked.get(mount)
        if asked is None:
            asked = self._asked[mount] = _Asked()
            threading.Thread(target=_ask, args=(mount, asked), name="rlboard-mount", daemon=True).start()
            asked.answered.wait(self._wait_s)
        if not asked.answered.is_set():
            return False
        del self._asked[mount]
        return True


def _ask(mount: str, asked: _Asked) -> None:
    """Looks at a mount, its listing and the first byte of a file; an error is an answer, too."""
    with suppress(OSError), os.scandir(mount) as entries:
        for entry in islice(entries, _ENTRIES):
            if entry.is_file():
                read_beginning(entry.path, 1)
                break
    asked.answered.set()


mounts = Mounts()
