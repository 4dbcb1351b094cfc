"""One cause is one finding; the worst comes first."""

from __future__ import annotations

from typing import Any

import pytest
from detector_inputs import detector_input_of

from tensorboard_plugin_rlboard.errors import ArgumentError
from tensorboard_plugin_rlboard.findings.causes import rank_findings
from tensorboard_plugin_rlboard.findings.finding import Finding
from tensorboard_plugin_rlboard.findings.number_format import format_number, format_percent
from tensorboard_plugin_rlboard.findings.registry import DETECTORS, DETECTORS_BY_KIND, THRESHOLDS, examine
from tensorboard_plugin_rlboard.findings.thresholds import limits_of, usable


def finding(kind: str, first: int = 5, last: int = 9, **fields: Any) -> Finding:
    base: dict[str, Any] = {
        "severity": "warning", "title": kind, "summary": "", "onset": first, "is_open": True, "metric": "reward",
        "statistic": "mean", "value": 1.0, "threshold": 1.0, "threshold_name": "x", "excess": 1.0,
    }  # fmt: skip
    return Finding(kind=kind, first=first, last=last, **(base | fields))


def test_a_symptom_goes_under_its_cause_even_if_it_is_worse() -> None:
    cause, symptom = finding("non_finite"), finding("kl_spike", 6, 8, severity="error")
    (top,) = rank_findings([symptom, cause])
    assert top.kind == "non_finite"
    assert [each.kind for each in top.symptoms] == ["kl_spike"]


def test_a_kl_of_samples_of_another_policy_is_a_symptom() -> None:
    found = [finding("logprob_mismatch"), finding("negative_kl"), finding("kl_runaway", severity="error")]
    (top,) = rank_findings(found)
    assert top.kind == "logprob_mismatch"
    assert {each.kind for each in top.symptoms} == {"negative_kl", "kl_runaway"}


def test_what_was_before_is_no_symptom() -> None:
    tops = rank_findings([finding("non_finite", 20, 25), finding("kl_spike", 3, 4)])
    assert {top.kind for top in tops} == {"non_finite", "kl_spike"}


def test_the_worst_comes_first() -> None:
    over = finding("a", is_open=False, excess=9.0)
    far, near = finding("b", excess=3.0), finding("c", excess=2.0)
    error = finding("d", severity="error")
    assert [each.kind for each in rank_findings([over, near, far, error])] == ["d", "b", "c", "a"]


def test_numbers_in_sentences() -> None:
    assert [format_number(x) for x in (0.0, 1 / 3, 1234.5, -16384.0, 999.96, 0.05, 2.5, 1e-7, 2e6)] == [
        "0",
        "0.333",
        "1,234",
        "-16,384",
        "1,000",
        "0.05",
        "2.5",
        "1.00e-7",
        "2.00e6",
    ]
    assert format_percent(0.125) == "12.5 %"


def test_thresholds_are_checked() -> None:
    assert limits_of(THRESHOLDS, {"kl_spike_ratio": 4})["kl_spike_ratio"] == 4
    with pytest.raises(ArgumentError, match="nonsense is no threshold"):
        limits_of(THRESHOLDS, {"nonsense": 1})
    with pytest.raises(ArgumentError, match="truncation_share=2 is out of range: it takes 0 to 1"):
        limits_of(THRESHOLDS, {"truncation_share": 2})
    valid, problems = usable(THRESHOLDS, {"truncation_share": 0.5, "nonsense": 1})
    assert valid == {"truncation_share": 0.5}
    assert len(problems) == 1


def test_every_detector_is_described() -> None:
    assert len(DETECTORS_BY_KIND) == len(DETECTORS)
    assert len({threshold.name for threshold in THRESHOLDS}) == len(THRESHOLDS)
    for detector in DETECTORS:
        assert detector.__class__.__module__.startswith("tensorboard_plugin_rlboard.findings")
        assert detector.find.__module__.endswith(f".{detector.question}.{detector.kind}"), detector.kind
        assert detector.meaning.endswith(".")
        assert detector.next.endswith(".")
        for threshold in detector.thresholds:
            assert threshold.name.startswith(detector.kind)
            assert threshold.low <= threshold.value <= threshold.high
            assert threshold.meaning
            assert threshold.source


def test_an_examination_says_what_was_not_checked() -> None:
    found = examine(detector_input_of(n_samples=[8, 8]), limits_of(THRESHOLDS, {}))
    assert found.findings == ()
    assert "non_finite" in found.checked
    assert found.not_checked["kl_spike"] == "logprobs and ref_logprobs"
