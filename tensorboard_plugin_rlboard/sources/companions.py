"""Which files belong to another one, a rollout file or a database: they are unpacked together with it.

miles and slime (``--dump-details D``) write one rollout into several folders of one dump folder:

- ``D/rollout_data/<id>.pt``, of an evaluation ``eval_<id>.pt``: the samples. This is the *rollout file*.
- ``D/train_data/<id>_<rank>.pt`` (miles), ``D/train_data/<id>.pt`` (slime): what the trainer computed for them.
- ``D/trajectory/<id>.jsonl``, ``eval_<id>.jsonl`` (miles): their conversations.

The last two are the rollout file's *companions*. They are written later than it, so its signature has to cover them:
train data that arrives makes a rollout file that was read a rewritten one. So is the write-ahead log of a SQLite database
(``sums.db-wal``), where its newest rows lie while somebody writes.

Where the names are made: ``miles/utils/arguments.py`` of radixark/miles 31f1ca9, ``slime/utils/arguments.py`` of
THUDM/slime 624b824.
"""

from __future__ import annotations

import os
import re
import stat
import time
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.local_files import MTIME_TICK_NS
from tensorboard_plugin_rlboard.sources.remote.objects import list_objects

if TYPE_CHECKING:
    from collections.abc import Iterable

ROLLOUT_FOLDER, TRAINING_FOLDER, CONVERSATION_FOLDER = "rollout_data", "train_data", "trajectory"
_NAMES = {
    ROLLOUT_FOLDER: re.compile(r"((?:eval_)?\d{1,12})\.pt", re.ASCII),
    TRAINING_FOLDER: re.compile(r"(\d{1,12})(?:_(\d{1,9}))?\.pt", re.ASCII),
    CONVERSATION_FOLDER: re.compile(r"((?:eval_)?\d{1,12})\.jsonl", re.ASCII),
}
WRITE_AHEAD = "-wal"
_DATABASES = (".db", ".sqlite", ".sqlite3")
_COMPANION_FOLDERS = (TRAINING_FOLDER, CONVERSATION_FOLDER)


class DumpPlace(NamedTuple):
    """Where a file stands in a dump folder.

    Attributes:
        dump: The dump folder.
        folder: The name of the file's own folder.
        rollout: The rollout that it belongs to: ``3``, of an evaluation ``eval_3``.
        rank: The rank that wrote it, -1 where its name has none.
    """

    dump: str
    folder: str
    rollout: str
    rank: int


class Companion(NamedTuple):
    """A companion as it is on the disk: its place, its path, and what tells that it has changed."""

    place: DumpPlace
    path: str
    size: int
    mtime_ns: int
    inode: int


def place_of(path: str) -> DumpPlace | None:
    """The place of a file in a dump folder by its path or address; None for any other file."""
    slash = "/" if is_address(path) else os.sep
    folder, _, name = path.rpartition(slash)
    dump, _, folder_name = folder.rpartition(slash)
    names = _NAMES.get(folder_name)
    found = None if names is None else names.fullmatch(name)
    if found is None:
        return None
    rank = found[2] if found.re.groups > 1 else None
    return DumpPlace(dump, folder_name, found[1], -1 if rank is None else int(rank))


def companions_of(path: str) -> list[Companion]:
    """The companions of a local rollout file that are there now, in the order of folders and ranks.

    Only regular files count. One that cannot be looked at is left out, as one that is not there yet.

    Args:
        path: Path of any file; only a rollout file and a database have companions.
    """
    if is_address(path):
        return []
    if path.endswith(_DATABASES):
        return _write_ahead_log(path)
    place = place_of(path)
    if place is None or place.folder != ROLLOUT_FOLDER:
        return []
    found = []
    for folder in _COMPANION_FOLDERS:
        for companion, rank in _ranks(os.path.join(place.dump, folder)).get(place.rollout, ()):  # noqa: PTH118  many files, and a Path takes longer
            try:
                facts = Path(companion).stat()
            except OSError:
                continue
            if stat.S_ISREG(facts.st_mode):
                where = DumpPlace(place.dump, folder, place.rollout, rank)
                found.append(Companion(where, companion, facts.st_size, facts.st_mtime_ns, facts.st_ino))
    return sorted(found)


def _write_ahead_log(path: str) -> list[Companion]:
    """The write-ahead log of a database, where there is something in it."""
    try:
        facts = Path(path + WRITE_AHEAD).stat()
    except OSError:
        return []
    if not facts.st_size or not stat.S_ISREG(facts.st_mode):
        return []
    folder, _, name = path.rpartition(os.sep)
    place = DumpPlace(folder, WRITE_AHEAD, name, -1)
    return [Companion(place, path + WRITE_AHEAD, facts.st_size, facts.st_mtime_ns, facts.st_ino)]


def remote_companions_of(address: str) -> list[Companion]:
    """The companions of a rollout file behind an address, as ``companions_of``.

    Raises:
        OSError: A folder cannot be listed for now; one that is not there has no companions.
    """
    place = place_of(address)
    if place is None or place.folder != ROLLOUT_FOLDER:
        return []
    found = []
    for folder in _COMPANION_FOLDERS:
        try:
            objects = list_objects(f"{place.dump}/{folder}")
        except FileNotFoundError:
            continue
        for one in objects:
            path = f"{place.dump}/{folder}/{one.relative}"
            where = place_of(path)
            if where is not None and where.dump == place.dump and where.rollout == place.rollout:
                found.append(Companion(where, path, one.size, one.mtime_ns, one.version))
    return sorted(found)


def joint_signature(
    own: tuple[int, int, int, int], companions: Iterable[Companion]
) -> tuple[int, int, int, int]:
    """The signature of a rollout file that covers its companions; without any it is the file's own.

    Args:
        own: Size, time of the last change, inode and device of the rollout file.
        companions: Its companions.

    Returns:
        Its own size and device, the time of the last change of all of them, and in place of the inode a number that
        changes with each of them.
    """
    size, mtime_ns, inode, device = own
    facts = sorted(
        (one.place.folder, one.place.rank, one.size, one.mtime_ns, one.inode) for one in companions
    )
    if not facts:
        return own
    digest = blake2b(repr((inode, facts)).encode(), digest_size=8).digest()
    return size, max(mtime_ns, *(fact[3] for fact in facts)), int.from_bytes(digest), device


def _ranks(folder: str) -> dict[str, list[tuple[str, int]]]:
    """Rollout -> path and rank of each of its files in a folder; empty for a folder that cannot be listed.

    A finished dump of 1,000 rollouts by 64 ranks has 64,000 names, so they are listed once for all of its rollouts.
    """
    try:
        facts = Path(folder).stat()
    except OSError:
        return {}
    if abs(time.time_ns() - facts.st_mtime_ns) <= MTIME_TICK_NS:
        return _list_ranks(folder)
    return _known_ranks(folder, facts.st_mtime_ns, facts.st_ino)


@lru_cache(maxsize=8)
def _known_ranks(folder: str, _mtime_ns: int, _inode: int) -> dict[str, list[tuple[str, int]]]:
    return _list_ranks(folder)


def _list_ranks(folder: str) -> dict[str, list[tuple[str, int]]]:
    ranks: dict[str, list[tuple[str, int]]] = {}
    try:
        names = os.listdir(folder)  # noqa: PTH208  names are all that is needed of 64,000 files
    except OSError:
        return {}
    for name in names:
        path = folder + os.sep + name
        place = place_of(path)
        if place is not None:
            ranks.setdefault(place.rollout, []).append((path, place.rank))
    return ranks
