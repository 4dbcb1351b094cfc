"""Archives of logs, and what the index reads of them."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tensorboard_plugin_rlboard.sources.compressed.unpack_cache import UnpackCache

if TYPE_CHECKING:
    from collections.abc import Callable

try:
    from compression import zstd  # type: ignore[import-not-found,unused-ignore]  # from Python 3.14 on
except ImportError:
    zstd = pytest.importorskip("backports.zstd", reason="backports.zstd comes with the extra zstd")

__all__ = ["PACK", "both", "spooled", "zstd"]
PACK: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".zst": zstd.compress}


both = pytest.mark.parametrize("suffix", [".gz", ".zst"])


def spooled(spool: UnpackCache) -> list[Path]:
    return [] if spool.files.folder is None else sorted(spool.files.folder.iterdir())
