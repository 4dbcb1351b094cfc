"""What ``torch.save`` writes, read without torch: a zip archive of one pickle and the numbers of its tensors.

Only dumps of rollouts are opened (an object with ``rollout_id`` and a list ``samples``); a checkpoint is told from them
by its first bytes.
"""

from __future__ import annotations

import re
import zipfile
from array import array
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.containers.base import HEAD, Container, DamagedError, Glance
from tensorboard_plugin_rlboard.sources.containers.pickle_instructions import load
from tensorboard_plugin_rlboard.sources.containers.pickle_machine import Named
from tensorboard_plugin_rlboard.sources.containers.tensors import (
    BUILDERS,
    STORAGE_NAMES,
    Array,
    Dtype,
    Storage,
    Tensor,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path
    from typing import BinaryIO

_MOST_BYTES = 512 * 1024 * 1024
_MOST_IN_A_SAMPLE = 4_000_000
"""Values that one sample may unfold to; one in a long list of numbers counts an eighth."""
_DEEPEST = 100
_BEGINNING = 4096
_HEADER = 30
_PICKLE = "data.pkl"
_KEY = re.compile(r"\d{1,12}", re.ASCII)


def _glance(file: BinaryIO, _far: bool) -> Glance:
    """A dump has ``rollout_id`` and ``samples`` among the first keys of its pickle, which begins the archive."""
    head = file.read(HEAD)
    if not head.startswith(b"PK\x03\x04") or len(head) < _HEADER:
        return Glance(candidate=False)
    names = int.from_bytes(head[26:28], "little")
    start = _HEADER + names + int.from_bytes(head[28:30], "little")
    if not head[_HEADER : _HEADER + names].endswith(_PICKLE.encode()):
        return Glance(candidate=False)
    beginning = head[start : start + _BEGINNING]
    return Glance(b"rollout_id" in beginning and b"samples" in beginning)


def _rows(path: Path) -> Iterator[object]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _samples(_Archive(archive))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        msg = f"The file is no whole torch archive: it is torn, or is still being written ({type(error).__name__})."
        raise DamagedError(msg) from None


class _Archive:
    """The members of an archive, none of them larger than may be held."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members = {info.filename: info for info in archive.infolist()}
        found = [name for name in self._members if name.rpartition("/")[2] == _PICKLE]
        if len(found) != 1:
            msg = "It is a zip archive, but none that torch.save has written."
            raise DamagedError(msg)
        self.folder = found[0].removesuffix(_PICKLE)
        if self._optional("byteorder", b"little") != b"little":
            msg = "It was written on a machine with the other order of bytes, which is not read."
            raise DamagedError(msg)
        self.storage = lru_cache(maxsize=4)(self._storage)

    def read(self, name: str) -> bytes:
        """A member of the archive."""
        info = self._members.get(self.folder + name)
        if info is None:
            msg = f"The archive lacks its part {name}."
            raise DamagedError(msg)
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
            msg = "A part of the archive is compressed, which torch.save never does; it was not unpacked."
            raise DamagedError(msg)
        if info.file_size > _MOST_BYTES:
            msg = f"A part of the archive has more than {_MOST_BYTES >> 20} MB, too many to be read at once."
            raise DamagedError(msg)
        return self._archive.read(info)

    def _optional(self, name: str, default: bytes) -> bytes:
        return self.read(name).strip() if self.folder + name in self._members else default

    def _storage(self, key: str) -> bytes:
        return self.read(f"data/{key}")

    def persistent(self, identifier: object) -> Storage:
        """The storage that a pickle names: ("storage", its type, the name of its member, a device, a count)."""
        if isinstance(identifier, tuple) and len(identifier) >= 3 and identifier[0] == "storage":
            _, kind, key = identifier[:3]
            if (
                isinstance(kind, Named)
                and kind.name in STORAGE_NAMES
                and isinstance(key, str)
                and _KEY.fullmatch(key)
            ):
                return Storage(lambda: self.storage(key), STORAGE_NAMES[kind.name])
        msg = "It names a part outside its pickle that is no storage of a tensor."
        raise ValueError(msg)


def _samples(archive: _Archive) -> Iterator[object]:
    with _told(""):
        whole = load(archive.read(_PICKLE), BUILDERS, archive.persistent)
        samples = whole.get("samples") if isinstance(whole, dict) else None
        if not isinstance(whole, dict) or not isinstance(samples, list):
            msg = "It holds no list of samples."
            raise ValueError(msg)  # noqa: TRY004  of the file, not of a caller
        about: dict[object, object] = {
            str(key): value for key, value in whole.items() if isinstance(value, (str, int, float))
        }
        rewards = _Plain().of(whole.get("raw_reward"))
    for number, sample in enumerate(samples, 1):
        with _told(f" (sample {number})"):
            row = about | _row(sample, rewards)
        yield row


@contextmanager
def _told(where: str) -> Generator[None]:
    """Says what was met as damage."""
    try:
        yield
    except DamagedError:
        raise
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError, MemoryError) as error:
        text = str(error) if isinstance(error, ValueError) else "It is torn or damaged inside."
        msg = f"The torch file cannot be read{where}: {text.removesuffix('.')}."
        raise DamagedError(msg) from None


def _row(sample: object, rewards: object) -> dict[object, object]:
    """A sample; what it does not say itself is said once for all of them, above the list."""
    row = _Plain().of(sample)
    if not isinstance(row, dict):
        msg = "It is no object."
        raise ValueError(msg)  # noqa: TRY004  of the file, not of a caller
    found: dict[object, object] = {str(key): value for key, value in row.items() if value is not None}
    place = found.get("rollout_position")
    if isinstance(rewards, list) and type(place) is int and 0 <= place < len(rewards):
        found["raw_reward"] = rewards[place]
    return found


class _Plain:
    """Values without stand-ins, counted: a few lists that hold each other many times over would unfold without end."""

    def __init__(self) -> None:
        self._left = _MOST_IN_A_SAMPLE
        self._known: dict[int, tuple[object, int]] = {}

    def of(self, value: object, depth: int = 0) -> object:
        """The plain value."""
        before = self._left
        self._count(1 + (len(value) // 16 if isinstance(value, (str, bytes)) else 0), depth)
        if isinstance(value, (Named, Storage, Dtype)):
            msg = "It holds a type instead of a value."
            raise ValueError(msg)  # noqa: TRY004  of the file, not of a caller
        if not isinstance(value, (dict, list, tuple, Tensor, Array)):
            return value
        if id(value) not in self._known:
            found = self._unfolded(value, depth + 1)
            self._known[id(value)] = found, before - self._left
            return found
        found, size = self._known[id(value)]
        self._count(size, depth)
        return found

    def _count(self, values: int, depth: int) -> None:
        self._left -= values
        if self._left < 0 or depth > _DEEPEST:
            msg = "It unfolds to more values than can be shown, or is nested too deeply."
            raise ValueError(msg)

    def _unfolded(
        self, value: dict[object, object] | list[object] | tuple[object, ...] | Tensor | Array, depth: int
    ) -> object:
        if isinstance(value, (Tensor, Array)):
            objects = value.objects if isinstance(value, Array) else None
            return self._numbers(value.plain()) if objects is None else self.of(objects, depth)
        if isinstance(value, dict):
            return {key: self.of(item, depth) for key, item in value.items()}
        items: list[object] = []
        for item in value:
            if isinstance(item, array):
                items += item.tolist()
                self._count(len(item) // 8, depth)
            else:
                items.append(self.of(item, depth))
        return items

    def _numbers(self, numbers: object) -> object:
        """Numbers of a tensor or an array, which hold no stand-ins."""
        rows = numbers if isinstance(numbers, list) else []
        self._count(sum(len(row) if isinstance(row, list) else 1 for row in rows) // 8, 0)
        return numbers


TORCH = Container(".pt", _glance, _rows, whole=True)
