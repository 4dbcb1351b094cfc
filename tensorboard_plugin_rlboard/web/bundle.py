"""The files of the page: checks that they are complete and as built, and gzips them."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

ENTRY_FILE = "index.js"
_HASH_FILE = "BUILD_HASH"


def bundle_damage(folder: Path) -> str:
    """What is wrong with the bundle, in a sentence without its full stop; empty where it is whole.

    The stamp that the build leaves beside the files has their digest. A bundle without one is being worked on
    (`make dev`) and is taken as it is.
    """
    try:
        if not (folder / ENTRY_FILE).is_file():
            return "The files of the page are not installed"
        stamp = folder / _HASH_FILE
        if not stamp.is_file():
            return ""
        stamped = dict(line.split(" ", 1) for line in stamp.read_text(encoding="utf-8").splitlines())
        is_whole = stamped.get("bundle") == digest(folder)
    except (OSError, ValueError) as error:
        return f"The files of the page cannot be read ({getattr(error, 'strerror', None) or error})"
    return "" if is_whole else "The files of the page are damaged, or belong to different versions"


def digest(folder: Path) -> str:
    """The digest of a bundle's files, as the build writes it into the stamp."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != _HASH_FILE):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return whole.hexdigest()


def gzipped(path: Path) -> bytes:
    """A file of the bundle, packed as well as gzip can, and only once as long as the file stays as it is.

    TensorBoard would pack it for each request anew, quickly: the page's first files would be 8 % larger.
    """
    status = path.stat()
    return _gzipped(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=128)
def _gzipped(path: Path, _changed: int, _size: int) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)
