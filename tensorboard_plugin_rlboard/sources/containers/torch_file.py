"""Reads files of ``torch.save`` without torch: a zip archive of one pickle and the numbers of its tensors.

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

from tensorboard_plugin_rlboard.sources.containers.base import Container, DamagedFileError, Preview
from tensorboard_plugin_rlboard.sources.containers.pickle_instructions import load_plain_data
from tensorboard_plugin_rlboard.sources.containers.pickle_machine import GlobalName
from tensorboard_plugin_rlboard.sources.containers.tensors import (
    BUILDERS,
    STORAGE_NAMES,
    NumpyArray,
    NumpyDtype,
    TensorStorage,
    TensorView,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

_MAX_MEMBER_BYTES = 512 * 1024 * 1024
_MAX_SAMPLE_VALUES = 4_000_000
"""Values that one sample may unfold to; one in a long list of numbers counts an eighth."""
_MAX_DEPTH = 100
_PICKLE_START_BYTES = 4096
_ZIP_HEADER_BYTES = 30
_PICKLE_NAME = "data.pkl"
_KEY = re.compile(r"\d{1,12}", re.ASCII)


def preview_archive(head: bytes) -> Preview:
    """Judge a zip archive by its first member: a dump's pickle has ``rollout_id`` and ``samples`` among its first keys.

    Args:
        head: The file's first ``PREVIEW_BYTES``.
    """
    names = int.from_bytes(head[26:28], "little")
    start = _ZIP_HEADER_BYTES + names + int.from_bytes(head[28:30], "little")
    beginning = head[start : start + _PICKLE_START_BYTES]
    is_torch = head[_ZIP_HEADER_BYTES : _ZIP_HEADER_BYTES + names].endswith(_PICKLE_NAME.encode())
    if is_torch and b"rollout_id" in beginning and b"samples" in beginning:
        return Preview(may_hold_rollouts=True)
    what = "a torch archive of something else, as checkpoints are" if is_torch else "a zip archive"
    return Preview(may_hold_rollouts=False, reason=f"It is {what}.", is_named=False)


def _read_rows(path: Path) -> Iterator[object]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _samples(_Archive(archive))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        msg = f"The file is no whole torch archive: it is torn, or is still being written ({type(error).__name__})."
        raise DamagedFileError(msg) from None


class _Archive:
    """The members of a torch archive, none of them larger than ``_MAX_MEMBER_BYTES``."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members = {info.filename: info for info in archive.infolist()}
        found = [name for name in self._members if name.rpartition("/")[2] == _PICKLE_NAME]
        if len(found) != 1:
            msg = "It is a zip archive, but none that torch.save has written."
            raise DamagedFileError(msg)
        self.folder = found[0].removesuffix(_PICKLE_NAME)
        if self._optional("byteorder", b"little") != b"little":
            msg = "It was written on a machine with the other order of bytes, which is not read."
            raise DamagedFileError(msg)
        self.storage = lru_cache(maxsize=4)(self._storage)

    def read(self, name: str) -> bytes:
        """Read a member of the archive."""
        info = self._members.get(self.folder + name)
        if info is None:
            msg = f"The archive lacks its part {name}."
            raise DamagedFileError(msg)
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
            msg = "A part of the archive is compressed, which torch.save never does; it was not unpacked."
            raise DamagedFileError(msg)
        if info.file_size > _MAX_MEMBER_BYTES:
            msg = f"A part of the archive has more than {_MAX_MEMBER_BYTES >> 20} MB, too many to be read at once."
            raise DamagedFileError(msg)
        return self._archive.read(info)

    def _optional(self, name: str, default: bytes) -> bytes:
        return self.read(name).strip() if self.folder + name in self._members else default

    def _storage(self, key: str) -> bytes:
        return self.read(f"data/{key}")

    def persistent(self, identifier: object) -> TensorStorage:
        """The storage that a pickle refers to by ("storage", type, name of its member, device, count)."""
        if isinstance(identifier, tuple) and len(identifier) >= 3 and identifier[0] == "storage":
            _, kind, key = identifier[:3]
            if (
                isinstance(kind, GlobalName)
                and kind.name in STORAGE_NAMES
                and isinstance(key, str)
                and _KEY.fullmatch(key)
            ):
                return TensorStorage(lambda: self.storage(key), STORAGE_NAMES[kind.name])
        msg = "It names a part outside its pickle that is no storage of a tensor."
        raise ValueError(msg)


def _samples(archive: _Archive) -> Iterator[object]:
    with _as_damage(""):
        whole = load_plain_data(archive.read(_PICKLE_NAME), BUILDERS, archive.persistent)
        samples = whole.get("samples") if isinstance(whole, dict) else None
        if not isinstance(whole, dict) or not isinstance(samples, list):
            msg = "It holds no list of samples."
            raise ValueError(msg)  # noqa: TRY004  of the file, not of a caller
        about: dict[object, object] = {
            str(key): value for key, value in whole.items() if isinstance(value, (str, int, float))
        }
        rewards = _PlainConverter().convert(whole.get("raw_reward"))
    for number, sample in enumerate(samples, 1):
        with _as_damage(f" (sample {number})"):
            row = about | _sample_row(sample, rewards)
        yield row


@contextmanager
def _as_damage(where: str) -> Generator[None]:
    """Turn whatever is raised into a ``DamagedFileError`` that says where in the file it was."""
    try:
        yield
    except DamagedFileError:
        raise
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError, MemoryError) as error:
        text = str(error) if isinstance(error, ValueError) else "It is torn or damaged inside."
        msg = f"The torch file cannot be read{where}: {text.removesuffix('.')}."
        raise DamagedFileError(msg) from None


def _sample_row(sample: object, rewards: object) -> dict[object, object]:
    """One sample as a row; its raw reward stands in a list beside the samples."""
    row = _PlainConverter().convert(sample)
    if not isinstance(row, dict):
        msg = "It is no object."
        raise ValueError(msg)  # noqa: TRY004  of the file, not of a caller
    found: dict[object, object] = {str(key): value for key, value in row.items() if value is not None}
    place = found.get("rollout_position")
    if isinstance(rewards, list) and type(place) is int and 0 <= place < len(rewards):
        found["raw_reward"] = rewards[place]
    return found


class _PlainConverter:
    """Replaces stand-ins by plain values and counts them: a few lists that hold each other would unfold without end."""

    def __init__(self) -> None:
        self._values_left = _MAX_SAMPLE_VALUES
        self._converted: dict[int, tuple[object, int]] = {}

    def convert(self, value: object, depth: int = 0) -> object:
        """The plain value of anything that a pickle held."""
        before = self._values_left
        self._count(1 + (len(value) // 16 if isinstance(value, (str, bytes)) else 0), depth)
        if isinstance(value, (GlobalName, TensorStorage, NumpyDtype)):
            msg = "It holds a type instead of a value."
            raise ValueError(msg)  # noqa: TRY004  of the file, not of a caller
        if not isinstance(value, (dict, list, tuple, TensorView, NumpyArray)):
            return value
        if id(value) not in self._converted:
            found = self._convert_container(value, depth + 1)
            self._converted[id(value)] = found, before - self._values_left
            return found
        found, size = self._converted[id(value)]
        self._count(size, depth)
        return found

    def _count(self, values: int, depth: int) -> None:
        self._values_left -= values
        if self._values_left < 0 or depth > _MAX_DEPTH:
            msg = "It unfolds to more values than can be shown, or is nested too deeply."
            raise ValueError(msg)

    def _convert_container(
        self,
        value: dict[object, object] | list[object] | tuple[object, ...] | TensorView | NumpyArray,
        depth: int,
    ) -> object:
        if isinstance(value, (TensorView, NumpyArray)):
            objects = value.objects if isinstance(value, NumpyArray) else None
            return self._numbers(value.to_lists()) if objects is None else self.convert(objects, depth)
        if isinstance(value, dict):
            return {key: self.convert(item, depth) for key, item in value.items()}
        items: list[object] = []
        for item in value:
            if isinstance(item, array):
                items += item.tolist()
                self._count(len(item) // 8, depth)
            else:
                items.append(self.convert(item, depth))
        return items

    def _numbers(self, numbers: object) -> object:
        """Count the numbers of a tensor or an array, which hold no stand-ins."""
        rows = numbers if isinstance(numbers, list) else []
        self._count(sum(len(row) if isinstance(row, list) else 1 for row in rows) // 8, 0)
        return numbers


TORCH = Container("torch", _read_rows, needs_whole_file=True)
