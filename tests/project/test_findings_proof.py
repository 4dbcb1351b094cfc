"""The measure of the findings, in its short form: it makes runs, opens them, and judges what is found."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import findings_proof
import pytest
from measured_findings.examined_runs import Looked, look_at, plans_of
from measured_findings.tables import share, wilson, written
from planted_runs.run import Plan

from tensorboard_plugin_rlboard.findings.finding import Finding


def finding(kind: str, first: int, last: int, severity: Any = "warning") -> Finding:
    return Finding(kind, severity, kind, "", first, last, first, True, "reward", "mean", 1.0, 1.0, "x", 1.0)


def looked(kind: str, *findings: Finding, missing: frozenset[str] = frozenset()) -> Looked:
    plan = Plan(kind, "medium", "grpo_few", 1)
    return Looked(plan, {"onset": 10, "last": 19}, findings, missing)


def test_the_interval_is_wilsons() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 0) == (0, 1)
    assert share(8, 10) == "0.80 [0.49, 0.94] of 10"
    assert share(0, 0) == "–"


def test_what_is_right_has_the_kind_and_the_steps() -> None:
    assert looked("kl_spike", finding("kl_spike", 11, 12)).is_hit
    assert not looked("kl_spike", finding("kl_spike", 30, 32)).is_hit
    assert not looked("kl_spike", finding("kl_spike", 2, 12)).is_hit, "too early"
    assert not looked("kl_spike", finding("non_finite", 11, 12)).is_hit
    assert looked("padding_bug", finding("log_integrity", 10, 19)).is_hit
    assert not looked("kl_spike", missing=frozenset({"kl_spike"})).checked
    assert looked("kl_spike", finding("kl_spike", 12, 13)).onset_error == 2


def test_a_symptom_counts_and_the_fourth_finding_is_not_on_top() -> None:
    below = replace(finding("non_finite", 10, 19), symptoms=(finding("kl_spike", 11, 12),))
    assert looked("kl_spike", below).in_top_three
    three = [finding(kind, 10, 19) for kind in ("truncation", "repetition", "non_finite")]
    assert looked("kl_spike", *three, finding("kl_spike", 11, 12)).is_hit
    assert not looked("kl_spike", *three, finding("kl_spike", 11, 12)).in_top_three


def test_false_alarms() -> None:
    assert [each.kind for each in looked("steady", finding("kl_spike", 3, 4)).false_alarms] == ["kl_spike"]
    assert not looked("steady", finding("kl_spike", 3, 4, "info")).false_alarms
    assert not looked("length_hacking", finding("proxy_gold_gap", 12, 19)).false_alarms, "true of such a run"
    assert looked("length_hacking", finding("proxy_gold_gap", 2, 5)).false_alarms, "but not before"


def test_every_kind_is_in_the_tables() -> None:
    text = written(
        [
            looked("kl_spike", finding("kl_spike", 10, 12)),
            looked("garbled_text", missing=frozenset({"garbled_text"})),
            looked("steady", finding("kl_spike", 3, 4)),
        ],
        [1],
    )
    assert "| `kl_spike` | – | 1.00 [0.21, 1.00] of 1 | – | 0.50 [0.09, 0.91] of 2 | 0 steps |" in text
    assert "| `garbled_text` | not looked for yet | | | | |" in text
    assert "| `steady` | 1 | 0.00 | 1.00 | `kl_spike` |" in text
    assert "among the first three findings 1.00 [0.21, 1.00] of 1" in text


def test_runs_are_made_opened_and_examined(tmp_path: Path) -> None:
    (spike, steady) = plans_of(["kl_spike", "steady"], ["medium"], ["grpo_few", "rloo"], [1])
    assert [plan.name for plan in spike] == ["kl_spike-medium-grpo_few-1"], (
        "a run without a reference has no KL"
    )
    (found,) = look_at(spike, tmp_path)
    assert found.is_hit
    assert not found.is_wrong
    assert [path.name for path in tmp_path.iterdir()] == ["kl_spike-medium-grpo_few-1.pickle"]
    again = look_at([*spike, steady[0]], tmp_path)
    assert again[0].found == found.found
    assert again[1].found == ()


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
