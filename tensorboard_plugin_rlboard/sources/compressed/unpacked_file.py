"""One unpacked file in the temporary folder, and what takes the place of its archive's facts."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.addresses import is_address

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.sources.compressed.decompression import Unpacker


def too_much(size: int) -> str:
    """Say that a file was cut off at this size."""
    return (
        f"It unpacks to more than {size / 1e6:,.1f} MB, which is all that the temporary folder may hold; "
        "the lines up to there are shown. Unpack it to see the others."
    )


@dataclass(slots=True)
class Entry:
    """An unpacked file, and what it takes to go on when its archive has grown.

    Attributes:
        path: Where it lies.
        facts: Of the archive, when it was unpacked; None where nobody asked for them.
        settled: Whether a later change of the archive would show in its facts.
        unpacker: Stands behind `consumed`; None for a container, which is unpacked as a whole.
        consumed: Bytes of the archive that were unpacked.
        head, tail: The first and last of these, by which a rewritten archive is told from one that has grown.
        size: Bytes it unpacked to.
        full: Whether it was cut off there, because more does not fit into the budget.
        used: Grows with every use.
    """

    path: Path
    facts: tuple[int, ...] | None
    settled: bool
    unpacker: Unpacker | None
    consumed: int = 0
    head: bytes = b""
    tail: bytes = b""
    size: int = 0
    full: bool = False
    used: int = 0


def facts_of(path: str) -> tuple[int, int, int, int] | None:
    """The facts of a local file as a look at it tells them, so that it is not unpacked again for that look."""
    if is_address(path):
        return None
    now = Path(path).stat()
    return now.st_size, now.st_mtime_ns, now.st_ino, now.st_dev


def remove(path: Path) -> None:
    """Remove an unpacked file; one that is open on Windows goes with the folder."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
