"""The table of samples: what stays on screen, what its order says of itself, and what narrows it."""

from __future__ import annotations

import pytest
from hosting import TensorBoard
from playwright.sync_api import expect
from tab import OpenTab, Tab

pytestmark = pytest.mark.browser


def listed(server: TensorBoard, **arguments: object) -> list[str]:
    found: list[str] = server.ask("samples", run="ppo", limit=50, **arguments)["columns"]["id"]
    return found


def left_edges(tab: Tab, *columns: str) -> list[float]:
    """How far the first cell of each column is from the left edge of the table, in px."""
    found: list[float] = tab.js(
        """names => {
            const heads = [...document.querySelectorAll("[role=columnheader]")];
            const row = document.querySelector("[data-testid=sample-row]");
            const edge = row.closest("[role=grid]").getBoundingClientRect().left;
            return names.map((name) => {
                const at = heads.findIndex((head) => head.querySelector(`[data-testid="col-head-${name}"]`));
                return row.children[at].getBoundingClientRect().left - edge;
            });
        }""",
        list(columns),
    )
    return found


@pytest.mark.parametrize("width", [1280, 800])
def test_reward_and_the_sorted_number_never_leave_the_screen(
    library: TensorBoard, open_tab: OpenTab, width: int
) -> None:
    tab = open_tab(library, width=width).open(run="ppo", step=50, view="samples", sort="k3_max")
    tab.expect_rows(listed(library, step=50, sort="k3_max", order="desc")[:5])
    before = left_edges(tab, "reward", "k3_max")
    assert before == sorted(before)
    assert 0 <= before[0] < before[1] < 200
    # What is held is so from the frame on in which the page hears of it.
    tab.js(
        """() => new Promise((done) => {
            document.querySelector('[role=grid]').scrollTo(5000, 0);
            requestAnimationFrame(() => requestAnimationFrame(done));
        })"""
    )
    moved = left_edges(tab, "reward", "k3_max", "n_tokens")
    assert moved[:2] == before
    heads = tab.get("col-head-k3_max").bounding_box()
    assert heads is not None
    assert heads["x"] < 200
    # With a sample over the table both can still be read.
    tab.js("() => document.querySelector('[role=grid]').scrollTo(0, 0)")
    if width >= 900:
        tab.get("sample-row").first.click()
        drawer = tab.get("drawer").bounding_box()
        assert drawer is not None
        assert left_edges(tab, "prompt")[0] < drawer["x"]


def test_the_order_says_what_it_is_in_each_of_its_three_states(
    library: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(library).open(run="ppo", step=50, view="samples")
    tab.expect_rows(listed(library, step=50)[:5])
    order = tab.get("preset").locator("option:checked")
    head = tab.view.locator("[role=columnheader]", has=tab.get("col-head-n_tokens"))
    expect(order).to_have_text("in order of logging")
    said = []
    for state in ("descending", "ascending", "none"):
        said.append(tab.get("col-head-n_tokens").get_attribute("title") or "")
        tab.get("col-head-n_tokens").click()
        expect(head).to_have_attribute("aria-sort", state)
        sign = {"descending": "by tokens ▼", "ascending": "by tokens ▲", "none": "in order of logging"}[state]
        expect(order).to_have_text(sign)
    # Before each click the head has said where it leads.
    assert [words.rpartition("\n")[2] for words in said] == [
        "Click: largest first",
        "Click: smallest first",
        "Click: back to the order of logging",
    ]
    tab.expect_rows(listed(library, step=50)[:5])
    tab.get("preset").select_option("worst")
    reward = tab.view.locator("[role=columnheader]", has=tab.get("col-head-reward"))
    expect(reward).to_have_attribute("aria-sort", "ascending")


def test_a_range_of_steps_is_typed(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(library).open(run="ppo", step=50, view="samples")
    tab.get("scope").select_option("range")
    tab.expect_selected(step_min="50", step_max="50")
    tab.get("range-to").fill("70")
    tab.press("Enter")
    tab.expect_selected(step_min="50", step_max="70")
    expect(tab.get("summary")).to_contain_text("36 samples")
    expect(tab.get("range-chip")).to_contain_text("steps 50 – 70")
    tab.get("range-from").fill("90")
    tab.press("Enter")
    tab.expect_selected(step_min="90", step_max="90")


def test_a_column_is_found_by_words_and_shown(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(library).open(run="ppo", step=50, view="samples")
    tab.expect_rows(listed(library, step=50)[:5])
    tab.get("columns").click()
    expect(tab.get("column-search")).to_be_focused()
    tab.page.keyboard.type("max k3")
    expect(tab.get("column-reward")).to_have_count(0)
    tab.get("column-k3_max").check()
    tab.press("Escape")
    expect(tab.get("col-head-k3_max")).to_have_count(1)


def test_a_search_narrows_curves_too_and_is_taken_off_anywhere(
    library: TensorBoard, open_tab: OpenTab
) -> None:
    wanted = library.ask("samples", run="ppo", step=50, search="秋天", limit=50)["total"]
    assert 0 < wanted < 12
    tab = open_tab(library).open(run="ppo", step=50, search="秋天")
    expect(tab.get("search-chip")).to_contain_text("秋天")
    expect(tab.get("chart-reward")).to_contain_text(f"mean over {wanted} samples")
    tab.get("search-clear").click()
    tab.expect_selected(search=None)
    expect(tab.get("chart-reward")).to_contain_text("mean over 12 samples")


def test_the_clicked_curve_goes_along_to_samples_and_tokens_and_one_click_undoes_it(
    library: TensorBoard, open_tab: OpenTab
) -> None:
    """The KL drifts away, so its right end is a spike: the samples of the largest come first, coloured by it."""
    tab = open_tab(library).open(run="ppo", step=50)
    plot = tab.get("chart-kl").locator(".u-over")
    expect(plot).to_be_visible()
    box = plot.bounding_box()
    assert box is not None
    plot.click(position={"x": box["width"] - 4, "y": box["height"] / 2})
    expect(tab.get("step-input")).to_have_value("120")
    chosen = tab.selected()["about"]
    assert chosen.endswith("_mean")
    chip = tab.get("followed-chip")
    expect(chip).to_contain_text("▼")
    tab.press("2")
    ranked = listed(library, step=120, sort=chosen, order="desc")
    tab.expect_rows(ranked[:5])
    expect(tab.view.locator("[role=columnheader][aria-sort=descending]")).to_have_count(1)
    tab.press("j", "Enter")
    expect(tab.get("drawer")).to_have_attribute("data-id", ranked[0])
    expect(tab.get("token-metric")).to_have_value(chosen.removesuffix("_mean"))
    tab.press("Escape")
    expect(tab.get("drawer")).to_have_count(0)
    tab.press(tab.key_of("tokens"))
    expect(tab.get("worst-metric")).to_have_value(chosen.removesuffix("_mean"))
    expect(tab.get("worst-summary")).to_contain_text("12 samples")
    tab.get("unfollow").click()
    expect(chip).to_have_count(0)
    tab.press("2")
    tab.expect_rows(listed(library, step=120)[:5])
