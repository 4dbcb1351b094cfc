"""Detectors of sampler and critic: a number worked out by hand each, quiet on what is healthy."""

from __future__ import annotations

import numpy as np
import pytest
from detector_inputs import detector_input_of, found

from tensorboard_plugin_rlboard.findings.detectors.critic import value_misfit
from tensorboard_plugin_rlboard.findings.detectors.sampler import (
    copied_logprobs,
    logprob_mismatch,
    stale_samples,
)


def changed(before: float, after: float, at: int = 20, steps: int = 40) -> np.ndarray:
    return np.concatenate([np.full(at, before), np.full(steps - at, after)])


def test_sampler_and_trainer_that_disagree() -> None:
    (finding,) = found(logprob_mismatch.DETECTOR, detector_input_of(token_mult_prob_error=changed(1.01, 1.2)))
    assert (finding.first, finding.last, finding.severity) == (20, 39, "warning")
    assert finding.value == pytest.approx(1.2)
    assert finding.excess == pytest.approx(4), "0.2 above 1, of 0.05"
    assert finding.threshold_name == "logprob_mismatch_level"


def test_a_mismatch_that_has_grown_counts_below_the_level_too() -> None:
    (finding,) = found(
        logprob_mismatch.DETECTOR, detector_input_of(token_mult_prob_error=changed(1.005, 1.04))
    )
    assert finding.threshold == pytest.approx(1.02), "four times as far from 1 as at first"
    assert finding.threshold_name == "logprob_mismatch_ratio"
    assert not found(logprob_mismatch.DETECTOR, detector_input_of(token_mult_prob_error=changed(1.02, 1.04)))
    assert (
        found(logprob_mismatch.DETECTOR, detector_input_of(token_mult_prob_error=[1.5] * 9))[0].severity
        == "error"
    )


def test_numbers_that_are_copies() -> None:
    data = detector_input_of(mismatch_absmean__zero=[48] * 12, mismatch_absmean__count=[64] * 12)
    (finding,) = found(copied_logprobs.DETECTOR, data)
    assert finding.value == 0.75
    assert finding.onset == 0
    few = detector_input_of(mismatch_absmean__zero=[2] * 12, mismatch_absmean__count=[64] * 12)
    assert not found(copied_logprobs.DETECTOR, few)


def test_samples_of_old_weights() -> None:
    data = detector_input_of(staleness__mean=changed(0, 3), staleness__max=changed(1, 6))
    (finding,) = found(stale_samples.DETECTOR, data)
    assert (finding.first, finding.value, finding.severity) == (20, 6, "warning")
    assert "3 steps behind the trainer's on average, and 6 at the most" in finding.summary
    assert not found(
        stale_samples.DETECTOR, detector_input_of(staleness__mean=changed(0, 1), staleness__max=changed(0, 1))
    )
    assert stale_samples.DETECTOR.missing(detector_input_of(n_samples=[1.0])) == "policy_version"


def test_a_critic_that_explains_nothing() -> None:
    (finding,) = found(value_misfit.DETECTOR, detector_input_of(explained_variance=changed(0.5, -1.4)))
    assert (finding.first, finding.value, finding.severity) == (20, -1.4, "warning")
    assert finding.excess == pytest.approx(2.4)
    learning = np.linspace(-0.5, 0.8, 40)
    assert not found(value_misfit.DETECTOR, detector_input_of(explained_variance=learning)), (
        "it has to learn first"
    )
    assert (
        found(value_misfit.DETECTOR, detector_input_of(explained_variance=[-3.0] * 20))[0].severity == "error"
    )
