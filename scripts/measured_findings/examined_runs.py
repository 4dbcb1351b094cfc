"""Makes runs, indexes them in this process, examines them, and compares the findings with what was planted."""

from __future__ import annotations

import json
import pickle
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from measured_findings.evidence import NO_EVIDENCE, EvidenceCounts, count_evidence
from planted_runs.run import FAILURES, Plan, write_run

from tensorboard_plugin_rlboard.board.findings.question import FindingsQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.doctor.indexing import indexed
from tensorboard_plugin_rlboard.findings.finding import Finding
from tensorboard_plugin_rlboard.findings.registry import DETECTORS_BY_KIND, THRESHOLDS, examine
from tensorboard_plugin_rlboard.findings.thresholds import limits_of

KIND_OF_FINDING = {"padding_bug": "log_integrity"}
"""Kind that is planted -> kind of its finding, where that is another."""
CONSEQUENCES = {
    "kl_spike": {"logprob_mismatch"},
    "kl_runaway": {"kl_spike"},
    "length_hacking": {"proxy_gold_gap", "truncation"},
    "phrase_hacking": {"proxy_gold_gap", "reward_jump"},
    "reward_jump": {"proxy_gold_gap"},
    "proxy_gold_gap": {"reward_jump"},
    "reward_component_dead": {"zero_advantage_groups"},
    "never_beats_reference": {"reward_not_sharpening"},
    "stale_samples": {"logprob_mismatch"},
    "duplicate_responses": {"zero_advantage_groups"},
    "repetition": {"truncation", "length_hacking"},
    "garbled_text": {"entropy_collapse"},
}
"""Kind that is planted -> what is true of such a run as well, and no false alarm."""
_SLACK_STEPS = 3


@dataclass(frozen=True)
class ExaminedRun:
    """A run that was examined.

    Attributes:
        plan: what was made.
        truth: what is known of it.
        findings: top findings, the worst first.
        not_checked: kinds that could not be looked for.
        evidence: the evidence of the finding that names the failure.
    """

    plan: Plan
    truth: dict[str, Any]
    findings: tuple[Finding, ...]
    not_checked: frozenset[str]
    evidence: EvidenceCounts = NO_EVIDENCE

    @property
    def kind(self) -> str:
        """The kind of finding that should name the failure; empty for a healthy run."""
        return KIND_OF_FINDING.get(self.plan.kind, self.plan.kind) if self.plan.kind in FAILURES else ""

    @property
    def is_checked(self) -> bool:
        """Whether what was planted could be looked for."""
        return self.kind in DETECTORS_BY_KIND and self.kind not in self.not_checked

    @property
    def is_hit(self) -> bool:
        """Whether a finding names the failure in its steps, as a finding of its own or as a symptom of one."""
        return any(self._is_right(each) for top in self.findings for each in (top, *top.symptoms))

    @property
    def is_in_top_three(self) -> bool:
        """Whether one of the first three findings, or a symptom of one, names the failure in its steps."""
        return any(self._is_right(each) for top in self.findings[:3] for each in (top, *top.symptoms))

    @property
    def false_alarms(self) -> list[Finding]:
        """Findings that name neither the failure nor a consequence of it; those of severity `info` are no alarms."""
        also = CONSEQUENCES.get(self.plan.kind, set()) if self.kind else set()
        return [top for top in self.other_findings if not (top.kind in also and self._overlaps(top))]

    @property
    def other_findings(self) -> list[Finding]:
        """Findings that do not name the failure, its consequences among them; those of severity `info` are left out."""
        return [top for top in self.findings if top.severity != "info" and not self._is_right(top)]

    @property
    def onset_error(self) -> int | None:
        """Steps between the onset that was found and the planted one; None where it was not found."""
        right = [each for top in self.findings for each in (top, *top.symptoms) if self._is_right(each)]
        return right[0].onset - self.truth["onset"] if right else None

    @property
    def is_wrong(self) -> bool:
        """Whether it was missed or something else was named."""
        return bool((self.is_checked and not self.is_hit) or self.false_alarms)

    def summary(self) -> str:
        """The run and what was found, for a terminal."""
        findings = ", ".join(
            f"{each.kind}[{each.severity} {each.first}-{each.last} {each.value:.3g}]"
            for each in self.findings
        )
        planted = f" {self.truth['onset']}-{self.truth['last']}" if self.kind else ""
        return f"{'MISS ' if self.is_checked and not self.is_hit else ''}{self.plan.name}{planted}: {findings or 'nothing'}"

    def _is_right(self, finding: Finding) -> bool:
        return finding.kind == self.kind and self._overlaps(finding)

    def _overlaps(self, finding: Finding) -> bool:
        onset, last = self.truth["onset"] - _SLACK_STEPS, self.truth["last"] + _SLACK_STEPS
        return bool(finding.onset >= onset and finding.first <= last)


def plans_of(
    kinds: Sequence[str], strengths: Sequence[str], shapes: Sequence[str], seeds: Sequence[int]
) -> list[list[Plan]]:
    """Every combination that can show its failure, in portions that are opened together."""
    portions = []
    for kind, seed in product(kinds, seeds):
        of_kind = [
            plan
            for strength in (strengths if kind in FAILURES else strengths[:1])
            for shape in shapes
            if (plan := Plan(kind, strength, shape, seed)).fits()
        ]
        if of_kind:
            portions.append(of_kind)
    return portions


def examine_runs(plans: Sequence[Plan], cache: Path) -> list[ExaminedRun]:
    """Makes and opens some runs, or takes what was observed of them before, and examines them."""
    paths = {plan: cache / f"{plan.name}.pickle" for plan in plans}
    new = [plan for plan, path in paths.items() if not path.exists()]
    if new:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            logs, truths = Path(folder) / "logs", Path(folder) / "truth"
            files = {plan: write_run(plan, logs, truths) for plan in new}
            with indexed(str(logs), 0) as index:
                for plan, file in files.items():
                    truth = json.loads(file.read_text(encoding="utf-8"))
                    data = index.board.detector_input(Selection(plan.name))
                    answer = index.board.findings(FindingsQuestion(Selection(plan.name)))
                    kind = KIND_OF_FINDING.get(plan.kind, plan.kind)
                    evidence = count_evidence(answer.findings, kind, truth, logs / plan.name)
                    paths[plan].write_bytes(pickle.dumps((truth, data, evidence)))
    limits = limits_of(THRESHOLDS, {})
    examined = []
    for plan, path in paths.items():
        truth, data, evidence = pickle.loads(path.read_bytes())  # noqa: S301 (written by this command)
        found = examine(data, limits)
        examined.append(ExaminedRun(plan, truth, found.findings, frozenset(found.not_checked), evidence))
    return examined
