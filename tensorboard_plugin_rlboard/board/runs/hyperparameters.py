"""The hyperparameters of a run's training, merged from all their sources."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.training.declarations import EventMetadata
from tensorboard_plugin_rlboard.training.hyperparameters.merge import (
    HyperparameterSource,
    RunHyperparameters,
    merge_sources,
    toml_sources,
)

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.index.run import RunIndex
    from tensorboard_plugin_rlboard.training.settings.sections import Settings


class Hyperparameters:
    """Merges the hyperparameters of trainings, again only when one of their sources changes."""

    def __init__(self) -> None:
        self._configs: dict[str, tuple[tuple[HyperparameterSource, ...], RunHyperparameters]] = {}

    def of(
        self,
        run: str,
        settings: Settings,
        files: Sequence[HyperparameterSource],
        event_metadata: EventMetadata,
        scalar_runs: Sequence[str],
        declared_by: Collection[str] = (),
    ) -> RunHyperparameters:
        """The settings of a run.

        Args:
            run: its name.
            settings: what rlboard.toml says; it counts most.
            files: what files beside the rollouts say, in the order in which they count.
            event_metadata: what event files say.
            scalar_runs: the runs that it is paired with.
            declared_by: the runs whose event files name its rollouts.
        """
        of_toml = toml_sources(settings.hyperparameters, settings.hyperparameter_files)
        sources = (*of_toml, *files, *_event_sources(event_metadata, scalar_runs, declared_by))
        last = self._configs.get(run)
        if last is not None and _equal(last[0], sources):
            return last[1]
        config = merge_sources(sources)
        self._configs[run] = sources, config
        return config


def run_folder(run: RunIndex) -> str:
    """The folder of a run: that of its files, or one above it where its format has folders of its own."""
    file = next(iter(tuple(run.files.values())), None)
    if file is None:
        return ""
    levels = len(_path_parts(file.relative)) - len(_path_parts(run.name))
    if "://" in file.path:
        return posixpath.dirname(file.path)
    parents = PurePath(file.path).parents
    return str(parents[min(max(levels, 1), len(parents)) - 1])


def _event_sources(
    event_metadata: EventMetadata, scalar_runs: Sequence[str], declared_by: Collection[str]
) -> Iterator[HyperparameterSource]:
    for name in scalar_runs:
        values = _hparams(event_metadata.hparams, name)
        if values is not None:
            yield HyperparameterSource("hparams", values)
    for name in scalar_runs:
        if name in event_metadata.arguments:
            yield HyperparameterSource("args/text_summary", event_metadata.arguments[name])
    for declaration in event_metadata.declarations:
        if declaration.run in declared_by and declaration.hyperparameters:
            yield HyperparameterSource("RolloutWriter", declaration.hyperparameters)


def _hparams(hparams: Mapping[str, Mapping[str, object]], run: str) -> Mapping[str, object] | None:
    """The hyperparameters of a run; else of the only run below it, because some writers make one for them."""
    if run in hparams:
        return hparams[run]
    own = _path_parts(run)
    below = [name for name in hparams if _path_parts(name)[: len(own)] == own]
    return hparams[below[0]] if len(below) == 1 else None


def _equal(before: tuple[HyperparameterSource, ...], now: tuple[HyperparameterSource, ...]) -> bool:
    return len(before) == len(now) and all(
        old.name == new.name and (old.values is new.values or old.values == new.values)
        for old, new in zip(before, now, strict=True)
    )


def _path_parts(name: str) -> list[str]:
    return [part for part in name.split("/") if part not in {"", "."}]
