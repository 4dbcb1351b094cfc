"""The lines that the page and the Markdown say in the same words."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tensorboard_plugin_rlboard.api import FindingSymptom, PastFinding
from tensorboard_plugin_rlboard.api.values import Value
from tensorboard_plugin_rlboard.findings.number_format import format_number
from tensorboard_plugin_rlboard.findings.registry import BY_KIND
from tensorboard_plugin_rlboard.report.document import (
    NO_SAMPLES,
    NOT_ALL,
    Example,
    Passage,
    Report,
    ReportedFinding,
    ReportedRun,
)
from tensorboard_plugin_rlboard.report.pages.speech import Speech

_OWN = {NOT_ALL: "not_all", NO_SAMPLES: "no_samples"}
"""Sentences of the report's own -> their phrases."""


def made(speech: Speech, report: Report) -> str:
    """By what and when the report was made, and where its links lead."""
    return speech.of("made", n=len(report.runs), version=report.version, made=report.made, tab=report.tab)


def runs_left_out(speech: Speech, report: Report) -> str:
    """Which runs are not in it."""
    return speech.of("runs_left_out", names=", ".join(report.runs_left_out[:50]))


def left_out(speech: Speech, report: Report) -> Iterator[str]:
    """What was there and is not in it, and why: whoever reads on has to know it first."""
    for one in report.not_read:
        reason = speech.of(_OWN[one.reason]) if one.reason in _OWN else speech.said(one.reason)
        yield speech.of("not_read", name=one.name, reason=reason)
    if report.not_read_left_out:
        yield speech.of("not_read_more", n=report.not_read_left_out)
    yield from map(speech.said, report.settings_problems)
    if report.ignored:
        yield speech.of("ignored_one" if report.ignored == 1 else "ignored", n=report.ignored)


def looked_at(speech: Speech, run: ReportedRun) -> str:
    """How much was looked at."""
    return speech.of(
        "looked_at",
        samples=speech.of("n_samples", n=f"{run.n_samples:,}"),
        steps=speech.of("n_steps", n=f"{run.n_steps:,}"),
        where=speech.of("where", first=run.steps[0], last=run.steps[1]) if run.steps else "",
        unused=speech.of("unused", n=f"{run.problems:,}") if run.problems else "",
        split=run.split,
        formats=", ".join(run.formats),
    )


def healthy(speech: Speech, run: ReportedRun) -> str:
    """What is said where nothing was found."""
    return speech.of("healthy", kinds=len(run.checked), others=len(run.not_checked))


def steps(speech: Speech, finding: ReportedFinding) -> str:
    """Which steps show it."""
    first, last = finding.steps
    phrase = "step" if first == last else "since" if finding.is_open else "steps"
    return speech.of(phrase, first=first, last=last)


def number(speech: Speech, finding: ReportedFinding) -> str:
    """Its number against its threshold; named by its metric only where the number is that metric's."""
    value, limit, metric = finding.value, finding.threshold, finding.metric
    sign = ">" if value > limit else "<" if value < limit else "=" if value == limit else "≠"
    compared = f"{format_number(value)} {sign} {format_number(limit)} {speech.said(finding.unit)}".rstrip()
    detector = BY_KIND[finding.kind]
    if not detector.on_curve and detector.own_curve is None:
        return compared
    named = speech.of("of", statistic=finding.statistic, metric=metric) if finding.statistic else metric
    return speech.of("named", named=named, compared=compared)


def number_text(value: float) -> str:
    """A number that may be none."""
    return "NaN" if math.isnan(value) else format_number(value)


def threshold(speech: Speech, finding: ReportedFinding) -> str:
    """Which threshold, and where it is from."""
    phrase = "from" if finding.source else "threshold"
    return speech.of(phrase, name=finding.threshold_name, source=speech.said(finding.source))


def symptom(speech: Speech, one: FindingSymptom) -> str:
    """What follows from the same cause."""
    first, last = one.steps
    title, summary = speech.said(one.title), speech.said(one.summary)
    severity = speech.severity(one.severity)
    return speech.of("symptom", severity=severity, first=first, last=last, title=title, summary=summary)


def past(speech: Speech, one: PastFinding) -> str:
    """A finding that is no more."""
    first, last = one.steps
    title, severity = speech.said(one.title), speech.severity(one.severity)
    return speech.of("past", severity=severity, title=title, first=first, last=last, since=one.not_since)


def sample(speech: Speech, example: Example) -> str:
    """Which sample."""
    if example.reward is None:
        return speech.of("sample", id=example.id, step=example.step)
    return speech.of("reward", id=example.id, step=example.step, reward=format_number(example.reward))


def setting(value: Value) -> str:
    """The value of a setting."""
    return "" if value is None else format_number(value) if isinstance(value, float) else str(value)


def colours(speech: Speech, passage: Passage) -> str:
    """What the colours of the tokens are."""
    metric, scale = passage.metric, passage.scale
    if metric is None:
        return ""
    said = speech.of("colours", metric=metric.name)
    if scale:
        high = f"{format_number(scale.high)} {metric.unit}".rstrip()
        said = speech.of("scale", metric=metric.name, low=format_number(scale.low), high=high)
    at = None if passage.shown_at is None else passage.values[passage.shown_at]
    return said if at is None else speech.of("framed", colours=said, value=number_text(at))
