"""Gives the rows of a container that may be compressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.compressed.decompression import open_decompressed
from tensorboard_plugin_rlboard.sources.containers import row_stream
from tensorboard_plugin_rlboard.sources.containers.base import DamagedFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from tensorboard_plugin_rlboard.sources.containers.base import FileKind


def container_lines(path: str, kind: FileKind, open_stored: Callable[[str], BinaryIO]) -> Iterator[bytes]:
    """Yield the rows of a container as ``row_stream.line_blocks`` does.

    Args:
        path: Its path or address.
        kind: Its kind.
        open_stored: Opens the file as it is stored.

    Raises:
        ValueError: If it is none.
        DamagedFileError: Behind the last row, where the archive around it is corrupt.
    """
    container, compression = kind.container, kind.compression
    if container is None:
        msg = f"{path} is no container"
        raise ValueError(msg)

    messages: list[str] = []

    def open_container(path: str) -> BinaryIO:
        stored = open_stored(path)
        return open_decompressed(compression, stored, messages.append) if compression else stored

    yield from row_stream.line_blocks(path, container, open_container, is_copied=bool(compression))
    if damage := next(
        filter(None, messages), ""
    ):  # its rows may look whole: only the checksum tells that they are others
        raise DamagedFileError(damage)
