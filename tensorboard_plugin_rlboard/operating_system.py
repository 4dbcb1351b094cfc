"""What Linux, macOS and Windows do each in their own way, in one place: locks on files, priorities, signals, a parent's end.

Everything else is written for all three: paths through `pathlib`, processes started as new Pythons and never forked.
"""

from __future__ import annotations

import ctypes
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")
fcntl: Any
msvcrt: Any
resource: Any
try:
    import resource
except ImportError:  # Windows
    resource = None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
try:
    import msvcrt
except ImportError:  # everywhere else
    msvcrt = None

DATABASE_NICE = 5
"""Of the database's own threads, which hold no lock of Python: behind those that do, and behind whoever waits for an answer.
The thread that indexes is not: whoever stands behind others keeps the interpreter's lock while it waits for a core, and everybody
in the process waits with it. At 5, on a machine that was busy with others (a load of 25 on two cores), it had computed 0.3 of the 6.9 s
for which it held the lock longer than 6 ms at a time; request threads 1.2 of 9.8 s. And 210 small runs, which it builds itself, took
230 and 253 s at 5, 65 and 142 s as it is now, by turns at a load of 17 to 37."""
OPEN_TO_READ = (
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)
"""Flags of `os.open`; not every system has all of them. Without O_NONBLOCK, opening a pipe waits for somebody who writes."""
PROCESS_NICE = 10
"""Of the processes beside it, behind all threads and behind whatever the user looks at. They yield, and never sleep."""


def try_lock(file: BinaryIO) -> bool:
    """Lock an open file for this process without waiting; the lock ends with the file object or the process.

    Returns:
        Whether it is locked now; False where another open file has the lock, or where this system has no locks.
    """
    try:
        if fcntl is not None:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if msvcrt is not None:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            return True
    except OSError:  # somebody has it, or the file system knows no locks
        return False
    return False


def address_space_limit() -> int | None:
    """Bytes of addresses that this process may have (``ulimit -v``); None where nothing limits them."""
    if resource is None:
        return None
    most = int(resource.getrlimit(resource.RLIMIT_AS)[0])
    return None if most == resource.RLIM_INFINITY else most


def limit_memory(most: int) -> None:
    """Have this process get no more than so many bytes of memory, on Linux: it hears of it by a MemoryError.

    Elsewhere the system knows no such limit, or does not keep it.
    """
    if resource is not None and sys.platform == "linux":
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def is_own_folder(path: str | os.PathLike[str]) -> bool:
    """Whether a path is a folder, no link to one, of this user."""
    try:
        found = os.lstat(path)
    except OSError:
        return False
    is_mine = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    return is_mine and (found.st_mode & 0o170000) == 0o040000


def lower_process_priority(nice: int = PROCESS_NICE) -> None:
    """Put this process behind those that somebody waits for; where there are no such priorities nothing happens."""
    if hasattr(os, "nice"):
        with suppress(OSError):
            os.nice(nice)


def run_at_lower_priority(work: Callable[[], Result]) -> Result:
    """Do something by a thread that stands behind the others of its process, as do all threads that it starts, on Linux.

    Elsewhere a priority is that of the whole process, which is TensorBoard's.

    Returns:
        What the work returns.

    Raises:
        Exception: What the work raises.
    """
    done: Future[Result] = Future()

    def run() -> None:
        if sys.platform == "linux":
            with suppress(OSError):
                me = threading.get_native_id()
                nice = os.getpriority(os.PRIO_PROCESS, me) + DATABASE_NICE
                os.setpriority(os.PRIO_PROCESS, me, nice)
        try:
            done.set_result(work())
        except Exception as error:  # noqa: BLE001 (whoever waits is told)
            done.set_exception(error)

    threading.Thread(target=run, name="rlboard-yielding", daemon=True).start()
    return done.result()


def thread_cpu_seconds(thread: threading.Thread) -> float | None:
    """Seconds that a thread has computed so far, in Python or in the system.

    Returns None for a thread that has ended or not begun, and where the system does not say.
    """
    if sys.platform != "linux" or not thread.is_alive() or thread.native_id is None:
        return None
    # What clock_getcpuclockid(3) makes of a thread's number: the bits of the number, inverted, above "one thread, as it is
    # scheduled". `time.pthread_getcpuclockid` reads the thread's own memory, which is gone when the thread has just ended.
    clock = (~thread.native_id << 3) | 0b110
    try:
        return time.clock_gettime(clock)
    except OSError:  # it has ended since
        return None


def release_free_memory() -> None:
    """Give memory that nothing holds any more back to the system, where its allocator keeps it for later (glibc)."""
    with suppress(
        AttributeError, OSError, TypeError
    ):  # another allocator; on Windows there is no such library
        ctypes.CDLL(None).malloc_trim(0)


def discard_output() -> None:
    """Discard what is still to be written to the standard output: whoever read it has ended."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def end_with_parent(stdin: int, on_end: Callable[[], object]) -> None:
    """End this process as soon as its standard input ends, which is when its parent does, killed or not.

    Args:
        stdin: Descriptor of the standard input; nobody else reads from it.
        on_end: Called in a thread of its own for each byte that the parent writes.
    """

    def watch() -> None:
        with suppress(OSError, ValueError):
            while os.read(stdin, 1):
                on_end()
        os._exit(1)

    threading.Thread(target=watch, name="rlboard-parent", daemon=True).start()


def ignore_interrupts() -> None:
    """Ignore Ctrl-C in a process that works for another one: that one gets it, too, and ends this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def end_process_group(process: subprocess.Popen[bytes]) -> None:
    """End what a process has started and left behind: one that was the first of a session of its own."""
    if hasattr(os, "killpg"):
        with suppress(OSError):  # nothing is left
            os.killpg(process.pid, signal.SIGKILL)


def command_line(words: list[str]) -> str:
    """A command as one would type it here."""
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


def replace_process(command: list[str]) -> int:
    """Run a command in the place of this process, so that signals reach it; as its parent where that is not possible.

    Returns:
        Its exit code, where this process is its parent.
    """
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606 - our own arguments
    return subprocess.run(command, check=False).returncode  # noqa: S603 - our own arguments


def can_take_over_ports() -> bool:
    """Whether SO_REUSEADDR means what TensorBoard takes it for: a connection that lingers is no obstacle."""
    return os.name != "nt"
