"""TensorBoard's own runs below a folder, read as TensorBoard reads them."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from tensorboard_plugin_rlboard.board.runs.training import TensorBoardRuns
from tensorboard_plugin_rlboard.sources.discovery.entries import list_entries
from tensorboard_plugin_rlboard.sources.discovery.logdir import Root, run_name
from tensorboard_plugin_rlboard.sources.mounts import mounts
from tensorboard_plugin_rlboard.training.event_metadata import EventMetadataReader
from tensorboard_plugin_rlboard.training.scalar_reader import ScalarReader

logger = logging.getLogger(__name__)
MAX_EVENT_FILE_BYTES = 256 * 1024 * 1024
"""Bytes of event files that are read unless everything is to be; beyond that their folders are all that is known."""


def read(root: Root, largest: int = MAX_EVENT_FILE_BYTES) -> TensorBoardRuns:
    """Reads the event files below a local folder; empty behind an address, and where there are none."""
    files = list(_files(root)) if root.is_local else []
    if not files:
        return TensorBoardRuns()
    folders = {run_name(root, str(file.parent)): file.parent for file in files}
    by_folder = tuple(sorted(folders))
    if sum(file.stat().st_size for file in files) > largest:
        return TensorBoardRuns(by_folder)
    try:
        # TensorBoard opens all of them, and would wait for what does not answer.
        return (
            TensorBoardRuns(by_folder)
            if mounts.is_any_silent
            else mounts.run_while_active(root.path, lambda: _read(root, folders))
        )
    except Exception as error:  # what TensorBoard cannot read is its own matter
        logger.debug("TensorBoard could not read the event files", exc_info=error)
        return TensorBoardRuns(by_folder)


def _files(root: Root) -> Iterator[Path]:
    for _, entry in list_entries(root.path):
        if isinstance(entry, os.DirEntry) and "tfevents" in entry.name:
            yield Path(entry.path)


def _read(root: Root, folders: Mapping[str, Path]) -> TensorBoardRuns:
    from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer  # noqa: PLC0415  a second, for event files only
    from tensorboard.context import RequestContext  # noqa: PLC0415 - loading them takes a second

    multiplexer = plugin_event_multiplexer.EventMultiplexer(tensor_size_guidance={"scalars": 1, "text": 1})
    # Its own search for folders follows a link to a folder above dozens of times, two of them for ever.
    for name, folder in folders.items():
        multiplexer.AddRun(str(folder), name)
    multiplexer.Reload()
    provider = data_provider.MultiplexerDataProvider(multiplexer, root.path)
    context = RequestContext()
    tags = ScalarReader(provider).list_tags(context, "")
    return TensorBoardRuns(tuple(tags.tags_by_run), EventMetadataReader(provider).read(context, ""))
