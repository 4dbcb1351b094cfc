"""The settings of a run's training, gathered from all places that say something of them."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from tensorboard_plugin_rlboard.training.hyperparameters.merge import (
    EventFacts,
    RunConfig,
    Source,
    combined,
    said,
)

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.index.run import RunIndex
    from tensorboard_plugin_rlboard.training.settings.sections import Settings


class Configs:
    """Puts together the settings of runs, and again only when one of its sources says something else."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[tuple[Source, ...], RunConfig]] = {}

    def of(
        self,
        run: str,
        settings: Settings,
        files: Sequence[Source],
        facts: EventFacts,
        scalar_runs: Sequence[str],
        declared: Collection[str] = (),
    ) -> RunConfig:
        """The settings of a run.

        Args:
            run: its name.
            settings: what rlboard.toml says; it counts most.
            files: what files beside the rollouts say, in the order in which they count.
            facts: what event files say.
            scalar_runs: the runs that it is paired with.
            declared: the runs whose event files name its rollouts.
        """
        written = said(settings.config, settings.config_sources)
        sources = (*written, *files, *_of_events(facts, scalar_runs, declared))
        known = self._kept.get(run)
        if known is not None and _same(known[0], sources):
            return known[1]
        found = combined(sources)
        self._kept[run] = sources, found
        return found


def folder(run: RunIndex) -> str:
    """The folder of a run: that of its files, or one above it where its format has folders of its own."""
    file = next(iter(tuple(run.files.values())), None)
    if file is None:
        return ""
    levels = len(_parts(file.relative)) - len(_parts(run.name))
    if "://" in file.path:
        return posixpath.dirname(file.path)
    parents = PurePath(file.path).parents
    return str(parents[min(max(levels, 1), len(parents)) - 1])


def _of_events(facts: EventFacts, scalar_runs: Sequence[str], declared: Collection[str]) -> Iterator[Source]:
    for name in scalar_runs:
        found = _of_session(facts.hparams, name)
        if found is not None:
            yield Source("hparams", found)
    for name in scalar_runs:
        if name in facts.arguments:
            yield Source("args/text_summary", facts.arguments[name])
    for said_by in facts.declarations:
        if said_by.run in declared and said_by.config:
            yield Source("RolloutWriter", said_by.config)


def _of_session(hparams: Mapping[str, Mapping[str, object]], run: str) -> Mapping[str, object] | None:
    """The hyperparameters of a run; else of the only run below it, because some writers make one for them."""
    if run in hparams:
        return hparams[run]
    home = _parts(run)
    below = [name for name in hparams if _parts(name)[: len(home)] == home]
    return hparams[below[0]] if len(below) == 1 else None


def _same(before: tuple[Source, ...], now: tuple[Source, ...]) -> bool:
    return len(before) == len(now) and all(
        one.name == other.name and (one.values is other.values or one.values == other.values)
        for one, other in zip(before, now, strict=True)
    )


def _parts(name: str) -> list[str]:
    return [part for part in name.split("/") if part not in {"", "."}]
