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
from tensorboard_plugin_rlboard.report.pages.page_language import PageLanguage
from tensorboard_plugin_rlboard.texts import visible

_MEANT = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$-])")
"""Characters that mean something in Markdown or HTML."""


def markdown(report: Report, language: PageLanguage) -> bytes:
    """The Markdown in a language, as UTF-8."""
    return ("\n\n".join(_blocks(report, language)) + "\n").encode("utf-8", "replace")


def _plain(text: str) -> str:
    """Text in one line in which nothing is meant."""
    return _MEANT.sub(r"\\\1", visible(text).replace("\n", " "))


def _link(text: str, address: str) -> str:
    return f"[{_plain(text)}](<{address}>)"


def _blocks(report: Report, language: PageLanguage) -> Iterator[str]:
    yield f"# {_plain(language.phrase('title', logs=report.logs))}"
    yield _plain(shared_lines.made(language, report))
    yield from map(_plain, shared_lines.left_out(language, report))
    for run in report.runs:
        yield from _run(run, language)
    if report.runs_left_out:
        yield _plain(shared_lines.runs_left_out(language, report))


def _run(run: ReportedRun, language: PageLanguage) -> Iterator[str]:
    yield f"## {language.phrase('run')} {_link(run.run, run.address)}"
    yield _plain(shared_lines.looked_at(language, run))
    yield from (_plain(language.translate(notice)) for notice in run.notices)
    if not run.findings:
        yield _plain(shared_lines.healthy(language, run))
    for finding in run.findings:
        yield from _finding(finding, language)
    if run.findings_left_out:
        yield language.phrase("milder", n=run.findings_left_out)
    for past in run.past:
        yield _plain(language.phrase("before", past=shared_lines.past(language, past)))
    yield _plain(language.phrase("checked", kinds=shared_lines.checked(language, run)))
    if run.not_checked:
        yield "\n".join(
            f"- {_plain(language.phrase('not_checked', title=language.translate(one.title), needs=language.translate(one.needs)))}"
            for one in run.not_checked
        )
    if run.thresholds:
        set_otherwise = ", ".join(
            f"{name} = {shared_lines.setting(value)}" for name, value in run.thresholds.items()
        )
        yield _plain(language.phrase("thresholds_list", thresholds=set_otherwise))
    if run.config:
        yield f"{_plain(language.phrase('settings'))}:"
        yield "\n".join(
            f"- {_plain(f'{name} = {shared_lines.setting(value)}')}" for name, value in run.config.items()
        )


def _finding(finding: ReportedFinding, language: PageLanguage) -> Iterator[str]:
    yield f"### {language.severity(finding.severity)}: {_link(language.translate(finding.title), finding.address)}"
    yield _plain(language.translate(finding.summary))
    number = _link(shared_lines.number(language, finding), finding.address)
    yield f"{_link(shared_lines.steps(language, finding), finding.onset_address)} · {number} · {_plain(shared_lines.threshold(language, finding))}"
    yield _plain(language.translate(finding.meaning))
    yield _plain(language.phrase("next", next=language.translate(finding.next)))
    yield from (_link(shared_lines.symptom(language, each), each.address) for each in finding.symptoms)
    for example in finding.examples:
        yield from _example(example, language)


def _example(example: Example, language: PageLanguage) -> Iterator[str]:
    yield f"{_link(shared_lines.sample(language, example), example.address)} {_plain(language.translate(example.problem))}".rstrip()
    quotations = [one for one in (example.prompt, example.response) if one]
    if quotations:
        yield "```json\n" + "\n".join(map(_quotation, quotations)) + "\n```"
    passage = example.passage
    if passage and passage.metric and passage.shown_at is not None:
        token = visible(passage.tokens[passage.shown_at])
        yield _plain(
            language.phrase(
                "shows",
                token=json.dumps(token, ensure_ascii=False),
                colours=shared_lines.colours(language, passage),
            )
        )


def _quotation(quotation: Quotation) -> str:
    """In one line, as `rlboard verify` finds it; with escapes where a character would hide, or end the code block."""
    text = json.dumps(asdict(quotation), ensure_ascii=False)
    hidden = (
        c if c.isprintable() and c != "`" else json.dumps(c)[1:-1] if c != "`" else "\\u0060" for c in text
    )
    return "".join(hidden)
