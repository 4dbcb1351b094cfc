"""Which charts there are: what the log holds decides, then the reader, and a link says it."""

from __future__ import annotations

from pathlib import Path

import pytest
import rollouts
from event_files import scalars
from hosting import Gallery, TensorBoard
from playwright.sync_api import expect
from tab import OpenTab

pytestmark = pytest.mark.browser


def grpo() -> list[rollouts.Row]:
    """Three steps of two groups of four, with a sampler that drifts away and the last step cut off."""
    rows = []
    for step in (1, 2, 3):
        for index in range(8):
            row = rollouts.sample(step, index)
            for name in ("values", "token_rewards", "ref_reward", "ref_response", "ref_logprobs"):
                del row[name]
            row["rollout_logprobs"] = [value - 0.1 * step for value in row["logprobs"]]
            row["group_id"] = f"{step}.{index // 4}"
            row["reward"] = row["accuracy_reward"] = float(index % (2 if step < 3 else 1) == 0)
            row["format_reward"] = 1.0
            row["finish_reason"] = "length" if step == 3 else "stop"
            rows.append(row)
    return rows


@pytest.fixture(scope="module")
def server(gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> TensorBoard:
    home: Path = tmp_path_factory.mktemp("choice")
    rollouts.write(home / "grpo", grpo())
    tags = {
        "train/loss": [0.5, 0.4, 0.3, 0.2],
        "train/grad_norm": [1.0, 2.0, 3.0, 4.0],
        "train/epoch": [0.0, 1.0],
    }
    scalars(home / "grpo", tags)
    return gallery.show(home, "grpo")


def test_what_opens_follows_the_log(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server).open(run="grpo", step=3)
    for name in (
        "reward",
        "reward_functions",
        "mismatch",
        "groups",
        "truncation",
        "train/loss",
        "train/grad_norm",
    ):
        expect(tab.get(f"chart-{name}")).to_have_count(1)
    expect(tab.get("chart-mismatch")).to_contain_text("policy 0.3")
    expect(tab.get("chart-train/loss")).to_contain_text("value 0.2")
    for name in ("kl", "reward_gap", "critic", "train/epoch"):
        expect(tab.get(f"chart-{name}")).to_have_count(0)
    expect(tab.get("panel-gap")).to_have_count(0)
    tab.get("chart-picker").click()
    expect(tab.view.get_by_role("group", name="Drift from the reference")).to_contain_text(
        "Log “ref_logprobs”"
    )


def test_a_link_carries_the_choice_of_charts_and_how_they_are_drawn(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(server).open(run="grpo", step=3)
    expect(tab.get("chart-groups")).to_have_count(1)
    tab.get("chart-picker").click()
    expect(tab.get("chart-search")).to_be_focused()  # whoever opens the list goes on by typing
    tab.get("chart-search").fill("epoch")
    tab.view.get_by_role("checkbox", name="train/epoch").check()
    tab.get("chart-search").fill("equal rewards")
    tab.view.get_by_role("checkbox", name="Share of groups with equal rewards").uncheck()
    tab.press("Escape")
    tab.get("drawing").click()
    tab.get("band").select_option("p25_p75")
    tab.expect_selected(charts="+scalar:train/epoch,-groups", band="p25_p75")
    link = tab.selected()
    other = open_tab(server, anew=True).open(**link)
    expect(other.get("chart-train/epoch").locator("canvas")).to_be_visible()
    expect(other.get("chart-groups")).to_have_count(0)
    expect(other.view.get_by_text("band: p25 – p75")).to_be_visible()
    other.get("chart-picker").click()
    other.get("charts-reset").click()
    other.expect_selected(charts=None)
    expect(other.get("chart-groups")).to_have_count(1)


def test_tiles_say_the_step_and_lead_to_their_charts(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server, height=600).open(run="grpo", step=3, charts="-mismatch")
    expect(tab.get("tile-truncation")).to_contain_text("100 %")
    expect(tab.get("tile-truncation")).to_contain_text("+100 pp vs 2")
    expect(tab.get("tile-groups")).to_contain_text("100 %")
    expect(tab.get("tile-win")).to_have_count(0)
    expect(tab.get("chart-mismatch")).to_have_count(0)
    tab.get("tile-mismatch").focus()
    tab.press("Enter")
    expect(tab.get("chart-mismatch")).to_be_in_viewport()
    expect(tab.get("chart-mismatch").locator(".chart-curve")).to_be_focused()
    tab.press("ArrowLeft")
    expect(tab.get("tile-truncation")).to_contain_text("0 %")
    # Against the pinned step, once there is one.
    tab.open(run="grpo", step=2, pin=3)
    expect(tab.get("tile-truncation")).to_contain_text("-100 pp vs 3")


@pytest.mark.parametrize("width", [1920, 1600, 1440, 1100, 800])
def test_the_last_row_of_charts_has_no_hole(library: TensorBoard, open_tab: OpenTab, width: int) -> None:
    """However many charts are on: each row reaches to the right edge."""
    tab = open_tab(library, width=width).open(run="ppo")
    expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
    cards = tab.view.locator(".overview-grid > *")
    total = cards.count()
    assert total > 6
    for left in range(total, 0, -1):
        expect(cards).to_have_count(left)
        gaps = tab.js(
            """() => {
                const edge = document.querySelector('.overview-grid').getBoundingClientRect().right;
                const rows = {};
                for (const card of document.querySelectorAll('.overview-grid > *')) {
                    const { top, right } = card.getBoundingClientRect();
                    rows[Math.round(top)] = Math.max(rows[Math.round(top)] ?? 0, right);
                }
                return Object.values(rows).map((right) => Math.round(edge - right)).filter((gap) => gap > 2);
            }"""
        )
        assert gaps == [], f"{left} charts"
        if left > 1:
            cards.last.locator("[data-testid^=look-]").first.click()
            cards.last.get_by_test_id("look-hide").click()
