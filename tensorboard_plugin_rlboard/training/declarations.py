"""What event files say of trainings beside scalars: which rollouts are a run's own, and its hyperparameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class RolloutDeclaration:
    """The rollout files that one event file of our writer names as its own.

    Attributes:
        run: the run of the event file.
        paths: the rollout files, relative to the event file's folder.
        hyperparameters: those of the training, as they were given to the writer.
    """

    run: str
    paths: tuple[str, ...]
    hyperparameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class EventMetadata:
    """What the event files of an experiment say beside scalars.

    Attributes:
        declarations: those of our own writer.
        hparams: TensorBoard's native hyperparameters, run -> name -> value.
        arguments: arguments of a trainer that were written as text, run -> name -> value.
    """

    declarations: tuple[RolloutDeclaration, ...] = ()
    hparams: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    arguments: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
