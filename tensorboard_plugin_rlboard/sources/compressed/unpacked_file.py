"""One unpacked file in the temporary folder, and the signature of the packed file that it was made from.

A *signature* is a tuple of numbers of which one changes when a file does: size in bytes, time of the last change in
nanoseconds, inode, device.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.companions import companions_of, joint_signature

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.sources.compressed.decompression import Decompressor
    from tensorboard_plugin_rlboard.sources.containers.base import FileKind


def cut_off_sentence(size: int) -> str:
    """One sentence that says that an unpacked file was cut off at this size, in bytes."""
    return (
        f"It unpacks to more than {size / 1e6:,.1f} MB, which is all that the temporary folder may hold; "
        "the lines up to there are shown. Unpack it to see the others."
    )


@dataclass(slots=True)
class UnpackedFile:
    """An unpacked file, and what is needed to continue when its archive has grown.

    Attributes:
        path: Where it lies.
        signature: Signature of the packed file when it was unpacked; None where that is not known.
        kind: The kind of the packed file.
        settled: Whether a later change of the packed file would show in its signature.
        decompressor: Has decompressed up to `consumed`; None for a container, which is unpacked as a whole, and for an
            archive that another process has left in the middle of a member.
        damage: Why nothing behind `consumed` can be unpacked; empty where it can.
        consumed: Bytes of the archive that were decompressed.
        head, tail: The first and last of these, by which a rewritten archive is told from one that has grown.
        size: Bytes it unpacked to.
        is_cut_off: Whether it ends there because more does not fit into the budget.
        last_use: Number of its last use; a larger one is later.
    """

    path: Path
    signature: tuple[int, ...] | None
    settled: bool
    kind: FileKind
    decompressor: Decompressor | None
    damage: str = ""
    consumed: int = 0
    head: bytes = b""
    tail: bytes = b""
    size: int = 0
    is_cut_off: bool = False
    last_use: int = 0


def file_signature(path: str) -> tuple[int, int, int, int] | None:
    """The signature of a local file as it is now, that of its companions included; None for a remote one."""
    if is_address(path):
        return None
    now = Path(path).stat()
    return joint_signature((now.st_size, now.st_mtime_ns, now.st_ino, now.st_dev), companions_of(path))


def file_size(path: str) -> int:
    """Bytes of a local file, its companions left out; 0 where it is gone."""
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def remove_file(path: Path) -> None:
    """Remove an unpacked file; one that is open on Windows is removed with its folder."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
