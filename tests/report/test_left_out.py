"""What a report does not have is said in it, in either language, and by the exit code."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from rollout_log import long_line

from tensorboard_plugin_rlboard.cli import main
from tensorboard_plugin_rlboard.doctor.indexing import indexed
from tensorboard_plugin_rlboard.report.document import NOT_ALL, NotRead, Report
from tensorboard_plugin_rlboard.report.pages.markdown import markdown
from tensorboard_plugin_rlboard.report.pages.page import page
from tensorboard_plugin_rlboard.report.pages.page_language import chinese, english
from tensorboard_plugin_rlboard.report.pages.shared_lines import left_out
from tensorboard_plugin_rlboard.report.report_builder import build_report


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    (folder / "good").mkdir(parents=True)
    (folder / "good" / "a.jsonl").write_bytes(long_line(0) + long_line(1))
    return folder


def made(logs: Path, *runs: str) -> Report:
    with indexed(str(logs), 0) as found:
        return build_report(found.board, str(logs), "http://host:1/", runs)


def test_a_whole_report_leaves_nothing_out(logs: Path, tmp_path: Path) -> None:
    report = made(logs)
    assert (report.not_read, report.settings_problems, report.ignored) == ([], [], 0)
    assert list(left_out(english(), report)) == []
    assert main(["report", str(logs), "-o", str(tmp_path / "x.md")]) == 0


def test_settings_that_do_not_count_and_files_that_are_no_logs_are_said(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (logs / "metrics.jsonl").write_text('{"step": 1, "loss": 0.5}\n', "utf-8")
    (logs / "rlboard.toml").write_text("[[mapping]\n", "utf-8")
    report = made(logs)
    (mistake,) = report.settings_problems
    assert mistake.startswith("rlboard.toml")
    expected = [mistake, "1 file is no rollout log and was left out; `rlboard doctor` says why."]
    assert list(left_out(english(), report)) == expected
    for suffix in ("md", "html", "json"):
        assert main(["report", str(logs), "-o", str(tmp_path / f"x.{suffix}")]) == 1
        assert capsys.readouterr().err.splitlines() == expected
    assert json.loads((tmp_path / "x.json").read_text("utf-8"))["settings_problems"] == [mistake]
    assert expected[1] in (tmp_path / "x.html").read_text("utf-8")


def test_a_run_of_which_nothing_became_a_sample_is_named(logs: Path, tmp_path: Path) -> None:
    (logs / "bad").mkdir()
    (logs / "bad" / "a.jsonl").write_bytes(long_line(0))
    report = made(logs)
    assert report.not_read == []
    with indexed(str(logs), 0) as found:
        found.registry.runs["bad"].set_message("bad/a.jsonl cannot be read: no.")
        said = build_report(found.board, str(logs), "http://host:1/")
        of_others = build_report(found.board, str(logs), "http://host:1/", ("good",))
    assert said.not_read == [NotRead("bad", "bad/a.jsonl cannot be read: no.")]
    assert not said.is_whole
    assert of_others.is_whole, "nobody asked for that run"


def test_it_is_said_in_chinese(logs: Path) -> None:
    report = replace(
        made(logs), not_read=[NotRead("away", NOT_ALL), NotRead("b", "why.")], not_read_left_out=7, ignored=2
    )
    language = chinese(lambda sentence: f"«{sentence}»")
    lines = [
        "未读取：away：生成本报告时，其内容尚未全部读取。",
        "未读取：b：«why.»",
        "另有 7 项无法读取；`rlboard doctor` 会逐一列出。",
        "2 个文件不是 rollout 日志，未列入；原因见 `rlboard doctor`。",
    ]
    assert list(left_out(language, report)) == lines
    assert all(line in page(report, language).decode() for line in lines)
    assert lines[0] in markdown(report, language).decode()
