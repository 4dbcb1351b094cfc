"""Trains a variant in a process of its own, opens its log as a TensorBoard does, and compares the findings with what is broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from broken_trainings.variants import VARIANTS, Variant
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.doctor.indexing import indexed
from tensorboard_plugin_rlboard.findings.finding import Finding
from tensorboard_plugin_rlboard.findings.registry import THRESHOLDS, examine
from tensorboard_plugin_rlboard.findings.thresholds import limits_of

SCRIPTS = Path(__file__).resolve().parents[1]
MODULES = {"grpo": "broken_trainings.grpo", "ppo": "broken_trainings.couplets"}
ONSET_SLACK_STEPS = 3
"""So many steps may a smoothed curve show a fault before it is there; as for planted runs."""


@dataclass(frozen=True)
class ExaminedTraining:
    """A training that was opened.

    Attributes:
        variant: how it was trained.
        findings: top findings, the worst first.
        seconds: that it took to train; 0 where its log was there already.
    """

    variant: Variant
    findings: tuple[Finding, ...]
    seconds: float = 0.0

    @property
    def expected_finding(self) -> Finding | None:
        """The finding that names what is broken, among the first three or a symptom of one, from its step on."""
        for top in self.findings[:3]:
            for each in (top, *top.symptoms):
                if (
                    each.kind in self.variant.expected
                    and each.onset >= self.variant.since - ONSET_SLACK_STEPS
                ):
                    return each
        return None

    @property
    def is_right(self) -> bool:
        """Whether a finding names what is broken; for a healthy training, whether there is no error and at most one warning."""
        if self.variant.expected:
            return self.expected_finding is not None
        severities = [each.severity for each in self.findings]
        return "error" not in severities and severities.count("warning") <= 1


def train(variant: Variant, out: Path) -> float:
    """Trains a variant into its folder, unless that is there already; returns the seconds it took.

    Raises:
        subprocess.CalledProcessError: The training failed; what it said is on the screen.
    """
    folder = out / "logs" / variant.name
    if folder.exists():
        return 0.0
    started = time.monotonic()
    unfinished = out / "unfinished" / variant.name
    shutil.rmtree(unfinished, ignore_errors=True)  # of a call that was ended
    command = [
        sys.executable,
        "-m",
        MODULES[variant.trainer],
        variant.name,
        unfinished,
        out / "base" / variant.trainer,
    ]
    paths = os.pathsep.join([str(SCRIPTS), str(SCRIPTS.parent), os.environ.get("PYTHONPATH", "")])
    variables = {"TRL_EXPERIMENTAL_SILENCE": "1", "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    with (out / f"{variant.name}.txt").open("w", encoding="utf-8") as output:
        subprocess.run(
            [str(word) for word in command],
            check=True,
            env={**os.environ, **variables, "PYTHONPATH": paths},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished.rename(folder)
    return time.monotonic() - started


def examine_log(variant: Variant, out: Path, seconds: float) -> ExaminedTraining:
    """Opens a log and looks for everything, with the thresholds of the project."""
    with indexed(str(out / "logs" / variant.name), 0) as index:
        (run,) = [each.run for each in index.board.runs().runs if "eval" not in each.run]
        findings = examine(index.board.detector_input(Selection(run)), limits_of(THRESHOLDS, {}))
    return ExaminedTraining(variant, tuple(findings.findings), seconds)


def train_and_examine(names: list[str], seeds: list[int], out: Path) -> list[ExaminedTraining]:
    """Trains and examines the variants that are named, one after the other, with every seed."""
    out.mkdir(parents=True, exist_ok=True)
    variants = [VARIANTS[name].with_seed(seed) for seed in seeds for name in names]
    return [examine_log(variant, out, train(variant, out)) for variant in variants]
