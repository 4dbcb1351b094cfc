"""Puts findings that follow from another one below it as its symptoms, and ranks the rest by severity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tensorboard_plugin_rlboard.findings.finding import SEVERITIES, Finding

SYMPTOMS: Mapping[str, frozenset[str]] = {
    "non_finite": frozenset({"kl_spike", "kl_runaway", "logprob_mismatch", "value_misfit"}),
    "kl_runaway": frozenset({"kl_spike", "signal_imbalance"}),
    "first_step_kl": frozenset({"kl_runaway"}),
    # of samples that are another policy's, or of a reference that is computed otherwise, no estimate is the KL
    "negative_kl": frozenset({"kl_runaway", "kl_spike"}),
    "logprob_mismatch": frozenset({"negative_kl", "kl_runaway", "kl_spike"}),
    "stale_samples": frozenset({"logprob_mismatch"}),
    "length_hacking": frozenset({"proxy_gold_gap", "reward_not_sharpening"}),
    "phrase_hacking": frozenset({"proxy_gold_gap", "reward_not_sharpening"}),
    "reward_jump": frozenset({"proxy_gold_gap", "value_misfit", "never_beats_reference"}),
    "duplicate_responses": frozenset({"zero_advantage_groups"}),
    "reward_component_dead": frozenset({"zero_advantage_groups"}),
    "never_beats_reference": frozenset({"reward_not_sharpening"}),
    "repetition": frozenset({"truncation"}),
}
"""Kind -> what it brings along by itself in the steps that it is seen in."""
_SLACK_STEPS = 3
"""So many steps may a symptom begin before what it comes from is seen."""


def rank_findings(findings: Sequence[Finding]) -> list[Finding]:
    """Findings with their symptoms under them, the worst first: by severity, then what is still so, then how far beyond."""
    ranked = sorted(findings, key=_rank)
    below: dict[int, list[Finding]] = {}
    tops: list[int] = []
    for place, finding in enumerate(ranked):
        cause = _cause_of(ranked, place)
        if cause is None:
            tops.append(place)
        else:
            below.setdefault(cause, []).append(finding)
    return [
        replace(ranked[place], symptoms=(*ranked[place].symptoms, *below.get(place, ()))) for place in tops
    ]


def _cause_of(findings: Sequence[Finding], place: int) -> int | None:
    """Where the finding stands that another one comes from in the end; None where it comes from none."""
    seen, cause_place = {place}, place
    while True:
        nearer = [
            other
            for other, cause in enumerate(findings)
            if other not in seen
            and findings[cause_place].kind in SYMPTOMS.get(cause.kind, ())
            and _follows(findings[cause_place], cause)
        ]
        if not nearer:
            return None if cause_place == place else cause_place
        cause_place = nearer[0]
        seen.add(cause_place)


def _follows(symptom: Finding, cause: Finding) -> bool:
    return symptom.onset >= cause.onset - _SLACK_STEPS and symptom.first <= cause.last + _SLACK_STEPS


def _rank(finding: Finding) -> tuple[int, bool, float, int]:
    return SEVERITIES.index(finding.severity), not finding.is_open, -finding.excess, finding.onset
