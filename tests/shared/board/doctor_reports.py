"""Reports of `rlboard doctor`, and rows for them."""

from __future__ import annotations

from repository import ROOT

from tensorboard_plugin_rlboard.doctor.report import FileReport, Report

SAMPLES = ROOT / "rollout_samples"


def only(report: Report) -> FileReport:
    (run,) = report.runs
    (file,) = run.files
    return file
