"""The discounts of a run, which the targets of its critic are computed with."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.training.hyperparameters.merge import merge_sources, toml_sources
from tensorboard_plugin_rlboard.training.hyperparameters.trainer_files import TrainerFiles

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.sources.discovery.logdir import Root
    from tensorboard_plugin_rlboard.training.settings.toml_lookup import SettingsFinder

NAMES = ("gamma", "lam")


class Discounts:
    """Reads them from rlboard.toml and the files beside the rollouts; a folder is looked at as often as the settings are.

    Args:
        roots: where the files were found.
        settings: what rlboard.toml says.
    """

    def __init__(self, roots: Sequence[Root], settings: SettingsFinder) -> None:
        self._settings = settings
        self._seconds = settings.max_age
        self._files = TrainerFiles(roots, 10 * self._seconds)  # which are many more, and hardly ever change
        self._kept: dict[str, tuple[float, Mapping[str, str]]] = {}

    def of(self, folder: str) -> dict[str, str]:
        """The discounts of the run in a folder as options of its format; empty for one that is 1 or not known."""
        known, now = self._kept.get(folder), time.monotonic()
        if known is None or now - known[0] >= self._seconds:
            settings = self._settings.for_path(folder)
            sources = [
                *toml_sources(settings.hyperparameters, settings.hyperparameter_files),
                *self._files.sources_for(folder),
            ]
            config = merge_sources(sources).values if sources else {}
            known = now, MappingProxyType({name: _discount(config.get(name)) for name in NAMES})
            self._kept[folder] = known
        return dict(known[1])


def _discount(value: object) -> str:
    """A discount as an option; empty where it is 1, as it is where nothing is said, or no number from 0 to 1."""
    number = float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else 1.0
    return repr(number) if 0 <= number < 1 else ""
