"""Finds the manifest that describes a source file as it is now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.index.cache.file_identity import Origin, head_of, matching_state

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.index.cache.local_store import LocalStore
    from tensorboard_plugin_rlboard.index.cache.manifest import Manifest
    from tensorboard_plugin_rlboard.sources.discovery.source_file import SourceFile
    from tensorboard_plugin_rlboard.sources.file_changes import FileState


@dataclass(frozen=True)
class FoundManifest:
    """A manifest that describes a file.

    Attributes:
        manifest: as it was written.
        state: the file's state now; indexing goes on at `state.read_to`.
        origin: where the manifest was found.
    """

    manifest: Manifest
    state: FileState
    origin: Origin


def find_manifest(
    file: SourceFile,
    cache: LocalStore | None,
    sidecar: Manifest | None,
    is_usable: Callable[[Manifest], bool],
) -> FoundManifest | None:
    """Looks under the file's path in the cache, beside the file, and at files of the cache that begin alike.

    Args:
        file: the file as it is now.
        cache: where to look; None for nowhere.
        sidecar: what lies beside the file, None where nothing does.
        is_usable: whether a manifest is of any use to the caller.

    Returns:
        Of several manifests the one that goes furthest; None where there is none.
    """
    best: FoundManifest | None = None
    for manifest, origin in _candidates(file, cache, sidecar):
        state = matching_state(manifest, file, origin) if is_usable(manifest) else None
        if state is not None and (best is None or state.read_to > best.state.read_to):
            best = FoundManifest(manifest, state, origin)
            if state.read_to >= state.size:
                break
    return best


def _candidates(
    file: SourceFile, cache: LocalStore | None, sidecar: Manifest | None
) -> Iterator[tuple[Manifest, Origin]]:
    own = None if cache is None else cache.manifest(file.path)
    if own is not None:
        yield own, Origin.OWN_PATH
    if sidecar is not None:
        yield sidecar, Origin.SIDECAR
    if cache is not None and own is None and cache.has_heads:
        for manifest in cache.manifests_by_head(head_of(file.path)):
            yield manifest, Origin.SAME_HEAD
