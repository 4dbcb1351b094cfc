"""The lines that the page and the Markdown say in the same words."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tensorboard_plugin_rlboard.api import FindingSymptom, PastFinding
from tensorboard_plugin_rlboard.api.values import Value
from tensorboard_plugin_rlboard.findings.number_format import format_number
from tensorboard_plugin_rlboard.findings.registry import DETECTORS_BY_KIND
from tensorboard_plugin_rlboard.report.document import (
    NO_SAMPLES,
    NOT_ALL,
    Example,
    Passage,
    Report,
    ReportedFinding,
    ReportedRun,
)
from tensorboard_plugin_rlboard.report.pages.page_language import PageLanguage

_OWN = {NOT_ALL: "not_all", NO_SAMPLES: "no_samples"}
"""Sentences of the report's own -> their phrases."""


def made(language: PageLanguage, report: Report) -> str:
    """By what and when the report was made, and where its links lead."""
    return language.phrase(
        "made", n=len(report.runs), version=report.version, made=report.made, tab=report.tab
    )


def runs_left_out(language: PageLanguage, report: Report) -> str:
    """Which runs are not in it."""
    return language.phrase("runs_left_out", names=", ".join(report.runs_left_out[:50]))


def left_out(language: PageLanguage, report: Report) -> Iterator[str]:
    """What was there and is not in it, and why: whoever reads on has to know it first."""
    for one in report.not_read:
        reason = language.phrase(_OWN[one.reason]) if one.reason in _OWN else language.translate(one.reason)
        yield language.phrase("not_read", name=one.name, reason=reason)
    if report.not_read_left_out:
        yield language.phrase("not_read_more", n=report.not_read_left_out)
    yield from map(language.translate, report.settings_problems)
    if report.ignored:
        yield language.phrase("ignored_one" if report.ignored == 1 else "ignored", n=report.ignored)


def looked_at(language: PageLanguage, run: ReportedRun) -> str:
    """How much was looked at."""
    return language.phrase(
        "looked_at",
        samples=language.phrase("n_samples", n=f"{run.n_samples:,}"),
        steps=language.phrase("n_steps", n=f"{run.n_steps:,}"),
        where=language.phrase("where", first=run.steps[0], last=run.steps[1]) if run.steps else "",
        unused=language.phrase("unused", n=f"{run.problems:,}") if run.problems else "",
        split=run.split,
        formats=", ".join(run.formats),
    )


def healthy(language: PageLanguage, run: ReportedRun) -> str:
    """What is said where nothing was found."""
    return language.phrase("healthy", kinds=len(run.checked), others=len(run.not_checked))


def checked(language: PageLanguage, run: ReportedRun) -> str:
    """What was looked for, in words; a kind that is not known by its name."""
    detectors = ((kind, DETECTORS_BY_KIND.get(kind)) for kind in run.checked)
    titles = [
        kind if detector is None else language.translate(detector.title) for kind, detector in detectors
    ]
    return " · ".join(titles) or language.phrase("nothing")


def steps(language: PageLanguage, finding: ReportedFinding) -> str:
    """Which steps show it."""
    first, last = finding.steps
    phrase = "step" if first == last else "since" if finding.is_open else "steps"
    return language.phrase(phrase, first=first, last=last)


def number(language: PageLanguage, finding: ReportedFinding) -> str:
    """Its number against its threshold; named by its metric only where the number is that metric's."""
    value, limit, metric = finding.value, finding.threshold, finding.metric
    sign = ">" if value > limit else "<" if value < limit else "=" if value == limit else "≠"
    compared = (
        f"{format_number(value)} {sign} {format_number(limit)} {language.translate(finding.unit)}".rstrip()
    )
    detector = DETECTORS_BY_KIND[finding.kind]
    if not detector.is_on_curve and detector.own_curve is None:
        return compared
    named = language.phrase("of", statistic=finding.statistic, metric=metric) if finding.statistic else metric
    return language.phrase("named", named=named, compared=compared)


def number_text(value: float) -> str:
    """A number that may be none."""
    return "NaN" if math.isnan(value) else format_number(value)


def threshold(language: PageLanguage, finding: ReportedFinding) -> str:
    """Which threshold, and where it is from."""
    phrase = "from" if finding.source else "threshold"
    return language.phrase(phrase, name=finding.threshold_name, source=language.translate(finding.source))


def symptom(language: PageLanguage, one: FindingSymptom) -> str:
    """What follows from the same cause."""
    first, last = one.steps
    title, summary = language.translate(one.title), language.translate(one.summary)
    severity = language.severity(one.severity)
    return language.phrase("symptom", severity=severity, first=first, last=last, title=title, summary=summary)


def past(language: PageLanguage, one: PastFinding) -> str:
    """A finding that is no more."""
    first, last = one.steps
    title, severity = language.translate(one.title), language.severity(one.severity)
    return language.phrase(
        "past", severity=severity, title=title, first=first, last=last, since=one.not_since
    )


def sample(language: PageLanguage, example: Example) -> str:
    """Which sample."""
    if example.reward is None:
        return language.phrase("sample", id=example.id, step=example.step)
    return language.phrase("reward", id=example.id, step=example.step, reward=format_number(example.reward))


def setting(value: Value) -> str:
    """The value of a setting."""
    return "" if value is None else format_number(value) if isinstance(value, float) else str(value)


def colours(language: PageLanguage, passage: Passage) -> str:
    """What the colours of the tokens are."""
    metric, scale = passage.metric, passage.scale
    if metric is None:
        return ""
    said = language.phrase("colours", metric=metric.name)
    if scale:
        high = f"{format_number(scale.high)} {metric.unit}".rstrip()
        said = language.phrase("scale", metric=metric.name, low=format_number(scale.low), high=high)
    at = None if passage.shown_at is None else passage.values[passage.shown_at]
    return said if at is None else language.phrase("framed", colours=said, value=number_text(at))
