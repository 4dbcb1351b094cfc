"""Finds the discounts γ and λ of a run, with which the targets of its critic are computed."""

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

DISCOUNT_NAMES = ("gamma", "lam")
"""Names of the discounts among the options of a format."""


class Discounts:
    """Reads discounts from rlboard.toml and from the files that trainers write beside the rollouts.

    What was found for a folder counts as long as the settings do.

    Args:
        roots: where the files were found.
        settings: what rlboard.toml says.
    """

    def __init__(self, roots: Sequence[Root], settings: SettingsFinder) -> None:
        self._settings = settings
        self._seconds = settings.max_age
        # The trainers' files are many more than the settings, and hardly ever change.
        self._files = TrainerFiles(roots, 10 * self._seconds)
        self._cached: dict[str, tuple[float, Mapping[str, str]]] = {}

    def of(self, folder: str) -> dict[str, str]:
        """The discounts of the run in a folder as options of its format; empty for one that is 1 or not known."""
        cached, now = self._cached.get(folder), time.monotonic()
        if cached is None or now - cached[0] >= self._seconds:
            settings = self._settings.for_path(folder)
            sources = [
                *toml_sources(settings.hyperparameters, settings.hyperparameter_files),
                *self._files.sources_for(folder),
            ]
            config = merge_sources(sources).values if sources else {}
            options = {name: _discount_option(config.get(name)) for name in DISCOUNT_NAMES}
            cached = now, MappingProxyType(options)
            self._cached[folder] = cached
        return dict(cached[1])


def _discount_option(value: object) -> str:
    """A discount as an option; empty where it is 1, as it is where nothing is said, or no number from 0 to 1."""
    number = float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else 1.0
    return repr(number) if 0 <= number < 1 else ""
