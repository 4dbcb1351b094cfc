"""File systems below the log directory that do not answer: a file server that is gone, a FUSE process that hangs.

Whoever asks such a file system for anything waits in the operating system, for as long as it is silent, and nothing ends that.
So each mounted one that depends on somebody else is asked by a thread of its own before a walk enters it. One that says
nothing is left out, until its thread has come back. One may also go silent later, while its files are read: who answers
requests reads them by a thread of its own as well (`run_in_time`), and so does `rlboard index` (`run_while_active`); the thread that
indexes is replaced (`note_held`).
"""

from __future__ import annotations

import errno
import os
import re
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from tensorboard_plugin_rlboard.operating_system import thread_cpu_seconds
from tensorboard_plugin_rlboard.sources.local_files import is_below, note_asked_path, read_beginning

if TYPE_CHECKING:
    from collections.abc import Callable

_Answer = TypeVar("_Answer")
_TABLE = Path("/proc/self/mountinfo")
"""Of Linux; elsewhere nothing is known of mounts, and all of them are entered."""
_WAIT_S = 5.0
"""Seconds that an answer is waited for. What takes longer is left out, and entered at a later look."""
_OWN = frozenset(
    {"btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "squashfs", "tmpfs", "vfat", "xfs", "zfs"}
)
"""Kinds of file systems of this machine's own disks and memory."""
_ENTRIES = 20
_PATIENCE_S, _LOOKS = 10.0, 20
"""Seconds without any computing after which work with a file counts as held, and how often is looked meanwhile."""
_OCTAL = re.compile(r"\\([0-7]{3})")


class SilentError(OSError):
    """A file lies on a file system that does not answer; the text says so, as a part of a sentence."""

    def __init__(self, mount: str) -> None:
        super().__init__(errno.ETIMEDOUT, f"it lies on a file system that does not answer ({mount})")


@dataclass
class _Asked:
    """What a thread asks a mount for.

    Attributes:
        answered: set when the mount has answered.
        answer, error: what it has.
    """

    answered: threading.Event = field(default_factory=threading.Event)
    answer: Any = None
    error: Exception | None = None


class Mounts:
    """Which mounts are silent. A walk is made by one thread; `run_in_time` and `foreign_mount` may be called by any.

    Args:
        table: the list of what is mounted, as Linux writes it.
        wait_s: seconds that an answer is waited for.
    """

    def __init__(self, table: Path = _TABLE, wait_s: float = _WAIT_S) -> None:
        self._table = table
        self._wait_s = wait_s
        self._mounted: dict[str, bool] = {}
        self._asked: dict[str, _Asked] = {}
        self._silent: dict[str, str] = {}
        self._entered: dict[str, str] = {}
        self._foreign: dict[str, str] = {}  # path below which all lies on a mount -> the mount

    def begin_scan(self) -> None:
        """Notes what is mounted now. What was silent is asked once more, if it has answered meanwhile."""
        self._silent, self._mounted, self._entered = {}, {}, {}
        with suppress(OSError):
            for line in self._table.read_text("utf-8", "surrogateescape").splitlines():
                before, _, after = line.partition(" - ")
                where = _OCTAL.sub(lambda found: chr(int(found[1], 8)), before.split(" ")[4])
                self._mounted[where] = after.split(" ")[0] not in _OWN

    def check_silence(self, path: str, *, is_entry: bool = False) -> str:
        """Asks the mount of a folder or file; returns why it must not be asked for anything, as a sentence, empty where it may.

        Args:
            path: its path.
            is_entry: whether the folder that it lies in has answered and it is no link: then only a mount leads elsewhere.
        """
        note_asked_path(path)
        where = self._real(path)
        if where not in self._mounted:
            if is_entry:
                return ""
            with suppress(OSError):
                where = os.path.normpath(Path(where).parent / os.readlink(path))  # noqa: PTH115  the link's own text
        mount = self._mount_of(where)
        if not self._mounted.get(mount):
            self._foreign.pop(path, None)
            return ""
        self._foreign[path] = mount
        if self._answers(mount):
            return ""
        self._silent[path] = _reason(mount)
        return self._silent[path]

    def note_entered(self, root: str) -> None:
        """Notes the real path of a folder that has answered: mounts are known by theirs."""
        self._entered[root] = os.path.realpath(root)

    def known_silence(self, path: str) -> str:
        """Why a file must not be asked for anything, by what this scan has found of the folders above it; asks nothing."""
        return next((why for above, why in self._silent.items() if is_below(path, above)), "")

    def foreign_mount(self, path: str) -> str:
        """The mount that depends on somebody else and holds a file, by the looks so far; empty for none."""
        found = [above for above in tuple(self._foreign) if is_below(path, above)]
        return self._foreign.get(max(found, key=len, default=""), "")

    def note_foreign(self, path: str, mount: str) -> None:
        """Notes what another process has found out: on which mount a file lies; empty for none."""
        if mount:
            self._foreign[path] = mount

    def run_while_active(self, path: str, work: Callable[[], _Answer]) -> _Answer:
        """As `run_in_time`, for work that may take long: it is left alone once its thread computes nothing for long.

        Raises:
            SilentError: as `run_in_time`.
            Exception: what the work raises.
        """
        return cast("_Answer", self._run_apart(path, work, _has_gone_on))

    def run_in_time(self, path: str, work: Callable[[], Any], wait_s: float | None = None) -> Any:
        """Does some work with a file and returns its result; the work is left alone where the file system does not answer.

        Args:
            path: the file.
            work: called by a thread of its own where the file lies on a mount that depends on somebody else.
            wait_s: seconds that it is waited for there, where these are others than usual.

        Raises:
            SilentError: the mount has not answered in time, or not yet what it was asked before.
            Exception: what the work raises.
        """
        seconds = self._wait_s if wait_s is None else wait_s
        return self._run_apart(path, work, lambda _, answered: answered.wait(seconds))

    def _run_apart(
        self,
        path: str,
        work: Callable[[], Any],
        is_answered: Callable[[threading.Thread, threading.Event], bool],
    ) -> Any:
        mount = self.foreign_mount(path)
        if not mount:
            return work()
        before = self._asked.get(mount)
        if before is not None and not before.answered.is_set():
            raise SilentError(mount)
        asked = _Asked()

        def ask() -> None:
            try:
                asked.answer = work()
            except Exception as error:  # noqa: BLE001  raised again where the answer is waited for
                asked.error = error
            asked.answered.set()

        thread = threading.Thread(target=ask, name="rlboard-mount", daemon=True)
        thread.start()
        if not is_answered(thread, asked.answered):
            self._asked[mount] = asked
            raise SilentError(mount)
        if asked.error is not None:
            raise asked.error
        return asked.answer

    @property
    def is_any_silent(self) -> bool:
        """Whether a mount has not answered yet what it was asked."""
        return any(not asked.answered.is_set() for asked in tuple(self._asked.values()))

    def note_held(self, path: str) -> Callable[[], None] | None:
        """Notes that a thread is held by a file for long, whose mount counts as silent from now on.

        Returns:
            To be called when the thread goes on; None where the file lies on no mount that depends on somebody else.
        """
        mount = self.foreign_mount(path)
        if not mount:
            return None
        asked = self._asked[mount] = _Asked()
        return asked.answered.set

    def _real(self, path: str) -> str:
        """Where a path leads, as far as the folders are known that were entered."""
        for root, real in self._entered.items():
            if path.startswith(root.rstrip("/") + "/"):
                return os.path.normpath(real + "/" + path[len(root) :])
        return str(Path(path).absolute())

    def _mount_of(self, path: str) -> str:
        return max((mount for mount in self._mounted if is_below(path, mount)), key=len, default="")

    def _answers(self, mount: str) -> bool:
        """Whether a mount answers; whoever has not answered yet is not waited for again."""
        asked = self._asked.get(mount)
        if asked is None:
            asked = self._asked[mount] = _Asked()
            threading.Thread(target=_ask, args=(mount, asked), name="rlboard-mount", daemon=True).start()
            asked.answered.wait(self._wait_s)
        if not asked.answered.is_set():
            return False
        if self._asked.get(mount) is asked:
            del self._asked[mount]
        return True


def _has_gone_on(thread: threading.Thread, answered: threading.Event) -> bool:
    """Waits for an answer for as long as the thread that asks computes: whoever copies from a slow server does."""
    computed, quiet = -1.0, 0
    while not answered.wait(_PATIENCE_S / _LOOKS):
        seconds = thread_cpu_seconds(thread)
        quiet = quiet + 1 if seconds is not None and seconds == computed else 0
        computed = -1.0 if seconds is None else seconds
        if quiet >= _LOOKS:
            return answered.is_set()
    return True


def _reason(mount: str) -> str:
    return f"It lies on a file system that does not answer ({mount}). What is there is shown when it answers again."


def _ask(mount: str, asked: _Asked) -> None:
    """Looks at a mount, its listing and the first byte of a file; an error is an answer, too."""
    with suppress(OSError), os.scandir(mount) as entries:
        for entry in islice(entries, _ENTRIES):
            if entry.is_file():
                read_beginning(entry.path, 1)
                break
    asked.answered.set()


mounts = Mounts()
