"""Lists remote objects and reads byte ranges of them."""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from tensorboard_plugin_rlboard.sources.remote.errors import WrongAnswerError
from tensorboard_plugin_rlboard.sources.remote.filesystems import ask, file_systems, path_in_file_system
from tensorboard_plugin_rlboard.texts import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

    from _typeshed import WriteableBuffer

_BUFFER_BYTES = 256 * 1024
_LONGEST_S, _SLOWEST = 60.0, 200_000
"""Seconds that a process waits for a range at most, and bytes in each second that it has to get besides."""
_TIME_KEYS = ("LastModified", "mtime", "updated", "last_modified", "modified", "created")
_VERSION_KEYS = ("ETag", "etag", "generation", "md5Hash", "blob_id", "xet_hash")


@dataclass(frozen=True, slots=True)
class RemoteObject:
    """A remote object as its store lists it.

    Attributes:
        relative: Its path below the address that was listed, separated by "/"; empty for that address itself.
        size: Bytes.
        mtime_ns: Time of the last change, nanoseconds since 1970; 0 where the file system keeps none.
        version: A number that changes with the content (of the ETag or its like); 0 where there is none.
    """

    relative: str
    size: int
    mtime_ns: int
    version: int


_listed: dict[str, RemoteObject] = {}
"""Address of an object -> what its last listing said: what was asked of another version of it is no answer."""


def list_objects(url: str) -> list[RemoteObject]:
    """List every object below an address.

    Args:
        url: The address of a folder.

    Returns:
        The objects, in no particular order.

    Raises:
        OSError: With one sentence in ``strerror``.
    """
    system = file_systems.get(url)
    base = path_in_file_system(url).rstrip("/")

    def request() -> Any:
        system.invalidate_cache()
        return system.find(base, detail=True)

    found = cast("Mapping[str, Mapping[str, Any]]", ask(url, request, key=("list", url)))
    listed = [
        _remote_object(name, details, base)
        for name, details in found.items()
        if details.get("type", "file") == "file" and (name == base or name.startswith(f"{base}/"))
    ]
    _listed.update({f"{url.rstrip('/')}/{one.relative}": one for one in listed})
    return listed


def object_info(url: str) -> RemoteObject:
    """Ask for size, time and version of one object.

    Raises:
        OSError: With one sentence in ``strerror``.
    """
    system = file_systems.get(url)
    path = path_in_file_system(url)

    def request() -> Any:
        system.invalidate_cache()
        return system.info(path)

    return _remote_object(path, ask(url, request, key=("info", url, _listed.get(url))), path)


def read_object(url: str, offset: int, length: int) -> bytes:
    """Read a range of an object; fewer bytes where it ends earlier.

    Args:
        url: The object's address.
        offset: Where to begin, in bytes.
        length: How many bytes.

    Raises:
        OSError: With one sentence in ``strerror``.
    """
    if length <= 0:
        return b""
    system = file_systems.get(url)
    path = path_in_file_system(url)
    listed = _listed.get(url)
    listed_size = -1 if listed is None else listed.size

    def request() -> bytes:
        try:
            data = bytes(system.cat_file(path, start=offset, end=offset + length))
        except FileNotFoundError:
            raise
        except Exception:
            # A range behind the end is an error for some servers; only its size tells it from a lost connection.
            if offset >= max(listed_size, size()):
                return b""
            raise
        if len(data) == length or offset + len(data) == listed_size:
            return data
        wanted = max(0, min(length, size() - offset))
        if len(data) != wanted:
            msg = f"{len(data):,} {plural(len(data), 'byte', 'bytes')} of {wanted:,} that were asked for"
            raise WrongAnswerError(msg)
        return data

    def size() -> int:
        system.invalidate_cache()
        return int(system.info(path)["size"])

    key = ("read", url, offset, length, listed)
    return ask(url, request, key=key, longest=_LONGEST_S + length / _SLOWEST)


def open_object(url: str) -> BinaryIO:
    """Open an object as a seekable file without a buffer: each ``read`` is one request.

    Raises:
        OSError: With one sentence in ``strerror``, also from each ``read``.
    """
    file_systems.get(url)
    return cast("BinaryIO", _ObjectFile(url))


def buffered(opened: BinaryIO) -> BinaryIO:
    """Buffer an opened object, for callers that read it line by line."""
    return cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", opened), _BUFFER_BYTES))


class _ObjectFile(io.RawIOBase):
    def __init__(self, url: str) -> None:
        self._url = url
        self._at = 0
        self._size = -1

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_CUR:
            offset += self._at
        elif whence == os.SEEK_END:
            offset += self._end()
        self._at = max(0, offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            size = max(0, self._end() - self._at)
        data = read_object(self._url, self._at, size)
        self._at += len(data)
        return data

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def _end(self) -> int:
        if self._size < 0:
            self._size = object_info(self._url).size
        return self._size


def _remote_object(name: str, details: Mapping[str, Any], base: str) -> RemoteObject:
    return RemoteObject(
        relative=name[len(base) :].lstrip("/"),
        size=int(details.get("size") or 0),
        mtime_ns=next((ns for ns in map(_nanoseconds, _values(details, _TIME_KEYS)) if ns), 0),
        version=_version_number("".join(map(str, _values(details, _VERSION_KEYS)))),
    )


def _values(details: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[Any]:
    for key in keys:
        if details.get(key):
            yield details[key]
    last = details.get("last_commit")  # hf://
    if last and keys is _TIME_KEYS:
        yield last.get("date") if isinstance(last, dict) else getattr(last, "date", None)


def _nanoseconds(moment: object) -> int:
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            return 0
    if isinstance(moment, datetime):
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return round(moment * 1e9) if isinstance(moment, (int, float)) else 0


def _version_number(version: str) -> int:
    if not version:
        return 0
    return int.from_bytes(hashlib.blake2b(version.encode(), digest_size=7).digest(), "big")
