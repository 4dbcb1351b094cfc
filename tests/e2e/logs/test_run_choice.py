"""The choice of a run: searched, in an order that a reader expects, ranked, and without a mouse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import rollouts
from hosting import Gallery, TensorBoard
from playwright.sync_api import expect
from tab import OpenTab

pytestmark = pytest.mark.browser

REWARDS = {"seed2": 0.25, "seed10": 0.75, "seed1": 0.5}
SWEEP = "choice/sweep"
OTHERS = ("choice/others/apple", "choice/others/pear")
LONG = [f"choice/long/grpo_qwen3_lr1e-6_{'beta0.001_' * 5}seed{seed}" for seed in (1, 2)]


@pytest.fixture(scope="module")
def server(gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> TensorBoard:
    home: Path = tmp_path_factory.mktemp("runs")
    for name, reward in REWARDS.items():
        rows = [{**rollouts.sample(step, 0), "reward": reward} for step in (1, 2)]
        rollouts.write(home / SWEEP / name, rows)
    for name in LONG:
        rollouts.write(home / name, [rollouts.sample(1, 0)])
    for name in OTHERS:
        fruit = name.rpartition("/")[2]
        rows = [rollouts.sample(step, index) for step in (1, 2) for index in range(8)]
        texts = {"prompt": fruit, "response": f" {fruit}" * 24, "response_tokens": [f" {fruit}"] * 24}
        rollouts.write(home / name, [row | texts for row in rows])
    return gallery.show(home, *(f"{SWEEP}/{name}" for name in REWARDS), *LONG, *OTHERS)


def test_runs_are_searched_in_natural_order_and_chosen_by_keys(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(server).open(run=f"{SWEEP}/seed1")
    tab.expect_run(f"{SWEEP}/seed1")
    expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
    tab.press("r")
    tab.get("run-search").fill("sweep SEED")
    assert tab.run_names() == [f"{SWEEP}/{name}" for name in ("seed1", "seed2", "seed10")]
    expect(tab.view.get_by_role("region", name=SWEEP, exact=True)).to_contain_text("reward 0.75")
    tab.press("ArrowDown", "ArrowDown", "Enter")
    tab.expect_selected(run=f"{SWEEP}/seed2")
    expect(tab.get("run-search")).to_have_count(0)
    # The keys are the view's again.
    expect(tab.get("step-input")).to_have_value("2")
    tab.press("ArrowLeft")
    expect(tab.get("step-input")).to_have_value("1")
    # Enter in the field is for the first that is found, and closes the list as well.
    tab.press("r")
    tab.get("run-search").fill("seed10")
    tab.press("Enter")
    tab.expect_selected(run=f"{SWEEP}/seed10")
    expect(tab.get("run-search")).to_have_count(0)
    expect(tab.get("step-input")).to_have_value("2")
    tab.press("ArrowLeft")
    expect(tab.get("step-input")).to_have_value("1")


def test_runs_are_ranked_by_their_last_reward_and_by_age(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server).open(run=f"{SWEEP}/seed1")
    tab.run_names()
    tab.get("run-search").fill(SWEEP)
    tab.get("run-order").select_option("reward")
    assert tab.run_names() == [f"{SWEEP}/{name}" for name in ("seed10", "seed1", "seed2")]
    # Written one after another.
    tab.get("run-order").select_option("newest")
    assert tab.run_names() == [f"{SWEEP}/{name}" for name in reversed(REWARDS)]
    tab.get("run-search").fill("no run is called so")
    expect(tab.view.locator(".run-choices")).to_contain_text("No run has this in its name.")


def test_long_names_are_told_apart(server: TensorBoard, open_tab: OpenTab) -> None:
    """In the list they stand whole; in the table, whose rows are of one height, they are cut at their beginning."""
    tab = open_tab(server).open(run=LONG[0])
    tab.run_names()
    tab.get("run-search").fill("choice/long")
    names = tab.view.locator(".run-name")
    expect(names).to_have_count(2)
    assert names.evaluate_all("names => names.every((name) => name.scrollWidth <= name.clientWidth)")
    tab.press("Escape")
    expect(tab.get("run-search")).to_have_count(0)
    tab.get("tab-runs").click()
    name = tab.view.locator(f'.runs-name[title="{LONG[1]}"]')
    expect(name).to_be_visible()
    edges = name.evaluate("name => [name, name.firstChild].map((part) => part.getBoundingClientRect().right)")
    assert edges[1] <= edges[0] + 1


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_a_long_name_leaves_both_bars_in_one_row_of_a_low_screen(
    server: TensorBoard, open_tab: OpenTab, locale: str
) -> None:
    tab = open_tab(server, width=1280, height=600, locale=locale).open(run=LONG[0], pin=1)
    expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
    expect(tab.get("tab-findings")).to_be_visible()
    expect(tab.get("pinned")).to_be_visible()
    # The longest age that it tells, many problems, and findings of two kinds: what the bars can hold at most.
    tab.js(
        """() => {
            document.querySelector('.live .small-only').textContent = '59 min';
            document.querySelector('[data-testid=problems-button]')?.remove();
            document.querySelector('[data-testid=settings]').insertAdjacentHTML('beforebegin',
                '<button class="button quiet"><span class="number">⚠ 1,234</span></button>');
            document.querySelector('[data-testid=findings-badge]')?.remove();
            document.querySelector('[data-testid=tab-findings]').insertAdjacentHTML('beforeend',
                '<span class="findings-badge number"><span>◆12</span><span>▲2</span></span>');
        }"""
    )
    assert tab.js("() => document.querySelector('.bars').offsetHeight") <= 34
    expect(tab.get("run-select")).to_have_attribute("title", re.compile(re.escape(LONG[0])))


def test_the_newest_step_is_followed_until_it_is_held(
    server: TensorBoard, gallery: Gallery, open_tab: OpenTab
) -> None:
    tab = open_tab(server).open(run=f"{SWEEP}/seed1", step=1)
    follow = tab.get("follow")
    expect(follow).to_have_attribute("aria-pressed", "false")
    follow.click()
    expect(follow).to_have_attribute("aria-pressed", "true")
    tab.expect_selected(step="2")
    log = gallery.log(f"{SWEEP}/seed1")
    rollouts.append(log, rollouts.lines([rollouts.sample(3, 0)]))
    expect(tab.get("step-input")).to_have_value("3")
    follow.click()
    rollouts.append(log, rollouts.lines([rollouts.sample(4, 0)]))
    expect(tab.view.get_by_text("of 4", exact=True)).to_be_visible()
    expect(tab.get("step-input")).to_have_value("3")


@pytest.mark.parametrize("view", ["samples", "groups", "prompts", "tokens"])
@pytest.mark.parametrize("late", [".*", "(?!steps)"], ids=["all answers late", "steps in time"])
def test_what_is_of_another_run_does_not_stay_beside_the_name_of_the_chosen_one(
    server: TensorBoard, open_tab: OpenTab, view: str, late: str
) -> None:
    apple, pear = OTHERS
    tab = open_tab(server).open(run=apple, step=2, view=view)
    shown = tab.view.locator("main.pane")
    expect(shown).to_contain_text("apple")
    tab.page.route(re.compile(rf"/rlboard/(?!runs){late}.*run=[^&]*pear"), lambda _: None)
    tab.press("]")
    tab.expect_selected(run=pear)
    expect(shown).not_to_contain_text("apple")
    tab.page.unroute_all()  # what was held goes on
    expect(shown).to_contain_text("pear")
    expect(shown).not_to_contain_text("apple")
