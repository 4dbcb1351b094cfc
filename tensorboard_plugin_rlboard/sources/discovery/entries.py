"""Lists what lies below a folder, links to folders followed, however they lead.

A folder that can be reached by two names is listed under both, as TensorBoard does. A link that leads back to a folder
above itself is not followed, and of the names of one folder only so many: a dozen folders with a link to each other one
have hundreds of millions of them.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.addresses import printable_path
from tensorboard_plugin_rlboard.sources.discovery.source_file import (
    SKIPPED_FOLDERS,
    DiscoveryProblem,
    error_sentence,
)
from tensorboard_plugin_rlboard.sources.mounts import mounts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_NAMES = 100
"""Names of one folder that are followed."""


def list_entries(
    top: str, raise_if_passed: Callable[[], None] = lambda: None
) -> Iterator[tuple[str, os.DirEntry[str] | DiscoveryProblem]]:
    """List everything below a folder but folders.

    Args:
        top: The folder.
        raise_if_passed: Called before each entry; what it raises ends the walk.

    Yields:
        A folder, and an entry of it that is no folder, or what could not be read; the entries of a folder one after the
        other, in no particular order.
    """
    identity, reason = None, mounts.check_silence(top)
    try:
        identity = None if reason else _folder_identity(top)
    except OSError as error:
        reason = error_sentence(error)
    if identity is None:
        yield top, DiscoveryProblem(printable_path(top), reason or "This is a file, not a folder.")
        return
    mounts.note_entered(top)
    names = Counter({identity: 1})
    # Depth first with a list: a deep tree must not meet Python's recursion limit. Each folder carries the
    # identities of the folders above it, by which a link that leads back is recognised.
    pending = [(top, frozenset({identity}))]
    while pending:
        folder, above = pending.pop()
        for entry in _list_folder(folder, raise_if_passed):
            if isinstance(entry, DiscoveryProblem):
                yield folder, entry
                continue
            if silence := mounts.check_silence(entry.path, is_entry=not entry.is_symlink()):
                yield folder, DiscoveryProblem(printable_path(entry.path), silence)
                continue
            try:
                if not entry.is_dir():
                    yield folder, entry
                    continue
                identity = None if entry.name in SKIPPED_FOLDERS else _folder_identity(entry.path)
            except FileNotFoundError:
                continue  # gone since the listing, as files of a running training may be
            except OSError as error:
                yield folder, DiscoveryProblem(printable_path(entry.path), error_sentence(error))
                continue
            if identity is None or identity in above:
                continue
            names[identity] += 1
            if names[identity] <= MAX_NAMES:
                pending.append((entry.path, above | {identity}))
            elif names[identity] == MAX_NAMES + 1:
                yield folder, DiscoveryProblem(printable_path(entry.path), _too_many_names())


def _too_many_names() -> str:
    return (
        f"Links lead to this folder by more than {MAX_NAMES:,} names; it is read under the first {MAX_NAMES:,} only. "
        "Remove links that lead to folders with further links."
    )


def _list_folder(
    folder: str, raise_if_passed: Callable[[], None]
) -> Iterator[os.DirEntry[str] | DiscoveryProblem]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                raise_if_passed()
                yield entry
    except FileNotFoundError:
        return
    except OSError as error:
        yield DiscoveryProblem(printable_path(folder), error_sentence(error))


def _folder_identity(folder: str) -> tuple[int, int] | None:
    """Give device and inode of a folder, which tell it from every other; None where it is not a folder."""
    facts = Path(folder).stat()
    return (facts.st_dev, facts.st_ino) if stat.S_ISDIR(facts.st_mode) else None
