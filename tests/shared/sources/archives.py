"""Archives of logs, and what the index reads of them."""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tensorboard_plugin_rlboard.sources.compressed.decompression import Decompressor
from tensorboard_plugin_rlboard.sources.compressed.unpack_cache import UnpackCache
from tensorboard_plugin_rlboard.sources.kinds.names import compression_by_name

if TYPE_CHECKING:
    from collections.abc import Callable

try:
    from compression import zstd  # type: ignore[import-not-found,unused-ignore]  # from Python 3.14 on
except ImportError:
    zstd = pytest.importorskip("backports.zstd", reason="backports.zstd comes with the extra zstd")

__all__ = ["PACK", "both", "every", "further", "spooled", "unpack", "zstd"]
PACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".zst": zstd.compress,
    ".xz": lzma.compress,
    ".bz2": bz2.compress,
}

both = pytest.mark.parametrize("suffix", [".gz", ".zst"])
further = pytest.mark.parametrize("suffix", [".xz", ".bz2"])
every = pytest.mark.parametrize("suffix", PACK)


def unpack(suffix: str, pieces: list[bytes]) -> tuple[bytes, str]:
    """What comes out of the pieces of an archive, and what is said of it."""
    unpacker = Decompressor(compression_by_name(suffix))
    data = b"".join(b"".join(unpacker.feed(piece)) for piece in pieces)
    return data, unpacker.damage or unpacker.truncation or unpacker.padding


def spooled(spool: UnpackCache) -> list[Path]:
    return [] if spool.files.folder is None else sorted(spool.files.folder.iterdir())
