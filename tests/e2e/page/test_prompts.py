"""The prompts: from the list to one of them, to two of its responses, to a sample and back."""

from __future__ import annotations

from typing import Any

import pytest
from hosting import TensorBoard
from playwright.sync_api import expect
from tab import OpenTab

pytestmark = pytest.mark.browser


def listed(server: TensorBoard, **arguments: object) -> dict[str, Any]:
    found: dict[str, Any] = server.ask("prompts", run="ppo", limit=50, **arguments)
    return found


def test_from_the_list_to_a_prompt_to_a_sample_and_back(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(library).open(run="ppo", view="prompts")
    answer = listed(library)
    keys = answer["columns"]["prompt_key"]
    expect(tab.get("prompt-row")).to_have_count(len(keys))
    shown = tab.get("prompt-open").evaluate_all("rows => rows.map((row) => row.dataset.key)")
    assert shown == keys
    expect(tab.get("list-all")).to_contain_text(f"{answer['counts']['all']:,}")
    # By keys: the second prompt of the list.
    tab.press("j", "j", "Enter")
    tab.expect_selected(prompt=keys[1])
    page = library.ask("prompt", run="ppo", prompt_key=keys[1])
    expect(tab.get("prompt-page")).to_be_visible()
    expect(tab.get("prompt-status")).to_have_attribute("data-status", page["status"])
    expect(tab.get("side_a")).to_have_attribute("data-id", page["samples"]["id"][0])
    steps = list(dict.fromkeys(page["samples"]["step"]))
    tab.get("side_a-step").select_option(str(steps[-1]))
    first_of_last = page["samples"]["id"][page["samples"]["step"].index(steps[-1])]
    expect(tab.get("side_a")).to_have_attribute("data-id", first_of_last)
    tab.get("side_a-open").click()
    expect(tab.get("drawer")).to_have_attribute("data-id", first_of_last)
    tab.press("Escape")
    expect(tab.get("drawer")).to_have_count(0)
    tab.press("Backspace")
    expect(tab.get("prompt-row")).to_have_count(len(keys))


def test_a_list_and_a_threshold_are_a_link(library: TensorBoard, open_tab: OpenTab) -> None:
    high = 1e6
    tab = open_tab(library).open(run="ppo", view="prompts", list="never_solved", success=str(high))
    answer = listed(library, status="never_solved", threshold=high)
    assert answer["total"] == answer["counts"]["all"] > 0
    expect(tab.get("prompt-row")).to_have_count(len(answer["columns"]["prompt_key"]))
    expect(tab.get("list-never_solved")).to_have_attribute("aria-pressed", "true")
    tab.get("success-threshold").fill("-1000000")
    tab.get("success-threshold").press("Enter")
    expect(tab.get("prompt-row")).to_have_count(0)
    expect(tab.get("list-always_solved")).to_contain_text(f"{answer['total']:,}")


def test_which_prompt_a_row_is_of_stays_on_screen(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(library, width=800, height=600).open(run="ppo", view="prompts")
    prompt = tab.get("prompt-open").first
    expect(prompt).to_be_visible()
    assert (
        tab.view.locator(".prompt-table").evaluate(
            "element => (element.parentElement.scrollLeft = 9999, element.parentElement.scrollLeft)"
        )
        > 0
    )
    assert prompt.evaluate(
        """element => {
            const { left, top, height } = element.getBoundingClientRect();
            return element.contains(document.elementFromPoint(left + 20, top + height / 2));
        }"""
    )
