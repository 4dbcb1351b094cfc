"""Which of TensorBoard's own runs belong to a run of rollouts, and how that is known."""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from tensorboard_plugin_rlboard.errors import UnknownError
from tensorboard_plugin_rlboard.training.scalar_reader import paired

_MOST_CHOICES = 100
How = Literal["settings", "declared", "same", "nearest", "none"]


@dataclass(frozen=True)
class Pairing:
    """The scalar runs of a run of rollouts.

    Attributes:
        runs: their names; where several have the same tag, the first counts.
        how: `settings`: rlboard.toml says so; `declared`: the event file that the writer wrote beside its rollouts
            says so; `same`: they are of the same folder; `nearest`: of the nearest folder that leaves no choice;
            `none`: there are none, or any choice would be a guess.
    """

    runs: tuple[str, ...] = ()
    how: How = "none"


def pairing(
    run: str,
    scalar_runs: Sequence[str],
    rollout_runs: Collection[str] = (),
    *,
    named: Sequence[str] | None = None,
    declared: Collection[str] = (),
) -> Pairing:
    """Pairs a run of rollouts with scalar runs; the first of the ways that finds any decides.

    Args:
        run: the run of the rollouts.
        scalar_runs: names of all runs with scalars.
        rollout_runs: names of all runs with rollouts.
        named: what rlboard.toml names, each with the runs in folders below it; None where it says nothing.
        declared: the runs whose event files say that the rollouts are theirs (`Declared.by`).
    """
    if named is not None:
        return Pairing(
            tuple(dict.fromkeys(name for folder in named for name in scalar_runs if _in(name, folder))),
            "settings",
        )
    own = tuple(name for name in scalar_runs if name in declared)
    found = tuple(paired(run, scalar_runs, rollout_runs))
    if own:  # beside it there may be the trainer's own, in the folder that the writer kept out of
        return Pairing(found if set(own) <= set(found) else own, "declared")
    if not found:
        return Pairing()
    return Pairing(found, "same" if _parts(found[0]) == _parts(run) else "nearest")


class Declared:
    """Which runs' event files name which rollouts.

    Args:
        declarations: run of an event file and the rollout files that it names, relative to its folder.
    """

    def __init__(self, declarations: Iterable[tuple[str, Sequence[str]]]) -> None:
        self._by_place: dict[tuple[str, ...], list[str]] = {}
        for run, files in declarations:
            for file in files:
                place = _place(run, file)
                if place is not None:
                    self._by_place.setdefault(place, []).append(run)
                    self._by_place.setdefault(place[:-1], []).append(run)

    def by(self, run: str, files: Collection[str]) -> list[str]:
        """The runs whose event files name rollouts of a run.

        Args:
            run: the run of the rollouts.
            files: its files, as paths that begin with the run's name.

        Returns:
            Names of the runs. A file that is not there, such as the next one of a writer that goes on, counts for its
            folder.
        """
        if not self._by_place:
            return []
        places = [_parts(run), *(_parts(file) for file in files)]
        return list(dict.fromkeys(name for place in places for name in self._by_place.get(place, ())))


def choices(run: str, scalar_runs: Iterable[str]) -> list[str]:
    """The scalar runs that a user may choose from: all, but of more than 100 those nearest to the run."""
    names = sorted(scalar_runs)
    if len(names) <= _MOST_CHOICES:
        return names
    # Names that begin alike stand together, so the nearest are among the neighbours of the run's own place.
    home, place = _parts(run), bisect_left(names, f"{run}/")
    around = names[max(0, place - _MOST_CHOICES) : place + _MOST_CHOICES]
    return sorted(sorted(around, key=lambda name: -_shared(home, _parts(name)))[:_MOST_CHOICES])


def chosen(wanted: Sequence[str], scalar_runs: Collection[str]) -> list[str]:
    """The scalar runs that a request asks for.

    Raises:
        UnknownError: TensorBoard's data provider has no scalars of that name.
    """
    for name in wanted:
        if name not in scalar_runs:
            raise UnknownError(f"There are no scalars of a run {name}.")
    return list(dict.fromkeys(wanted))


def _place(run: str, file: str) -> tuple[str, ...] | None:
    """Where a file lies below the log directory; None where it does not."""
    place = posixpath.normpath("/".join((*_parts(run), file)))
    return None if file.startswith("/") or place.startswith("..") else _parts(place)


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many folders two paths begin with alike."""
    return next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _in(name: str, folder: str) -> bool:
    """Whether a run is that of a folder or of one below it."""
    parts, home = _parts(name), _parts(folder)
    return parts[: len(home)] == home


@lru_cache(maxsize=65_536)  # see scalars.py
def _parts(run: str) -> tuple[str, ...]:
    return tuple(part for part in run.split("/") if part not in {"", "."})
