"""Tells addresses of remote objects (``s3://bucket/logs``) from local paths, and spells both for messages."""

from __future__ import annotations

import os
import re

# TensorBoard's own test for "this is an address, not a name and a path".
_ADDRESS = re.compile(r"[a-zA-Z][0-9a-zA-Z.]*://.*")
_SECRET_PIECES = re.compile(r"(?<=://)[^/]*(?=@)|(?<=\?).*", re.DOTALL)


def is_address(path: str) -> bool:
    """Whether a path is an address such as ``s3://bucket/logs``, by TensorBoard's own rule."""
    return _ADDRESS.match(path) is not None


def printable_path(path: str) -> str:
    r"""Spell a path or an address for messages.

    It is valid Unicode: bytes that are not UTF-8 (lone surrogates in Python) become ``\xff``. Of an address, what may
    be a secret is left out: the user with his password, and what follows a question mark.
    """
    if is_address(path):
        path = _SECRET_PIECES.sub("…", path)
    return os.fsencode(path).decode("utf-8", "backslashreplace")
