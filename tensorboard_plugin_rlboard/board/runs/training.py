"""The training of a run beside its rollouts: its scalar runs, hyperparameters and text rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.board.runs.hyperparameters import Hyperparameters, run_folder
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.texts import TextRules
from tensorboard_plugin_rlboard.training.declarations import EventMetadata
from tensorboard_plugin_rlboard.training.hyperparameters.merge import RunHyperparameters
from tensorboard_plugin_rlboard.training.hyperparameters.trainer_files import TrainerFiles
from tensorboard_plugin_rlboard.training.scalar_pairing import (
    DeclaredRuns,
    ScalarPairing,
    ScalarRuns,
)


@dataclass(frozen=True)
class Training:
    """The training of a run.

    Attributes:
        pairing: TensorBoard's own runs of it.
        choices: the scalar runs that a user may choose instead.
        config: its settings.
        text: what rlboard.toml says of its texts.
    """

    pairing: ScalarPairing
    choices: Sequence[str]
    config: RunHyperparameters
    text: TextRules


@dataclass(frozen=True)
class TensorBoardRuns:
    """The scalar runs of TensorBoard, and the metadata of their event files.

    Attributes:
        scalars: the runs with scalars.
        event_metadata: what their event files say beside scalars.
    """

    scalars: tuple[str, ...] = ()
    event_metadata: EventMetadata = field(default_factory=EventMetadata)


@dataclass(frozen=True)
class _PairedRuns:
    """The scalar runs of one run.

    Attributes:
        pairing: those that it is paired with.
        choices: those that a user may choose instead.
        declared_by: the runs whose event files name its rollouts.
    """

    pairing: ScalarPairing
    choices: Sequence[str]
    declared_by: Sequence[str]


class _PairingCache:
    """Pairings that hold as long as neither TensorBoard nor the registry knows of other runs."""

    def __init__(self, tensorboard_runs: TensorBoardRuns, runs: Mapping[str, RunIndex]) -> None:
        self.tensorboard_runs = tensorboard_runs
        self.runs = runs
        declarations = tensorboard_runs.event_metadata.declarations
        self.declared = DeclaredRuns((declaration.run, declaration.paths) for declaration in declarations)
        self.scalar_runs = ScalarRuns(tensorboard_runs.scalars, runs)
        self.paired: dict[str, tuple[object, _PairedRuns]] = {}


class Trainings:
    """Finds what belongs to runs, and pairs them again only when runs have come, gone or changed."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._files = TrainerFiles(registry.roots)
        self._hyperparameters = Hyperparameters()
        self._cache = _PairingCache(TensorBoardRuns(), registry.runs)

    def of(self, run: RunIndex, tensorboard_runs: TensorBoardRuns) -> Training:
        """The training of a run, with what TensorBoard knows now."""
        folder = run_folder(run)
        settings = self._registry.settings.for_path(folder)
        paired = self._paired(run, tensorboard_runs, settings.scalar_runs)
        config = self._hyperparameters.of(
            run.name,
            settings,
            self._files.sources_for(folder),
            tensorboard_runs.event_metadata,
            paired.pairing.runs,
            paired.declared_by,
        )
        return Training(paired.pairing, paired.choices, config, settings.text_rules)

    def known_numbers(self, run: RunIndex) -> Mapping[str, float]:
        """The settings of a run's training that are numbers, from wherever they are known."""
        values = self.of(run, self._cache.tensorboard_runs).config.values
        return {name: float(value) for name, value in values.items() if isinstance(value, (int, float))}

    def thresholds(self, run: RunIndex) -> Mapping[str, float]:
        """The thresholds of findings that rlboard.toml sets for a run."""
        return self._registry.settings.for_path(run_folder(run)).thresholds

    def _paired(
        self, run: RunIndex, tensorboard_runs: TensorBoardRuns, named: Sequence[str] | None
    ) -> _PairedRuns:
        """The scalar runs of a run.

        Args:
            run: the run.
            tensorboard_runs: what TensorBoard knows now.
            named: the scalar runs that rlboard.toml names; None where it says nothing.
        """
        cache, runs = self._cache, self._registry.runs
        same = cache.tensorboard_runs is tensorboard_runs or cache.tensorboard_runs == tensorboard_runs
        if cache.runs is not runs or not same:
            cache = self._cache = _PairingCache(tensorboard_runs, runs)
        cache.tensorboard_runs = tensorboard_runs  # so that the next run is asked for with the same ones
        made_of = named, len(run.files)
        last = cache.paired.get(run.name)
        if last is not None and last[0] == made_of:
            return last[1]
        declared_by = cache.declared.runs_for(run.name, tuple(run.files))
        paired = _PairedRuns(
            cache.scalar_runs.pair(run.name, from_toml=named, declared=declared_by),
            cache.scalar_runs.selectable(run.name),
            declared_by,
        )
        cache.paired[run.name] = made_of, paired
        return paired
