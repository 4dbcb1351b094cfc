"""A key that is held: thirty presses a second, of which the last one counts, and few of which ask anything."""

from __future__ import annotations

import pytest
from hosting import TensorBoard
from playwright.sync_api import expect
from tab import OpenTab, Tab

pytestmark = pytest.mark.browser

PAUSE_MS = 33


def hold(tab: Tab, key: str, presses: int) -> int:
    """Holds a key down until it has come so often; how many questions the page has asked meanwhile."""
    asked = len(tab.requests)
    for _ in range(presses):
        tab.page.keyboard.down(key)
        tab.page.wait_for_timeout(PAUSE_MS)
    tab.page.keyboard.up(key)
    return len(tab.requests) - asked


def test_steps_run_by_and_the_last_one_is_shown_whole(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(library).open(run="ppo", step=10)
    expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
    # Eleven presses to the last of twelve steps, back to the first, and on to the ninth.
    for key, presses, step in (("ArrowRight", 15, 120), ("ArrowLeft", 15, 10), ("ArrowRight", 8, 90)):
        hold(tab, key, presses)
        expect(tab.get("step-input")).to_have_value(str(step))
        rewards = library.ask("samples", run="ppo", step=step, columns=["reward"])["columns"]["reward"]
        mean = sum(rewards) / len(rewards)
        expect(tab.get("tile-reward").locator("b")).to_have_text(f"{mean:.4g}")
        expect(tab.get("panel-marks")).to_contain_text(f"step {step}")
        tab.expect_selected(step=str(step))


def test_samples_run_by_and_the_last_one_is_shown_whole(library: TensorBoard, open_tab: OpenTab) -> None:
    answer = library.ask("samples", run="ppo", step=50, limit=50, columns=["id", "response"])["columns"]
    ids, responses = answer["id"], answer["response"]
    tab = open_tab(library).open(run="ppo", step=50, view="samples", sample=ids[0])
    expect(tab.token(0)).to_be_visible()
    for key, presses, at in (("j", 20, len(ids) - 1), ("k", 20, 0), ("j", 7, 7)):
        asked = hold(tab, key, presses)
        expect(tab.get("drawer")).to_have_attribute("data-id", ids[at])
        shown = tab.view.locator("[data-testid=token]")
        expect(shown.first).to_be_visible()
        tab.frame.wait_for_function(
            """begun => [...document.querySelectorAll("[data-testid=token]")].map((token) => token.textContent)
                .join("").trim().startsWith(begun)""",
            arg=responses[at].strip()[:20],
        )
        assert asked <= 2 * presses
        tab.expect_selected(sample=ids[at])
