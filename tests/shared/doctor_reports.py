"""Reports of `rlboard doctor`, and rows for them."""

from __future__ import annotations

from typing import Any

from repository import ROOT

from tensorboard_plugin_rlboard.doctor.report import FileReport, Report

SAMPLES = ROOT / "rollout_samples"


def row(step: int, **more: Any) -> dict[str, Any]:
    return {"step": step, "prompt": "p", "response": "a b", "reward": 0.5, **more}


def only(report: Report) -> FileReport:
    (run,) = report.runs
    (file,) = run.files
    return file
