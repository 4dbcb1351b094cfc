"""Two seeds of one training: the sick one stands first, and what they share leads from the win rate down to a token."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import rollouts
from accessibility import serious
from hosting import Gallery, TensorBoard, until
from planted_runs.run import Plan, write_run
from playwright.sync_api import expect
from tab import OpenTab

pytestmark = pytest.mark.browser

SICK = Plan("kl_spike", "strong", "grpo_few", 7)
SEEDS = ("seed1", "seed2")
QUESTIONS = 30


@pytest.fixture(scope="module")
def server(gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> TensorBoard:
    """Two seeds that answer the same questions, the second one worse, and a run with a planted failure."""
    home: Path = tmp_path_factory.mktemp("seeds")
    write_run(SICK, home / "logs", home / "truths")
    for number, name in enumerate(SEEDS):
        rows = [
            rollouts.sample(step, 100 * number + index)
            | {"prompt": f"Question {index}?", "reward": float((step + index) % (2 + number) == 0)}
            for step in range(1, 13)
            for index in range(QUESTIONS)
        ]
        rollouts.write(home / "logs" / name, rows)
    return gallery.show(home / "logs", SICK.name, *SEEDS)


def findings_of_all(server: TensorBoard) -> dict[str, tuple[int, ...]] | None:
    """Errors, warnings and hints of each run; None until all were examined."""
    found = {row["run"]: row["findings"] for row in server.ask("run_table")["runs"]}
    if None in found.values():
        return None
    return {name: tuple(each[kind] for kind in ("error", "warning", "info")) for name, each in found.items()}


def test_from_all_runs_to_two_responses_to_one_prompt(
    server: TensorBoard, open_tab: OpenTab, axe: str
) -> None:
    one, other = SEEDS
    weights = until(lambda: findings_of_all(server), "every run to be examined")
    tab = open_tab(server).open(run=one)
    tab.press(tab.key_of("runs"))
    tab.expect_selected(view="runs")
    shown = tab.get("runs-row")
    expect(shown.first).to_be_visible()
    order = shown.evaluate_all("rows => rows.map((row) => row.dataset.id)")
    assert [weights[name] for name in order] == sorted((weights[name] for name in order), reverse=True)
    expect(tab.get("runs-empty")).to_be_visible()
    tab.view.locator(f"[data-testid=runs-row][data-id='{other}']").click()
    tab.expect_selected(run_b=other)
    answer = server.ask("compare", run=one, against_run=other, limit=5)
    assert answer["compared"] == QUESTIONS
    assert answer["wins"] + answer["ties"] + answer["losses"] == answer["compared"]
    expect(tab.get("verdict")).to_contain_text(f"A is higher on {answer['wins']} prompts")
    expect(tab.get("differences").locator("path").first).to_be_attached()
    assert serious(tab, axe) == []
    tab.get("changed-prompt").first.locator("button").click()
    tab.expect_selected(pair=answer["prompts"]["prompt_key"][0])
    expect(tab.get("prompt-pair").get_by_test_id("diff")).to_be_visible()
    tab.get("pair-open-b").click()
    tab.expect_selected(view="samples", run=other, sample=answer["prompts"]["b_ids"][0][0])
    expect(tab.token(0)).to_be_visible()
    tab.page.go_back()
    tab.expect_selected(view="runs", run=one, run_b=other)


def test_a_link_compares_two_ranges_of_steps_of_one_run(server: TensorBoard, open_tab: OpenTab) -> None:
    name = SEEDS[0]
    tab = open_tab(server, locale="zh-CN").open(view="runs", run=name, run_b=name)
    expect(tab.get("runs-itself")).to_be_visible()
    tab.get("compare-ends").click()
    expect(tab.get("win-rate")).to_be_visible()
    before = {end: tab.selected()[end] for end in ("a_min", "b_max")}
    tab.get("compare-swap").click()
    tab.expect_selected(a_max=before["b_max"], b_min=before["a_min"])


def test_another_run_lies_over_every_chart_and_is_hidden_by_the_legend(
    server: TensorBoard, open_tab: OpenTab, axe: str
) -> None:
    one, other = SEEDS
    tab = open_tab(server).open(run=one)
    tab.get("overlay").click()
    tab.view.locator(".overlay-choices label", has_text=re.compile(f"^{other}$")).click()
    tab.expect_selected(overlay=other)
    tab.press("Escape")
    for chart in ("reward", "kl", "length"):
        readout = tab.get(f"chart-{chart}").locator(".overview-readout")
        expect(readout.locator(".overview-name", has_text=other)).to_be_visible()
    mean = server.ask("steps", run=other, metrics="reward")["metrics"]["reward"]["mean"][-1]
    shown = tab.get("chart-reward").locator(".overview-readout > span", has_text=other).locator("b")
    assert float(shown.inner_text()) == pytest.approx(mean, abs=1e-3)
    assert serious(tab, axe) == []
    tab.get("overlay-toggle").click()
    tab.expect_selected(overlay=f"!{other}")
    expect(tab.get("chart-reward").locator(".overview-name", has_text=other)).to_have_count(0)
