"""Gives the rows of a container that may be compressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.compressed.decompression import open_decompressed
from tensorboard_plugin_rlboard.sources.containers import row_stream

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
    """
    container, compression = kind.container, kind.compression
    if container is None:
        msg = f"{path} is no container"
        raise ValueError(msg)

    def open_container(path: str) -> BinaryIO:
        stored = open_stored(path)
        return open_decompressed(compression, stored) if compression else stored

    return row_stream.line_blocks(path, container, open_container, is_copied=bool(compression))
