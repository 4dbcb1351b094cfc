"""The history of each prompt: its visits folded into one row, to which later ones can be added."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from tensorboard_plugin_rlboard.board.prompts.histories.visits import N_SUMS, PASSED, REWARDED, Visits
from tensorboard_plugin_rlboard.board.prompts.identity_cache import Keys
from tensorboard_plugin_rlboard.metrics.prompts.pass_at_k import pass_sums, powers_of_two
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats, Ints

_NEVER = np.iinfo(np.int64)
MAX_K = 1024
"""The highest k of pass@k."""
PassSums = tuple[Ints, Floats, Floats]


def _sums() -> Floats:
    return np.empty((0, N_SUMS))


@dataclass(frozen=True)
class PromptHistory:
    """One row for each prompt, by identity; replaced as a whole, so that readers need no lock.

    Attributes:
        identity: uint64 [prompts], ascending.
        visits: steps at which it was sampled, int64 [prompts].
        first_step, last_step: int64 [prompts].
        total, first, last: sums over all visits, the first and the last, float64 [prompts, N_SUMS].
        best, best_gap: the highest finite reward, and difference to the reference's, float64 [prompts]; NaN without any.
        label: code of a text column's value at the first visit, int64 [prompts]; -1 where it has none.
        is_mixed: whether its samples have several values of that column, or some of them none, bool [prompts].
        renderings: how many prompt keys it has, int64 [prompts].
        keys, identity_of_key: its renderings: every `prompt_key`, ascending, and its identity, uint64 [keys].
        passes: step -> for each k, a power of two: prompts that have as many samples, and the sums of `pass_sums`.
    """

    identity: Keys = field(default_factory=lambda: np.empty(0, np.uint64))
    visits: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    first_step: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    last_step: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    total: Floats = field(default_factory=_sums)
    first: Floats = field(default_factory=_sums)
    last: Floats = field(default_factory=_sums)
    best: Floats = field(default_factory=lambda: np.empty(0))
    best_gap: Floats = field(default_factory=lambda: np.empty(0))
    label: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    is_mixed: Bools = field(default_factory=lambda: np.empty(0, bool))
    renderings: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    keys: Keys = field(default_factory=lambda: np.empty(0, np.uint64))
    identity_of_key: Keys = field(default_factory=lambda: np.empty(0, np.uint64))
    passes: dict[int, PassSums] = field(default_factory=dict)

    def with_visits(self, visits: Visits) -> PromptHistory:
        """With the visits of further steps; this one stays as it is.

        Args:
            visits: of steps that are not in it.
        """
        if not len(visits.identity):
            return self
        # Visits come by prompt: to sort them again would take longest.
        starts = np.flatnonzero(np.append(True, visits.identity[1:] != visits.identity[:-1]))
        identities = visits.identity[starts]
        ends = np.append(starts[1:], len(visits.identity)) - 1
        wide = self._with_prompts(identities)
        at = np.searchsorted(wide.identity, identities)
        low, high = (end.reduceat(visits.label, starts) for end in (np.minimum, np.maximum))
        wide.is_mixed[at] |= np.logical_or.reduceat(visits.is_mixed, starts) | (low != high)
        wide.is_mixed[at] |= (wide.visits[at] > 0) & (wide.label[at] != low)
        wide.visits[at] += ends - starts + 1
        wide.total[at] += np.add.reduceat(visits.sums, starts, axis=0)
        for known_best, visited in ((wide.best, visits.best), (wide.best_gap, visits.best_gap)):
            known_best[at] = np.fmax(known_best[at], np.fmax.reduceat(visited, starts))
        earlier = visits.step[starts] < wide.first_step[at]
        wide.first_step[at[earlier]] = visits.step[starts[earlier]]
        wide.first[at[earlier]] = visits.sums[starts[earlier]]
        wide.label[at[earlier]] = visits.label[starts[earlier]]
        later = visits.step[ends] > wide.last_step[at]
        wide.last_step[at[later]] = visits.step[ends[later]]
        wide.last[at[later]] = visits.sums[ends[later]]
        wide = replace(wide, passes={**self.passes, **_passes_of_steps(visits)})
        new = ~_is_in(visits.keys, self.keys)
        if not new.any():
            return wide
        order = np.argsort(np.append(self.keys, visits.keys[new]))
        of_key = np.append(self.identity_of_key, visits.identity_of_key[new])[order]
        return replace(
            wide,
            renderings=np.bincount(np.searchsorted(wide.identity, of_key), minlength=len(wide.identity)),
            keys=np.append(self.keys, visits.keys[new])[order],
            identity_of_key=of_key,
        )

    def of_prompts(self, rows: Ints) -> PromptHistory:
        """Some of its prompts, in this order."""
        return replace(
            self,
            identity=self.identity[rows],
            visits=self.visits[rows],
            first_step=self.first_step[rows],
            last_step=self.last_step[rows],
            total=self.total[rows],
            first=self.first[rows],
            last=self.last[rows],
            best=self.best[rows],
            best_gap=self.best_gap[rows],
            label=self.label[rows],
            is_mixed=self.is_mixed[rows],
            renderings=self.renderings[rows],
        )

    def _with_prompts(self, identities: Keys) -> PromptHistory:
        """A copy that has rows for some more prompts."""
        new = identities[~_is_in(identities, self.identity)]
        identity = np.sort(np.append(self.identity, new)) if len(new) else self.identity
        at = np.searchsorted(identity, self.identity)
        n = len(identity)

        def ints(old: Ints, fill: int) -> Ints:
            if not len(new):
                return old.copy()
            wide = np.full(n, fill, np.int64)
            wide[at] = old
            return wide

        def floats(old: Floats, fill: float) -> Floats:
            if not len(new):
                return old.copy()
            wide = np.full((n, *old.shape[1:]), fill)
            wide[at] = old
            return wide

        is_mixed = np.zeros(n, bool)
        is_mixed[at] = self.is_mixed
        return replace(
            self,
            identity=identity,
            is_mixed=is_mixed,
            visits=ints(self.visits, 0),
            first_step=ints(self.first_step, int(_NEVER.max)),
            last_step=ints(self.last_step, int(_NEVER.min)),
            total=floats(self.total, 0.0),
            first=floats(self.first, 0.0),
            last=floats(self.last, 0.0),
            best=floats(self.best, np.nan),
            best_gap=floats(self.best_gap, np.nan),
            label=ints(self.label, -1),
        )


def _is_in(values: Keys, ascending: Keys) -> Bools:
    """Which values are among others that are in order."""
    if not len(ascending):
        return np.zeros(len(values), bool)
    at = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    found: Bools = ascending[at] == values
    return found


def _passes_of_steps(visits: Visits) -> dict[int, PassSums]:
    """The sums from which pass@k of each step is computed."""
    order = np.argsort(visits.step, kind="stable")
    steps, starts = np.unique(visits.step[order], return_index=True)
    found = {}
    for step, rows in zip(steps.tolist(), np.split(order, starts[1:]), strict=True):
        n, c = (visits.sums[rows, column].astype(np.int64) for column in (REWARDED, PASSED))
        found[step] = pass_sums(n[n > 0], c[n > 0], powers_of_two(min(MAX_K, int(n.max(initial=0)))))
    return found
