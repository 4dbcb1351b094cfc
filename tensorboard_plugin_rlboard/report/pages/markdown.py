"""The report as Markdown, for issues and chats. What a log says stands in code blocks that it cannot leave."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict

from tensorboard_plugin_rlboard.report.document import (
    Example,
    Quotation,
    Report,
    ReportedFinding,
    ReportedRun,
)
from tensorboard_plugin_rlboard.report.pages import words
from tensorboard_plugin_rlboard.texts import visible

_MEANT = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$-])")
"""Characters that mean something in Markdown or HTML."""


def markdown(report: Report) -> bytes:
    """The Markdown, as UTF-8."""
    return ("\n\n".join(_blocks(report)) + "\n").encode("utf-8", "replace")


def _plain(text: str) -> str:
    """Text in one line in which nothing is meant."""
    return _MEANT.sub(r"\\\1", visible(text).replace("\n", " "))


def _link(text: str, address: str) -> str:
    return f"[{_plain(text)}](<{address}>)"


def _blocks(report: Report) -> Iterator[str]:
    yield f"# Findings in {_plain(report.logs)}"
    yield _plain(words.made(report))
    for run in report.runs:
        yield from _run(run)
    if report.runs_left_out:
        yield _plain(words.runs_left_out(report))


def _run(run: ReportedRun) -> Iterator[str]:
    yield f"## Run {_link(run.run, run.address)}"
    yield _plain(words.looked_at(run))
    yield from map(_plain, run.notices)
    if not run.findings:
        yield _plain(words.healthy(run))
    for finding in run.findings:
        yield from _finding(finding)
    if run.findings_left_out:
        yield f"{run.findings_left_out} milder findings are only in the tab."
    for past in run.past:
        yield f"Found before, and no more: {_plain(words.past(past))}"
    yield f"Checked: {_plain(', '.join(run.checked) or 'nothing')}."
    if run.not_checked:
        yield "\n".join(
            f"- not checked: {_plain(f'{one.kind} needs {one.needs}')}" for one in run.not_checked
        )
    if run.thresholds:
        set_otherwise = ", ".join(
            f"{name} = {words.setting(value)}" for name, value in run.thresholds.items()
        )
        yield f"Thresholds that are set otherwise than usual: {_plain(set_otherwise)}"
    if run.config:
        yield "Settings of the training:"
        yield "\n".join(
            f"- {_plain(f'{name} = {words.setting(value)}')}" for name, value in run.config.items()
        )


def _finding(finding: ReportedFinding) -> Iterator[str]:
    yield f"### {finding.severity}: {_link(finding.title, finding.address)}"
    yield _plain(finding.summary)
    number = _link(words.number(finding), finding.address)
    yield f"{_link(words.steps(finding), finding.onset_address)} · {number} · {_plain(words.threshold(finding))}"
    yield _plain(finding.meaning)
    yield f"Next: {_plain(finding.next)}"
    yield from (_plain(words.symptom(symptom)) for symptom in finding.symptoms)
    for example in finding.examples:
        yield from _example(example)


def _example(example: Example) -> Iterator[str]:
    yield f"{_link(words.sample(example), example.address)} {_plain(example.problem)}".rstrip()
    quotations = [one for one in (example.prompt, example.response) if one]
    if quotations:
        yield "```json\n" + "\n".join(map(_quotation, quotations)) + "\n```"
    passage = example.passage
    if passage and passage.metric and passage.shown_at is not None:
        token = visible(passage.tokens[passage.shown_at])
        yield f"The token that shows it: {_plain(json.dumps(token, ensure_ascii=False))}. {_plain(words.colours(passage))}"


def _quotation(quotation: Quotation) -> str:
    """In one line, as `rlboard verify` finds it; with escapes where a character would hide, or end the code block."""
    text = json.dumps(asdict(quotation), ensure_ascii=False)
    hidden = (
        c if c.isprintable() and c != "`" else json.dumps(c)[1:-1] if c != "`" else "\\u0060" for c in text
    )
    return "".join(hidden)
