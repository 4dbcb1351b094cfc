"""What a failure is: which of a step's levels, texts or numbers it changes, and by which number it is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from planted_runs.levels import Levels
from planted_runs.samples import Floats, PlantedEvidence, Sample


@dataclass(frozen=True)
class PlantedStep:
    """A step of a run in which its failure is planted, and how far it goes.

    Attributes:
        since: steps since its onset, from 0.
        strength: 0 weak, 1 medium, 2 strong.
    """

    since: int
    strength: int

    def by_strength(self, weak: float, medium: float, strong: float) -> float:
        """One of three numbers, by the strength."""
        return (weak, medium, strong)[self.strength]


Change = Callable[[list[Sample], PlantedStep, np.random.Generator], list[PlantedEvidence]]
"""Changes the samples of a step in place and says which of them, and which of their tokens, show it."""


@dataclass(frozen=True)
class Failure:
    """A kind of failure.

    Attributes:
        metric: the measure of a step that shows it, a key of `measures.MEASURES`.
        needs: what a run needs for it to be seen, as in `Shape.has`.
        levels: changes what the step's samples are drawn around.
        texts: changes texts and rewards, before the tokens' numbers are drawn.
        numbers: changes the tokens' numbers, or, where levels do the harm, says which samples show it best.
        from_start: it is there from the first step on, whatever onset was asked for.
        lasts: for how many steps; to the end where None.
        everywhere: every sample shows it from the onset on, so that those named as evidence are only the strongest.
    """

    metric: str
    needs: frozenset[str] = frozenset()
    levels: Callable[[Levels, PlantedStep], Levels] | None = None
    texts: Change | None = None
    numbers: Change | None = None
    from_start: bool = False
    lasts: int | None = None
    everywhere: bool = False


def pick_samples(samples: list[Sample], share: float, rng: np.random.Generator) -> list[int]:
    """Draws a share of the samples, at least one; returns their indices in the log's order."""
    count = max(1, round(share * len(samples)))
    return sorted(int(i) for i in rng.choice(len(samples), size=min(count, len(samples)), replace=False))


def pick_positions(sample: Sample, share: float, rng: np.random.Generator) -> tuple[int, ...]:
    """Draws neighbouring token positions that make up a share of a response, at least one."""
    n = len(sample.tokens)
    length = min(n, max(1, round(share * n)))
    first = int(rng.integers(0, n - length + 1))
    return tuple(range(first, first + length))


def strongest_evidence(
    samples: list[Sample], weight: Callable[[Sample], Floats], count: int = 4
) -> list[PlantedEvidence]:
    """The samples with the largest sum of a number of their tokens, each with the tokens that have most of it."""
    evidence = []
    for index, sample in enumerate(samples):
        weights = weight(sample)
        tokens = tuple(sorted(int(t) for t in np.argsort(-weights, kind="stable")[:3]))
        evidence.append(PlantedEvidence(index, tokens, float(weights.mean())))
    return sorted(evidence, key=lambda each: -each.weight)[:count]
