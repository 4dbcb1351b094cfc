"""Arrays and what is said of them as bytes, saved between starts. What is damaged or foreign is as good as absent."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

_HEAD = "head"
_DIGEST_BYTES = 16


@dataclass(frozen=True)
class StoredArrays:
    """Arrays by name, and a head of what JSON holds."""

    head: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]


def dump_arrays(magic: bytes, stored: StoredArrays) -> bytes:
    """Arrays as bytes.

    Args:
        magic: what they begin with; it changes with the layout and with the meaning of the numbers.
        stored: the arrays, none of which is called `head`.
    """
    head = np.frombuffer(json.dumps(stored.head).encode(), np.uint8)
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **stored.arrays, **{_HEAD: head})
    data = content.getvalue()
    return magic + blake2b(data, digest_size=_DIGEST_BYTES).digest() + data


def load_arrays(magic: bytes, data: bytes) -> StoredArrays | None:
    """The arrays of `dump_arrays` with the same magic, None where the bytes are no such thing."""
    body = memoryview(data)[len(magic) + _DIGEST_BYTES :]
    if not data.startswith(magic + blake2b(body, digest_size=_DIGEST_BYTES).digest()):
        return None
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
            return StoredArrays(json.loads(arrays.pop(_HEAD).tobytes()), arrays)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
