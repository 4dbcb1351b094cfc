"""Reports in Chinese: the sentences of the tab, found as the tab finds them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import sentences
from planted_runs.run import Plan, write_run

from tensorboard_plugin_rlboard import cli
from tensorboard_plugin_rlboard.findings.registry import DETECTORS
from tensorboard_plugin_rlboard.report import translation as module
from tensorboard_plugin_rlboard.report.pages.wording import CHINESE, ENGLISH
from tensorboard_plugin_rlboard.report.translation import ChineseTranslator, load_translator

HAN = re.compile("[\u4e00-\u9fff]")
SLOT = re.compile(r"\{(\w+)\}")


@pytest.fixture
def translated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sentences as the build writes them, in the place of the bundle's."""
    path = tmp_path / "sentences.zh.json"
    names = [*sentences.FILES, "kinds", sentences.ELSEWHERE]
    found = {key: value for name in names for key, value in sentences.read_translations(name).items()}
    path.write_text(json.dumps(found), encoding="utf-8")
    monkeypatch.setattr(module.load_translator, "__defaults__", (path,))
    return path


def test_slots_are_filled_and_parts_translated() -> None:
    say = ChineseTranslator({
        "{n} rows of {file} are lost.": "{file} 丢失 {n} 行。",
        "It is {what}.": "它是{~what}。",
        "a torn line": "断行",
        "They are {kinds}.": "有{~~kinds}。",
        "an odd one": "怪行",
        "{n} {|line|lines} {|is|are} odd.": "{n} 行有误。",
    }).translate  # fmt: skip
    assert (say("1 line is odd."), say("2 lines are odd.")) == ("1 行有误。", "2 行有误。")
    assert say("2 words are odd.") == "2 words are odd."
    assert say("3 rows of a.b are lost.") == "a.b 丢失 3 行。"
    assert say("It is a torn line.") == "它是断行。"
    assert say("They are a torn line; an odd one.") == "有断行、怪行。"
    assert say("It is a torn line. 3 rows of x are lost.") == "它是断行。x 丢失 3 行。"
    assert say("It is a torn line") == "它是断行", "a full stop that was left out"
    assert say("Nobody knows this.") == "Nobody knows this."
    assert say("It is {n}.") == "它是{n}。", "what looks like a slot in a value stays"
    assert say("3 rows of " * 500) == "3 rows of " * 500


def test_both_languages_have_the_same_phrases_and_slots() -> None:
    assert ENGLISH.keys() == CHINESE.keys()
    for name, english in ENGLISH.items():
        assert sorted(SLOT.findall(english)) == sorted(SLOT.findall(CHINESE[name])), name


def test_what_detectors_mean_is_in_chinese(translated: Path) -> None:
    say = load_translator(translated)
    assert say is not None
    for detector in DETECTORS:
        said = [detector.meaning, detector.next, *(need.what for need in detector.needs)]
        for text in [*said, *(each.source for each in detector.thresholds)]:
            assert (
                HAN.search(say.translate(text))
                or " " not in text
                or text == say.translate(text) == "logprobs"
            ), text


@pytest.mark.parametrize("suffix", [".html", ".md"])
@pytest.mark.usefixtures("translated")
def test_a_report_in_chinese(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(Plan("non_finite", "strong", "grpo_few", 1), tmp_path / "logs", tmp_path / "truth")
    out = tmp_path / f"report{suffix}"
    monkeypatch.chdir(tmp_path)
    assert cli.main(["report", "logs", "-o", str(out), "--language", "zh"]) == 0
    text = re.sub(r"\\(.)", r"\1", out.read_text(encoding="utf-8"))
    for words in ("logs 的诊断", "错误", "接下来看：", "share", "样本 ", "NaN", "个样本"):
        assert words in text
    for words in ("Next:", "looked at", "threshold non", "Usually", "needs ", "since step", "makes the loss"):
        assert words not in text
    assert ('lang="zh-CN"' in text) == (suffix == ".html")


def test_what_cannot_be_in_chinese_is_refused(
    tmp_path: Path, translated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").mkdir()
    words = ["report", str(tmp_path / "logs"), "--language", "zh", "-o"]
    assert cli.main([*words, str(tmp_path / "a.json")]) == 2
    assert "JSON is for scripts" in capsys.readouterr().err
    translated.unlink()
    assert cli.main([*words, str(tmp_path / "a.html")]) == 2
    assert "come with the tab's bundle" in capsys.readouterr().err
