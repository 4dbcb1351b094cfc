"""What belongs to a run: its settings beside another's, the scalars that it is paired with, scores made afterwards."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import rollouts
from hosting import TensorBoard, tensorboard, until
from playwright.sync_api import expect
from tab import OpenTab
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.event_file_writer import EventFileWriter

pytestmark = pytest.mark.browser

STEPS = (1, 2)


def scalars(folder: Path, tag: str) -> None:
    """An event file with two points of one scalar."""
    folder.mkdir(parents=True)
    writer = EventFileWriter(str(folder))
    for step in STEPS:
        value = summary_pb2.Summary.Value(tag=tag, simple_value=float(step))
        writer.add_event(
            event_pb2.Event(step=step, wall_time=float(step), summary=summary_pb2.Summary(value=[value]))
        )
    writer.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TensorBoard]:
    home: Path = tmp_path_factory.mktemp("facts")
    logs = home / "logs"
    rows = rollouts.training(STEPS, samples=4)
    for name, gamma in {"first/completions": 0.99, "second": 1.0}.items():
        rollouts.write(logs / name, rows)
        settings = {"gamma": gamma, "lam": 0.95, "temperature": 0.7}
        # Names that only one trainer has.
        settings |= {f"engine_{n}": n for n in range(9)} if name == "second" else {}
        (logs / name / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    scalars(logs / "first" / "runs", "loss/policy")
    scalars(logs / "elsewhere", "loss/critic")
    judged = [{"prompt": row["prompt"], "response": row["response"], "judge": 0.5} for row in rows[:6]]
    (logs / "judge.jsonl").write_text(rollouts.lines(judged), encoding="utf-8")
    (logs / "second" / "rlboard.toml").write_text('[scores]\nfile = "../judge.jsonl"\n', encoding="utf-8")
    with tensorboard(home, "--logdir", str(logs)) as running:
        running.wait_for_runs("first/completions", "second")
        yield running


def test_settings_are_compared(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server).open(run="first/completions")
    expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
    tab.press("i")
    expect(tab.get("run-facts")).to_contain_text("3, from first/completions/config.json")
    rows = tab.get("config-table").locator("tbody tr")
    expect(rows).to_have_count(3)
    gamma = tab.get("config-table").locator("[data-setting=gamma]")
    expect(gamma).to_have_class("differs")
    expect(gamma.locator("td")).to_have_text(["0.99", "1"])
    tab.get("only-differences").check()
    expect(rows).to_have_count(1)
    # What only the other one has is said, and a click away.
    partly = tab.get("config-partly")
    expect(partly.locator("summary")).to_have_text("9 only in second")
    expect(partly.locator("[data-setting=engine_3]")).to_be_hidden()
    partly.locator("summary").click()
    expect(partly.locator("[data-setting=engine_3]")).to_be_visible()
    # They are what the numbers of the critic were computed with.
    tab.press("Escape")
    tab.get("tab-samples").click()
    tab.get("sample-row").first.click()
    expect(tab.get("chart-values")).to_contain_text("γ = 0.99, λ = 0.95")


def test_the_pairing_is_shown_and_can_be_changed(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server).open(run="first/completions")
    expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
    tab.press("i")
    expect(tab.get("pairing-reason")).to_contain_text("nearest folder")
    choices = tab.get("pairing-choices")
    expect(choices.get_by_label("first/runs")).to_be_checked()
    choices.get_by_label("elsewhere").check()
    choices.get_by_label("first/runs").uncheck()
    tab.expect_selected(scalars="elsewhere")
    tab.press("Escape")
    tab.get("chart-picker").click()
    expect(tab.view.get_by_role("checkbox", name="loss/policy")).to_have_count(0)
    tab.view.get_by_role("checkbox", name="loss/critic").check()
    expect(tab.get("chart-loss/critic").locator("canvas")).to_be_visible()
    # The link keeps the choice.
    tab.reload()
    expect(tab.get("chart-loss/critic").locator("canvas")).to_be_visible()
    tab.press("i")
    tab.get("pairing-automatic").click()
    tab.expect_selected(scalars=None)
    expect(choices.get_by_label("first/runs")).to_be_checked()


def test_scores_made_afterwards_are_marked_as_joined(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server).open(run="second", view="samples", step=1)
    head = tab.get("col-head-judge")
    expect(head).to_have_text("judge ⋈")
    expect(head).to_have_attribute("title", re.compile(r"joined from judge\.jsonl"))
    # The head stands there before the rows, and rows before what is in their cells.
    until(lambda: tab.cells("judge") == ["0.5"] * 4 or None, "the joined scores")
    tab.press("i")
    expect(tab.get("joined")).to_contain_text("judge.jsonl")
    expect(tab.get("joined").locator("tbody td.number")).to_have_text(["6", "2"])
