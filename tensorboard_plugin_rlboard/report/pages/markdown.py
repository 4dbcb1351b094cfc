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
from tensorboard_plugin_rlboard.report.pages import shared_lines
from tensorboard_plugin_rlboard.report.pages.speech import Speech
from tensorboard_plugin_rlboard.texts import visible

_MEANT = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$-])")
"""Characters that mean something in Markdown or HTML."""


def markdown(report: Report, speech: Speech) -> bytes:
    """The Markdown in a language, as UTF-8."""
    return ("\n\n".join(_blocks(report, speech)) + "\n").encode("utf-8", "replace")


def _plain(text: str) -> str:
    """Text in one line in which nothing is meant."""
    return _MEANT.sub(r"\\\1", visible(text).replace("\n", " "))


def _link(text: str, address: str) -> str:
    return f"[{_plain(text)}](<{address}>)"


def _blocks(report: Report, speech: Speech) -> Iterator[str]:
    yield f"# {_plain(speech.of('title', logs=report.logs))}"
    yield _plain(shared_lines.made(speech, report))
    yield from map(_plain, shared_lines.left_out(speech, report))
    for run in report.runs:
        yield from _run(run, speech)
    if report.runs_left_out:
        yield _plain(shared_lines.runs_left_out(speech, report))


def _run(run: ReportedRun, speech: Speech) -> Iterator[str]:
    yield f"## {speech.of('run')} {_link(run.run, run.address)}"
    yield _plain(shared_lines.looked_at(speech, run))
    yield from (_plain(speech.said(notice)) for notice in run.notices)
    if not run.findings:
        yield _plain(shared_lines.healthy(speech, run))
    for finding in run.findings:
        yield from _finding(finding, speech)
    if run.findings_left_out:
        yield speech.of("milder", n=run.findings_left_out)
    for past in run.past:
        yield _plain(speech.of("before", past=shared_lines.past(speech, past)))
    yield _plain(speech.of("checked", kinds=", ".join(run.checked) or speech.of("nothing")))
    if run.not_checked:
        yield "\n".join(
            f"- {_plain(speech.of('not_checked', kind=one.kind, needs=speech.said(one.needs)))}"
            for one in run.not_checked
        )
    if run.thresholds:
        set_otherwise = ", ".join(
            f"{name} = {shared_lines.setting(value)}" for name, value in run.thresholds.items()
        )
        yield _plain(speech.of("thresholds_list", thresholds=set_otherwise))
    if run.config:
        yield f"{_plain(speech.of('settings'))}:"
        yield "\n".join(
            f"- {_plain(f'{name} = {shared_lines.setting(value)}')}" for name, value in run.config.items()
        )


def _finding(finding: ReportedFinding, speech: Speech) -> Iterator[str]:
    yield f"### {speech.severity(finding.severity)}: {_link(speech.said(finding.title), finding.address)}"
    yield _plain(speech.said(finding.summary))
    number = _link(shared_lines.number(speech, finding), finding.address)
    yield f"{_link(shared_lines.steps(speech, finding), finding.onset_address)} · {number} · {_plain(shared_lines.threshold(speech, finding))}"
    yield _plain(speech.said(finding.meaning))
    yield _plain(speech.of("next", next=speech.said(finding.next)))
    yield from (_link(shared_lines.symptom(speech, each), each.address) for each in finding.symptoms)
    for example in finding.examples:
        yield from _example(example, speech)


def _example(example: Example, speech: Speech) -> Iterator[str]:
    yield f"{_link(shared_lines.sample(speech, example), example.address)} {_plain(speech.said(example.problem))}".rstrip()
    quotations = [one for one in (example.prompt, example.response) if one]
    if quotations:
        yield "```json\n" + "\n".join(map(_quotation, quotations)) + "\n```"
    passage = example.passage
    if passage and passage.metric and passage.shown_at is not None:
        token = visible(passage.tokens[passage.shown_at])
        yield _plain(
            speech.of(
                "shows",
                token=json.dumps(token, ensure_ascii=False),
                colours=shared_lines.colours(speech, passage),
            )
        )


def _quotation(quotation: Quotation) -> str:
    """In one line, as `rlboard verify` finds it; with escapes where a character would hide, or end the code block."""
    text = json.dumps(asdict(quotation), ensure_ascii=False)
    hidden = (
        c if c.isprintable() and c != "`" else json.dumps(c)[1:-1] if c != "`" else "\\u0060" for c in text
    )
    return "".join(hidden)
