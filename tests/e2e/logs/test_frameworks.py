"""Dumps of trainers as they lie, and logs that nobody knows, in a real TensorBoard."""

from __future__ import annotations

import json
import shutil

import pytest
from hosting import Gallery, TensorBoard
from playwright.sync_api import expect
from repository import SAMPLES
from tab import OpenTab

pytestmark = pytest.mark.browser

RUNS = {
    "areal/logs/user/gsm8k-grpo/trial0": "areal",
    "ms_swift/grpo": "ms-swift",
    "nemo_rl/exp_001": "nemo-rl",
    "open_instruct": "open-instruct",
    "openrlhf_rl_logging_board_fork": "native",
    "prime_rl": "verifiers",
    "roll/rollout_dump_dir": "roll-dump",
    "roll/save_logging_board_dir": "roll-board",
    "skyrl/exports": "skyrl",
    "slime": "slime",
    "trl/plain/completions": "trl",
    "verl/v1_rollout_data_dir": "verl",
    "verl/v1_validation_data_dir": "verl-validation",
}
HOSTILE = "<img src=nowhere onerror=parent.pwned=1>"
CONVERSATION = [
    {"role": "system", "content": "Answer 短."},
    {"role": "user", "content": f"Weather? {HOSTILE}"},
    {
        "role": "assistant",
        "content": "",
        "reasoning_content": f"I need the tool. {HOSTILE}",
        "tool_calls": [{"function": {"name": "weather", "arguments": f'{{"city": "{HOSTILE}"}}'}}],
    },
    {"role": "tool", "name": "weather", "content": f"22 degrees {HOSTILE}"},
    {"role": "assistant", "content": "It is 22 degrees."},
]


@pytest.fixture(scope="module")
def server(gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> TensorBoard:
    made = tmp_path_factory.mktemp("frameworks")
    shutil.copytree(SAMPLES, made, dirs_exist_ok=True)
    strange = [
        {"question": f"{n}?", "answer": f"{n}!", "score": n / 4, "iteration": n // 2} for n in range(4)
    ]
    talk = {
        "step": 1,
        "prompt": CONVERSATION[:2],
        "response": CONVERSATION[2:],
        "reward": 1.0,
    }
    for name, rows in (("strange", strange), ("talk", [talk])):
        (made / name).mkdir()
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (made / name / "log.jsonl").write_text(text, encoding="utf-8")
    return gallery.show(made, *RUNS, "strange", "talk")


def test_every_dump_is_a_run_of_its_format(server: TensorBoard) -> None:
    found = {info["run"]: info for info in server.ask("runs")["runs"]}
    assert {run: found[run]["formats"] for run in RUNS} == {run: [name] for run, name in RUNS.items()}
    assert all(found[run]["samples"] for run in RUNS)
    assert found["talk"]["formats"] == ["native"]


def test_samples_of_every_dump_open(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server)
    for run in RUNS:
        tab.open(run=run, view="samples")
        tab.expect_run(run)
        first = server.ask("samples", run=run, step=newest_step(server, run), limit=1)["columns"]["id"][0]
        tab.expect_rows([first])
        tab.get("sample-row").first.click()
        expect(tab.get("drawer"), run).to_have_attribute("data-id", first)
        expect(tab.get("drawer"), run).to_contain_text("reward")


def newest_step(server: TensorBoard, name: str) -> int:
    steps: list[int] = [run["steps"]["last"] for run in server.ask("runs")["runs"] if run["run"] == name]
    return steps[0]


def test_a_conversation_is_shown_as_one_and_its_text_stays_text(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(server).open(run="talk", view="samples")
    tab.get("sample-row").first.click()
    tab.view.get_by_role("button", name="conversation").click()
    talk = tab.get("conversation")
    expect(talk.get_by_test_id("message")).to_have_count(5)
    expect(talk.get_by_test_id("tool-call")).to_contain_text("weather")
    expect(talk.get_by_test_id("thinking")).to_contain_text("I need the tool.")
    expect(talk.get_by_test_id("message").nth(1)).to_contain_text(HOSTILE)
    assert tab.js("() => parent.pwned === undefined")


def test_a_guess_is_said_with_the_settings_that_correct_it(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server).open(run="strange")
    expect(tab.get("mapping-bar")).to_contain_text("question")
    tab.get("mapping-bar").get_by_role("button").first.click()
    expect(tab.get("mapping-toml")).to_contain_text('response = "answer"')
