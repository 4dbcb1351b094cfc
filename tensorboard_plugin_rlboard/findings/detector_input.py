"""The input of detectors: one split and attempt of a run, step by step. Nothing here reads a file or a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tensorboard_plugin_rlboard.findings.texts.endings import StepEndings
from tensorboard_plugin_rlboard.findings.texts.step_texts import StepTexts
from tensorboard_plugin_rlboard.metrics.segments import Floats

RESPONSES = "response"
"""The name by which `DetectorInput.n_steps_with` counts the steps whose responses were sampled."""
Statistics = Mapping[str, Floats]
"""Name of a statistic (`mean`, `std`, `max` …) -> float64 [steps], NaN where a step has no value."""


@dataclass(frozen=True)
class PromptRecord:
    """How the prompts of the whole run do against the reference.

    Attributes:
        judged: prompts with samples enough to say.
        always_below: those of them none of whose samples ever scored as much as its reference answer.
        keys: some of these, the worst first.
    """

    judged: int = 0
    always_below: int = 0
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class DetectorInput:
    """One split and attempt of a run.

    Attributes:
        step: step numbers, float64 [steps], ascending.
        samples: samples of each step, float64 [steps].
        metrics: sample metric -> its statistics over the samples of each step. The mean of a token metric's `_mean` is
            weighted by tokens.
        step_metrics: step metric (docs/metrics.md, "Per step") -> float64 [steps].
        settings: hyperparameters of the training that are known (`beta`, `max_tokens` …).
        parts: sample metrics that only this log has, among them the parts of its reward.
        token_metrics: the token metrics that are logged.
        problems: kind of a problem -> how many lines or values have it, over the whole run.
        lines: lines of the whole run's files, blank ones left out.
        lost_lines: kind of a problem -> lines of these that gave no sample because of it.
        prompts: how single prompts do against the reference.
        is_resumed: whether the training was started again, so that its first step is none.
        texts: a few responses of some steps, ascending; none where there are no responses, or they are not loaded yet.
        endings: how a few responses of some of these steps end, ascending; none where there are no tokens.
        is_whole: whether no file was found that cannot be read now.
    """

    step: Floats
    samples: Floats
    metrics: Mapping[str, Statistics] = field(default_factory=dict)
    step_metrics: Mapping[str, Floats] = field(default_factory=dict)
    settings: Mapping[str, float] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    token_metrics: tuple[str, ...] = ()
    problems: Mapping[str, int] = field(default_factory=dict)
    lines: int = 0
    lost_lines: Mapping[str, int] = field(default_factory=dict)
    prompts: PromptRecord = PromptRecord()
    is_resumed: bool = False
    texts: tuple[StepTexts, ...] = ()
    endings: tuple[StepEndings, ...] = ()
    is_whole: bool = True

    def statistic(self, metric: str, statistic: str = "mean") -> Floats:
        """A statistic of a sample metric, float64 [steps]; all NaN where the run has none."""
        found = self.metrics.get(metric, {}).get(statistic)
        return np.full(len(self.step), np.nan) if found is None else found

    def step_metric(self, name: str) -> Floats:
        """A step metric, float64 [steps]; all NaN where the run has none."""
        found = self.step_metrics.get(name)
        return np.full(len(self.step), np.nan) if found is None else found

    def n_steps_with(self, name: str) -> int:
        """How many steps have a value of a sample metric, or else of a step metric; of `RESPONSES`, those in `texts`."""
        if name == RESPONSES:
            return len(self.texts)
        kept = self.metrics.get(name, {})
        if not kept:
            return int(np.isfinite(self.step_metric(name)).sum())
        if "mean" in kept:
            return int(np.isfinite(kept["mean"]).sum())
        # where there is no mean there is a number of samples, and else an extreme
        column = kept["count"] > 0 if "count" in kept else np.isfinite(next(iter(kept.values())))
        return int(column.sum())
