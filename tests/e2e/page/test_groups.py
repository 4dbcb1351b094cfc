"""The groups of a step: which of them teach, where the members of one part, and the way down to a token and back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

import pytest
import rollouts
from accessibility import serious
from hosting import Gallery, TensorBoard
from playwright.sync_api import expect
from tab import OpenTab

pytestmark = pytest.mark.browser

ANSWERS = (
    (1.0, "Let me think . We add five and four : 5 + 4 = 9 ."),
    (1.0, "Let me think . We add them and get 5 + 4 = 9 ."),
    (0.0, "Let me think . Certainly , as an expert , the answer is 8 ."),
    (0.0, "Let me think . Wait , I count 18 ."),
)


def member(step: int, group: str, reward: float, response: str) -> dict[str, Any]:
    first, *others = response.split(" ")
    tokens = [first, *(f" {word}" for word in others)]
    found = {"step": step, "group_id": group, "prompt": f"What is it, {group}?", "response": response}
    found["task"] = "solved" if group == "easy" else "open"
    logprobs = [-0.1 * (1 + i % 7) for i in range(len(tokens))]
    arrays = {"response_tokens": tokens, "logprobs": logprobs, "ref_logprobs": [-0.4] * len(tokens)}
    return found | {"reward": reward} | arrays


@pytest.fixture(scope="module")
def server(gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> TensorBoard:
    """Two steps, each with a group that differs, one that is all right and one that is all wrong."""
    home: Path = tmp_path_factory.mktemp("groups")
    rows = [
        member(step, group, reward if group == "sum" else float(group == "easy"), response)
        for step in (1, 2)
        for group in ("easy", "sum", "hard")
        for reward, response in ANSWERS
    ]
    rollouts.write(home / "logs" / "grpo_groups", rows)
    return gallery.show(home / "logs", "grpo_groups")


def test_from_the_groups_of_a_step_to_a_token_and_back(
    server: TensorBoard, open_tab: OpenTab, axe: str
) -> None:
    tab = open_tab(server).open(run="grpo_groups")
    tab.press(tab.key_of("groups"))
    tab.expect_selected(view="groups")
    expect(tab.get("groups-summary")).to_contain_text("3 groups · 67 % without gradient")
    items = tab.get("group-item")
    assert [item.get_attribute("data-kind") for item in items.all()] == ["gradient", "all_right", "all_wrong"]
    expect(tab.get("group")).to_have_attribute("data-group", "sum")
    expect(tab.get("group-member")).to_have_count(4)
    expect(tab.get("group-chips")).to_contain_text("“5 + 4 =”: 2 of 2, the bad 0 of 2")
    expect(tab.get("group-chips")).to_contain_text("diverge at token 5")
    expect(tab.get("member-prefix").first).to_contain_text("4 tokens alike: “Let me think .”")
    expect(tab.get("member-own").first).to_contain_text("We add five")
    expect(tab.get("group-shares").locator("rect").first).to_be_attached()
    assert serious(tab, axe) == []

    tab.press("j")
    tab.expect_selected(group="easy", group_step="2")
    expect(tab.get("group")).to_have_attribute("data-group", "easy")
    tab.press("k")
    expect(tab.get("group")).to_have_attribute("data-group", "sum")
    expect(tab.get("member-own").first.get_by_test_id("token").first).to_be_visible()
    tab.press("l", "l")
    expect(tab.get("member-open").nth(1)).to_be_focused()
    tab.get("member-own").nth(2).get_by_test_id("token").first.click()
    tab.expect_selected(view="groups", token="4")
    expect(tab.get("drawer")).to_contain_text("Certainly")
    tab.press("g")
    tab.expect_selected(sample=None, group="sum", view="groups")
    expect(tab.get("group-member")).to_have_count(4)


def test_enter_right_behind_another_group_opens_a_member_of_that_one(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(server).open(run="grpo_groups", step=1, view="groups")
    expect(tab.get("member-open").first).to_be_visible()
    shown = tab.get("group").get_attribute("data-group")
    other = next(
        group
        for group in ("sum", "easy", "hard")
        if group != shown and group in tab.get("groups").inner_text()
    )
    # Its answer stays away, and the one before stays on screen.
    tab.page.route(re.compile(r"/rlboard/group\?.*group=(?!" + str(shown) + ")"), lambda _: None)
    tab.view.locator(".group-item", has_text=other).click()
    tab.press("Enter")
    expect(tab.get("drawer")).to_have_count(0)
    tab.page.unroute_all()  # what was held goes on
    expect(tab.get("drawer")).to_contain_text(f"What is it, {other}?")


def test_a_link_opens_a_group_in_chinese_on_a_narrow_screen(server: TensorBoard, open_tab: OpenTab) -> None:
    link = {"group": "sum", "group_step": 1, "kinds": "gradient", "step": 1}
    tab = open_tab(server, width=800, locale="zh-CN").open(view="groups", run="grpo_groups", **link)
    expect(tab.get("group")).to_have_attribute("data-group", "sum")
    expect(tab.get("group-item")).to_have_count(1)
    expect(tab.get("groups-summary")).to_contain_text("3 个组")
    tab.get("kind-all_wrong").click()
    expect(tab.get("group-item")).to_have_count(2)


def test_what_a_row_says_is_whole_beside_its_dots(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server, width=1280, height=600).open(view="groups", run="grpo_groups", step=1)
    told = tab.get("group-item").locator(".muted")
    expect(told.first).to_have_text("100 % of the step’s gradient · 14 long")
    cut = told.evaluate_all("lines => lines.map((line) => line.scrollWidth > line.clientWidth)")
    assert cut == [False, False, False]


@pytest.mark.parametrize(("language", "theme"), [("en-US", "light"), ("zh-CN", "dark")])
def test_groups_are_split_by_a_text_and_narrowed_to_a_value_by_keys(
    server: TensorBoard, open_tab: OpenTab, axe: str, language: str, theme: Literal["light", "dark"]
) -> None:
    tab = open_tab(server, height=600, locale=language, theme=theme)
    tab.open(view="groups", run="grpo_groups", step=2)
    tab.get("groups-by").select_option("task")
    tab.expect_selected(groups_by="task")
    expect(tab.get("group-value")).to_have_count(2)
    expect(tab.get("group-value").first).to_contain_text("open")
    expect(tab.get("group-value").first).to_contain_text("100 %")
    expect(tab.get("group-values").locator(".group-value-line")).to_have_count(4)
    assert serious(tab, axe) == []
    tab.get("group-value").nth(1).get_by_role("button").press("Enter")
    tab.expect_selected(groups_value="solved")
    expect(tab.get("group-item")).to_have_count(1)
    expect(tab.get("group-item").first).to_be_in_viewport()
    tab.get("groups-value").press("Enter")
    tab.expect_selected(groups_value=None)
    expect(tab.get("group-item")).to_have_count(3)


def test_two_members_are_compared_in_place_by_keys(server: TensorBoard, open_tab: OpenTab, axe: str) -> None:
    tab = open_tab(server).open(view="groups", run="grpo_groups", group="sum", group_step=2, step=2)
    expect(tab.get("member-own").first.get_by_test_id("token").first).to_be_visible()
    tab.press("l", "d")
    expect(tab.get("group-diff")).to_contain_text("Choose a second member to compare member 1 with.")
    tab.press("l", "d")
    expect(tab.get("diff")).to_contain_text("member 2 · reward 1")
    expect(tab.get("member-compare").nth(1)).to_have_attribute("aria-pressed", "true")
    tab.press("n")
    expect(tab.get("diff").locator("[data-current]")).to_be_visible()
    assert serious(tab, axe) == []
    tab.get("group-diff-end").click()
    tab.expect_selected(group_diff=None)
    expect(tab.get("diff")).to_have_count(0)


def test_the_other_steps_of_the_prompt_lead_to_its_group_there(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(server).open(view="groups", run="grpo_groups", group="sum", group_step=2, step=2)
    expect(tab.get("group-visit")).to_have_text("1")
    tab.get("group-visit").click()
    tab.expect_selected(view="groups", step="1", group="sum", group_step="1")
    expect(tab.get("group-visit")).to_have_text("2")


def test_the_tile_of_the_overview_leads_to_the_groups_without_gradient(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(server).open(run="grpo_groups", step=2)
    tab.get("tile-groups").click()
    tab.expect_selected(view="groups")
    expect(tab.get("group-item")).to_have_count(2)
