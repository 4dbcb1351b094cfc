"""Detectors of drift and certainty: a number worked out by hand each, quiet on what is healthy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from detector_inputs import detector_input_of, found

from tensorboard_plugin_rlboard.findings.detectors.drift import (
    first_step_kl,
    kl_runaway,
    kl_spike,
    negative_kl,
)
from tensorboard_plugin_rlboard.findings.detectors.exploration import entropy_collapse

STEADY = np.linspace(0.0, 0.04, 40)


def test_a_kl_that_grows_by_a_factor_runs_away() -> None:
    k3 = STEADY.copy()
    k3[20:] = k3[20:] * 1.25 ** np.arange(1, 21)
    (finding,) = found(kl_runaway.DETECTOR, detector_input_of(k3_mean__mean=k3))
    assert 20 <= finding.onset <= 22
    assert (finding.last, finding.is_open, finding.severity) == (39, True, "error")
    assert finding.value == pytest.approx(k3[38]), "the median of the last three steps"


def test_a_kl_that_grows_by_an_amount_does_not() -> None:
    assert not found(kl_runaway.DETECTOR, detector_input_of(k3_mean__mean=STEADY))
    assert not found(kl_runaway.DETECTOR, detector_input_of(k3_mean__mean=STEADY * 6)), (
        "0.24 nats a token at the end"
    )
    back = np.concatenate([STEADY[:20], [0.5, 0.5, 0.5], STEADY[23:]])
    assert not found(kl_runaway.DETECTOR, detector_input_of(k3_mean__mean=back)), "a spike is back"
    assert kl_runaway.DETECTOR.missing(detector_input_of(k3_mean__mean=STEADY[:7])).endswith(
        "in 8 steps, and has them in 7"
    )


def test_a_kl_that_stays_at_a_quarter_of_a_nat_is_far_away() -> None:
    steady = STEADY * 10
    (finding,) = found(
        kl_runaway.DETECTOR, detector_input_of(k3_mean__mean=steady, n_tokens__mean=np.full(40, 20.0))
    )
    # the line 0.4 / 39 a step: 0.25 is passed at step 24.4, by the median of five at 27; half of it lies at 12.2
    assert (finding.onset, finding.last, finding.severity, finding.threshold) == (13, 39, "warning", 0.25)
    assert finding.threshold_name == "kl_runaway_far"
    assert finding.value == pytest.approx(0.4 * 38 / 39), "the median of the last three steps"
    assert finding.summary.endswith("stays there. These are 7.79 nats for a response of 20 tokens.")
    at_once = np.concatenate([[0.0], np.full(39, 0.3)])
    (finding,) = found(kl_runaway.DETECTOR, detector_input_of(k3_mean__mean=at_once))
    assert (finding.onset, finding.severity) == (1, "warning"), "the first third is as high as the rest"
    ended = np.where(np.arange(40) < 20, 0.3, 0.05)
    assert not found(kl_runaway.DETECTOR, detector_input_of(k3_mean__mean=ended))


def test_one_token_is_no_spike() -> None:
    k3, largest = np.full(30, 0.02), np.full(30, 0.5)
    k3[20], largest[20] = 0.15, 140.0
    run: dict[str, Any] = {"n_tokens__mean": np.full(30, 10.0), "k3_mean__mean": k3}
    # 1,000 tokens have 150 together, and one of them 140: the others have 10 / 999
    assert not found(kl_spike.DETECTOR, detector_input_of(100, **run, k3_max__max=largest))
    largest[20] = 50.0
    (finding,) = found(kl_spike.DETECTOR, detector_input_of(100, **run, k3_max__max=largest))
    assert (finding.first, finding.last, finding.value) == (20, 20, 0.15), "the curve's own number"
    # before it 20 - 0.5 of 999 tokens, 2.5 times that
    assert finding.threshold == pytest.approx(2.5 * 19.5 / 999)
    assert found(kl_spike.DETECTOR, detector_input_of(100, **run))[0].value == 0.15, (
        "where the largest token is not known"
    )


def test_the_first_step_should_be_the_reference() -> None:
    (finding,) = found(
        first_step_kl.DETECTOR, detector_input_of(first=3, first_step_kl=[0.05, np.nan, np.nan])
    )
    assert (finding.first, finding.last, finding.severity, finding.value) == (3, 3, "warning", 0.05)
    assert finding.excess == pytest.approx(5)
    assert found(first_step_kl.DETECTOR, detector_input_of(first_step_kl=[0.1]))[0].severity == "error"
    assert not found(first_step_kl.DETECTOR, detector_input_of(first_step_kl=[0.0003]))
    assert first_step_kl.DETECTOR.missing(detector_input_of(n_samples=[1.0]))


def test_no_divergence_is_negative() -> None:
    ratio = np.full(30, 0.01)
    ratio[10:] = -0.15
    (finding,) = found(negative_kl.DETECTOR, detector_input_of(log_ratio_mean__mean=ratio))
    assert (finding.first, finding.last, finding.value, finding.severity) == (10, 29, -0.15, "warning")
    assert finding.threshold == -0.02
    assert finding.excess == pytest.approx(7.5)
    once = np.full(30, 0.01)
    once[10] = -0.2
    assert not found(negative_kl.DETECTOR, detector_input_of(log_ratio_mean__mean=once))


def test_entropy_that_is_gone() -> None:
    entropy = np.concatenate([np.full(20, 1.0), np.linspace(0.9, 0.3, 10), np.full(10, 0.3)])
    (finding,) = found(entropy_collapse.DETECTOR, detector_input_of(entropies_mean__mean=entropy))
    assert finding.value == pytest.approx(0.3)
    assert finding.threshold == pytest.approx(0.45)
    assert 20 <= finding.onset <= 22
    assert finding.severity == "warning"
    assert finding.title == "30 % of the entropy is left"
    assert not found(
        entropy_collapse.DETECTOR, detector_input_of(entropies_mean__mean=np.linspace(1, 0.55, 40))
    )
    gone = np.concatenate([np.full(20, 1.0), np.full(20, 0.1)])
    assert (
        found(entropy_collapse.DETECTOR, detector_input_of(entropies_mean__mean=gone))[0].severity == "error"
    )
