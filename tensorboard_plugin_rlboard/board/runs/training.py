"""What belongs to the training of a run beside its rollouts: scalars, and how it was set up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tensorboard_plugin_rlboard.board.runs.hyperparameters import Configs, folder
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.index.run import RunIndex
from tensorboard_plugin_rlboard.texts import TextRules
from tensorboard_plugin_rlboard.training.hyperparameters.merge import EventFacts, RunConfig
from tensorboard_plugin_rlboard.training.hyperparameters.trainer_files import ConfigFiles
from tensorboard_plugin_rlboard.training.scalar_pairing import Declared, Pairing, choices, pairing


@dataclass(frozen=True)
class Training:
    """The training of a run.

    Attributes:
        pairing: TensorBoard's own runs of it.
        choices: the scalar runs that a user may choose instead.
        config: its settings.
        text: what rlboard.toml says of its texts.
    """

    pairing: Pairing
    choices: Sequence[str]
    config: RunConfig
    text: TextRules


@dataclass(frozen=True)
class TensorBoardRuns:
    """What TensorBoard's data provider knows: the runs with scalars, and what event files say beside them."""

    scalars: tuple[str, ...] = ()
    facts: EventFacts = field(default_factory=EventFacts)


@dataclass(frozen=True)
class _Paired:
    pairing: Pairing
    choices: Sequence[str]
    declared: Sequence[str]


class _State:
    """Pairings that hold as long as neither TensorBoard nor the registry knows of other runs."""

    def __init__(self, known: TensorBoardRuns, runs: Mapping[str, RunIndex]) -> None:
        self.known = known
        self.runs = runs
        self.declared = Declared((said.run, said.files) for said in known.facts.declarations)
        self.kept: dict[str, tuple[object, _Paired]] = {}


class Trainings:
    """Finds what belongs to runs, and pairs them again only when runs have come, gone or say something else."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._files = ConfigFiles(registry.roots)
        self._configs = Configs()
        self._state = _State(TensorBoardRuns(), registry.runs)

    def of(self, run: RunIndex, known: TensorBoardRuns) -> Training:
        """The training of a run, with what TensorBoard knows now."""
        home = folder(run)
        settings = self._registry.settings.of(home)
        paired = self._paired(run, known, settings.scalar_runs)
        files = self._files.of(home)
        config = self._configs.of(
            run.name, settings, files, known.facts, paired.pairing.runs, paired.declared
        )
        return Training(paired.pairing, paired.choices, config, settings.text)

    def _paired(self, run: RunIndex, known: TensorBoardRuns, named: Sequence[str] | None) -> _Paired:
        state, runs = self._state, self._registry.runs
        if state.runs is not runs or (state.known is not known and state.known != known):
            state = self._state = _State(known, runs)
        stamp = named, len(run.files)
        kept = state.kept.get(run.name)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        declared = state.declared.by(run.name, tuple(run.files))
        found = pairing(run.name, known.scalars, runs, named=named, declared=declared)
        paired = _Paired(found, choices(run.name, known.scalars), declared)
        state.kept[run.name] = stamp, paired
        return paired
