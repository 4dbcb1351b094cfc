"""Sheets that a button opens below itself: where they stand, and what opens and closes them."""

from __future__ import annotations

import pytest
from hosting import TensorBoard
from playwright.sync_api import Locator, expect
from tab import OpenTab, Tab

pytestmark = pytest.mark.browser

# The gap between a button and its sheet, in px.
GAP = 2


def sheet(tab: Tab, button: str) -> Locator:
    return tab.view.locator(f"[data-testid={button}] + .sheet")


def box(place: Locator) -> dict[str, float]:
    found = place.bounding_box()
    assert found is not None
    x, y, width, height = (found[key] for key in ("x", "y", "width", "height"))
    return {"x": x, "y": y, "width": width, "height": height, "right": x + width, "bottom": y + height}


@pytest.mark.parametrize(
    ("view", "button", "edge"),
    [
        ("overview", "chart-picker", "right"),
        ("samples", "columns", "right"),
        ("samples", "search-where", "x"),
    ],
)
def test_a_sheet_stands_below_its_button_at_its_edge(
    library: TensorBoard, open_tab: OpenTab, view: str, button: str, edge: str
) -> None:
    tab = open_tab(library).open(run="ppo", step=50, view=view)
    tab.get(button).click()
    expect(sheet(tab, button)).to_be_visible()
    below, above = box(sheet(tab, button)), box(tab.get(button))
    assert below["y"] == pytest.approx(above["bottom"] + GAP, abs=1)
    assert below[edge] == pytest.approx(above[edge], abs=1)


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
@pytest.mark.parametrize(
    ("view", "button"),
    [
        ("overview", "run-select"),
        ("overview", "chart-picker"),
        ("overview", "drawing"),
        ("overview", "look-reward"),
        ("overview", "overlay"),
        ("samples", "columns"),
        ("samples", "search-where"),
    ],
)
def test_words_of_a_sheet_stay_inside_it_on_a_narrow_page(
    library: TensorBoard, open_tab: OpenTab, view: str, button: str, locale: str
) -> None:
    tab = open_tab(library, width=800, height=700, locale=locale).open(run="ppo", step=50, view=view)
    tab.get(button).click()
    opened = sheet(tab, button)
    expect(opened).to_be_visible()
    assert opened.evaluate("sheet => sheet.scrollWidth - sheet.clientWidth") <= 0
    within = box(opened)
    assert within["x"] >= 0
    assert within["right"] <= 800
    assert within["bottom"] <= 700
    beyond = opened.evaluate(
        """sheet => [...sheet.querySelectorAll("button, label, input, select")]
            .filter((part) => part.getBoundingClientRect().right > sheet.getBoundingClientRect().right)
            .map((part) => part.textContent)"""
    )
    assert beyond == []


@pytest.mark.parametrize("width", [800, 640])
def test_the_words_about_filters_are_on_the_page(library: TensorBoard, open_tab: OpenTab, width: int) -> None:
    tab = open_tab(library, width=width, height=700).open(run="ppo", step=50, view="samples")
    tab.get("filter").fill("reward >")
    within = box(tab.get("filter-sheet"))
    assert within["x"] >= 0
    assert within["right"] <= width
    assert within["y"] >= box(tab.get("filter"))["bottom"]


def test_a_sheet_of_a_low_button_opens_above_it(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(library, width=800, height=700).open(run="ppo", step=50)
    name = tab.view.locator("[data-testid^=look-]").last.get_attribute("data-testid")
    assert name is not None
    low = tab.get(name)
    low.evaluate(
        """button => {
            const page = button.closest(".overview");
            page.scrollTop += button.getBoundingClientRect().bottom - innerHeight + 4;
        }"""
    )
    low.click()
    opened = sheet(tab, name)
    expect(tab.get("look-hide")).to_be_visible()
    assert box(opened)["bottom"] == pytest.approx(box(low)["y"] - GAP, abs=1)
    assert opened.evaluate("sheet => sheet.getBoundingClientRect().top") >= 0


def test_escape_closes_the_sheet_and_nothing_else_and_gives_the_focus_back(
    library: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(library).open(run="ppo", step=50, view="samples")
    button = tab.get("columns")
    button.focus()
    tab.press("Enter", "Tab")
    expect(sheet(tab, "columns")).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(sheet(tab, "columns").get_by_role("button")).to_be_focused()
    tab.press("Escape")
    expect(sheet(tab, "columns")).to_be_hidden()
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")
    tab.expect_selected(view="samples")
    tab.press("Escape")
    tab.expect_selected(view=None)


def test_a_click_elsewhere_or_on_the_button_closes_the_sheet_and_one_inside_does_not(
    library: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(library).open(run="ppo", step=50, view="samples")
    tab.get("columns").click()
    sheet(tab, "columns").get_by_role("checkbox").first.click()
    expect(sheet(tab, "columns")).to_be_visible()
    tab.get("summary").click()
    expect(sheet(tab, "columns")).to_be_hidden()
    tab.get("columns").click()
    tab.get("search-where").click()
    expect(sheet(tab, "search-where")).to_be_visible()
    expect(sheet(tab, "columns")).to_be_hidden()
    tab.get("search-where").click()
    expect(sheet(tab, "search-where")).to_be_hidden()


def test_escape_in_a_search_field_of_the_sheet_closes_it_as_well(
    library: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(library).open(run="ppo", step=50, view="overview")
    tab.get("chart-picker").click()
    tab.get("chart-search").fill("reward")
    tab.press("Escape")
    expect(sheet(tab, "chart-picker")).to_be_hidden()
    # It was opened by the pointer: the keys are the view's again.
    expect(tab.view.locator("main.pane")).to_be_focused()
