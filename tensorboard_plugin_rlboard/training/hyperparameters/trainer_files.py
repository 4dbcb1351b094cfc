"""Reads hyperparameters from files that trainers write beside their rollouts (`config.json`, `hparams.yaml`, …).

They are searched in the run's folder and up to two folders above it, never above the log directory.
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

from tensorboard_plugin_rlboard.sources.addresses import printable_path
from tensorboard_plugin_rlboard.sources.discovery.logdir import Root
from tensorboard_plugin_rlboard.sources.local_files import is_below, open_regular
from tensorboard_plugin_rlboard.sources.mounts import SilentError, mounts
from tensorboard_plugin_rlboard.training.hyperparameters.merge import HyperparameterSource, is_training_config
from tensorboard_plugin_rlboard.training.parse_limits import json_excess, toml_excess, yaml_excess

WRITER_FILE = "rollouts.config.json"
"""The file that our writer leaves beside its rollouts: `{"config": {…}}`."""
FOLDERS_ABOVE = 2
"""Folders above the run's own that are searched."""
MAX_BYTES = 1_000_000
"""Bytes of a file that is read; hyperparameters are shorter."""
_MAX_YAML_LENGTH = 100_000


def _parse_yaml(text: str) -> object:
    """Parse YAML, where the package for it is installed; None for long texts, which take its parser seconds."""
    if len(text) > _MAX_YAML_LENGTH or yaml_excess(text):
        return None
    try:
        yaml = importlib.import_module("yaml")
    except ImportError:
        return None
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _parse_json(text: str) -> object:
    """Parse JSON; None for what is nested deeper than any configuration."""
    return None if json_excess(text) else json.loads(text)


def _parse_toml(text: str) -> object:
    """Parse TOML; None for what is larger or deeper than any configuration."""
    return None if toml_excess(text) else tomllib.loads(text)


_PARSERS: Mapping[str, Callable[[str], object]] = {
    ".json": _parse_json,
    ".toml": _parse_toml,
    ".yaml": _parse_yaml,
}
FILE_NAMES = (
    *("config.json", "hparams.json", "args.json", "training_args.json", "config.toml"),
    *("hparams.yaml", "config.yaml", ".hydra/config.yaml"),
)


@dataclass(frozen=True)
class _CachedFile:
    read_at: float
    stamp: tuple[int, int, int] | None
    values: Mapping[str, object] | None


class TrainerFiles:
    """Finds and reads these files. Each is checked for changes every few seconds only: the tab polls every second.

    Args:
        roots: the roots of the log directory.
        seconds: how long a check of a file counts, and as long again what was found for a folder.
    """

    def __init__(self, roots: Sequence[Root], seconds: float = 10.0) -> None:
        self._roots = [root for root in roots if root.is_local]
        self._seconds = seconds
        self._cache: dict[str, _CachedFile] = {}
        self._by_folder: dict[str, tuple[float, tuple[HyperparameterSource, ...]]] = {}

    def sources_for(self, folder: str) -> tuple[HyperparameterSource, ...]:
        """The sources for a folder with rollouts, those that count most first; empty for a remote folder."""
        known, now = self._by_folder.get(folder), time.monotonic()
        if known is not None and now - known[0] < self._seconds:
            return known[1]
        root = max(
            (root for root in self._roots if is_below(folder, root.path)),
            key=lambda root: len(root.path),
            default=None,
        )
        try:
            found = (
                () if root is None else mounts.run_in_time(folder, lambda: tuple(self._sources(folder, root)))
            )
        except SilentError:  # they may be as they were
            found = () if known is None else known[1]
        self._by_folder[folder] = now, found
        return found

    def _sources(self, folder: str, root: Root) -> Iterator[HyperparameterSource]:
        ours = self._read_cached(os.path.join(folder, WRITER_FILE))
        if ours is not None and isinstance(ours.get("config"), dict):
            yield HyperparameterSource(WRITER_FILE, ours["config"])  # type: ignore[arg-type]  # the line above says that it is a dict
        for _ in range(FOLDERS_ABOVE + 1):
            for name in FILE_NAMES:
                path = os.path.join(folder, name)
                values = self._read_cached(path)
                if values is not None:
                    yield HyperparameterSource(printable_path(os.path.relpath(path, root.path)), values)
            folder, before = os.path.dirname(folder), folder
            if folder == before or not is_below(folder, root.path):
                return

    def _read_cached(self, path: str) -> Mapping[str, object] | None:
        """The values of a file; None where there is none, or no hyperparameters in it."""
        cached, now = self._cache.get(path), time.monotonic()
        if cached is not None and now - cached.read_at < self._seconds:
            return cached.values
        try:
            status = os.stat(path)
            stamp = status.st_mtime_ns, status.st_size, status.st_ino
        except (OSError, ValueError):
            stamp = None
        if cached is not None and cached.stamp == stamp:
            values = cached.values
        else:
            values = None if stamp is None else _read_config(path)
        self._cache[path] = _CachedFile(now, stamp, values)
        return values


def _read_config(path: str) -> Mapping[str, object] | None:
    """The hyperparameters in a file; None where there are none. Files of these names may hold anything else, too."""
    try:
        with open_regular(path) as file:  # a pipe of this name would never end
            content = file.read(MAX_BYTES + 1)
        found = None if len(content) > MAX_BYTES else _PARSERS[Path(path).suffix](content.decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None
    values = {str(key): value for key, value in found.items()} if isinstance(found, dict) else {}
    return values if Path(path).name == WRITER_FILE or is_training_config(values) else None
