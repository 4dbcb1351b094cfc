"""Arrays with a JSON head as bytes, saved between starts. Damaged or foreign bytes count as absent.

Such bytes may lie beside the logs, where others can write: nothing of them is unpacked or run, and they take no more
memory than they are long.
"""

from __future__ import annotations

import io
import json
import math
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
    """Arrays by name, and a head of JSON values."""

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
        with zipfile.ZipFile(io.BytesIO(body)) as found:
            arrays = {entry.filename.removesuffix(".npy"): _array(entry, found) for entry in found.infolist()}
        head = json.loads(arrays.pop(_HEAD).tobytes())
    except (OSError, ValueError, KeyError, RecursionError, NotImplementedError, zipfile.BadZipFile):
        return None
    return StoredArrays(head, arrays) if isinstance(head, dict) else None


def _array(entry: zipfile.ZipInfo, archive: zipfile.ZipFile) -> NDArray[Any]:
    """An array of an archive as NumPy wrote it.

    Raises:
        ValueError: it is none, or its numbers are more or fewer than it says.
    """
    if entry.compress_type != zipfile.ZIP_STORED or not entry.filename.endswith(".npy"):
        raise ValueError  # nobody reads it: such bytes count as none
    file = io.BytesIO(archive.read(entry))
    version = np.lib.format.read_magic(file)
    read_header = (
        np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    )
    shape, by_columns, dtype = read_header(file)
    numbers = file.getbuffer()[file.tell() :]
    if dtype.kind not in "biuf" or len(numbers) != math.prod(shape) * dtype.itemsize:
        raise ValueError
    return np.frombuffer(numbers, dtype).reshape(shape, order="F" if by_columns else "C").copy()
