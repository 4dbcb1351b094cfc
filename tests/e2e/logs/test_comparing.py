"""What is compared in logs that are odd, or many: groups that were cut, texts from right to left, sixty runs, the sample training."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Literal

import pytest
import rollouts
from accessibility import serious
from hosting import Gallery, TensorBoard, until
from playwright.sync_api import expect
from repository import ROOT
from tab import OpenTab

pytestmark = pytest.mark.browser

ODD, SAMPLE, SICK, RUNS = "odd_groups", "couplets", "sixty/number17", 60


def member(step: int, group: str, reward: float | None, words: str, **more: object) -> dict[str, Any]:
    tokens = [f"{word} " for word in words.split()]
    numbers = [-0.1 * (1 + i % 5) for i, _ in enumerate(tokens)]
    row = {"step": step, "group_id": group, "prompt": f"What of {group}?", "response": "".join(tokens)}
    arrays = {"response_tokens": tokens, "logprobs": numbers, "ref_logprobs": [-0.3] * len(tokens)}
    return row | arrays | ({} if reward is None else {"reward": reward}) | more


@pytest.fixture(scope="module")
def server(gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> TensorBoard:
    """Odd groups, the sample training, and sixty runs of which one has rewards that are no number from the middle on."""
    logs: Path = tmp_path_factory.mktemp("comparing") / "logs"
    rows = []
    for step in (1, 2):
        rows += [member(step, "cut", 0.0, f"on and on {i}", truncated=True) for i in range(3)]
        rows += [member(step, "arabic", float(i), ("الجواب خمسة", "الجواب أربعة")[i]) for i in range(2)]
        rows += [member(step, "alike", float(i > 1), "the same words") for i in range(4)]
        rows += [member(step, "alone", 1.0, "yes"), member(step, "unscored", None, "no")]
    rollouts.write(logs / ODD, rows)
    shutil.copytree(ROOT / "rollout_samples" / "train_couplets", logs / SAMPLE)
    names = [f"sixty/number{number}" for number in range(RUNS)]
    for number, name in enumerate(names):
        kept = [float((step + i + number) % 3 > 0) for step in range(12) for i in range(4)]
        if name == SICK:
            kept[24:] = [float("nan")] * 24
        rollouts.write(
            logs / name,
            [
                rollouts.sample(1 + at // 4, at % 4, length=6, drift=0.1) | {"reward": reward}
                for at, reward in enumerate(kept)
            ],
        )
    return gallery.show(logs, ODD, SAMPLE, *names)


def test_why_a_group_gives_no_gradient_stands_above_its_members(
    server: TensorBoard, open_tab: OpenTab, axe: str
) -> None:
    tab = open_tab(server, theme="dark").open(
        run=ODD, view="groups", step=2, group="cut", group_step=2, kinds="all_truncated"
    )
    expect(tab.get("group-item")).to_have_count(1)
    expect(tab.get("group-item")).to_contain_text("What of cut?")
    expect(tab.get("group-facts")).to_contain_text("3 members · no gradient: all truncated")
    expect(tab.get("group-member").filter(has_text="truncated")).to_have_count(3)
    assert serious(tab, axe) == []


def test_members_with_the_same_words_part_nowhere_and_have_no_phrases(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(server).open(run=ODD, view="groups", step=2, group="alike", group_step=2)
    expect(tab.get("group-diverge")).to_have_text("all alike")
    expect(tab.get("group-chips").locator("[data-side]")).to_have_count(0)


def test_a_phrase_from_right_to_left_leaves_the_numbers_where_they_are(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(server).open(run=ODD, view="groups", step=2, group="arabic", group_step=2)
    chip = tab.get("group-chips").locator("[data-side=good]")
    expect(chip).to_have_text("the good have “\u2068أربعة\u2069”: 1 of 1, the bad 0 of 1")
    # The number follows the phrase on the screen as well: its place is right of the quote that opens it.
    places = chip.evaluate(
        """chip => [chip.textContent.indexOf("“"), chip.textContent.indexOf(": 1") + 2].map((at) => {
            const range = document.createRange();
            range.setStart(chip.firstChild, at);
            range.setEnd(chip.firstChild, at + 1);
            return range.getBoundingClientRect().left;
        })"""
    )
    phrase = chip.evaluate("chip => chip.getBoundingClientRect().width") / 10
    assert places[1] - places[0] > phrase


@pytest.mark.parametrize(("language", "theme"), [("en-US", "light"), ("zh-CN", "dark")])
def test_pass_at_k_and_kinds_of_the_sample_training(
    server: TensorBoard, open_tab: OpenTab, axe: str, language: str, theme: Literal["light", "dark"]
) -> None:
    curves = server.ask("pass_at_k", run=SAMPLE)
    tab = open_tab(server, height=600, locale=language, theme=theme).open(run=SAMPLE, view="prompts")
    tab.get("pass-at-k").locator("summary").click()
    rows = tab.get("pass-at-k").locator("tbody tr")
    expect(rows).to_have_count(len(curves["k"]))
    assert [int(row.locator("th").inner_text()) for row in rows.all()] == curves["k"] == [1, 2, 4]
    for row, shares in zip(rows.all(), curves["pass_at_k"], strict=True):
        shown = float(row.locator("td.number").nth(2).inner_text().removesuffix("%").strip())
        assert shown == pytest.approx(100 * shares[-1], abs=0.06)
    tab.get("prompts-by").select_option("language")
    kinds = server.ask("prompts", run=SAMPLE, by="language")["kinds"]
    expect(tab.get("prompt-kind")).to_have_count(len(kinds["kind"]))
    for row, name, number in zip(tab.get("prompt-kind").all(), kinds["kind"], kinds["prompts"], strict=True):
        expect(row).to_contain_text(name)
        expect(row).to_contain_text(f"{number:,}")
    assert serious(tab, axe) == []


def test_two_stretches_of_the_sample_training_down_to_a_token(server: TensorBoard, open_tab: OpenTab) -> None:
    ends = {"step_min": 31, "against_step_max": 30}
    answer = server.ask("compare", run=SAMPLE, against_run=SAMPLE, **ends)
    tab = open_tab(server).open(run=SAMPLE, view="runs", run_b=SAMPLE, a_min=31, b_max=30)
    lead = "Neither is surely ahead" if answer["wins"] + answer["losses"] < 6 else "win rate"
    expect(tab.get("verdict")).to_contain_text(lead)
    expect(tab.get("verdict")).to_contain_text(f"A is higher on {answer['wins']} prompt")
    tab.press("l", "Enter")
    tab.expect_selected(pair=answer["prompts"]["prompt_key"][0])
    expect(tab.get("prompt-pair").get_by_test_id("diff")).to_be_visible()
    tab.get("pair-open-a").click()
    tab.expect_selected(view="samples", sample=answer["prompts"]["a_ids"][0][0])
    expect(tab.token(0)).to_be_visible()


def test_of_sixty_runs_the_sick_one_stands_first(server: TensorBoard, open_tab: OpenTab) -> None:
    def examined() -> list[dict[str, Any]] | None:
        rows = [row for row in server.ask("run_table")["runs"] if row["run"].startswith("sixty/")]
        is_done = len(rows) == RUNS and all(row["findings"] is not None for row in rows)
        return rows if is_done else None

    sixty = until(examined, "every run to be examined")
    tab = open_tab(server, height=600).open(run="sixty/number3", view="runs")
    worst = [row["run"] for row in sixty if row["findings"]["error"] + row["findings"]["warning"]]
    assert worst == [SICK]
    shown = tab.get("runs-row")
    expect(shown.first).to_be_visible()

    def first() -> bool | None:
        names = shown.evaluate_all("rows => rows.map((row) => row.dataset.id)")
        ours = [name for name in names if name.startswith("sixty/")]
        if not ours:  # runs of other tests that are sick as well
            tab.js("() => { document.querySelector('.runs-table [role=grid]').scrollTop += 240; }")
        return ours[:1] == [SICK] or None

    until(first, "the sick run to stand first")
    tab.view.locator(f"[data-testid=runs-row][data-id='{SICK}']").click()
    tab.expect_selected(run_b=SICK)
    expect(tab.get("verdict")).to_be_visible()
