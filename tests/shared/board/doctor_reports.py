"""Reports of `rlboard doctor`, and rows for them."""

from __future__ import annotations

from repository import ROOT

from tensorboard_plugin_rlboard.doctor.report import DoctorReport, FileReport

SAMPLES = ROOT / "rollout_samples"


def only(report: DoctorReport) -> FileReport:
    (run,) = report.runs
    (file,) = run.files
    return file
