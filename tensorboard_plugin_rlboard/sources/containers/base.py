"""What a container is: a whole file that holds rows in another way than line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

HEAD = 64 * 1024
"""Bytes of a file's beginning that a glance may read."""


class DamagedError(ValueError):
    """A container cannot be read from some place on; the message says in one sentence what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What a cheap look at a file says.

    Attributes:
        candidate: Whether the file may hold rollouts, so that it is worth reading.
        reason: One sentence for a file that may not and is shown as ignored; empty where nobody takes it for a log.
    """

    candidate: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Container:
    """A kind of container.

    Attributes:
        suffix: How the names of such files end.
        glance: Looks at an open file, reading ``HEAD`` bytes or about as many at its end, the second argument being
            whether it lies behind an address. May raise ``OSError``.
        rows: The rows of a local file, each an object that ``json_lines.as_line`` can write, in the order in which
            they stand in it. Raises ``DamagedError`` where the file cannot be read on.
        whole: Whether all of a file has to be read for its first row.
    """

    suffix: str
    glance: Callable[[BinaryIO, bool], Glance]
    rows: Callable[[Path], Iterator[object]]
    whole: bool = False
