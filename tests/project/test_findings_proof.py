"""The measure of the findings, in its short form: it makes runs, opens them, and judges what is found."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import findings_proof
import pytest
from measured_findings.evidence import EvidenceCounts, count_evidence
from measured_findings.examined_runs import ExaminedRun, examine_runs, plans_of
from measured_findings.tables import render_tables, share, wilson
from planted_runs.run import Plan

from tensorboard_plugin_rlboard.findings.finding import Finding


def finding(kind: str, first: int, last: int, severity: Any = "warning") -> Finding:
    return Finding(kind, severity, kind, "", first, last, first, True, "reward", "mean", 1.0, 1.0, "x", 1.0)


def examined(kind: str, *findings: Finding, not_checked: frozenset[str] = frozenset()) -> ExaminedRun:
    plan = Plan(kind, "medium", "grpo_few", 1)
    return ExaminedRun(plan, {"onset": 10, "last": 19}, findings, not_checked)


def test_the_interval_is_wilsons() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 0) == (0, 1)
    assert share(8, 10) == "0.80 [0.49, 0.94] of 10"
    assert share(0, 0) == "–"


def test_what_is_right_has_the_kind_and_the_steps() -> None:
    assert examined("kl_spike", finding("kl_spike", 11, 12)).is_hit
    assert not examined("kl_spike", finding("kl_spike", 30, 32)).is_hit
    assert not examined("kl_spike", finding("kl_spike", 2, 12)).is_hit, "too early"
    assert not examined("kl_spike", finding("non_finite", 11, 12)).is_hit
    assert examined("padding_bug", finding("log_integrity", 10, 19)).is_hit
    assert not examined("kl_spike", not_checked=frozenset({"kl_spike"})).is_checked
    assert examined("kl_spike", finding("kl_spike", 12, 13)).onset_error == 2


def test_a_symptom_counts_and_the_fourth_finding_is_not_on_top() -> None:
    below = replace(finding("non_finite", 10, 19), symptoms=(finding("kl_spike", 11, 12),))
    assert examined("kl_spike", below).is_in_top_three
    three = [finding(kind, 10, 19) for kind in ("truncation", "repetition", "non_finite")]
    assert examined("kl_spike", *three, finding("kl_spike", 11, 12)).is_hit
    assert not examined("kl_spike", *three, finding("kl_spike", 11, 12)).is_in_top_three


def test_false_alarms() -> None:
    assert [each.kind for each in examined("steady", finding("kl_spike", 3, 4)).false_alarms] == ["kl_spike"]
    assert not examined("steady", finding("kl_spike", 3, 4, "info")).false_alarms
    assert not examined("length_hacking", finding("proxy_gold_gap", 12, 19)).false_alarms, (
        "true of such a run"
    )
    assert examined("length_hacking", finding("proxy_gold_gap", 2, 5)).false_alarms, "but not before"


def test_every_kind_is_in_the_tables() -> None:
    text = render_tables(
        [
            examined("kl_spike", finding("kl_spike", 10, 12)),
            examined("garbled_text", not_checked=frozenset({"garbled_text"})),
            examined("steady", finding("kl_spike", 3, 4)),
        ],
        [1],
    )
    half = "0.50 [0.09, 0.91] of 2"
    assert f"| `kl_spike` | – | 1.00 [0.21, 1.00] of 1 | – | {half} | {half} | 0 steps |" in text
    assert "| `garbled_text` | not looked for yet | | | | | |" in text
    assert "| `steady` | 1 | 0.00 | 1.00 | `kl_spike` |" in text
    assert "among the first three findings 1.00 [0.21, 1.00] of 1" in text


def test_what_follows_is_false_without_that_list() -> None:
    follows = examined("length_hacking", finding("length_hacking", 10, 19), finding("truncation", 12, 19))
    text = render_tables([follows, examined("truncation", finding("truncation", 10, 19))], [1])
    assert "of `length_hacking` `proxy_gold_gap`, `truncation`;" in text
    assert "| 1.00 [0.21, 1.00] of 1 | 0.50 [0.09, 0.91] of 2 | 0 steps |" in text


def test_evidence_is_judged_by_the_truth(tmp_path: Path) -> None:
    (tmp_path / "rollouts.jsonl").write_bytes(b'{"a": 1}\n{"a": 22}\n{"a": 3}\n')
    (made,) = examine_runs([Plan("kl_spike", "medium", "grpo_few", 1)], tmp_path / "kept")
    assert made.evidence.samples == made.evidence.planted_samples > 0
    assert made.evidence.tokens == made.evidence.planted_tokens > 0
    shown: Any = SimpleNamespace(
        kind="kl_spike",
        onset=4,
        steps=(4, 5),
        samples=["0123456789-0-0", "0123456789-9-0", "0123456789-13-0"],
        sample_steps=[4, 4, 5],
        tokens=[
            SimpleNamespace(id="0123456789-9-0", position=3),
            SimpleNamespace(id="0123456789-13-0", position=7),
        ],
    )
    evidence = [{"line": 2, "tokens": [3, 4]}, {"line": 3, "tokens": [1]}]
    truth = {"onset": 4, "last": 4, "everywhere": False, "evidence": evidence}
    assert count_evidence([shown], "kl_spike", truth, tmp_path) == EvidenceCounts(3, 2, 2, 1)
    assert count_evidence([shown], "kl_spike", truth | {"everywhere": True}, tmp_path) == EvidenceCounts(3, 2)
    assert count_evidence([shown], "non_finite", truth, tmp_path) == EvidenceCounts()
    assert count_evidence([shown], "kl_spike", {}, tmp_path) == EvidenceCounts(), "a healthy run"
    row = render_tables(
        [replace(examined("kl_spike", finding("kl_spike", 10, 12)), evidence=EvidenceCounts(3, 2, 2, 1))], [1]
    )
    assert "| `kl_spike` | 0.67 [0.21, 0.94] of 3 | 0.50 [0.09, 0.91] of 2 |" in row


def test_runs_are_made_opened_and_examined(tmp_path: Path) -> None:
    (spike, steady) = plans_of(["kl_spike", "steady"], ["medium"], ["grpo_few", "rloo"], [1])
    assert [plan.name for plan in spike] == ["kl_spike-medium-grpo_few-1"], (
        "a run without a reference has no KL"
    )
    (findings,) = examine_runs(spike, tmp_path)
    assert findings.is_hit
    assert not findings.is_wrong
    assert [path.name for path in tmp_path.iterdir()] == ["kl_spike-medium-grpo_few-1.pickle"]
    again = examine_runs([*spike, steady[0]], tmp_path)
    assert again[0].findings == findings.findings
    assert again[1].findings == ()


def test_the_command_prints_its_tables(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        "--kinds",
        "first_step_kl",
        "--shapes",
        "grpo_few",
        "--strengths",
        "strong",
        "--seeds",
        "1",
        "--jobs",
        "1",
    ]
    monkeypatch.setattr(sys, "argv", ["findings_proof.py", *arguments, "--print", "--wrong"])
    assert findings_proof.main() == 0
    assert "| `first_step_kl` | – | – | 1.00 [0.21, 1.00] of 1 |" in capsys.readouterr().out
