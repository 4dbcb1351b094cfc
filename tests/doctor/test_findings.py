"""`rlboard doctor` says what looks wrong in a run, the worst first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tensorboard_plugin_rlboard.doctor.command import examine
from tensorboard_plugin_rlboard.doctor.printing import lines


def report(tmp_path: Path, *rewards: float) -> tuple[Any, str]:
    rows = [{"step": n, "prompt": "a", "response": f"b {n}", "reward": x} for n, x in enumerate(rewards)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = examine(str(tmp_path))
    return found, "\n".join(lines(found))


def test_what_looks_wrong_is_said_with_its_steps(tmp_path: Path) -> None:
    found, text = report(tmp_path, 1.0, float("nan"), 1.0)
    (run,) = found.runs
    (finding,) = run.findings
    assert (finding.kind, finding.severity, finding.steps) == ("non_finite", "error", (1, 1))
    assert len(finding.samples) == 1
    assert "    error: NaN or infinite rewards: 1 (non_finite, step 1)" in text
    assert "kinds of findings looked for in 3 steps, 3 samples" in text


def test_nothing_wrong_says_what_was_looked_for(tmp_path: Path) -> None:
    found, text = report(tmp_path, 1.0, 2.0)
    assert not found.runs[0].findings
    assert "  nothing looks wrong: " in text
    assert (
        "    not looked for: A jump of the KL to the reference (kl_spike), A policy that runs away from the reference "
        "(kl_runaway), A KL estimate that is negative (negative_kl): needs logprobs and ref_logprobs\n"
    ) in text
