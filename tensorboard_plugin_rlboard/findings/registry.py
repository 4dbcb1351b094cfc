"""The registry of detectors, and the examination of a run by all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tensorboard_plugin_rlboard.findings.causes import rank_findings
from tensorboard_plugin_rlboard.findings.detector import Detector
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.detectors.critic import value_misfit
from tensorboard_plugin_rlboard.findings.detectors.drift import (
    first_step_kl,
    kl_runaway,
    kl_spike,
    negative_kl,
)
from tensorboard_plugin_rlboard.findings.detectors.exploration import (
    duplicate_responses,
    entropy_collapse,
    zero_advantage_groups,
)
from tensorboard_plugin_rlboard.findings.detectors.log import log_integrity, non_finite
from tensorboard_plugin_rlboard.findings.detectors.reward import (
    length_hacking,
    never_beats_reference,
    phrase_hacking,
    proxy_gold_gap,
    reward_component_dead,
    reward_jump,
    reward_not_sharpening,
    signal_imbalance,
)
from tensorboard_plugin_rlboard.findings.detectors.sampler import (
    copied_logprobs,
    logprob_mismatch,
    stale_samples,
)
from tensorboard_plugin_rlboard.findings.detectors.text import garbled_text, repetition, truncation
from tensorboard_plugin_rlboard.findings.finding import Finding
from tensorboard_plugin_rlboard.findings.thresholds import Limits, Threshold

DETECTORS: tuple[Detector, ...] = tuple(
    module.DETECTOR
    for module in (
        *(non_finite, log_integrity),
        *(kl_spike, kl_runaway, first_step_kl, negative_kl),
        *(entropy_collapse, duplicate_responses, zero_advantage_groups),
        *(reward_jump, proxy_gold_gap, length_hacking, reward_component_dead),
        *(reward_not_sharpening, never_beats_reference, signal_imbalance),
        *(phrase_hacking,),
        *(garbled_text, repetition, truncation),
        *(logprob_mismatch, copied_logprobs, stale_samples),
        *(value_misfit,),
    )
)
THRESHOLDS: tuple[Threshold, ...] = tuple(
    threshold for detector in DETECTORS for threshold in detector.thresholds
)
THRESHOLDS_BY_NAME: Mapping[str, Threshold] = {threshold.name: threshold for threshold in THRESHOLDS}
DETECTORS_BY_KIND: Mapping[str, Detector] = {detector.kind: detector for detector in DETECTORS}


@dataclass(frozen=True)
class Examination:
    """The findings of all detectors, and which detectors could not run.

    Attributes:
        findings: the worst first, symptoms under their causes.
        checked: the kinds that were looked for.
        not_checked: kind -> what is missing for it.
    """

    findings: tuple[Finding, ...]
    checked: tuple[str, ...]
    not_checked: Mapping[str, str]


def examine(data: DetectorInput, values: Limits) -> Examination:
    """Runs every detector whose needs are met."""
    findings: list[Finding] = []
    checked: list[str] = []
    not_checked: dict[str, str] = {}
    for detector in DETECTORS:
        missing = detector.missing(data)
        if missing:
            not_checked[detector.kind] = missing
        else:
            checked.append(detector.kind)
            findings += detector.find(data, values)
    return Examination(tuple(rank_findings(findings)), tuple(checked), not_checked)
