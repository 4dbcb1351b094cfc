"""Puts the files of a dump folder together: a companion is no file of its own, but part of its rollout file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeGuard

from tensorboard_plugin_rlboard.sources.companions import (
    ROLLOUT_FOLDER,
    Companion,
    DumpPlace,
    companions_of,
    joint_signature,
    place_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile


def join_dump_folders(files: Iterable[SourceFile]) -> list[SourceFile]:
    """Leave out the companions of rollout files, and give each rollout file a signature that covers its own.

    A file that looks like a companion but whose rollout file was not found stays as it is.

    Args:
        files: All files that a walk found, in any order.

    Returns:
        The others, in the same order.
    """
    files = list(files)
    places = [place_of(file.path) for file in files]
    rollouts = {
        (place.dump, place.rollout)
        for place in places
        if place is not None and place.folder == ROLLOUT_FOLDER
    }
    companions: dict[tuple[str, str], list[Companion]] = {}
    for file, place in zip(files, places, strict=True):
        if _is_companion(place, rollouts):
            facts = Companion(place, file.path, file.size, file.mtime_ns, file.inode)
            companions.setdefault((place.dump, place.rollout), []).append(facts)
    joined = []
    for file, place in zip(files, places, strict=True):
        if _is_companion(place, rollouts):
            continue
        # Where the log directory is the folder rollout_data itself, the walk has not seen the folders beside it.
        seen = None if place is None else companions.get((place.dump, place.rollout))
        own = seen or companions_of(file.path)
        if own:
            signature = joint_signature((file.size, file.mtime_ns, file.inode, file.device), own)
            file = replace(file, mtime_ns=signature[1], inode=signature[2])  # noqa: PLW2901  the same file
        joined.append(file)
    return joined


def _is_companion(place: DumpPlace | None, rollouts: set[tuple[str, str]]) -> TypeGuard[DumpPlace]:
    return place is not None and place.folder != ROLLOUT_FOLDER and (place.dump, place.rollout) in rollouts
