"""Tells the encoding of a text file by its first bytes, and opens it."""

from __future__ import annotations

import codecs
import io
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.local_files import open_regular

if TYPE_CHECKING:
    import os
    from typing import TextIO

UTF_8 = "utf-8-sig"
_PROBE_BYTES = 64
# The longer marks first: that of UTF-32 begins like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, UTF_8),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(head: bytes) -> str:
    """The codec of a text.

    Args:
        head: Its first bytes, 64 are enough.

    Returns:
        By its byte order mark; without one UTF-16 where every second byte is null, as ASCII is there; else UTF-8.
    """
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return codec
    even, odd = head[:_PROBE_BYTES:2], head[1:_PROBE_BYTES:2]
    if len(odd) >= 2 and not any(odd) and all(even[: len(odd)]):
        return "utf-16-le"
    if len(odd) >= 2 and not any(even) and all(odd):
        return "utf-16-be"
    return UTF_8


def open_text(path: str | os.PathLike[str]) -> TextIO:
    r"""Open a local text file in its encoding. Only ``\n`` ends a line; what is no text becomes U+FFFD.

    Raises:
        OSError: If it cannot be opened.
    """
    stored = open_regular(path)
    encoding = encoding_of(stored.read(_PROBE_BYTES))
    stored.seek(0)
    return io.TextIOWrapper(stored, encoding, errors="replace", newline="\n")
