"""Finding the rollout files below a remote root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.addresses import printable
from tensorboard_plugin_rlboard.sources.discovery.logdir import named
from tensorboard_plugin_rlboard.sources.discovery.source_file import (
    SKIPPED_FOLDERS,
    SourceFile,
    SourceProblem,
    is_rollouts_far,
    sentence,
)
from tensorboard_plugin_rlboard.sources.remote.objects import RemoteFacts, listing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tensorboard_plugin_rlboard.sources.discovery.logdir import Root

_last_listing: dict[Root, list[SourceFile]] = {}


def list_root(root: Root) -> Iterator[SourceFile | SourceProblem]:
    """List a remote root, in one question where the file system can.

    Where it cannot be listed for the moment, the files of its last listing are given again beside the problem: they
    are no more gone than the network is, and reading them says for itself what is wrong.

    Args:
        root: A remote root.

    Yields:
        Files, in no particular order, and problems.
    """
    try:
        objects = listing(root.path)
    except FileNotFoundError:
        _last_listing.pop(root, None)
        yield SourceProblem(printable(root.path), "No such file or directory.")
        return
    except OSError as error:
        yield SourceProblem(printable(root.path), sentence(error))
        yield from _last_listing.get(root, ())
        return
    if any(not found.relative for found in objects):
        yield SourceProblem(printable(root.path), "This is a file, not a folder.")
        return
    _last_listing[root] = [_object(root, found) for found in objects if _is_found(found.relative)]
    yield from _last_listing[root]


def _is_found(relative: str) -> bool:
    *folders, name = relative.split("/")
    return is_rollouts_far(name) and SKIPPED_FOLDERS.isdisjoint(folders)


def _object(root: Root, found: RemoteFacts) -> SourceFile:
    folder, _, name = printable(found.relative).rpartition("/")
    return SourceFile(
        path=f"{root.path.rstrip('/')}/{found.relative}",
        run=named(root, folder or "."),
        relative=named(root, f"{folder}/{name}" if folder else name),
        size=found.size,
        mtime_ns=found.mtime_ns,
        inode=found.version,
        device=0,
    )
