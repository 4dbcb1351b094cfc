"""Trains a way in a process of its own, opens its log as a TensorBoard does, and judges what is found."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from broken_trainings.ways import WAYS, Way
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.doctor.indexing import indexed
from tensorboard_plugin_rlboard.findings.finding import Finding
from tensorboard_plugin_rlboard.findings.registry import THRESHOLDS, examine
from tensorboard_plugin_rlboard.findings.thresholds import limits_of

SCRIPTS = Path(__file__).resolve().parents[1]
MODULES = {"grpo": "broken_trainings.grpo", "ppo": "broken_trainings.couplets"}
SLACK = 3
"""So many steps may a smoothed curve show a fault before it is there; as for planted runs."""


@dataclass(frozen=True)
class Examined:
    """A training that was opened.

    Attributes:
        way: how it was trained.
        found: top findings, the worst first.
        seconds: that it took to train; 0 where its log was there already.
    """

    way: Way
    found: tuple[Finding, ...]
    seconds: float = 0.0

    @property
    def named(self) -> Finding | None:
        """The finding that names what is broken, among the first three or a symptom of one, from its step on."""
        for top in self.found[:3]:
            for each in (top, *top.symptoms):
                if each.kind in self.way.expected and each.onset >= self.way.since - SLACK:
                    return each
        return None

    @property
    def is_right(self) -> bool:
        """Whether it is named; of a healthy one, whether there is no error and one warning at most."""
        if self.way.expected:
            return self.named is not None
        severities = [each.severity for each in self.found]
        return "error" not in severities and severities.count("warning") <= 1


def train(way: Way, out: Path) -> float:
    """Trains a way into its folder, unless that is there; the seconds it took.

    Raises:
        subprocess.CalledProcessError: The training failed; what it said is on the screen.
    """
    folder = out / "logs" / way.name
    if folder.exists():
        return 0.0
    began = time.monotonic()
    unfinished = out / "unfinished" / way.name
    shutil.rmtree(unfinished, ignore_errors=True)  # of a call that was ended
    command = [sys.executable, "-m", MODULES[way.trainer], way.name, unfinished, out / "base" / way.trainer]
    paths = os.pathsep.join([str(SCRIPTS), str(SCRIPTS.parent), os.environ.get("PYTHONPATH", "")])
    quiet = {"TRL_EXPERIMENTAL_SILENCE": "1", "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    with (out / f"{way.name}.txt").open("w", encoding="utf-8") as said:
        subprocess.run(
            [str(word) for word in command],
            check=True,
            env={**os.environ, **quiet, "PYTHONPATH": paths},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished.rename(folder)
    return time.monotonic() - began


def examined(way: Way, out: Path, seconds: float) -> Examined:
    """Opens a log and looks for everything, with the thresholds of the project."""
    with indexed(str(out / "logs" / way.name), 0) as opened:
        (run,) = [each.run for each in opened.board.runs().runs if "eval" not in each.run]
        found = examine(opened.board.detector_input(Selection(run)), limits_of(THRESHOLDS, {}))
    return Examined(way, tuple(found.findings), seconds)


def proved(names: list[str], seeds: list[int], out: Path) -> list[Examined]:
    """Trains and examines the ways that are named, one after the other, with every seed."""
    out.mkdir(parents=True, exist_ok=True)
    ways = [WAYS[name].drawn_by(seed) for seed in seeds for name in names]
    return [examined(way, out, train(way, out)) for way in ways]
