"""The options of a writer, put right where they cannot be used as given: a training must not end over them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tensorboard_plugin_rlboard.writing.config_file import settings_of
from tensorboard_plugin_rlboard.writing.output.rounded_numbers import MOST_DIGITS

_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:/+")
MAX_BYTES = 1 << 30
QUEUE_BYTES = 256 << 20
QUEUE_SAMPLES = 1 << 16
PRECISION = 3
WHEN_FULL = ("drop", "wait")


@dataclass(frozen=True)
class Options:
    """What a writer was asked for; see `RolloutWriter`.

    Attributes:
        complaints: what could not be used as given, one sentence each.
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
    wait: bool
    queue_bytes: int
    queue_samples: int
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def of(
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
        """Options from the arguments of a writer.

        Raises:
            TypeError: the folder is no path.
        """
        wrong: list[str] = []
        number = _rank(rank, wrong)
        if when_full not in WHEN_FULL:
            wrong.append(f"when_full is drop or wait, not {when_full!r}; drop is taken")
        try:
            settings = settings_of(config)
        except Exception as error:
            settings = {}
            wrong.append(f"the config cannot be written ({type(error).__name__}: {error})")
        digits = None if precision is None else _whole("precision", precision, 1, PRECISION, wrong)
        most = max_samples_per_step
        return cls(
            _folder(Path(log_dir), wrong),
            number,
            str(split),
            settings,
            bool(background),
            digits if digits is None or digits <= MOST_DIGITS else None,
            _whole("max_bytes", max_bytes, 0, MAX_BYTES, wrong),
            bool(compress),
            _whole("every_n_steps", every_n_steps, 1, 1, wrong),
            None if most is None else _whole("max_samples_per_step", most, 1, 1, wrong),
            number == 0 if scalars is None else bool(scalars),
            when_full == "wait",
            _whole("queue_bytes", queue_bytes, 1, QUEUE_BYTES, wrong),
            _whole("queue_samples", queue_samples, 1, QUEUE_SAMPLES, wrong),
            wrong,
        )


def _folder(given: Path, wrong: list[str]) -> Path:
    """The folder as an absolute path: the training may go elsewhere before the next file is opened."""
    if _ADDRESS.match(str(given)):
        wrong.append(
            f"{given} looks like an address; the writer knows folders only, so this is one below the present"
        )
    try:
        return given.absolute()
    except OSError:  # the present folder is gone
        return given


def _rank(rank: int | None, wrong: list[str]) -> int:
    given = os.environ.get("RANK", "0") if rank is None else rank
    try:
        return int(given)
    except (TypeError, ValueError):
        wrong.append(f"rank is a whole number, not {given!r}; 0 is taken")
        return 0


def _whole(name: str, value: Any, least: int, usual: int, wrong: list[str]) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        number = least - 1
    if number < least:
        wrong.append(f"{name} is a whole number of {least} or more, not {value!r}; {usual} is taken")
        return usual
    return number
