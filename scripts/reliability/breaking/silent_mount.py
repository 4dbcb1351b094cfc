"""A file system that stops to answer, as that of a file server that is gone: FUSE, spoken with the kernel itself."""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOOKUP, _GETATTR, _OPEN, _READ, _INIT, _OPENDIR, _READDIR, _INTERRUPT = 1, 3, 14, 15, 26, 27, 28, 36
_UNANSWERED = frozenset({2, 42})
"""FORGET and BATCH_FORGET, which the kernel waits for no answer to."""
_HEADER, _ANSWER = struct.Struct("<IIQQIIII"), struct.Struct("<IiQ")
_ROOT, _FILE = 1, 2
_NAME = b"a.jsonl"
STAGES = (
    "nothing",
    "its listing",
    "all but the content of files",
    "all but the second half of files",
    "all, until it was read",
)
"""What still answers."""
_DIRECT_IO = 1
"""Flag of an opened file: each read is asked for, and none ahead."""


class SilentMount:
    """A file system with one file, which answers a part of what it is asked for.

    Args:
        stage: what it answers, one of `STAGES`.
        content: of its file.

    Attributes:
        is_mounted: whether it could be mounted: that takes the rights of root, and Linux.
        is_silent: whether it answers nothing at all any more.
    """

    def __init__(self, stage: str, content: bytes) -> None:
        self.stage = stage
        self.content = content
        self.is_mounted = False
        self.is_silent = stage == STAGES[0]


@contextmanager
def silent_mount(folder: Path, stage: str, content: bytes) -> Iterator[SilentMount]:
    """Mounts a `SilentMount` at a folder, which is there already."""
    mount = SilentMount(stage, content)
    try:
        device = os.open("/dev/fuse", os.O_RDWR)
    except OSError:
        yield mount
        return
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"fd={device},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()}"
    mount.is_mounted = libc.mount(b"silent", os.fsencode(folder), b"fuse", 0, options.encode()) == 0
    if mount.is_mounted:
        threading.Thread(target=_serve, args=(device, mount), daemon=True).start()
    try:
        yield mount
    finally:
        if mount.is_mounted:
            libc.umount2(os.fsencode(folder), 1 | 2)  # MNT_FORCE wakes who waits, MNT_DETACH takes it away
        os.close(device)


def _serve(device: int, mount: SilentMount) -> None:
    while True:
        try:
            asked = os.read(device, 1 << 17)
        except OSError as error:
            if error.errno in {errno.EINTR, errno.EAGAIN, errno.ENOENT}:
                continue
            return  # it is no more
        _, kind, unique, node, *_ = _HEADER.unpack_from(asked)
        if kind == _INTERRUPT:  # who waits is killed: it may go, as from a file server
            (unique,), kind = struct.unpack_from("<Q", asked, _HEADER.size), 0
            answer: bytes | int | None = errno.EINTR
        else:
            answer = _answer(kind, node, asked[_HEADER.size :], mount)
        if answer is None or kind in _UNANSWERED:
            continue
        failed, body = (answer, b"") if isinstance(answer, int) else (0, answer)
        try:
            os.write(device, _ANSWER.pack(_ANSWER.size + len(body), -failed, unique) + body)
        except OSError:  # who asked has given up
            continue


def _answer(kind: int, node: int, asked: bytes, mount: SilentMount) -> bytes | int | None:
    """What the kernel gets: content, the number of an error, or None for no answer, ever."""
    if kind == _INIT:
        return struct.pack("<IIIIHHIIHHI28x", 7, 31, 65536, 0, 12, 9, 65536, 1, 32, 0, 0)
    if mount.is_silent or (mount.stage == STAGES[1] and (kind == _OPEN or node == _FILE)):
        return None
    size = len(mount.content)
    if kind == _GETATTR:
        return struct.pack("<QII", 0, 0, 0) + _attributes(node, size)
    if kind == _LOOKUP:
        if asked.rstrip(b"\0") != _NAME:
            return errno.ENOENT
        return struct.pack("<QQQQII", _FILE, 0, 0, 0, 0, 0) + _attributes(_FILE, size)
    if kind in {_OPEN, _OPENDIR}:
        return struct.pack("<QII", 0, _DIRECT_IO if kind == _OPEN else 0, 0)
    if kind == _READDIR:
        if struct.unpack_from("<QQ", asked)[1]:
            return b""
        entry = struct.pack("<QQII", _FILE, 1, len(_NAME), stat.S_IFREG >> 12) + _NAME
        return entry + bytes(-len(entry) % 8)
    return _content(asked, mount) if kind == _READ else errno.ENOSYS


def _content(asked: bytes, mount: SilentMount) -> bytes | None:
    """The bytes of the file that are asked for, as far as there are any to come."""
    _, offset, length = struct.unpack_from("<QQI", asked)
    ends = {STAGES[2]: 0, STAGES[3]: len(mount.content) // 2}
    end = ends.get(mount.stage, len(mount.content))
    if offset >= end and mount.stage in ends:
        return None
    return mount.content[offset : min(offset + length, end)]


def _attributes(node: int, size: int) -> bytes:
    mode = stat.S_IFDIR | 0o755 if node == _ROOT else stat.S_IFREG | 0o644
    length = size if node == _FILE else 0
    return struct.pack("<QQQQQQIIIIIIIIII", node, length, 8, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)
