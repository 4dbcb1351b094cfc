"""The lines that the page and the Markdown say in the same words."""

from __future__ import annotations

import math

from tensorboard_plugin_rlboard.api import FindingSymptom, PastFinding
from tensorboard_plugin_rlboard.api.values import Value
from tensorboard_plugin_rlboard.findings.finding import shown
from tensorboard_plugin_rlboard.findings.registry import BY_KIND
from tensorboard_plugin_rlboard.report.document import (
    Example,
    Passage,
    Report,
    ReportedFinding,
    ReportedRun,
)


def made(report: Report) -> str:
    """By what and when the report was made, and where its links lead."""
    count = len(report.runs)
    runs = f"{count} run{'' if count == 1 else 's'}"
    return f"{runs}, by RL Board {report.version} at {report.made}. Links lead to {report.tab}, where TensorBoard has to show these logs."


def runs_left_out(report: Report) -> str:
    """Which runs are not in it."""
    names = ", ".join(report.runs_left_out[:50])
    return f"Not in this report, because there are so many: {names}. --run NAME makes a report of one."


def looked_at(run: ReportedRun) -> str:
    """How much was looked at."""
    where = f", steps {run.steps[0]} to {run.steps[1]}" if run.steps else ""
    unused = f"; {run.problems:,} lines or values could not be used" if run.problems else ""
    formats = ", ".join(run.formats)
    return f"{run.n_samples:,} samples of {run.n_steps:,} steps looked at{where}; split {run.split}; format {formats}{unused}."


def healthy(run: ReportedRun) -> str:
    """What is said where nothing was found."""
    return f"Nothing looks wrong: {len(run.checked)} kinds of findings were looked for, {len(run.not_checked)} could not be."


def steps(finding: ReportedFinding) -> str:
    """Which steps show it."""
    first, last = finding.steps
    if first == last:
        return f"step {first}"
    return f"since step {first}" if finding.is_open else f"steps {first} to {last}"


def number(finding: ReportedFinding) -> str:
    """Its number against its threshold; named by its metric only where the number is that metric's."""
    value, limit = finding.value, finding.threshold
    sign = ">" if value > limit else "<" if value < limit else "=" if value == limit else "≠"
    named = f"{finding.statistic} of {finding.metric}" if finding.statistic else finding.metric
    compared = f"{shown(value)} {sign} {shown(limit)} {finding.unit}".rstrip()
    return f"{named}: {compared}" if BY_KIND[finding.kind].on_curve else compared


def number_text(value: float) -> str:
    """A number that may be none."""
    return "NaN" if math.isnan(value) else shown(value)


def threshold(finding: ReportedFinding) -> str:
    """Which threshold, and where it is from."""
    return f"threshold {finding.threshold_name}" + (f", {finding.source}" if finding.source else "")


def symptom(one: FindingSymptom) -> str:
    """What follows from the same cause."""
    return f"Follows from it ({one.severity}, steps {one.steps[0]} to {one.steps[1]}): {one.title}. {one.summary}"


def past(one: PastFinding) -> str:
    """A finding that is no more."""
    return f"{one.severity}: {one.title}, steps {one.steps[0]} to {one.steps[1]}; not since step {one.not_since}."


def sample(example: Example) -> str:
    """Which sample."""
    reward = "" if example.reward is None else f", reward {shown(example.reward)}"
    return f"sample {example.id}, step {example.step}{reward}"


def setting(value: Value) -> str:
    """The value of a setting."""
    return "" if value is None else shown(value) if isinstance(value, float) else str(value)


def colours(passage: Passage) -> str:
    """What the colours of the tokens are."""
    if passage.metric is None:
        return ""
    unit = f" {passage.metric.unit}" if passage.metric.unit else ""
    at = None if passage.shown_at is None else passage.values[passage.shown_at]
    here = "" if at is None else f"; at the framed token {number_text(at)}"
    ends = f" from {shown(passage.scale.low)} to {shown(passage.scale.high)}{unit}" if passage.scale else ""
    return f"Colours: {passage.metric.name}{ends}{here}"
