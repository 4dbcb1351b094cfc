"""Narrowing by a filter, and from the worst tokens of a run to one of them."""

from __future__ import annotations

import pytest
import rollouts
from hosting import Gallery, TensorBoard
from playwright.sync_api import expect
from tab import OpenTab

pytestmark = pytest.mark.browser

STEPS = (10, 20, 30)
ROWS = rollouts.training(STEPS, 24)
WHERE = "reward > 0.2 AND response LIKE '%秋%'"


@pytest.fixture(scope="module")
def server(gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> TensorBoard:
    made = tmp_path_factory.mktemp("filter")
    rollouts.write(made / "filtered", ROWS)
    return gallery.show(made, "filtered")


def fitting(step: int) -> int:
    return sum(row["step"] == step and row["reward"] > 0.2 and "秋" in row["response"] for row in ROWS)


def test_a_filter_narrows_list_and_curves_until_it_is_taken_off(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(server, height=600).open(run="filtered", step=20)
    mean = tab.get("chart-reward").locator("canvas")
    expect(mean).to_be_visible()
    tab.get("overview").focus()
    tab.press("f")
    expect(tab.get("filter")).to_be_focused()
    expect(tab.get("filter-sheet")).to_contain_text("reward < 0")
    tab.page.keyboard.type(WHERE)
    tab.press("Enter")
    tab.expect_selected(where=WHERE, view="samples", step="20")
    assert 0 < fitting(20) < 24
    expect(tab.get("summary").locator("strong")).to_have_text(f"{fitting(20)} samples")
    expect(tab.get("sample-row")).to_have_count(fitting(20))

    tab.get("tab-overview").click()
    expect(tab.get("filter-chip")).to_contain_text(WHERE)
    expect(tab.get("chart-reward")).to_contain_text(f"mean over {fitting(20)} samples")
    tab.reload()
    expect(tab.get("chart-reward")).to_contain_text(f"mean over {fitting(20)} samples")

    tab.get("filter-clear").click()
    tab.expect_selected(where=None)
    expect(tab.get("chart-reward")).to_contain_text("mean over 24 samples")


def test_from_the_worst_tokens_to_one_of_them(server: TensorBoard, open_tab: OpenTab) -> None:
    """The list names the most extreme token of each sample; a press of Enter on one shows it in its response."""
    worst = sorted(
        (
            (value, row["step"], i, row["reward"])
            for row in ROWS
            for value, i in [min((p, i) for i, p in enumerate(row["logprobs"]))]
        )
    )
    tab = open_tab(server).open(run="filtered", view="tokens", metric="logprobs", all_steps="true")
    rows = tab.get("worst-row")
    expect(rows.first).to_be_visible()
    for row, (value, step, position, reward) in enumerate(worst[:5]):
        cells = rows.nth(row).locator("td")
        assert float(cells.nth(0).inner_text()) == pytest.approx(value, rel=1e-3)
        assert cells.nth(1).inner_text() == str(position)
        assert cells.nth(2).inner_text() == str(step)
        assert float(cells.nth(3).inner_text()) == pytest.approx(reward, rel=1e-3)
    expect(tab.get("worst-summary")).to_contain_text(f"{len(ROWS)} samples")

    # Below each other, in rows of one line.
    places = rows.locator("mark").evaluate_all(
        "marks => marks.map((m) => m.getBoundingClientRect().toJSON())"
    )
    middles = [place["left"] + place["width"] / 2 for place in places]
    assert max(middles) - min(middles) < 2
    heights = {round(height) for height in rows.evaluate_all("all => all.map((r) => r.offsetHeight)")}
    assert len(heights) == 1

    tab.get("worst-open").first.focus()
    tab.press("Enter")
    value, step, position, _ = worst[0]
    tab.expect_selected(view="samples", step=str(step), token=str(position), metric="logprobs")
    expect(tab.get("token-metric")).to_have_value("logprobs")
    shown = tab.shown_value("logprobs")
    assert float(shown.inner_text()) == pytest.approx(value, rel=1e-3)

    tab.page.go_back()
    tab.expect_selected(view="tokens", sample=None)
    expect(rows.first).to_be_visible()
    tab.get("worst-by").select_option("position")
    expect(tab.get("worst-summary")).to_contain_text("Positions")
    tab.expect_selected(by="position")
