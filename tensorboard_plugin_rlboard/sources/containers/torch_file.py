"""Reads files of ``torch.save`` without torch: a zip archive of one pickle and the numbers of its tensors.

An archive is not held open: each tensor's numbers are read when they are asked for, and no more than these, so a file
of gigabytes costs what is taken of it. A checkpoint is told from a dump of rollouts by its first bytes.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from tensorboard_plugin_rlboard.sources.containers.base import DamagedFileError, Preview
from tensorboard_plugin_rlboard.sources.containers.pickle_instructions import load_plain_data
from tensorboard_plugin_rlboard.sources.containers.pickle_machine import GlobalName
from tensorboard_plugin_rlboard.sources.containers.tensors import BUILDERS, STORAGE_NAMES, TensorStorage
from tensorboard_plugin_rlboard.sources.local_files import open_regular

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_MAX_MEMBER_BYTES = 512 * 1024 * 1024
_PICKLE_START_BYTES = 4096
_ZIP_HEADER_BYTES = 30
_ZIP_MAGIC = b"PK\x03\x04"
_PICKLE_NAME = "data.pkl"
_KEY = re.compile(r"\d{1,12}", re.ASCII)
_LOST = (
    "It holds what the trainer computed for samples, without the samples: keep it as train_data/ID_RANK.pt beside "
    "rollout_data/ID.pt of the same rollout, which was not found."
)


def preview_archive(head: bytes) -> Preview:
    """Judge a zip archive by its first member: a dump's pickle has ``rollout_id`` and ``samples`` among its first keys.

    Args:
        head: The file's first ``PREVIEW_BYTES``.
    """
    start, name = _header_length(head), head[_ZIP_HEADER_BYTES:][: int.from_bytes(head[26:28], "little")]
    is_torch = name.endswith(_PICKLE_NAME.encode())
    if is_torch and b"rollout_id" in head[start : start + _PICKLE_START_BYTES]:
        if b"samples" in head[start:]:
            return Preview(may_hold_rollouts=True)
        if b"rollout_data" in head[start:]:
            return Preview(may_hold_rollouts=False, reason=_LOST)
    what = "a torch archive of something else, as checkpoints are" if is_torch else "a zip archive: unpack it"
    if name.endswith(b".npy"):
        what = "an archive of NumPy arrays: write JSON lines or Parquet"
    return Preview(may_hold_rollouts=False, reason=f"It is {what}.", is_listed=False)


def _header_length(head: bytes) -> int:
    """Where the content of a member begins behind its local header, whose lengths of name and extra field these are."""
    return _ZIP_HEADER_BYTES + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")


class _Member(NamedTuple):
    """A member of an archive: where its local header lies, how many bytes it holds, and their checksum."""

    header: int
    size: int
    checksum: int


class TorchArchive:
    """A file that ``torch.save`` has written.

    Args:
        path: A local file.

    Raises:
        DamagedFileError: It is no whole archive of torch.
        OSError: It cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with open_regular(path) as file, torn_archive_as_damage(), zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
        found = [entry.filename for entry in entries if entry.filename.rpartition("/")[2] == _PICKLE_NAME]
        if len(found) != 1:
            msg = "It is a zip archive, but none that torch.save has written."
            raise DamagedFileError(msg)
        folder = found[0].removesuffix(_PICKLE_NAME)
        self._members: dict[str, _Member] = {}
        for entry in entries:
            is_plain = entry.compress_type == zipfile.ZIP_STORED and entry.file_size == entry.compress_size
            if entry.filename.startswith(folder):
                member = _Member(entry.header_offset, entry.file_size if is_plain else -1, entry.CRC)
                self._members[entry.filename[len(folder) :]] = member
        if "byteorder" in self._members and self._read("byteorder").strip() != b"little":
            msg = "It was written on a machine with the other order of bytes, which is not read."
            raise DamagedFileError(msg)

    def load(self) -> object:
        """What was saved, with stand-ins for tensors (``tensors.py``).

        Raises:
            DamagedFileError: It holds more than plain data, or is damaged.
        """
        with as_damage(""):
            return load_plain_data(self._read(_PICKLE_NAME), BUILDERS, self._persistent)

    def _read(self, name: str, start: int = 0, count: int = -1) -> bytes:
        """Read bytes of a member, all of them without a count; fewer where it ends earlier."""
        member = self._members.get(name)
        if member is None:
            msg = f"The archive lacks its part {name}."
            raise DamagedFileError(msg)
        if member.size < 0:
            msg = "A part of the archive is compressed, which torch.save never does; it was not unpacked."
            raise DamagedFileError(msg)
        count = max(0, member.size - start) if count < 0 else min(count, max(0, member.size - start))
        if count > _MAX_MEMBER_BYTES:
            msg = f"A part of the archive has more than {_MAX_MEMBER_BYTES >> 20} MB, too many to be read at once."
            raise DamagedFileError(msg)
        with open_regular(self._path) as file:
            file.seek(member.header)
            head = file.read(_ZIP_HEADER_BYTES)
            file.seek(member.header + _header_length(head) + start)
            data = file.read(count)
        # Of a piece nothing is known; what is read whole has to have its checksum.
        if not head.startswith(_ZIP_MAGIC) or len(data) < count:
            raise _torn("BadZipFile")
        if count == member.size and zlib.crc32(data) != member.checksum:
            raise _torn("BadZipFile")
        return data

    def _persistent(self, identifier: object) -> TensorStorage:
        """The storage that a pickle refers to by ("storage", type, name of its member, device, count)."""
        if isinstance(identifier, tuple) and len(identifier) >= 3 and identifier[0] == "storage":
            _, kind, key = identifier[:3]
            if (
                isinstance(kind, GlobalName)
                and kind.name in STORAGE_NAMES
                and isinstance(key, str)
                and _KEY.fullmatch(key)
            ):
                name = f"data/{key}"
                return TensorStorage(
                    lambda start, count: self._read(name, start, count), STORAGE_NAMES[kind.name]
                )
        msg = "It names a part outside its pickle that is no storage of a tensor."
        raise ValueError(msg)


def _torn(kind: str) -> DamagedFileError:
    return DamagedFileError(
        f"The file is no whole torch archive: it is torn, or is still being written ({kind})."
    )


@contextmanager
def torn_archive_as_damage() -> Generator[None]:
    """Turn what ``zipfile`` raises of a torn archive into a ``DamagedFileError``."""
    try:
        yield
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise _torn(type(error).__name__) from None


@contextmanager
def as_damage(where: str) -> Generator[None]:
    """Turn whatever is raised into a ``DamagedFileError`` that says where in the file it was."""
    try:
        yield
    except DamagedFileError:
        raise
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
        text = str(error) if isinstance(error, ValueError) else "It is torn or damaged inside."
        msg = f"The torch file cannot be read{where}: {text.removesuffix('.')}."
        raise DamagedFileError(msg) from None
