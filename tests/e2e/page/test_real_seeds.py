"""Two seeds of a real GRPO training with TRL, by keys: which groups teach, what became of the prompts, which seed is ahead.

The logs are what `examples/trl_first_run.py` has written with two seeds in its first three steps (TRL 1.16.0).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from accessibility import serious
from hosting import Gallery, TensorBoard
from playwright.sync_api import expect
from repository import FIXTURES
from tab import OpenTab

pytestmark = pytest.mark.browser

ONE, OTHER = "grpo_seed_1", "grpo_seed_2"


@pytest.fixture(scope="module")
def server(gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> TensorBoard:
    home: Path = tmp_path_factory.mktemp("real-seeds")
    for name in (ONE, OTHER):
        shutil.copytree(FIXTURES / "grpo_seeds" / name.removeprefix("grpo_"), home / "logs" / name)
    return gallery.show(home / "logs", ONE, OTHER)


def test_groups_of_a_real_training(server: TensorBoard, open_tab: OpenTab, axe: str) -> None:
    answer = server.ask("groups", run=ONE, step=3)
    tab = open_tab(server).open(run=ONE, view="groups", step=3)
    items = tab.get("group-item")
    expect(items).to_have_count(answer["total"])
    assert [each.get_attribute("data-kind") for each in items.all()] == answer["columns"]["kind"]
    assert set(answer["columns"]["size"]) == {8}
    expect(tab.get("group-member")).to_have_count(8)
    tab.press("j")
    second = answer["columns"]["group"][1]
    tab.expect_selected(group=second)
    whole = server.ask("group", run=ONE, step=3, group=second)
    # Until its members are there, those of the group before are, dimmed.
    expect(tab.get("group-member").first).to_have_attribute("data-id", whole["members"]["id"][0])
    tab.press("l", "d", "l", "d")
    tab.expect_selected(group_diff=",".join(whole["members"]["id"][:2]))
    expect(tab.get("diff")).to_be_visible()
    assert serious(tab, axe) == []
    tab.press("Escape")
    expect(tab.get("group-member")).to_have_count(8)


def test_prompts_of_a_real_training_in_chinese(server: TensorBoard, open_tab: OpenTab) -> None:
    answer = server.ask("prompts", run=ONE, sort="reward_change")
    tab = open_tab(server, locale="zh-CN").open(run=ONE, view="prompts")
    expect(tab.get("prompt-row")).to_have_count(answer["total"])
    expect(tab.get("still-reading")).to_have_count(0)
    tab.press("j", "Enter")
    tab.expect_selected(prompt=answer["columns"]["prompt_key"][0])
    expect(tab.get("prompt-status")).to_have_attribute("data-status", answer["columns"]["status"][0])
    expect(tab.get("prompt-page").get_by_test_id("diff")).to_be_visible()
    tab.press("Backspace")
    expect(tab.get("prompt-row")).to_have_count(answer["total"])


def test_two_real_seeds_on_their_prompts(server: TensorBoard, open_tab: OpenTab) -> None:
    answer = server.ask("compare", run=ONE, against_run=OTHER)
    assert answer["shared"] == answer["compared"] > 1
    tab = open_tab(server).open(run=ONE, view="runs", run_b=OTHER)
    expect(tab.get("verdict")).to_contain_text(
        f"win rate of A {round(100 * answer['win_rate']['value'], 1):g} %"
    )
    tab.press("l", "Enter")
    tab.expect_selected(pair=answer["prompts"]["prompt_key"][0])
    expect(tab.get("prompt-pair").get_by_test_id("diff")).to_be_visible()
    tab.press("Escape")
    expect(tab.get("prompt-pair")).to_have_count(0)


def test_every_chart_has_the_line_of_the_other_seed(server: TensorBoard, open_tab: OpenTab) -> None:
    """Charts that open once their numbers have come as well: `right_kind` is a reward that only this log has."""
    tab = open_tab(server, theme="dark").open(run=ONE, overlay=OTHER, step=3)
    own = server.ask("steps", run=OTHER, metrics="right_kind")["metrics"]["right_kind"]["mean"][-1]
    line = tab.get("chart-right_kind").locator(".overview-readout > span", has_text=OTHER)
    expect(line).to_be_visible()
    assert float(line.locator("b").inner_text()) == pytest.approx(own, abs=1e-3)
    charts = tab.view.locator(".overview-grid [data-testid^=chart-]:has(.overview-readout)")
    for chart in charts.all():
        expect(chart).to_contain_text(OTHER)
