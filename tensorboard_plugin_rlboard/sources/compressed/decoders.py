"""Tells how a file is compressed, and gives what decodes it: of the standard library, or the package for zstd."""

from __future__ import annotations

import errno
import importlib
import re
import zlib
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable

GZIP, ZSTD, XZ, BZIP2 = "gzip", "zstd", "xz", "bzip2"
_GZIP_MAGIC, _ZSTD_MAGIC, _SKIPPABLE_MAGIC = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x2a\x4d\x18"
_XZ_MAGIC = b"\xfd7zXZ\0"
_BZIP2_MAGIC = re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)")
_XZ_MEMORY = 256 * 1024 * 1024
_NO_ZSTD = "Unpacking zstd needs a package: pip install backports.zstd"


def compression_of(head: bytes) -> str:
    """How a file is compressed, by its first bytes: ``gzip``, ``zstd``, ``xz``, ``bzip2``, or empty where it is not."""
    if head.startswith(_GZIP_MAGIC):
        return GZIP
    if head.startswith(_XZ_MAGIC):
        return XZ
    if _BZIP2_MAGIC.match(head):
        return BZIP2
    # Parallel compressors put frames in front that are to be skipped.
    is_skippable = head[1:4] == _SKIPPABLE_MAGIC and head[0] >> 4 == 5
    return ZSTD if is_skippable or head.startswith(_ZSTD_MAGIC) else ""


def new_decoder_of(compression: str) -> Callable[[], Any]:
    """What makes a decoder of a member, frame or stream.

    Raises:
        OSError: If the kind needs a package that is missing, with a sentence in ``strerror``.
    """
    if compression == GZIP:
        return lambda: zlib.decompressobj(wbits=31)
    if compression == ZSTD:
        return cast("Callable[[], Any]", _zstd().ZstdDecompressor)
    try:
        if compression == BZIP2:
            return cast("Callable[[], Any]", importlib.import_module("bz2").BZ2Decompressor)
        lzma = importlib.import_module("lzma")
    except ImportError:  # Python can be built without them
        missing = f"This Python was built without what unpacks {compression}: unpack it, or use gzip."
        raise OSError(errno.ENOSYS, missing) from None
    return lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY)


def _zstd() -> Any:
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415  part of Python from 3.14 on
    except ImportError:
        try:
            from backports import zstd  # type: ignore[import-not-found,unused-ignore,no-redef] # noqa: PLC0415  an extra before it
        except ImportError:
            raise OSError(errno.ENOSYS, _NO_ZSTD) from None
    return zstd
