"""The report as one HTML page that asks for nothing: no script, no other file, and a policy that forbids both.

The page is a tree of elements that the standard library writes; what a log says only ever becomes text in it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from tensorboard_plugin_rlboard.findings.number_format import format_number
from tensorboard_plugin_rlboard.report.colour_scale import colour_class
from tensorboard_plugin_rlboard.report.document import Example, Report, ReportedFinding, ReportedRun
from tensorboard_plugin_rlboard.report.pages import shared_lines
from tensorboard_plugin_rlboard.report.pages.curve_drawing import add_curve
from tensorboard_plugin_rlboard.report.pages.page_language import PageLanguage
from tensorboard_plugin_rlboard.report.pages.styles import style_sheet
from tensorboard_plugin_rlboard.texts import visible


def page(report: Report, language: PageLanguage) -> bytes:
    """The page in a language, as UTF-8."""
    style = style_sheet()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    root = ET.Element("html", lang=language.code)
    head = ET.SubElement(root, "head")
    ET.SubElement(head, "meta", charset="utf-8")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    ET.SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": policy})
    ET.SubElement(head, "meta", name="referrer", content="no-referrer")
    ET.SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    _add(head, "title", language.phrase("title", logs=report.logs))
    ET.SubElement(head, "style").text = style
    body = ET.SubElement(ET.SubElement(root, "body"), "main")
    _add(body, "h1", language.phrase("title", logs=report.logs))
    _add(body, "p", shared_lines.made(language, report), "soft")
    for line in shared_lines.left_out(language, report):
        _add(body, "p", line)
    for run in report.runs:
        _add_run(body, run, language)
    if report.runs_left_out:
        _add(body, "p", shared_lines.runs_left_out(language, report))
    return b"<!doctype html>\n" + ET.tostring(root, "unicode", "html").encode("utf-8", "replace") + b"\n"


def _add(parent: ET.Element, tag: str, text: str = "", kind: str = "") -> ET.Element:
    """An element with a text, in which nothing hides, and a class."""
    element = ET.SubElement(parent, tag, {"class": kind} if kind else {})
    element.text = visible(text)
    return element


def _add_text(parent: ET.Element, text: str) -> None:
    """Text behind what an element already has."""
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + visible(text)
    else:
        parent.text = (parent.text or "") + visible(text)


def _add_link(parent: ET.Element, text: str, address: str) -> None:
    element = ET.SubElement(parent, "a", href=address, rel="noopener noreferrer", target="_blank")
    element.text = visible(text)


def _add_run(body: ET.Element, run: ReportedRun, language: PageLanguage) -> None:
    heading = _add(body, "h2", f"{language.phrase('run')} ")
    _add_link(heading, run.run, run.address)
    _add(body, "p", shared_lines.looked_at(language, run), "soft")
    for notice in run.notices:
        _add(body, "p", language.translate(notice))
    if not run.findings:
        _add(body, "p", shared_lines.healthy(language, run))
    for finding in run.findings:
        _add_finding(body, finding, language)
    if run.findings_left_out:
        _add(body, "p", language.phrase("milder", n=run.findings_left_out))
    if run.past:
        _add(body, "h3", language.phrase("before_title"))
        for past in run.past:
            _add(body, "p", shared_lines.past(language, past))
    _add(body, "h3", language.phrase("checked_title"))
    _add(body, "p", shared_lines.checked(language, run))
    if run.not_checked:
        _add(body, "h3", language.phrase("not_checked_title"))
        _add_table(
            body,
            (
                (language.translate(one.title), language.phrase("needs", needs=language.translate(one.needs)))
                for one in run.not_checked
            ),
        )
    if run.thresholds:
        _add(body, "h3", language.phrase("thresholds"))
        _add_table(body, ((name, format_number(value)) for name, value in run.thresholds.items()))
    if run.config:
        _add(body, "h3", language.phrase("settings"))
        sources = run.config_sources
        _add_table(
            body, ((name, shared_lines.setting(x), sources.get(name, "")) for name, x in run.config.items())
        )
        if run.config_left_out:
            _add(body, "p", language.phrase("more_settings", n=run.config_left_out))


def _add_table(body: ET.Element, rows: Iterator[tuple[str, ...]]) -> None:
    table = ET.SubElement(body, "table")
    for row in rows:
        line = ET.SubElement(table, "tr")
        _add(line, "th", row[0]).set("scope", "row")
        for cell in row[1:]:
            _add(line, "td", cell)


def _add_finding(body: ET.Element, finding: ReportedFinding, language: PageLanguage) -> None:
    box = ET.SubElement(body, "section", {"class": f"finding {finding.severity}"})
    title = _add(box, "h3")
    _add(title, "span", language.severity(finding.severity), "severity")
    _add_text(title, " ")
    _add_link(title, language.translate(finding.title), finding.address)
    _add(box, "p", language.translate(finding.summary))
    numbers = _add(box, "p")
    _add_link(numbers, shared_lines.steps(language, finding), finding.onset_address)
    _add_text(numbers, " · ")
    _add_link(numbers, shared_lines.number(language, finding), finding.address)
    _add(numbers, "span", f" {shared_lines.threshold(language, finding)}", "soft")
    if finding.curve:
        add_curve(box, finding.curve, finding.steps, finding.onset, language)
    _add(box, "p", language.translate(finding.meaning))
    _add(box, "p", language.phrase("next", next=language.translate(finding.next)))
    for symptom in finding.symptoms:
        _add_link(_add(box, "p"), shared_lines.symptom(language, symptom), symptom.address)
    for example in finding.examples:
        _add_example(box, example, language)
    if (left := len(finding.samples) - len(finding.examples)) > 0:
        _add_link(_add(box, "p"), language.phrase("more_samples", n=left), finding.address)


def _add_example(box: ET.Element, example: Example, language: PageLanguage) -> None:
    part = ET.SubElement(box, "div", {"class": "example"})
    line = _add(part, "p")
    _add_link(line, shared_lines.sample(language, example), example.address)
    if example.problem:
        _add_text(line, f" {language.translate(example.problem)}")
        return
    if example.prompt:
        before = (
            f"{language.phrase('prompt_before', n=f'{example.prompt_before:,}')}\n"
            if example.prompt_before
            else ""
        )
        _add(part, "pre", before + example.prompt.quote, "prompt")
    passage = example.passage
    if passage is None:
        _add(part, "p", language.phrase("empty"), "soft")
        return
    text = ET.SubElement(part, "pre")
    if passage.before:
        _add(text, "span", f"{language.phrase(f'{passage.unit}_before', n=f'{passage.before:,}')}\n", "soft")
    for i, (token, value) in enumerate(zip(passage.tokens, passage.values, strict=True)):
        kind = colour_class(passage.scale, value) if passage.metric else ""
        is_shown = i == passage.shown_at
        element = _add(
            text, "b" if is_shown else "span", token or "∅", " ".join(filter(None, (kind, "at" * is_shown)))
        )
        if passage.metric:
            element.set(
                "title",
                visible(
                    f"{passage.metric.name[:80]} {'–' if value is None else shared_lines.number_text(value)}"
                ),
            )
    if passage.after:
        _add(text, "span", f"\n{language.phrase(f'{passage.unit}_after', n=f'{passage.after:,}')}", "soft")
    if passage.metric:
        _add(part, "p", shared_lines.colours(language, passage), "soft")
