"""Checks the options of a writer and replaces those that cannot be used: a training must not end because of them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tensorboard_plugin_rlboard.writing.config_file import config_as_dict
from tensorboard_plugin_rlboard.writing.output.rounded_numbers import MAX_PRECISION

_ADDRESS_START = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:/+")
MAX_BYTES = 1 << 30
QUEUE_BYTES = 256 << 20
QUEUE_SAMPLES = 1 << 16
PRECISION = 3
WHEN_FULL = ("drop", "wait")


@dataclass(frozen=True)
class Options:
    """The options of a writer; `RolloutWriter` describes them.

    Attributes:
        problems: one sentence for each option that could not be used as given.
    """

    folder: Path
    rank: int
    split: str
    config: Mapping[str, Any]
    background: bool
    precision: int | None
    max_bytes: int
    compress: bool
    every_n_steps: int
    max_samples_per_step: int | None
    scalars: bool
    wait_when_full: bool
    queue_bytes: int
    queue_samples: int
    problems: list[str] = field(default_factory=list)

    @classmethod
    def from_arguments(
        cls,
        log_dir: str | os.PathLike[str],
        rank: int | None,
        split: str,
        *,
        config: Any,
        background: bool,
        precision: int | None,
        max_bytes: int,
        compress: bool,
        every_n_steps: int,
        max_samples_per_step: int | None,
        scalars: bool | None,
        when_full: str,
        queue_bytes: int,
        queue_samples: int,
    ) -> Options:
        """Check the arguments of a writer.

        Raises:
            TypeError: the folder is no path.
        """
        problems: list[str] = []
        number = _rank(rank, problems)
        if when_full not in WHEN_FULL:
            problems.append(f"when_full is drop or wait, not {when_full!r}; drop is taken")
        try:
            hyperparameters = config_as_dict(config)
        except Exception as error:
            hyperparameters = {}
            problems.append(f"the config cannot be written ({type(error).__name__}: {error})")
        digits = None if precision is None else _integer("precision", precision, 1, PRECISION, problems)
        most = max_samples_per_step
        return cls(
            _absolute_folder(Path(log_dir), problems),
            number,
            str(split),
            hyperparameters,
            bool(background),
            digits if digits is None or digits <= MAX_PRECISION else None,
            _integer("max_bytes", max_bytes, 0, MAX_BYTES, problems),
            bool(compress),
            _integer("every_n_steps", every_n_steps, 1, 1, problems),
            None if most is None else _integer("max_samples_per_step", most, 1, 1, problems),
            number == 0 if scalars is None else bool(scalars),
            when_full == "wait",
            _integer("queue_bytes", queue_bytes, 1, QUEUE_BYTES, problems),
            _integer("queue_samples", queue_samples, 1, QUEUE_SAMPLES, problems),
            problems,
        )


def _absolute_folder(given: Path, problems: list[str]) -> Path:
    """The folder as an absolute path: the training may change its working directory later."""
    if _ADDRESS_START.match(str(given)):
        problems.append(
            f"{given} looks like an address; the writer knows folders only, so this is one below the present"
        )
    try:
        return given.absolute()
    except OSError:  # the present folder is gone
        return given


def _rank(rank: int | None, problems: list[str]) -> int:
    given = os.environ.get("RANK", "0") if rank is None else rank
    try:
        return int(given)
    except (TypeError, ValueError):
        problems.append(f"rank is a whole number, not {given!r}; 0 is taken")
        return 0


def _integer(name: str, value: Any, least: int, usual: int, problems: list[str]) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        number = least - 1
    if number < least:
        problems.append(f"{name} is a whole number of {least} or more, not {value!r}; {usual} is taken")
        return usual
    return number
