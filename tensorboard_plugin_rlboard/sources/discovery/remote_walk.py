"""Finds the rollout files below a remote root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.sources.addresses import printable_path
from tensorboard_plugin_rlboard.sources.discovery.logdir import run_name_below
from tensorboard_plugin_rlboard.sources.discovery.source_file import (
    SKIPPED_FOLDERS,
    DiscoveryProblem,
    SourceFile,
    error_sentence,
)
from tensorboard_plugin_rlboard.sources.kinds.names import may_be_remote_log_name
from tensorboard_plugin_rlboard.sources.remote.objects import RemoteObject, list_objects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tensorboard_plugin_rlboard.sources.discovery.logdir import Root

_last_listing: dict[Root, list[SourceFile]] = {}


def list_remote_root(root: Root) -> Iterator[SourceFile | DiscoveryProblem]:
    """List the rollout files of a remote root, with one request where the file system can.

    Where it cannot be listed for the moment, the files of its last listing are given again beside the problem:
    they are probably still there, and reading them reports its own errors.

    Args:
        root: A remote root.

    Yields:
        Files, in no particular order, and problems.
    """
    try:
        objects = list_objects(root.path)
    except FileNotFoundError:
        _last_listing.pop(root, None)
        yield DiscoveryProblem(printable_path(root.path), "No such file or directory.")
        return
    except OSError as error:
        yield DiscoveryProblem(printable_path(root.path), error_sentence(error))
        yield from _last_listing.get(root, ())
        return
    if any(not found.relative for found in objects):
        yield DiscoveryProblem(printable_path(root.path), "This is a file, not a folder.")
        return
    _last_listing[root] = [
        _source_file(root, found) for found in objects if _may_hold_rollouts(found.relative)
    ]
    yield from _last_listing[root]


def _may_hold_rollouts(relative: str) -> bool:
    *folders, name = relative.split("/")
    return may_be_remote_log_name(name) and SKIPPED_FOLDERS.isdisjoint(folders)


def _source_file(root: Root, found: RemoteObject) -> SourceFile:
    folder, _, name = printable_path(found.relative).rpartition("/")
    return SourceFile(
        path=f"{root.path.rstrip('/')}/{found.relative}",
        run=run_name_below(root, folder or "."),
        relative=run_name_below(root, f"{folder}/{name}" if folder else name),
        size=found.size,
        mtime_ns=found.mtime_ns,
        inode=found.version,
        device=0,
    )
