"""One run: trained in numbers only, logged by the project's own writer, with its truth in a file elsewhere."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from planted_runs.drawing import draw_critic, draw_numbers, draw_texts
from planted_runs.failures import Failure, PlantedStep
from planted_runs.levels import HEALTHY
from planted_runs.measures import MEASURES
from planted_runs.policy_failures import POLICY_FAILURES
from planted_runs.reward_failures import REWARD_FAILURES
from planted_runs.samples import PlantedEvidence, Sample
from planted_runs.shapes import SHAPES, STRENGTHS, Shape
from planted_runs.text_failures import TEXT_FAILURES
from planted_runs.texts import problems

from tensorboard_plugin_rlboard import RolloutWriter

FAILURES: dict[str, Failure] = {**POLICY_FAILURES, **REWARD_FAILURES, **TEXT_FAILURES}
_PROMPTS = 40
"""Prompts that there are at all; a run meets each of them several times."""


@dataclass(frozen=True)
class Plan:
    """What is to be made; the same plan has the same samples every time.

    Attributes:
        kind: a failure, or a kind of healthy run.
        strength: of the failure, one of `STRENGTHS`; says nothing of a healthy run.
        shape: a key of `SHAPES`.
        seed: of all that is drawn, the onset among it.
    """

    kind: str
    strength: str
    shape: str
    seed: int

    @property
    def name(self) -> str:
        """The run's folder."""
        middle = (self.strength,) if self.kind in FAILURES else ()
        return "-".join((self.kind, *middle, self.shape, str(self.seed)))

    def fits(self) -> bool:
        """Whether a run of this shape logs what the failure is seen by."""
        return self.kind in HEALTHY or SHAPES[self.shape].has(FAILURES[self.kind].needs)


def onset_of(failure: Failure | None, shape: Shape, rng: np.random.Generator) -> int:
    """The first step that shows it: anywhere in the middle of the run, or its first step."""
    onset = int(rng.integers(shape.steps * 3 // 10, shape.steps * 7 // 10))
    return 0 if failure is not None and failure.from_start else onset


def write_run(plan: Plan, logs: Path, truths: Path) -> Path:
    """Writes the log and the truth of a run.

    Args:
        plan: what to make.
        logs: the log directory; the run gets a folder in it.
        truths: where its truth goes, outside of `logs`.

    Returns:
        The truth's file: the plan and its shape, `onset` and `last` step, the `metric` with its means `before` and
        `after` the onset, and as `evidence` the samples that show it, strongest first (the strongest
        only where `everywhere` says that all do): step, index in the step, line of
        the log from 1, positions of tokens, weight. A healthy run's truth has the plan and the shape only.

    Raises:
        OSError: the disk refused.
    """
    shape, failure = SHAPES[plan.shape], FAILURES.get(plan.kind)
    # The three strengths of a failure are drawn alike: what differs is how far it goes.
    rng = np.random.default_rng([plan.seed, *f"{plan.kind}-{plan.shape}".encode()])
    pool, onset = problems(_PROMPTS, rng), onset_of(failure, shape, rng)
    last = shape.steps - 1 if failure is None or failure.lasts is None else onset + failure.lasts - 1
    evidence: list[dict[str, Any]] = []
    measured: dict[int, float] = {}
    line = 0
    config = {"gamma": 1.0, "lam": 1.0, "beta": 0.02, "num_generations": shape.group, "temperature": 1.0}
    if not shape.dense:
        config |= {"reward_weight_correct": 0.8, "reward_weight_format": 0.2}
    with RolloutWriter(logs / plan.name, config=config, rank=0, when_full="wait") as writer:
        for step in range(shape.steps):
            planted_step = (
                PlantedStep(step - onset, STRENGTHS.index(plan.strength)) if onset <= step <= last else None
            )
            samples, step_evidence = _step(plan, shape, step, planted_step, pool, rng)
            rows = [sample.row(step, shape) for sample in samples]
            for row in rows:
                writer.log(**row)
            evidence += [
                {"step": step, "line": line + each.sample + 1, "sample": each.sample,
                 "tokens": list(each.tokens), "weight": round(each.weight, 4)}
                for each in step_evidence
            ]  # fmt: skip
            line += len(rows)
            if failure is not None:
                measured[step] = MEASURES[failure.metric](rows)
    if writer.dropped:
        raise OSError(
            f"{writer.dropped} samples of {logs / plan.name} could not be written: see the warning above."
        )
    truth: dict[str, Any] = {"version": 1, "run": plan.name, **asdict(plan), "shape_is": asdict(shape)}
    if failure is not None:
        evidence.sort(key=lambda each: -each["weight"])
        before = [value for step, value in measured.items() if step < onset]
        after = [value for step, value in measured.items() if onset <= step <= last]
        truth |= {
            "onset": onset,
            "last": last,
            "metric": failure.metric,
            "everywhere": failure.everywhere,
            "before": float(np.mean(before)) if before else None,
            "after": float(np.mean(after)),
            "evidence": evidence,
        }
    truths.mkdir(parents=True, exist_ok=True)
    path = truths / f"{plan.name}.json"
    path.write_text(json.dumps(truth, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _step(
    plan: Plan,
    shape: Shape,
    step: int,
    planted_step: PlantedStep | None,
    pool: list[Any],
    rng: np.random.Generator,
) -> tuple[list[Sample], list[PlantedEvidence]]:
    failure = FAILURES.get(plan.kind)
    levels = HEALTHY[plan.kind if failure is None else "steady"](step, shape)
    active = failure if planted_step is not None else None
    evidence: list[PlantedEvidence] = []
    if active and planted_step and active.levels:
        levels = active.levels(levels, planted_step)
    samples = draw_texts(step, levels, shape, pool, rng)
    if active and planted_step and active.texts:
        evidence += active.texts(samples, planted_step, rng)
    draw_numbers(samples, levels, rng)
    draw_critic(samples, levels, rng)
    if active and planted_step and active.numbers:
        evidence += active.numbers(samples, planted_step, rng)
    return samples, evidence
