"""Which of TensorBoard's own runs belong to a run of rollouts, and how that is known."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from tensorboard_plugin_rlboard.board.selection import UnknownError
from tensorboard_plugin_rlboard.scalars import paired

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
        declared: the runs whose event files say that the rollouts are theirs (`declaring`).
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


def declaring(
    run: str, files: Collection[str], declarations: Sequence[tuple[str, Sequence[str]]]
) -> list[str]:
    """The runs whose event files name rollouts of a run.

    Args:
        run: the run of the rollouts.
        files: its files, as paths that begin with the run's name.
        declarations: run of an event file and the files that it names, relative to its folder.

    Returns:
        Names of the runs, in the order given. A file that is not there, as one that a writer that goes on has not
        begun yet, counts for its folder.
    """
    home, present = _parts(run), {_parts(file) for file in files}
    found: dict[str, None] = {}
    for name, named in declarations:
        places = {_place(name, file) for file in named} - {None}
        if places & present or any(place is not None and place[:-1] == home for place in places):
            found[name] = None
    return list(found)


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


def _in(name: str, folder: str) -> bool:
    """Whether a run is that of a folder or of one below it."""
    parts, home = _parts(name), _parts(folder)
    return parts[: len(home)] == home


def _parts(run: str) -> tuple[str, ...]:
    return tuple(part for part in run.split("/") if part not in {"", "."})
