"""What the server says is said in Chinese: problems, doubts, mistakes in settings, files that are not shown, refusals."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import rollouts
from hosting import Serve, TensorBoard
from playwright.sync_api import Locator, expect
from tab import OpenTab, Tab

pytestmark = pytest.mark.browser

# Names of files and fields are words of two kinds of letters at most; three words in a row are a sentence.
_ENGLISH = re.compile(r"\b[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}\b")
HOSTILE = "<img src=nowhere onerror=parent.pwned=1>"


def write(path: Path, *rows: object) -> None:
    """Writes lines: texts as they are, everything else as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def odd_logs(logs: Path) -> None:
    """A log directory in which much is wrong."""
    samples = [rollouts.sample(step, index) for step in range(1, 4) for index in range(4)]
    wrong = {
        **rollouts.sample(4, 0),
        "reward": "tensor([1.0, 2.0])",
        "entropies": "tensor([1.0])",
        HOSTILE: "x",
    }
    misfit = {**rollouts.sample(4, 1), "values": [0.5, 0.5]}
    likely = {**rollouts.sample(4, 2), "logprobs": [0.5 for _ in rollouts.sample(4, 2)["response_tokens"]]}
    lines = ['{"step": 4, "prompt": "torn', "[1, 2]", "{}", '{"step": 4, "note": 1}', "{'step': 4}"]
    write(logs / "odd" / "a.jsonl", *samples, wrong, misfit, likely, *lines)
    write(logs / "odd" / "rlboard.toml", "[maping]", "[mapping]", "rewrad = 'x'", "[text]", "pad = 3")
    write(logs / "odd" / "data.jsonl", *({"question": f"q{i}", "answer": f"a{i}"} for i in range(9)))
    write(logs / "odd" / "printed.jsonl", "{'prompt': 'a', 'response': 'b', 'reward': None}")
    write(logs / "odd" / "empty.jsonl")
    write(logs / "elsewhere" / "rlboard.toml", "[mapping")
    write(logs / "elsewhere" / "metrics.jsonl", {"loss": 1.0})
    guessed = [
        {"question": f"q {i}", "output": f"b {i}", "final_reward": i % 3, "rm_score": i % 2, "step": i // 4}
        for i in range(12)
    ]
    write(logs / "guessed" / "x.jsonl", *guessed)
    for name in ("alpha", "beta"):
        write(logs / "both" / f"{name}.jsonl", *({**row, "prompt": name} for row in samples))


@pytest.fixture
def server(serve: Serve, tmp_path: Path) -> TensorBoard:
    logs = tmp_path / "logs"
    odd_logs(logs)
    started = serve("--logdir", str(logs), "--rlboard_config", "nowhere.toml")
    started.wait_for_runs("odd", "guessed", "both")
    return started


def expect_chinese(place: Locator, *said: str) -> None:
    """Waits until a place says this much, and looks for a sentence in English, code left out."""
    for words in said:
        expect(place.first).to_contain_text(words)
    for shown in place.all():
        text = re.sub(r"sed -n.*?jsonl|python -c.*?NEW|`[^`]*`", "", shown.inner_text())
        assert not _ENGLISH.search(text), text


def unfolded_problems(tab: Tab) -> Locator:
    """The dialog of problems, everything in it unfolded."""
    tab.get("problems-button").click()
    dialog = tab.get("problems-dialog")
    # The kinds of problems are asked for; the files that are not shown were there before.
    expect(dialog.locator("details.problem-kind").first).to_be_visible()
    dialog.evaluate("dialog => dialog.querySelectorAll('details').forEach((one) => { one.open = true; })")
    return dialog


def test_a_chinese_reader_meets_no_sentence_in_english(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server, locale="zh-CN").open(run="odd")
    expect(tab.view.locator("html")).to_have_attribute("lang", "zh-CN")
    tab.get("notices-more").click()
    expect_chinese(
        tab.get("notices"),
        "没有小节 [maping]（是否指 [mapping]？）",
        "rewrad 无法识别",
        "--rlboard_config：没有文件 nowhere.toml",
        "elsewhere/rlboard.toml 不是有效的 TOML",
    )
    expect_chinese(
        unfolded_problems(tab),
        '"tensor([1.0, 2.0])"；它随样本显示，不计入任何统计',
        "values 有 2 个值，而回复有 24 个 token",
        "看起来不是对数概率",
        "该行是空对象",
        "data.jsonl: ",
        "像 Python 打印出的行",
        "文件增长后会再次查看",
    )
    tab.press("Escape")
    expect(tab.get("problems-dialog")).to_have_count(0)
    tab.press("i")
    expect_chinese(tab.get("run-facts"))
    tab.press("Escape")
    tab.open(run="both")
    expect_chinese(tab.get("notices"), "它们的样本被平均成一条曲线")
    tab.open(run="guessed")
    expect_chinese(tab.get("notices"), "奖励可能另有所指：采用的是 final_reward")
    tab.get("mapping-open").click()
    expect_chinese(tab.get("mapping-dialog"), "奖励可能另有所指", "# 请将此内容存为")
    tab.press("Escape")
    refusals(tab)
    # Chromium tells its console of every refusal.
    assert tab.take_complaints(r"status of 40[04]") >= 3
    assert tab.js("() => document.querySelectorAll('img').length") == 0


def refusals(tab: Tab) -> None:
    """What the server does not answer, and the problems of an opened sample."""
    tab.open(run="odd", view="samples")
    tab.get("filter").fill("rewrad > 1")
    tab.press("Enter")
    expect_chinese(tab.get("filter-problem"), "运行 odd 没有列 rewrad")
    tab.open(run="odd", view="samples", where="reward > 'a'")
    expect_chinese(tab.get("error"), "不能用作筛选：不能将不同类型的值相互比较")
    tab.open(run="odd", view="samples", sample="0-0-0")
    expect_chinese(tab.get("error"), "没有样本 0-0-0")
    answer = tab.server.ask("samples", run="odd", step=4, where="reward IS NULL")
    tab.open(run="odd", view="samples", step=4, sample=answer["columns"]["id"][0])
    expect_chinese(tab.get("sample-problems"), "它随样本显示，不计入任何统计")
