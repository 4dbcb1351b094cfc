"""A detector: what it needs, its thresholds, what it means in words, and a pure function from `DetectorInput` to findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import Finding
from tensorboard_plugin_rlboard.findings.thresholds import Limits, Threshold
from tensorboard_plugin_rlboard.metrics.segments import Floats
from tensorboard_plugin_rlboard.texts import plural

Question = Literal["drift", "exploration", "reward", "text", "sampler", "critic", "log"]


@dataclass(frozen=True)
class Need:
    """Something that a detector needs to run.

    Attributes:
        what: what has to be logged, in words that follow "needs".
        metric: the sample or step metric that is there where it is logged.
        steps: in how many steps it has to have a value.
        is_setting: whether it is no metric but a setting of the training that has to be known and not 0.
    """

    what: str
    metric: str
    steps: int = 1
    is_setting: bool = False


@dataclass(frozen=True)
class Detector:
    """One kind of finding.

    Attributes:
        kind: its stable name.
        title: what it looks for, in words: how it is called where it found nothing.
        question: the folder that it is in.
        needs: what has to be there, all of it.
        thresholds: those that are its own.
        meaning: one sentence: what it means and usually comes from.
        next: one sentence: what to look at next.
        find: the input and values of thresholds -> findings, none where all is well. Called only where everything
            that is needed is there.
        is_on_curve: whether its number and threshold are as high as the curve of its metric; others count deviations, shares
            or steps of it, and are not called by the metric's name.
        own_curve: where it counts something else: what its number and threshold are of, step by step, as a curve of its own; takes the metric of a finding.
    """

    kind: str
    title: str
    question: Question
    needs: tuple[Need, ...]
    thresholds: tuple[Threshold, ...]
    meaning: str
    next: str
    find: Callable[[DetectorInput, Limits], Sequence[Finding]]
    is_on_curve: bool = False
    own_curve: Callable[[DetectorInput, str], Floats] | None = None

    def missing(self, data: DetectorInput) -> str:
        """Which of its needs are not met, in words; empty if all are."""
        for need in self.needs:
            count = (
                bool(data.settings.get(need.metric)) if need.is_setting else data.n_steps_with(need.metric)
            )
            if count == 0:
                return need.what
            if count < need.steps:
                return f"{need.what} in {need.steps:,} {plural(need.steps, 'step', 'steps')}, and has them in {count:,}"
        return ""
