"""Whether a log fits together: each of its six signs, with a number worked out by hand, and quiet where it does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from detector_inputs import detector_input_of, found

from tensorboard_plugin_rlboard.findings.detectors.log import log_integrity
from tensorboard_plugin_rlboard.findings.texts.endings import StepEndings
from tensorboard_plugin_rlboard.metrics.segments import Floats

DETECTOR = log_integrity.DETECTOR


def test_values_that_could_not_be_used() -> None:
    data = detector_input_of(64, problems__positive=[0, 0, 8, 16, 0], n_samples=[64] * 5)
    data = replace(data, problems={"length_mismatch": 24, "not_a_number": 3})
    (finding,) = found(DETECTOR, data)
    assert (finding.first, finding.last, finding.is_open, finding.value) == (2, 3, False, 0.25)
    assert finding.severity == "warning"
    assert "24 × values that do not fit the tokens, 3 × values that are no numbers" in finding.summary
    assert finding.evidence.where == "problems > 0"
    assert not found(DETECTOR, detector_input_of(64, problems__positive=[0, 1, 0]))


def test_lines_that_gave_no_sample() -> None:
    data = replace(
        detector_input_of(45, n_samples=[45, 45]),
        problems={"bad_json": 9, "no_sample": 1, "key_twice": 50},
        lines=100,
        lost_lines={"bad_json": 9, "no_sample": 1},
    )
    (finding,) = found(DETECTOR, data)
    assert finding.value == pytest.approx(0.1), "10 lines beside 90 samples"
    assert "Lost lines: 10 (9 × lines that are no JSON, 1 × lines without a sample)." in finding.summary
    two = replace(detector_input_of(8, n_samples=[8]), lines=10, lost_lines={"bad_json": 2})
    assert not found(DETECTOR, two), "of so few lines nothing follows"
    few = replace(detector_input_of(1000, n_samples=[1000]), lines=1009, lost_lines={"bad_json": 9})
    assert not found(DETECTOR, few)
    odd = replace(data, lines=100, lost_lines={}, problems={"not_of_format": 700})
    assert not found(DETECTOR, odd), "values that were left out of samples that are there"


def test_samples_that_the_writer_dropped() -> None:
    nan = float("nan")
    lost: dict[str, Any] = {
        "dropped_before__mean": [nan, 4.0, nan, 16.0],
        "dropped_before__count": [0, 2, 0, 1],
    }
    (finding,) = found(DETECTOR, detector_input_of(64, n_samples=[64] * 4, **lost))
    # 2 gaps of 4 and one of 16 are 24 samples, beside 4 * 64 = 256: 24 / 280 = 8.57 %; at its worst 16 / (16 + 64) = 0.2.
    assert finding.title == "The writer dropped 8.57 % of the samples"
    assert (finding.first, finding.onset, finding.value, finding.severity) == (1, 1, 0.2, "warning")
    assert finding.summary.startswith(
        "Samples that are in no number that is shown: 24, lost right before rows of 2 steps."
    )
    assert finding.evidence.where == "dropped_before > 0"
    rare: dict[str, Any] = {"dropped_before__mean": [nan, 2.0], "dropped_before__count": [0, 1]}
    assert not found(DETECTOR, detector_input_of(512, n_samples=[512, 512], **rare)), (
        "0.2% is a metric in the tab, and no finding"
    )


def test_log_probabilities_of_zero_at_every_token() -> None:
    quantiles: dict[str, Any] = {
        "surprise_mean__max": [1.0, 1.0, 0.0],
        "surprise_mean__p50": [0.5, 0.0, 0.0],
        "surprise_mean__p05": [0.1, 0.0, 0.0],
    }
    (finding,) = found(DETECTOR, detector_input_of(64, **quantiles))
    assert (finding.first, finding.last, finding.severity, finding.value) == (1, 2, "error", 1.0)
    assert not found(
        DETECTOR, detector_input_of(64, surprise_mean__p05=[0.1] * 9, surprise_mean__max=[1.0] * 9)
    )


def test_padding_that_counts_as_text() -> None:
    healthy = [StepEndings(step, 3, 0, 0) for step in range(5)]
    padded = [StepEndings(step, 3, 2, 9, "<|im_end|>") for step in range(5, 10)]
    data = replace(detector_input_of(64, n_samples=[64] * 10), endings=(*healthy, *padded))
    (finding,) = found(DETECTOR, data)
    assert (finding.onset, finding.is_open, finding.severity) == (5, True, "error")
    assert finding.value == pytest.approx(2 / 3)
    assert (
        "Of 15 responses that were looked at in these steps, 10 end with <|im_end|> several"
        in finding.summary
    )
    assert "4.5 times too often" in finding.summary
    assert finding.evidence.end == "last"
    assert not found(DETECTOR, replace(data, endings=(*healthy, padded[0]))), "one step is no proof"


def test_steps_that_lack_samples() -> None:
    counts: Floats = np.full(20, 64.0)
    counts[[7, 19]] = 48, 16
    data = replace(detector_input_of(64, n_samples=counts), samples=counts)
    (finding,) = found(DETECTOR, data)
    assert (finding.first, finding.last, finding.value) == (7, 7, 0.25)
    assert "Most steps have 64 samples, these as few as 48" in finding.summary
    lost = replace(data, lines=1306, lost_lines={"bad_json": 30})
    assert [each.threshold_name for each in found(DETECTOR, lost)] == ["log_integrity_lines"]
    varying: Floats = np.asarray(64.0 + np.arange(20) % 5, np.float64)
    varying[7] = 30
    assert not found(DETECTOR, replace(data, samples=varying)), "a run whose steps differ anyway"
