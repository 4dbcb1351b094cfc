"""Ctrl-C and SIGTERM end a command within 5 seconds, whatever holds it: a file system that is gone, or a library that starts."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.operating_system import end_process_group

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

INTERRUPTED = 130
"""The exit code of who was interrupted, as shells have it."""
_END_SECONDS = 3.5
"""For so long a command is waited for that was told to end."""
_CHILD = """
import signal, sys
from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.operating_system import end_with_parent
signal.signal(signal.SIGINT, signal.default_int_handler)
end_with_parent(sys.stdin.fileno(), lambda: None)
sys.exit(main(sys.argv[1:]))
"""


def run_interruptibly(
    work: Callable[[], int], give_up: Callable[[], object], *, ends_process: bool = False
) -> int:
    """Run a command in a thread of its own, so that Ctrl-C and SIGTERM end it whatever holds it.

    Who waits for a file system that is gone hears no signal, and the interpreter handles them in its main thread only. So that
    one waits for the command, passes a KeyboardInterrupt on, and ends the process where the command does not.

    Args:
        work: The command; it returns its exit code.
        give_up: Called before the process is ended by force, which it is when the command does not end.
        ends_process: Whether nothing comes behind the command: then the process is also ended by force when it was
            interrupted, or threads are left, held by a file system perhaps.

    Returns:
        The exit code.

    Raises:
        BaseException: What the command raises.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    codes: list[int] = []
    errors: list[BaseException] = []
    is_over = threading.Event()

    def run() -> None:
        try:
            codes.append(work())
        except BaseException as error:  # noqa: BLE001  raised again where it is waited for
            errors.append(error)
        is_over.set()

    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    thread = threading.Thread(target=run, name="rlboard-command", daemon=True)
    try:
        thread.start()
        while not is_over.wait(1.0):
            pass
    except KeyboardInterrupt:
        if not _ends(thread, is_over) or ends_process:
            _end_by_force(codes[0] if codes else INTERRUPTED, give_up)
    finally:
        signal.signal(signal.SIGTERM, before)
    if errors:
        raise errors[0]
    thread.join()
    if ends_process and threading.active_count() > 1:
        _end_by_force(codes[0], give_up)
    return codes[0]


def _ends(thread: threading.Thread, is_over: threading.Event) -> bool:
    """Interrupt a command; returns whether it ends in time. Who asks twice does not wait."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident or 0), ctypes.py_object(KeyboardInterrupt)
    )
    with suppress(KeyboardInterrupt):
        return is_over.wait(_END_SECONDS)
    return False


def _end_by_force(code: int, give_up: Callable[[], object]) -> None:
    """End the process, whose interpreter takes seconds to be taken down in the middle of a query, or crashes by a held thread."""
    give_up()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody reads it any more
            stream.flush()
    os._exit(code)


def run_in_child(words: Sequence[str], give_up: Callable[[], object]) -> int:
    """Run a command in a process of its own, which ends in time as well, whatever a library in it makes of signals.

    Ray crashes where another thread than the main one starts it, puts off Ctrl-C while it starts, and takes SIGTERM for
    a fault of the program. So this process is the one that is told to end, and nothing else runs in it.

    Args:
        words: The command line, without the name of the program.
        give_up: Called when the process was interrupted, to remove what it may have left.

    Returns:
        The exit code.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    command = [sys.executable, "-c", _CHILD, *words]
    try:
        # In a session of its own: a terminal tells all processes of this one.
        child = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 (our own module)
        try:
            return child.wait()
        except KeyboardInterrupt:
            code = _ended(child)
            end_process_group(child)
            give_up()
            return code
    finally:
        signal.signal(signal.SIGTERM, before)


def _ended(child: subprocess.Popen[bytes]) -> int:
    """Interrupt a process; returns its exit code, whether it has ended by itself or not. Who asks twice does not wait."""
    try:
        with suppress(ValueError, OSError):  # Windows has no such signal for others, or it has ended
            child.send_signal(signal.SIGINT)
        child.wait(_END_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        child.kill()
        child.wait()
        sys.stderr.write("Interrupted, and ended by force. The same command goes on from what is kept.\n")
    return child.returncode if child.returncode >= 0 else INTERRUPTED
