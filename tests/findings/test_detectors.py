"""The first detectors: each with a number worked out by hand, quiet on what is healthy, silent on what is not there."""

from __future__ import annotations

import numpy as np
import pytest
from detector_inputs import detector_input_of, found

from tensorboard_plugin_rlboard.findings.detectors.drift import kl_spike
from tensorboard_plugin_rlboard.findings.detectors.exploration import zero_advantage_groups
from tensorboard_plugin_rlboard.findings.detectors.log import non_finite
from tensorboard_plugin_rlboard.findings.detectors.text import truncation


def test_nans_are_counted_from_the_first_step_that_has_one() -> None:
    data = detector_input_of(
        10,
        nonfinite__positive=[0, 0, 2, 0, 5],
        nonfinite__sum=[0, 0, 7, 0, 9],
        reward__nonfinite=[0, 0, 0, 0, 0],
        token_metrics=("logprobs",),
    )
    (finding,) = found(non_finite.DETECTOR, data)
    assert (finding.first, finding.last, finding.onset, finding.is_open) == (2, 4, 2, True)
    assert finding.value == 0.5
    assert finding.title == "NaN or infinite numbers of tokens: 16"
    assert "Samples with one: 7, in 2 of 5 steps" in finding.summary
    assert finding.evidence.where == "nonfinite > 0"
    assert finding.evidence.token_metric == "logprobs"


def test_rewards_without_a_number_are_a_finding_of_their_own() -> None:
    (finding,) = found(non_finite.DETECTOR, detector_input_of(4, reward__nonfinite=[0, 1, 0]))
    assert (finding.metric, finding.statistic, finding.value) == ("reward", "share", 0.25)
    assert not finding.is_open
    assert not found(non_finite.DETECTOR, detector_input_of(4, reward__nonfinite=[0, 0, 0]))


def test_a_spike_is_named_with_what_was_before() -> None:
    k3 = np.full(30, 0.02)
    k3[20:22] = 0.3, 0.2
    (finding,) = found(kl_spike.DETECTOR, detector_input_of(k3_mean__mean=k3))
    assert (finding.first, finding.last, finding.severity) == (20, 21, "warning")
    assert finding.value == 0.3
    assert finding.threshold == pytest.approx(0.05), "2.5 times the median of the ten steps before"
    assert not finding.is_open
    assert (finding.evidence.sort, finding.evidence.token_metric) == ("k3_mean", "k3")
    assert finding.evidence.where == "k3_mean >= 0.0500", "only the samples that make it"


def test_what_stays_up_is_no_spike_and_a_slow_climb_neither() -> None:
    assert not found(kl_spike.DETECTOR, detector_input_of(k3_mean__mean=[0.02] * 20 + [0.3] * 20))
    assert not found(kl_spike.DETECTOR, detector_input_of(k3_mean__mean=np.linspace(0, 0.04, 40)))
    spike = [0.02] * 20 + [0.7]
    (finding,) = found(kl_spike.DETECTOR, detector_input_of(k3_mean__mean=spike))
    assert (finding.is_open, finding.severity) == (True, "error")
    assert not found(kl_spike.DETECTOR, detector_input_of(k3_mean__mean=spike), kl_spike_rise=1.0)


def test_truncation_is_named_since_it_began() -> None:
    share = [0.02] * 20 + [0.5] * 20
    (finding,) = found(truncation.DETECTOR, detector_input_of(truncation_share=share))
    assert (finding.first, finding.last, finding.severity) == (20, 39, "warning")
    assert finding.value == 0.5
    assert finding.excess == pytest.approx(2.5)
    assert "It was 2 % at first." in finding.summary
    assert not found(truncation.DETECTOR, detector_input_of(truncation_share=[0.02, 0.5] * 10))
    (finding,) = found(truncation.DETECTOR, detector_input_of(truncation_share=[0.7] * 10))
    assert (finding.first, finding.severity) == (0, "error")


def test_groups_that_teach_nothing() -> None:
    share = [0.2] * 20 + [0.75] * 20
    data = detector_input_of(
        zero_advantage_groups=share,
        all_good_groups=[0.1] * 20 + [0.5] * 20,
        all_bad_groups=[0.1] * 20 + [0.25] * 20,
    )
    (finding,) = found(zero_advantage_groups.DETECTOR, data)
    assert (finding.first, finding.severity, finding.value) == (20, "warning", 0.75)
    assert "50 % of the groups are all good, 25 % all bad" in finding.summary
    assert not found(zero_advantage_groups.DETECTOR, detector_input_of(zero_advantage_groups=[0.4] * 40))


def test_what_is_not_there_is_not_checked() -> None:
    nothing = detector_input_of(n_samples=[4, 4, 4])
    assert kl_spike.DETECTOR.missing(nothing) == "logprobs and ref_logprobs"
    assert truncation.DETECTOR.missing(nothing) == "finish_reason, or an end token that is told apart"
    few = detector_input_of(k3_mean__mean=[0.1, 0.1])
    assert kl_spike.DETECTOR.missing(few) == "logprobs and ref_logprobs in 6 steps, and has them in 2"
    assert not non_finite.DETECTOR.missing(nothing)
