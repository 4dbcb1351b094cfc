"""A response beside another one: its reference, its group, the same prompt at another step; and curves split by a text."""

from __future__ import annotations

import pytest
import rollouts
from hosting import Gallery, TensorBoard
from playwright.sync_api import expect
from tab import OpenTab, Tab

pytestmark = pytest.mark.browser

RUN = "compared"
STEPS = (1, 2)
SENTENCE = " the moon rises over a quiet river, and autumn sings."


def rows() -> list[rollouts.Row]:
    """Two steps of four prompts; the first one's response at step 2 has a sentence elsewhere and one word changed."""
    made = [rollouts.sample(step, index) for step in STEPS for index in range(4)]
    for row in made:
        row["data_source"] = "poems" if row["prompt"].startswith("Write") else "诗"
    first, second = made[0], made[4]
    words = [f" word{i}" for i in range(30)]
    begin = SENTENCE.replace(" ", "\0 ").split("\0")[1:]
    for row, tokens in ((first, [*begin, *words]), (second, [*words[:12], " changed", *words[13:], *begin])):
        row["response_tokens"], row["response"] = tokens, "".join(tokens)
        row["ref_response"] = "".join([*words[:5], " other", *words[6:]])
        for name in ("logprobs", "ref_logprobs", "values", "token_rewards"):
            row[name] = [-0.5 - 0.01 * i for i in range(len(tokens))]
    return made


@pytest.fixture(scope="module")
def server(gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> TensorBoard:
    made = tmp_path_factory.mktemp("compared")
    rollouts.write(made / RUN, rows())
    return gallery.show(made, RUN)


def choose(tab: Tab, label: str) -> None:
    field = tab.view.get_by_label("compare with")
    option = field.locator("option", has_text=label).first
    expect(option).to_be_attached()
    field.select_option(label=option.text_content())


def test_a_response_beside_its_other_step_and_its_reference(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server).open(run=RUN, view="samples", step="2")
    tab.get("sample-row").first.click()
    choose(tab, "at step 1")
    diff = tab.get("diff")
    # The sentence at the front of step 1 stands at the end of step 2, and a word has changed.
    expect(diff.locator(".diff-row .diff-moved_away")).to_have_text(SENTENCE)
    expect(diff.locator(".diff-row .diff-moved_here")).to_have_text(SENTENCE)
    expect(diff.locator(".diff-row .diff-delete")).to_have_text(" word12")
    expect(diff.locator(".diff-row .diff-insert")).to_have_text(" changed")
    expect(diff.locator(".diff-equal .heat").first).to_be_visible()
    tab.page.keyboard.press("n")
    expect(diff.locator("[data-current]")).to_have_text(SENTENCE)
    tab.page.keyboard.press("n")
    expect(diff.locator("[data-current]")).to_have_text(" word12")
    tab.get("diff-beside").click()
    expect(diff.locator(".diff-titles")).to_have_count(0)
    assert "diff_with" in tab.selected()
    choose(tab, "Reference")
    expect(tab.get("diff-changes")).to_have_text("3 changes")
    expect(diff.locator(".diff-row .diff-delete").first).to_have_text("other")
    choose(tab, "nothing")
    expect(tab.get("token").first).to_be_visible()


def test_every_chart_is_split_by_a_text(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server).open(run=RUN)
    tab.view.get_by_label("split by").select_option("data_source")
    legend = tab.get("split-legend")
    expect(legend.locator("li")).to_have_text(["poems6", "诗2"])
    expect(tab.get("chart-reward").locator(".overview-readout")).to_contain_text("poems")
    assert tab.selected()["split_by"] == "data_source"
