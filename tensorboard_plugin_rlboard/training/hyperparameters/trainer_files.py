"""Files beside the rollouts that say how a training was set up.

They are looked for in the run's folder and up to two folders above it, never above the log directory.
"""

from __future__ import annotations

import importlib
import json
import os
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tensorboard_plugin_rlboard.sources.addresses import printable
from tensorboard_plugin_rlboard.sources.discovery.logdir import Root
from tensorboard_plugin_rlboard.training.hyperparameters.merge import Source, is_training

WRITERS = "rollouts.config.json"
"""What the writer leaves beside its files: `{"config": {…}}`."""
ABOVE = 2
"""Folders above the run's own that are looked into."""
LARGEST = 1_000_000
"""Bytes of a file that is read; settings are shorter."""
_LARGEST_YAML = 100_000


def _yaml(text: str) -> object:
    """YAML, where the package for it is installed; its parser needs seconds for what JSON's reads at once."""
    if len(text) > _LARGEST_YAML:
        return None
    try:
        yaml = importlib.import_module("yaml")
    except ImportError:
        return None
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


_READERS: Mapping[str, Callable[[str], object]] = {
    ".json": json.loads,
    ".toml": tomllib.loads,
    ".yaml": _yaml,
}
NAMES = (
    *("config.json", "hparams.json", "args.json", "training_args.json", "config.toml"),
    *("hparams.yaml", "config.yaml", ".hydra/config.yaml"),
)


@dataclass(frozen=True)
class _Kept:
    looked: float
    stamp: tuple[int, int, int] | None
    values: Mapping[str, object] | None


class ConfigFiles:
    """Finds these files and keeps what they say; looks at each once in a while, because the tab asks every second.

    Args:
        roots: the folders that TensorBoard was told to look in.
        seconds: how long a look counts.
    """

    def __init__(self, roots: Sequence[Root], seconds: float = 10.0) -> None:
        self._roots = [root for root in roots if root.is_local]
        self._seconds = seconds
        self._kept: dict[str, _Kept] = {}

    def of(self, folder: str) -> tuple[Source, ...]:
        """What is written beside the files of a folder, what counts most first. Empty behind an address."""
        root = max(
            (root for root in self._roots if _below(folder, root.path)),
            key=lambda root: len(root.path),
            default=None,
        )
        return () if root is None else tuple(self._sources(folder, root))

    def _sources(self, folder: str, root: Root) -> Iterator[Source]:
        ours = self._values(os.path.join(folder, WRITERS))
        if ours is not None and isinstance(ours.get("config"), dict):
            yield Source(WRITERS, ours["config"])  # type: ignore[arg-type]  # the line above says that it is a dict
        for _ in range(ABOVE + 1):
            for name in NAMES:
                path = os.path.join(folder, name)
                values = self._values(path)
                if values is not None:
                    yield Source(printable(os.path.relpath(path, root.path)), values)
            folder, before = os.path.dirname(folder), folder
            if folder == before or not _below(folder, root.path):
                return

    def _values(self, path: str) -> Mapping[str, object] | None:
        """What a file says; None where there is none, or it says nothing that could be read."""
        known, now = self._kept.get(path), time.monotonic()
        if known is not None and now - known.looked < self._seconds:
            return known.values
        try:
            status = os.stat(path)
            stamp = status.st_mtime_ns, status.st_size, status.st_ino
        except (OSError, ValueError):
            stamp = None
        if known is not None and known.stamp == stamp:
            values = known.values
        else:
            values = None if stamp is None else _read(path)
        self._kept[path] = _Kept(now, stamp, values)
        return values


def _read(path: str) -> Mapping[str, object] | None:
    """The settings in a file; None where there are none. Files of these names may hold anything: that is no problem."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST + 1)
        found = None if len(content) > LARGEST else _READERS[Path(path).suffix](content.decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None
    values = {str(key): value for key, value in found.items()} if isinstance(found, dict) else {}
    return values if Path(path).name == WRITERS or is_training(values) else None


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
