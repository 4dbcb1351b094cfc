"""The open sample on small screens: the response keeps its room, whatever is opened below it."""

from __future__ import annotations

import re

import pytest
from axis_numbers import numbers_beside
from hosting import TensorBoard
from playwright.sync_api import Locator, expect
from tab import OpenTab

pytestmark = pytest.mark.browser


def height(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["height"]


@pytest.mark.parametrize(("width", "tall"), [(1280, 600), (800, 600)])
def test_nothing_below_the_response_takes_its_room(
    library: TensorBoard, open_tab: OpenTab, width: int, tall: int
) -> None:
    tab = open_tab(library, width=width, height=tall).open(run="ppo", step=50, view="samples")
    tab.get("sample-row").first.click()
    expect(tab.token(0)).to_be_in_viewport()
    drawer = height(tab.get("drawer"))
    content = tab.view.locator(".drawer-content")
    # One line says how to see the numbers of a token, until one is chosen.
    assert height(tab.get("token-info")) <= 30
    assert height(content) >= 0.6 * drawer
    tab.get("lang").hover()
    for panel in ("metric-curve", "matrix", "chart-values"):
        tab.get(f"{panel}-toggle").click()
        expect(tab.view.locator(".dock [aria-expanded=true]")).to_have_count(1)
        expect(tab.token(0)).to_be_in_viewport()
        assert height(content) >= 0.36 * drawer
    tab.press("n")
    assert height(content) >= 0.36 * drawer


def test_a_click_on_the_curve_of_a_metric_chooses_the_token(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(library).open(run="ppo", step=50, view="samples", metric="logprobs")
    tab.get("sample-row").first.click()
    tab.get("metric-curve-toggle").click()
    expect(tab.get("metric-curve-toggle")).to_contain_text("log prob along the response")
    plot = tab.get("metric-curve").locator(".u-over")
    box = plot.bounding_box()
    assert box is not None
    plot.click(position={"x": 1, "y": box["height"] / 2})
    expect(tab.get("token-info")).to_contain_text("token 0 of")
    # With another colour it is another curve.
    tab.press("m")
    expect(tab.get("metric-curve-toggle")).to_contain_text("ref log prob along")


@pytest.mark.parametrize("fold", ["metric-curve", "chart-values"])
def test_no_number_beside_a_curve_over_the_tokens_is_cut(
    library: TensorBoard, open_tab: OpenTab, fold: str
) -> None:
    tab = open_tab(library).open(run="ppo", step=50, view="samples")
    tab.get("sample-row").first.click()
    tab.get(f"{fold}-toggle").click()
    expect(tab.get(fold).locator("canvas")).to_be_visible()
    labels = numbers_beside(tab, fold)
    assert [label for label in labels if label["left"] < 0] == []


def test_the_group_and_the_prompt_at_other_steps_are_chips_with_their_rewards(
    library: TensorBoard, open_tab: OpenTab
) -> None:
    opened = library.ask("samples", run="ppo", step=50, limit=1)["columns"]["id"][0]
    neighbours = library.ask("sample", run="ppo", id=opened)["neighbours"]
    tab = open_tab(library).open(run="ppo", step=50, view="samples", sample=opened)
    chips = tab.get("links").locator(".links").first.locator("button:has(.number)")
    expect(chips).to_have_count(len(neighbours["group"]))
    for chip, reward in zip(chips.all(), neighbours["group_rewards"], strict=True):
        assert float(chip.inner_text()) == pytest.approx(reward, rel=1e-3)
    expect(tab.get("prompt-curve")).to_be_visible()
    last = neighbours["prompt"][-1]
    tab.view.get_by_title(f"The prompt at step {last['step']}").click()
    tab.expect_selected(step=str(last["step"]), sample=last["id"])
    expect(tab.get("drawer")).to_have_attribute("data-id", last["id"])


def test_the_curve_of_a_metric_is_walked_and_zoomed_by_key(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(library).open(run="ppo", step=50, view="samples", metric="logprobs")
    tab.get("sample-row").first.click()
    tab.get("metric-curve-toggle").focus()
    tab.press("Enter")
    chart = tab.get("metric-curve").locator(".value-chart")
    expect(chart).to_be_visible()
    tab.press("Tab")
    expect(chart).to_be_focused()
    tab.press("ArrowRight", "ArrowRight", "ArrowLeft")
    expect(tab.get("token-info")).to_contain_text("token 0 of")
    tab.expect_selected(step="50")
    # A quarter of the response is left of it, from its first token on; a click at its end is on the last one in sight.
    tab.press("+", "+")
    plot = tab.get("metric-curve").locator(".u-over")
    box = plot.bounding_box()
    assert box is not None
    tokens = tab.get("token").count()
    plot.click(position={"x": box["width"] - 2, "y": box["height"] / 2})
    expect(tab.get("token-info")).to_contain_text(f"token {(tokens - 1) // 4:,} of")


def test_a_drag_over_the_curve_of_a_metric_zooms_until_a_double_click(
    library: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(library).open(run="ppo", step=50, view="samples", metric="logprobs")
    tab.get("sample-row").first.click()
    tab.get("metric-curve-toggle").click()
    plot = tab.get("metric-curve").locator(".u-over")
    box = plot.bounding_box()
    assert box is not None
    last, middle = tab.get("token").count() - 1, box["y"] + box["height"] / 2
    # From a quarter of the response to its half: a press and a way, no click on a token.
    tab.page.mouse.move(box["x"] + box["width"] / 4, middle)
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + box["width"] * 0.4, middle, steps=3)
    tab.page.mouse.move(box["x"] + box["width"] / 2, middle, steps=3)
    tab.page.mouse.up()
    expect(tab.get("token-info")).to_contain_text("Point at a token")
    click_at_the_end(plot)
    expect(tab.get("token-info")).to_contain_text(re.compile(rf"token ({last // 2}|{(last + 1) // 2}) of"))
    plot.dblclick()
    click_at_the_end(plot)
    expect(tab.get("token-info")).to_contain_text(f"token {last:,} of")


def click_at_the_end(plot: Locator) -> None:
    """Clicks at the right end of a plot, whose width depends on the numbers beside it."""
    box = plot.bounding_box()
    assert box is not None
    plot.click(position={"x": box["width"] - 2, "y": box["height"] / 2})


_SEEN = """element => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}"""


def test_what_the_keyboard_comes_to_is_not_below_the_sample(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(library, width=1000, height=600).open(run="ppo", step=50, view="samples")
    tab.get("sample-row").first.click()
    columns = tab.get("columns")
    expect(tab.get("drawer")).to_be_focused()
    # Below the response, where there is no room beside it, the reference is shown whole.
    reference = tab.view.locator(".drawer .reference")
    assert reference.evaluate(
        "({ scrollHeight, clientHeight }) => [scrollHeight - clientHeight, clientHeight > 40]"
    ) == [0, True]
    assert not columns.evaluate(_SEEN)
    columns.focus()
    assert columns.evaluate(_SEEN)
    tab.press("Shift+Tab")
    expect(tab.get("filter")).to_be_focused()
    assert tab.get("filter").evaluate(_SEEN)
    tab.press("Escape")
    # A table that is covered whole is no stop.
    tab.get("layout-full").click()
    expect(tab.view.locator(".samples .grid")).to_be_hidden()
    # The focus of the sample is around what is scrolled.
    expect(tab.get("drawer")).to_be_focused()
    tab.press("End")
    assert tab.view.locator(".drawer-content").evaluate("element => element.scrollTop") > 0
    tab.press("Escape")
    expect(tab.get("sample-row").first).to_be_visible()
