"""Pairs runs of rollouts with TensorBoard's own runs of scalars.

A training often writes its event files into another folder than its rollouts, so that the names of the runs differ.
"""

from __future__ import annotations

import posixpath
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from tensorboard_plugin_rlboard.errors import UnknownError

_MAX_CHOICES = 100
_Folders = tuple[str, ...]
Method = Literal["settings", "declared", "same", "nearest", "none"]


@dataclass(frozen=True)
class ScalarPairing:
    """The scalar runs that belong to a run of rollouts.

    Attributes:
        runs: their names; where several have the same tag, the first counts.
        method: how they were found. `settings`: rlboard.toml names them; `declared`: an event file of our writer names
            the rollouts; `same`: they are of the same folder; `nearest`: of the nearest folder that leaves no choice;
            `none`: there are none, or any choice would be a guess.
    """

    runs: tuple[str, ...] = ()
    method: Method = "none"


class ScalarRuns:
    """Pairs runs of rollouts with scalar runs: of thousands of each, without comparing every one with every other one.

    Args:
        scalar_runs: names of all runs with scalars.
        rollout_runs: names of all runs with rollouts.
    """

    def __init__(self, scalar_runs: Iterable[str], rollout_runs: Iterable[str] = ()) -> None:
        self._places = {name: number for number, name in enumerate(scalar_runs)}
        pairs = sorted((_folders(name), name) for name in self._places)
        self._folders = [folders for folders, _ in pairs]
        self._names = [name for _, name in pairs]
        self._rollouts = sorted(set(map(_folders, rollout_runs)))
        self._with_rollouts = frozenset(self._rollouts)
        self._sorted = sorted(self._places)
        self._inside: dict[_Folders, set[str]] = {}  # folder -> those in it that hold scalars, somewhere
        for folders in self._folders:
            for depth, name in enumerate(folders):
                self._inside.setdefault(folders[:depth], set()).add(name)

    def pair(
        self, run: str, *, from_toml: Sequence[str] | None = None, declared: Collection[str] = ()
    ) -> ScalarPairing:
        """Pair a run of rollouts with scalar runs, by the first method that finds any.

        Args:
            run: the run of the rollouts.
            from_toml: the runs that rlboard.toml names, each with the runs in folders below it; None where it names none.
            declared: the runs whose event files name the rollouts as theirs (`DeclaredRuns.runs_for`).
        """
        if from_toml is not None:
            named = (name for folder in from_toml for name in self._as_given(self._below(_folders(folder))))
            return ScalarPairing(tuple(dict.fromkeys(named)), "settings")
        own = self._as_given(name for name in declared if name in self._places)
        found = tuple(self.matching(run))
        if own:  # beside it there may be the trainer's own, in the folder that the writer kept out of
            return ScalarPairing(found if set(own) <= set(found) else own, "declared")
        if not found:
            return ScalarPairing()
        return ScalarPairing(found, "same" if _folders(found[0]) == _folders(run) else "nearest")

    def matching(self, run: str) -> list[str]:
        """Find the scalar runs that belong to a folder of rollouts.

        The first rule that finds any decides:

        1. The scalar run of the same name, followed by those in folders below it (``exp`` and ``exp/tensorboard``)
           as far as no other rollouts lie nearer to them.
        2. Going up from the rollouts' folder, the first folder that has scalars itself or below: if it has some
           itself, those (``exp`` for ``exp/rollouts``); else, if they all lie in one of its subfolders and no
           rollouts lie there (which would make it another training), all in that subfolder (``exp/runs/Nov22`` for
           ``exp/completions``); else none, because any choice would be a guess.

        Args:
            run: The run of the rollouts.

        Returns:
            Names of scalar runs, the one of the same name first, then in the order of their names.
        """
        home = _folders(run)
        low, high = _range_below(self._folders, home)
        below = [self._names[i] for i in range(low, high) if not self._lies_nearer(home, self._folders[i])]
        if below:
            return below
        for depth in range(len(home) - 1, -1, -1):
            folder = home[:depth]
            low, _ = _range_below(self._folders, folder)
            itself = self._names[low : bisect_right(self._folders, folder)]
            # Below the next folder towards home there was nothing but what is nearer to other rollouts.
            others = self._inside.get(folder, set()) - {home[depth]}
            if itself:
                return itself
            if len(others) == 1:
                subfolder = (*folder, *others)
                low, high = _range_below(self._rollouts, subfolder)
                return [] if high > low else self._below(subfolder)
            if others:
                return []
        return []

    def selectable(self, run: str) -> list[str]:
        """The scalar runs that a user may choose for a run of rollouts: all, or the 100 nearest ones of more."""
        names = self._sorted
        if len(names) <= _MAX_CHOICES:
            return list(names)
        # Names that begin alike stand together, so the nearest are among the neighbours of the run's own place.
        home, place = _folders(run), bisect_left(names, f"{run}/")
        around = names[max(0, place - _MAX_CHOICES) : place + _MAX_CHOICES]
        return sorted(sorted(around, key=lambda name: -_common_folders(home, _folders(name)))[:_MAX_CHOICES])

    def _below(self, folder: _Folders) -> list[str]:
        """The scalar runs of a folder and below it, by their folders."""
        low, high = _range_below(self._folders, folder)
        return self._names[low:high]

    def _as_given(self, names: Iterable[str]) -> tuple[str, ...]:
        """The same names in the order in which TensorBoard has them."""
        return tuple(sorted(names, key=self._places.__getitem__))

    def _lies_nearer(self, home: _Folders, folders: _Folders) -> bool:
        """Whether scalars below a folder of rollouts are in or below another one, which is itself below it."""
        return any(folders[:depth] in self._with_rollouts for depth in range(len(home) + 1, len(folders) + 1))


class DeclaredRuns:
    """Finds the runs whose event files name given rollout files as theirs.

    Args:
        declarations: run of an event file and the rollout files that it names, relative to its folder.
    """

    def __init__(self, declarations: Iterable[tuple[str, Sequence[str]]]) -> None:
        self._runs_by_path: dict[tuple[str, ...], list[str]] = {}
        for run, files in declarations:
            for file in files:
                place = _path_below_logdir(run, file)
                if place is not None:
                    self._runs_by_path.setdefault(place, []).append(run)
                    self._runs_by_path.setdefault(place[:-1], []).append(run)

    def runs_for(self, run: str, paths: Collection[str]) -> list[str]:
        """The runs whose event files name files of a run of rollouts.

        Args:
            run: the run of the rollouts.
            paths: its files, as paths that begin with the run's name.

        Returns:
            Names of the runs. A file that is not there, such as the next one of a writer that goes on, counts for its
            folder.
        """
        if not self._runs_by_path:
            return []
        places = [_folders(run), *(_folders(file) for file in paths)]
        return list(dict.fromkeys(name for place in places for name in self._runs_by_path.get(place, ())))


def validated_runs(wanted: Sequence[str], scalar_runs: Collection[str]) -> list[str]:
    """The scalar runs that a request names, each once.

    Raises:
        UnknownError: TensorBoard's data provider has no scalars of that name.
    """
    for name in wanted:
        if name not in scalar_runs:
            raise UnknownError(f"There are no scalars of a run {name}.")
    return list(dict.fromkeys(wanted))


def _path_below_logdir(run: str, file: str) -> tuple[str, ...] | None:
    """The folders and name of a file below the log directory; None where it lies elsewhere."""
    place = posixpath.normpath("/".join((*_folders(run), file)))
    return None if file.startswith("/") or place.startswith("..") else _folders(place)


def _common_folders(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many folders two paths have in common at their beginning."""
    return next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _range_below(ordered: Sequence[_Folders], folder: _Folders) -> tuple[int, int]:
    """Where the paths of a folder and below it begin and end among sorted ones."""
    if not folder:
        return 0, len(ordered)
    behind = (*folder[:-1], f"{folder[-1]}\0")  # no name of a folder has this character
    return bisect_left(ordered, folder), bisect_left(ordered, behind)


@lru_cache(maxsize=65_536)
def _folders(run: str) -> _Folders:
    return tuple(name for name in run.split("/") if name not in {"", "."})
