"""The sums of several samples put together, as the board's queries do it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tensorboard_plugin_rlboard.metrics.segments import Floats
from tensorboard_plugin_rlboard.metrics.step_sums import CRITIC, PLAIN_SUMS, PROBABILITIES


def pooled(sums: Mapping[str, Floats]) -> dict[str, Floats]:
    """The sums of one step made of those of its samples, float64 [1] each."""
    found = {name: sums[name].sum(keepdims=True) for name in PLAIN_SUMS if name in sums}
    for moments in (PROBABILITIES, CRITIC):
        if moments.n not in sums:
            continue
        n, total = sums[moments.n], sums[moments.n].sum()
        found[moments.n] = np.asarray([total])
        with np.errstate(invalid="ignore"):
            means = {name: (n * sums[name]).sum() / total for name in moments.means}
        found |= {name: np.asarray([mean]) for name, mean in means.items()}
        for name, (one, other) in moments.products.items():
            between = n * (sums[one] - means[one]) * (sums[other] - means[other])
            found[name] = np.asarray([sums[name].sum() + between[n > 0].sum()])
    return found
