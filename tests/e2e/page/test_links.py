"""Every state is a link; what was chosen about the looks stays; every word is there in both languages."""

from __future__ import annotations

import re

import pytest
from hosting import TensorBoard
from playwright.sync_api import expect
from tab import OpenTab, Tab

pytestmark = pytest.mark.browser


def nth_sample(server: TensorBoard, step: int, place: int) -> str:
    """The id of a sample of the run `ppo`."""
    return str(server.ask("samples", run="ppo", step=step, limit=50)["columns"]["id"][place])


def test_a_link_leads_from_nothing_to_a_token(library: TensorBoard, open_tab: OpenTab) -> None:
    id_ = nth_sample(library, 70, 4)
    tab = open_tab(library, anew=True, host=True).open(
        run="ppo", view="samples", step=70, pin=10, sample=id_, metric="values", token=6
    )
    expect(tab.get("drawer")).to_have_attribute("data-id", id_)
    expect(tab.get("step-input")).to_have_value("70")
    tab.expect_run("ppo")
    expect(tab.get("token-metric")).to_have_value("values")
    expect(tab.get("token-info")).to_contain_text("token 6 of")
    expect(tab.get("pinned")).to_contain_text("10")
    expect(tab.view.locator("[role=row][aria-selected=true]")).to_have_attribute("data-id", id_)


def test_a_link_with_nonsense_in_it_still_opens(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(library).open(run="ppo", view="nowhere", step="seven", metric="<b>", order="up", token="-")
    expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
    expect(tab.get("step-input")).to_have_value("120")
    expect(tab.get("unread-link")).to_contain_text("step=seven, which is no whole number")
    expect(tab.get("unread-link")).to_contain_text("view=nowhere")
    tab.get("unread-link-hide").click()
    expect(tab.get("unread-link")).to_have_count(0)


def test_a_misspelt_list_or_column_of_a_link_is_said_with_what_is_there(
    library: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(library).open(run="ppo", view="prompts", list="solvd")
    expect(tab.get("prompt-row").first).to_be_visible()
    expect(tab.get("unread-link")).to_contain_text("list=solvd")
    expect(tab.get("unread-link")).to_contain_text("solved, regressed, never_solved")
    tab = open_tab(library).open(run="ppo", split_by="data_sorce")
    expect(tab.get("split-unknown")).to_contain_text("ppo has no text column data_sorce")
    tab.get("split-unknown").get_by_role("button").click()
    expect(tab.get("split-unknown")).to_have_count(0)
    tab = open_tab(library, locale="zh-CN").open(run="ppo", view="groups", kinds="all_right,al_wrong")
    expect(tab.get("unread-link")).to_contain_text("链接写有 kinds=al_wrong")


def test_a_link_to_a_run_that_is_not_here_says_so(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(library).open(run="moved/away")
    expect(tab.get("unknown-run")).to_contain_text("moved/away")
    tab.get("unknown-run").get_by_role("button", name="sft").click()
    expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
    tab.expect_selected(run="sft")


def test_back_and_forward_follow_what_was_opened_not_what_was_walked(
    library: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(library, host=True).open(run="ppo", step=40)
    tab.get("tab-samples").click()
    tab.get("sample-row").nth(1).click()
    expect(tab.get("drawer")).to_have_attribute("data-id", nth_sample(library, 40, 1))
    tab.get("sample-next").click()
    walked = nth_sample(library, 40, 2)
    expect(tab.get("drawer")).to_have_attribute("data-id", walked)
    tab.page.go_back()
    expect(tab.get("drawer")).to_have_count(0)
    expect(tab.get("sample-row").first).to_be_visible()
    tab.page.go_back()
    expect(tab.get("chart-reward")).to_be_visible()
    expect(tab.get("step-input")).to_have_value("40")
    tab.page.go_forward()
    tab.page.go_forward()
    expect(tab.get("drawer")).to_have_attribute("data-id", walked)
    expect(tab.get("step-input")).to_have_value("40")


def test_settings_survive_a_reload_and_the_link_does(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(library, host=True).open(run="ppo", step=30)
    tab.get("drawing").click()
    tab.get("band").select_option("p25_p75")
    tab.get("tab-samples").click()
    tab.get("sample-row").first.click()
    tab.get("matrix-toggle").click()
    expect(tab.get("matrix").get_by_role("table")).to_be_visible()
    before = tab.selected()
    tab.reload()
    expect(tab.get("matrix").get_by_role("table")).to_be_visible()
    assert tab.selected() == before
    stored = tab.js(
        "() => Object.fromEntries(Object.entries(localStorage).filter(([k]) => k.startsWith('rlboard.')))"
    )
    assert stored["rlboard.open.tokens"] == '"matrix"'
    tab.get("tab-overview").click()
    tab.get("drawing").click()
    expect(tab.get("band")).to_have_value("p25_p75")


def test_settings_of_another_version_are_not_believed(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(library).open(run="ppo")
    tab.js(
        """() => {
            localStorage.setItem("rlboard.overview.size", '"gigantic"');
            localStorage.setItem("rlboard.overview.band_scale", "1e999");
            localStorage.setItem("rlboard.samples.columns_off", '{"a": 1}');
            localStorage.setItem("rlboard.language", "{");
        }"""
    )
    tab.reload()
    expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
    tab.get("tab-samples").click()
    expect(tab.get("col-head-reward")).to_be_visible()


# Names of fields and measures, and what the log itself says, are the same in every language.
_SAME = re.compile(
    r"""^(?:
        [\W\d_]* | EN | RL\ Board | ppo | sft | train | native | step\ ?\d* | token | stop | moon
        | .*(?:rollouts\.rank_0\.jsonl|\|end\||KL|IQR|std|k[123]).*
        | [a-z]\w*:\ [^.]*[=(−·][^.]*
        | [\d.,e+−-]+\ ?(?:s|min|ms|B|kB|MB)? | p\d+(?:\ –\ p\d+)? | [a-z]+(?:_[a-z0-9]+)+
    )$""",
    re.VERBOSE,
)
_LETTERS = re.compile(r"[A-Za-z]{2,}")
_KEY = re.compile(r"\b(?:shell|overview|samples|sample|metric|aggregate)\.[a-z]\w*(?:\.\w+)*")
_WORDS = """() => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const foreign = ".token-text, .text, .matrix-scroll, [role=gridcell], code, pre, kbd, .u-wrap, bdi, svg text";
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (element.closest(foreign) === null && element.checkVisibility()) {
            found.push(walker.currentNode.data.trim());
        }
    }
    for (const element of document.querySelectorAll("[aria-label], [title], [placeholder]")) {
        if (element.closest(foreign) !== null) continue;
        for (const name of ["aria-label", "title", "placeholder"]) {
            found.push((element.getAttribute(name) ?? "").trim());
        }
    }
    return [...new Set(found)].filter((text) => text !== "");
}"""


def words(tab: Tab) -> set[str]:
    """Every text on screen and in labels, but for what comes from the log; how long ago something was is left open."""
    return {re.sub(r"\d+ (?=s\b|min\b)", "… ", text) for text in tab.js(_WORDS)}


def show(tab: Tab, view: str) -> None:
    """Shows a view of the run `ppo` with as many words as it has."""
    if view == "overview":
        tab.open(run="ppo", step=50, pin=10)
        expect(tab.get("panel-marks").locator("svg").first).to_be_visible()
        return
    more = {"sample": nth_sample(tab.server, 50, 3), "token": 2} if view == "sample" else {}
    tab.open(run="ppo", step=50, view="samples", **more)
    expect(tab.get("sample-row").first).to_be_visible()
    expect(tab.get("summary")).to_contain_text("12")
    if view == "sample":
        expect(tab.get("token-info")).to_contain_text("30")
        if tab.get("matrix").get_by_role("table").count() == 0:
            tab.get("matrix-toggle").click()


def test_the_other_language_changes_every_word(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(library)
    for view in ("overview", "samples", "sample"):
        show(tab, view)
        tab.get("lang").hover()  # away from everything that tells more under the pointer
        expect(tab.get("lang")).to_have_text("中")
        english = words(tab)
        tab.get("lang").click()
        expect(tab.view.locator("html")).to_have_attribute("lang", "zh-CN")
        expect(tab.get("tab-overview")).not_to_have_text("Overview")
        chinese = words(tab)
        tab.get("lang").click()
        expect(tab.get("tab-overview")).to_have_text("Overview")
        again = words(tab)
        assert [text for text in english | chinese if _KEY.search(text)] == []
        same = sorted(text for text in english & chinese if _LETTERS.search(text) and not _SAME.match(text))
        assert not same, f"{view}: {same}"
        assert english - again == set()


def test_a_chinese_browser_gets_chinese_and_the_choice_is_remembered(
    library: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(library, locale="zh-CN").open(run="ppo")
    expect(tab.view.locator("html")).to_have_attribute("lang", "zh-CN")
    tab.get("lang").click()
    expect(tab.get("tab-overview")).to_have_text("Overview")
    tab.reload()
    expect(tab.get("tab-overview")).to_have_text("Overview")
    expect(tab.view.locator("html")).to_have_attribute("lang", "en")
