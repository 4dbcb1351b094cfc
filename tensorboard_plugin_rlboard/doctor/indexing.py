"""Indexes what lies below a path, as TensorBoard's tab does, in memory and a private folder; large files in part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.run_file import IndexedFile
from tensorboard_plugin_rlboard.index.update.scheduler import Scheduler
from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.discovery.logdir import Root, parse_roots
from tensorboard_plugin_rlboard.training.settings.toml_lookup import SettingsFinder


@dataclass(frozen=True)
class Opened:
    """What was indexed.

    Attributes:
        board: answers questions about it.
        root: the folder that was looked in.
        sizes: path of a file below the root -> its whole size, of those that were read in part.
    """

    board: Board
    root: Root
    sizes: dict[str, int]

    @property
    def registry(self) -> Registry:
        """The indexes."""
        return self.board.registry


@contextmanager
def opened(path: str, limit: int, config: str = "") -> Iterator[Opened]:
    """Indexes a folder, an address, or one file; everything is dropped at the end.

    Args:
        path: what to look at. Of a file, its folder is the log directory.
        limit: bytes of each file to read at most, 0 for all. Files that have to be unpacked are read whole.
        config: an rlboard.toml that lies elsewhere, as --rlboard_config names it.
    """
    only = "" if is_address(path) or not Path(path).is_file() else Path(path).name
    root = parse_roots(str(Path(path).absolute().parent) if only else path, "")[0]
    registry = Registry([root], 0, settings=SettingsFinder([root], config))
    try:
        refresh = Scheduler(registry)
        refresh.survey()
        if only:
            _keep(registry, only)
        files = [file for run in registry.runs.values() for file in run.files.values()]
        whole = _cut(files, limit)
        _read(refresh)
        # A file whose first line alone is longer is nothing until it is read on.
        short = [file for file in files if file.relative in whole and not file.state.read_to]
        for file in short:
            file.state = replace(file.state, size=whole.pop(file.relative))
            file.waiting_at = -1
        if short:
            _read(refresh)
        refresh.rest()
        registry.surveyed(set(), {})
        yield Opened(Board(registry), root, whole)
    finally:
        registry.stop()


def _read(refresh: Scheduler) -> None:
    while refresh.index_one() is not None:
        pass


def _keep(registry: Registry, only: str) -> None:
    """Leaves one file of the root folder."""
    for run in registry.runs.values():
        run.files = {
            name: file
            for name, file in run.files.items()
            if name.rsplit("/", 1)[-1] == only and _is_top(name)
        }
    registry.runs = {name: run for name, run in registry.runs.items() if run.files}
    registry.ignored = {
        name: why
        for name, why in registry.ignored.items()
        if name.rsplit("/", 1)[-1] == only and _is_top(name)
    }


def _is_top(relative: str) -> bool:
    return "/" not in relative.removeprefix("./")


def _cut(files: list[IndexedFile], limit: int) -> dict[str, int]:
    """Makes the index believe that large files end at the limit; the half line there waits, as one being written."""
    cut = {}
    for file in files:
        if limit and file.state.packed < 0 and file.state.size > limit:
            cut[file.relative] = file.state.size
            file.state = replace(file.state, size=limit)
    return cut
