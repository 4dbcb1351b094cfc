"""The log is not what it seems: unusable values, lost lines, dropped or missing samples, padding that counts as text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding, Severity
from tensorboard_plugin_rlboard.findings.number_format import format_number, format_percent
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold
from tensorboard_plugin_rlboard.metrics.segments import Bools, Floats
from tensorboard_plugin_rlboard.problem_kinds import most_frequent
from tensorboard_plugin_rlboard.texts import plural

DROPPED = "dropped_before"
"""The writer's note on the first row behind a gap: how many samples were dropped there."""
_MIN_LOST_LINES = 3
_NAMED_KINDS = 3
_SEVERE_SHARE = 0.5
_VALUES = Threshold(
    "log_integrity_values",
    0.02,
    "of the samples",
    "share of a step's samples with a value that could not be used, such as an array of another length than the response",
    MEASURED,
    high=1.0,
)
_LINES = Threshold(
    "log_integrity_lines",
    0.01,
    "of the lines",
    "share of the log's lines that gave no sample because of what is wrong with them; of its samples that the writer dropped",
    MEASURED,
    high=1.0,
)
_ZEROS = Threshold(
    "log_integrity_zeros",
    0.05,
    "of the samples",
    "share of a step's samples whose log-probabilities are 0.0 at every token",
    "no policy is certain of every token of a response (docs/metrics.md): they were filled in",
    high=1.0,
)
_ENDINGS = Threshold(
    "log_integrity_endings",
    0.3,
    "of the responses",
    "share of the responses that were looked at which end with padding that counts as text",
    MEASURED,
    high=1.0,
)
_SAMPLES = Threshold(
    "log_integrity_samples",
    0.9,
    "of the samples",
    "part of the usual number of samples below which a step lacks some, where four of five steps have exactly that number",
    MEASURED,
    high=1.0,
)
_QUANTILES = {"max": 1.0, "p95": 0.95, "p75": 0.75, "p50": 0.5, "p25": 0.25, "p05": 0.05}


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    # lines that are lost are samples that lack: one cause is one finding
    lost = _lost_lines(data, limits) or _dropped_samples(data, limits) or _missing_samples(data, limits)
    others = (find(data, limits) for find in (_unusable_values, _zeros, _endings))
    return [finding for finding in (lost, *others) if finding is not None]


def _unusable_values(data: DetectorInput, limits: Limits) -> Finding | None:
    share = np.nan_to_num(data.statistic("problems", "positive")) / np.maximum(data.samples, 1.0)
    flags = share > limits[_VALUES.name]
    if not flags.any():
        return None
    named = most_frequent(data.problems, _NAMED_KINDS)
    kinds = f" Of the whole log: {named}." if named else ""
    worst = float(share.max())
    return _finding(
        data,
        flags,
        share,
        _VALUES,
        limits,
        metric="problems",
        severity="error" if worst >= _SEVERE_SHARE else "warning",
        title=f"Values of {format_percent(worst)} of a step's samples could not be used",
        summary=f"Steps with such samples: {int(flags.sum()):,}; what could not be used is left out of every number.{kinds}",
        evidence=EvidenceQuery("problems", "desc", "problems > 0"),
    )


def _lost_lines(data: DetectorInput, limits: Limits) -> Finding | None:
    lost = sum(data.lost_lines.values())
    share = lost / max(data.lines, 1)
    if share <= limits[_LINES.name] or lost < _MIN_LOST_LINES or not len(data.step):
        return None
    named = most_frequent(data.lost_lines, _NAMED_KINDS)
    return _finding(
        data,
        np.ones(len(data.step), bool),
        np.full(len(data.step), share),
        _LINES,
        limits,
        metric="n_samples",
        severity="error" if share >= _SEVERE_SHARE else "warning",
        title=f"{format_percent(share)} of the log's lines could not be read as samples",
        summary=f"Lost lines: {lost:,} ({named}). Their samples are in no number that is shown.",
        evidence=EvidenceQuery("problems", "desc", "problems > 0"),
    )


def _dropped_samples(data: DetectorInput, limits: Limits) -> Finding | None:
    dropped = np.nan_to_num(data.statistic(DROPPED) * data.statistic(DROPPED, "count"))
    total = float(dropped.sum() + data.samples.sum())
    if dropped.sum() <= limits[_LINES.name] * total:
        return None
    lost, steps = int(dropped.sum()), int((dropped > 0).sum())
    return _finding(
        data,
        dropped > 0,
        dropped / np.maximum(dropped + data.samples, 1.0),
        _LINES,
        limits,
        metric=DROPPED,
        severity="error" if lost >= _SEVERE_SHARE * total else "warning",
        title=f"The writer dropped {format_percent(lost / total)} of the samples",
        summary=f"Samples that are in no number that is shown: {lost:,}, lost right before rows of {steps:,} {plural(steps, 'step', 'steps')}. Its queue was full, or the disk did not take them: the training's terminal says which.",
        evidence=EvidenceQuery(DROPPED, "desc", f"{DROPPED} > 0"),
    )


def _zeros(data: DetectorInput, limits: Limits) -> Finding | None:
    share = np.zeros(len(data.step))
    for name, level in _QUANTILES.items():  # from all samples down: what is 0 at a level is so below it
        share = np.where((share == 0) & (data.statistic("surprise_mean", name) == 0), level, share)
    flags = share >= limits[_ZEROS.name]
    if not flags.any():
        return None
    worst = float(share.max())
    return _finding(
        data,
        flags,
        share,
        _ZEROS,
        limits,
        metric="surprise_mean",
        severity="error",
        title=f"Log-probabilities are 0.0 at every token of {format_percent(worst)} of a step's samples",
        summary=f"Steps with such samples: {int(flags.sum()):,}. A probability of 1 at every token is none that a policy gives.",
        evidence=EvidenceQuery("surprise_mean", "asc", "surprise_mean = 0"),
    )


def _endings(data: DetectorInput, limits: Limits) -> Finding | None:
    share = np.full(len(data.step), np.nan)
    where = {int(step): place for place, step in enumerate(data.step)}
    known = [each for each in data.endings if each.step in where]
    for each in known:
        share[where[each.step]] = each.padded / each.responses
    with np.errstate(invalid="ignore"):
        flags = share > limits[_ENDINGS.name]
    bad = [each for each in known if flags[where[each.step]]]
    if len(bad) < 2:
        return None
    padded, tokens = sum(each.padded for each in bad), sum(each.tokens for each in bad)
    responses = sum(each.responses for each in bad)
    worst = padded / responses
    return _finding(
        data,
        flags,
        share,
        _ENDINGS,
        limits,
        metric="n_tokens",
        severity="error" if worst >= _SEVERE_SHARE else "warning",
        title=f"Padding counts as text at the end of {format_percent(worst)} of the responses",
        summary=f"Of {responses:,} {plural(responses, 'response', 'responses')} that were looked at in these steps, {padded:,} {plural(padded, 'ends', 'end')} with {bad[-1].token} several times, {format_number(tokens / padded)} times too often on average. These tokens have log-probabilities and are trained on.",
        evidence=EvidenceQuery("n_tokens", "desc", "", "logprobs", "last"),
    )


def _missing_samples(data: DetectorInput, limits: Limits) -> Finding | None:
    if len(data.samples) < 8:
        return None
    usual = float(np.median(data.samples))
    if (data.samples == usual).mean() < 0.8:
        return None
    flags = data.samples < limits[_SAMPLES.name] * usual
    flags[[0, -2, -1]] = False  # a resumed or an unfinished one
    if not flags.any():
        return None
    least = int(data.samples[flags].min())
    return _finding(
        data,
        flags,
        1 - data.samples / usual,
        _SAMPLES,
        limits,
        metric="n_samples",
        severity="warning",
        title=f"Samples that other steps have are missing in {int(flags.sum()):,} of {flags.size:,} {plural(flags.size, 'step', 'steps')}",
        summary=f"Most steps have {int(usual):,} {plural(int(usual), 'sample', 'samples')}, these as few as {least:,}: a file of a rank may be lost or not written to its end.",
        evidence=EvidenceQuery(),
    )


def _finding(
    data: DetectorInput,
    flags: Bools,
    share: Floats,
    threshold: Threshold,
    limits: Limits,
    *,
    metric: str,
    severity: Severity,
    title: str,
    summary: str,
    evidence: EvidenceQuery,
) -> Finding:
    places = np.flatnonzero(flags)
    known = np.flatnonzero(np.isfinite(share))
    value, limit = float(np.nanmax(share[places])), limits[threshold.name]
    is_open = bool(places[-1] == known[-1])
    return Finding(
        kind="log_integrity",
        severity=severity,
        title=title,
        summary=summary,
        first=int(data.step[places[0]]),
        last=int(data.step[-1 if is_open else places[-1]]),
        onset=int(data.step[places[0]]),
        is_open=is_open,
        metric=metric,
        statistic="",
        value=value,
        threshold=limit if threshold is not _SAMPLES else 1 - limit,
        threshold_name=threshold.name,
        excess=1.0 + value / max(limit, 1e-9),
        evidence=evidence,
    )


DETECTOR = Detector(
    kind="log_integrity",
    title="Parts of the log that are lost or wrong",
    question="log",
    needs=(Need("at least one sample", "n_samples"),),
    thresholds=(_VALUES, _LINES, _ZEROS, _ENDINGS, _SAMPLES),
    meaning="What is logged does not fit together, so that the numbers of these steps are of something else than the responses: usually a mask or a padding that is off, an array of another tokenization, or a writer that was killed.",
    next="Open a sample and look at its last tokens and at the problems of the log; what is wrong in the log is often wrong in the batch that was trained on.",
    find=_find,
)
