"""The commands `rlboard report` and `rlboard verify`."""

from __future__ import annotations

import os
from pathlib import Path

from tensorboard_plugin_rlboard.doctor.indexing import indexed
from tensorboard_plugin_rlboard.operating_system import command_line
from tensorboard_plugin_rlboard.report.arguments import SUFFIXES
from tensorboard_plugin_rlboard.report.document import Report
from tensorboard_plugin_rlboard.report.links import wrong_address
from tensorboard_plugin_rlboard.report.pages.markdown import markdown
from tensorboard_plugin_rlboard.report.pages.page import page
from tensorboard_plugin_rlboard.report.pages.page_language import PageLanguage, chinese, english
from tensorboard_plugin_rlboard.report.pages.shared_lines import left_out
from tensorboard_plugin_rlboard.report.report_builder import build_report
from tensorboard_plugin_rlboard.report.translation import load_translator
from tensorboard_plugin_rlboard.report.verification import claimed_quotes, reason_wrong
from tensorboard_plugin_rlboard.sources.addresses import is_address
from tensorboard_plugin_rlboard.sources.discovery.given_path import reason_unusable
from tensorboard_plugin_rlboard.sources.local_files import open_regular
from tensorboard_plugin_rlboard.terminal import print_error, print_line
from tensorboard_plugin_rlboard.texts import counted, plural
from tensorboard_plugin_rlboard.web.json_answers import encode

NO_CHINESE = "--language zh: the Chinese sentences come with the tab's bundle, and there is none; install RL Board from a wheel, or build it (`make env-test`)."
ENGLISH_JSON = (
    "--language zh: a report as JSON is for scripts, and in English; name a file that ends with .html or .md."
)
MAX_FILE_BYTES = 64 * 1024 * 1024
"""Bytes of a text whose quotes are checked, at most."""


def report(
    path: str, out: str, runs: tuple[str, ...] = (), tab: str = "", config: str = "", language: str = "en"
) -> int:
    """Writes a report; returns the exit code.

    Args:
        path: the log directory.
        out: the file; its suffix says how it is written.
        runs: names of runs; empty for all.
        tab: address of the TensorBoard that links lead to.
        config: an rlboard.toml that lies elsewhere.
        language: `en` or `zh`.
    """
    page_language = english()
    if language == "zh":
        translator = load_translator()
        if translator is None or Path(out).suffix == ".json":
            return _say(NO_CHINESE if translator is None else ENGLISH_JSON, 2)
        page_language = chinese(translator.translate)
    refused = (
        reason_unusable(path, may_be_file=False)
        or (
            ""
            if Path(out).suffix in SUFFIXES
            else f"-o {out}: its name has to end with {', '.join(SUFFIXES)}"
        )
        or wrong_address(tab)
        or _lies_inside(out, path)
    )
    if refused:
        return _say(refused, 2)
    with indexed(_expanded(path), 0, config) as found:
        if missing := [run for run in runs if run not in found.registry.runs]:
            run_names = ", ".join(sorted(found.registry.runs)[:10]) or "none"
            return _say(f"There is no run {missing[0]} in {path}; runs: {run_names}.", 2)
        built = build_report(found.board, path, tab, runs)
    for line in left_out(english(), built):
        _say(line, 1)
    if not built.runs:
        return _say(
            f"There are no samples in {path}: `{command_line(['rlboard', 'doctor', path])}` says of each file why.",
            1,
        )
    try:
        Path(out).write_bytes(_written(built, Path(out).suffix, page_language))
    except OSError as error:
        return _say(f"{out} cannot be written: {error.strerror}.", 2)
    count = sum(len(run.findings) for run in built.runs)
    print_line(f"{out}: findings: {count}, runs: {len(built.runs)}.")
    return 0 if built.is_whole else 1


def _written(report: Report, suffix: str, language: PageLanguage) -> bytes:
    return (
        encode(report) if suffix == ".json" else (page if suffix == ".html" else markdown)(report, language)
    )


def _lies_inside(out: str, path: str) -> str:
    """Why a file is not written into the log directory; empty where it lies elsewhere."""
    if is_address(path):
        return ""
    logs = Path(_expanded(path)).resolve()
    inside = Path(out).resolve().is_relative_to(logs)
    return (
        f"-o {out} lies in {path}: RL Board writes nothing into a log directory; name another place."
        if inside
        else ""
    )


def verify(file: str, log: str, config: str = "") -> int:
    """Checks the quotes of a file, and says one line for each that does not stand in the logs; returns the exit code.

    Args:
        file: a report, or any text.
        log: the log directory.
        config: an rlboard.toml that lies elsewhere.
    """
    if refused := reason_unusable(log, may_be_file=False):
        return _say(refused, 2)
    try:
        with open_regular(file) as opened:
            content = opened.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        return _say(f"{file} cannot be read: {error.strerror}.", 2)
    if len(content) > MAX_FILE_BYTES:
        return _say(f"{file} is larger than {MAX_FILE_BYTES >> 20} MiB: name a part of it.", 2)
    quoted = claimed_quotes(content.decode("utf-8", "replace"))
    if not quoted:
        return _say(f"{file} quotes nothing that could be checked.", 1)
    with indexed(_expanded(log), 0, config) as found:
        reasons = [(claim.where, reason) for claim in quoted if (reason := reason_wrong(found.board, claim))]
        unread = found.registry.unread()
    for name, why in unread.items():
        _say(f"Not read: {name}: {why}", 1)
    for where, reason in reasons:
        print_line(f"{file}, {where}: {reason}")
    right = len(quoted) - len(reasons)
    print_line(
        f"{right:,} of {counted(len(quoted), 'quote')} {plural(right, 'stands', 'stand')} in the logs."
    )
    return 1 if reasons else 0


def _expanded(path: str) -> str:
    return path if is_address(path) else os.path.expanduser(path)  # noqa: PTH111 - raises for no unknown user


def _say(sentence: str, code: int) -> int:
    print_error(sentence)
    return code
