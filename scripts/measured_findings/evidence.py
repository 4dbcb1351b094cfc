"""Counts how many of the samples and tokens that a finding shows as evidence were planted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from tensorboard_plugin_rlboard.api import FindingInfo

_SLACK_STEPS = 3


@dataclass(frozen=True)
class EvidenceCounts:
    """How many samples and tokens a finding shows, and how many of them were planted.

    Attributes:
        samples, planted_samples: samples that are shown, and those of them that are planted; where every sample from the
            onset on shows the failure, those of its steps.
        tokens, planted_tokens: tokens that are shown of planted samples whose tokens are known, and those of them that
            are planted.
    """

    samples: int = 0
    planted_samples: int = 0
    tokens: int = 0
    planted_tokens: int = 0


NO_EVIDENCE = EvidenceCounts()


def count_evidence(
    findings: Sequence[FindingInfo], kind: str, truth: Mapping[str, Any], folder: Path
) -> EvidenceCounts:
    """Counts the evidence of the first finding of a kind that lies in the steps of the failure.

    Args:
        findings: of the answer of /findings.
        kind: of the finding that should name the failure.
        truth: of the run (docs/planted-runs.md); a healthy run's has no onset.
        folder: of the run's log.
    """
    if "onset" not in truth:
        return NO_EVIDENCE
    onset, last = truth["onset"], truth["last"]
    matching = [
        each
        for each in findings
        if each.kind == kind and each.onset >= onset - _SLACK_STEPS and each.steps[0] <= last + _SLACK_STEPS
    ]
    if not matching:
        return NO_EVIDENCE
    line_of = _line_finder(folder)
    planted = {each["line"]: set(each["tokens"]) for each in truth["evidence"]}
    shown, lines = matching[0], [line_of(name) for name in matching[0].samples]
    if truth["everywhere"]:
        true = sum(onset <= step <= last for step in shown.sample_steps)
        return EvidenceCounts(len(lines), true)
    tokens_in_truth = [
        (planted[line], token.position)
        for token in shown.tokens
        if (line := line_of(token.id)) in planted and planted[line]
    ]
    return EvidenceCounts(
        len(lines),
        sum(line in planted for line in lines),
        len(tokens_in_truth),
        sum(position in tokens for tokens, position in tokens_in_truth),
    )


def _line_finder(folder: Path) -> Any:
    """A function from the id of a sample to the number of its line, from 1; the run has one file of lines."""
    (log,) = folder.rglob("*.jsonl")
    with log.open("rb") as file:
        starts = [0, *accumulate(len(line) for line in file)]
    return lambda name: bisect_left(starts, int(name.split("-")[1], 16)) + 1
