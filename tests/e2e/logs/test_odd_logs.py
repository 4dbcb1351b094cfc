"""Logs that are not nice: hostile texts, numbers that are none, and lines that cannot be read."""

from __future__ import annotations

import json
import math
import re

import pytest
import rollouts
from hosting import Gallery, TensorBoard
from playwright.sync_api import expect
from tab import OpenTab, Tab

pytestmark = pytest.mark.browser

IMAGE = "<img src=nowhere onerror=parent.pwned=1>"
SCRIPT = "</script><script>parent.pwned=1</script>"
BACKWARDS = "\u202edesrever si siht\u202c"
HOSTILE = f"{IMAGE}{SCRIPT}{BACKWARDS}\x00\x1b[31m<svg onload=parent.pwned=1><iframe srcdoc={IMAGE!r}>"
HOSTILE_RUN = "<img src=nowhere onerror=parent.pwned=1> \u202enur"
ENDLESS = "w" * 100_000


def hostile() -> list[rollouts.Row]:
    """Every text that a log can hold is an attack."""
    rows = []
    for index in range(3):
        row = rollouts.sample(1, index)
        row["response_tokens"][3:6] = [IMAGE, SCRIPT, BACKWARDS + "\x00"]
        row["prompt"] = HOSTILE if index else ENDLESS
        row["response"] = "".join(row["response_tokens"])
        rows.append(
            {
                **row,
                "ref_response": HOSTILE,
                "ground_truth": HOSTILE,
                "finish_reason": IMAGE,
                "split": IMAGE,
                IMAGE: 1.5,
                f"text {SCRIPT}": HOSTILE,
            }
        )
    endless = rollouts.sample(1, 3)
    # One token of 100 kB, and so a response without a blank.
    endless["response_tokens"] = [ENDLESS, *["x" for _ in endless["response_tokens"][1:]]]
    endless["response"] = "".join(endless["response_tokens"])
    return [*rows, endless]


def nonfinite() -> list[rollouts.Row]:
    """Eight samples, five of them with a finite reward; tokens with every kind of number."""
    rows = [rollouts.sample(1, index) for index in range(8)]
    for index, reward in {1: math.nan, 4: math.inf, 6: -math.inf}.items():
        rows[index]["reward"] = reward
    rows[0]["logprobs"][2:5] = [math.nan, -math.inf, math.inf]
    return rows


BROKEN = [
    json.dumps(rollouts.sample(1, 0)),
    '{"step": 1, "prompt": "torn',
    json.dumps(rollouts.sample(1, 1)),
    "[1, 2, 3]",
    "\x00\x00\x00\x00",
    json.dumps(rollouts.sample(2, 2)),
]


@pytest.fixture(scope="module")
def server(gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> TensorBoard:
    made = tmp_path_factory.mktemp("odd")
    rollouts.write(made / HOSTILE_RUN, hostile())
    rollouts.write(made / "nonfinite", nonfinite())
    misfit = rollouts.sample(2, 1)
    misfit["values"] = misfit["values"][:-1] * 2
    rollouts.write(made / "misfit", [rollouts.sample(1, 0), misfit, rollouts.sample(3, 0)])
    rollouts.append(rollouts.write(made / "broken", []), "\n".join(BROKEN) + "\n")
    return gallery.show(made, HOSTILE_RUN, "nonfinite", "misfit", "broken")


def foreign_elements(tab: Tab) -> int:
    """Elements of the kinds that an attack would have made; we make none of them."""
    count: int = tab.js(
        "() => document.querySelectorAll('img, script, iframe, object, embed, svg[onload]').length"
    )
    return count


def expect_untouched(tab: Tab) -> None:
    assert foreign_elements(tab) == 0
    assert tab.page.evaluate("() => 'pwned' in window") is False
    assert tab.js("() => 'pwned' in window") is False
    assert [url for url in tab.requests if "nowhere" in url.rpartition("/")[2].partition("?")[0]] == []
    widths = tab.js("() => [document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1], "the page scrolls sideways"


def test_hostile_texts_stay_texts_in_the_overview_and_the_table(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(server, host=True).open(run=HOSTILE_RUN)
    expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
    # Its own key becomes a metric, and that a chart.
    tab.get("chart-picker").click()
    tab.get("chart-search").fill("onerror")
    tab.view.get_by_role("checkbox", name=IMAGE).check()
    expect(tab.get(f"chart-{IMAGE}")).to_contain_text(IMAGE)
    tab.press("Escape")
    expect(tab.get("panel-marks").locator("svg").first).to_be_visible()
    expect_untouched(tab)
    tab.get("tab-samples").click()
    expect(tab.get("sample-row")).to_have_count(4)
    tab.get("columns").click()
    tab.view.get_by_role("checkbox", name=IMAGE).check()
    tab.view.get_by_role("checkbox", name=f"text {SCRIPT}").check()
    tab.press("Escape")
    expect(tab.view.get_by_role("columnheader", name=IMAGE)).to_be_attached()
    expect(tab.get("sample-row").nth(1)).to_contain_text("<img src=nowhere")
    tab.get("search").fill("<img src")
    expect(tab.get("summary")).to_contain_text("3 samples with a hit")
    expect(tab.get("sample-row").first.locator("mark")).to_have_text("<img src")
    expect_untouched(tab)


@pytest.mark.parametrize("place", [0, 1, 3])
def test_hostile_texts_stay_texts_in_an_opened_sample(
    server: TensorBoard, open_tab: OpenTab, place: int
) -> None:
    tab = open_tab(server, host=True).open(run=HOSTILE_RUN, view="samples")
    tab.get("sample-row").nth(place).click()
    expect(tab.get("token").first).to_be_attached()
    row = hostile()[place]
    assert "".join(tab.get("token").all_text_contents()) == row["response"]
    if place == 1:
        tab.token(3).click()
        expect(tab.get("token-info")).to_contain_text("<img␣src=nowhere")
    tab.get("matrix-toggle").click()
    expect(tab.get("matrix").get_by_role("table")).to_be_visible()
    # The folded prompt shows its end; opened, the whole of it.
    tab.get("prompt").get_by_role("button").first.click()
    if place == 0:
        expect(tab.get("drawer")).to_contain_text("w" * 50_000)
    expect_untouched(tab)
    room = tab.view.locator(".drawer-content").evaluate("d => [d.scrollWidth, d.clientWidth]")
    assert room[0] <= room[1], "the sample scrolls sideways"


def test_numbers_that_are_none_are_counted_and_not_averaged(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server).open(run="nonfinite")
    chart = tab.get("chart-reward")
    expect(chart).to_contain_text("mean over 5 of 8 samples, 3 non-finite")
    tab.show_as_table("reward")
    finite = [row["reward"] for row in nonfinite() if math.isfinite(row["reward"])]
    column = chart.locator("thead th").all_text_contents().index("policy") - 1
    shown = float(chart.locator("tbody tr td").nth(column).inner_text())
    assert math.isclose(shown, sum(finite) / len(finite), rel_tol=1e-3)
    expect(tab.get("panel-marks")).to_contain_text("3 non-finite left out")


def test_numbers_that_are_none_are_sorted_last_both_ways(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server)
    for order in ("desc", "asc"):
        tab.open(run="nonfinite", step=1, view="samples", sort="reward", order=order)
        expect(tab.get("sample-row")).to_have_count(8)
        tab.expect_rows(server.ask("samples", run="nonfinite", sort="reward", order=order)["columns"]["id"])
        cells = tab.cells("reward")
        finite = [float(text) for text in cells[:5]]
        assert all(math.isfinite(value) for value in finite)
        assert finite == sorted(finite, reverse=order == "desc")
        assert sorted(cells[5:]) == ["-Infinity", "Infinity", "NaN"]


def test_tokens_without_a_number_have_a_pattern_and_a_word(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server).open(run="nonfinite", view="samples", metric="logprobs")
    tab.get("sample-row").first.click()
    expect(tab.token(2)).to_have_class(re.compile(r"\bnan\b"))
    expect(tab.token(3)).to_have_class(re.compile(r"\binf\b"))
    expect(tab.get("legend")).to_contain_text("3 not finite")
    ordinary = tab.token(8).evaluate("span => getComputedStyle(span).backgroundImage")
    for i, word in {2: "NaN", 3: "-Infinity", 4: "Infinity"}.items():
        assert tab.token(i).evaluate("span => getComputedStyle(span).backgroundImage") != ordinary
        tab.token(i).click()
        expect(tab.shown_value("logprobs")).to_have_text(word)
    # What follows from them is no number either, and the scale comes from the others.
    expect(tab.shown_value("log_ratio")).to_have_text("Infinity")
    assert "NaN" not in tab.get("legend").inner_text()


def test_lines_that_cannot_be_read_are_counted_and_named(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server).open(run="broken", view="samples")
    expect(tab.get("step-input")).to_have_value("2")
    answer = server.ask("problems", run="broken")
    assert answer["columns"]["line"] == [2, 4, 5]
    expect(tab.get("problems-button")).to_contain_text("3 problems")
    tab.get("problems-button").click()
    dialog = tab.get("problems-dialog")
    kinds = dialog.locator("details.problem-kind")
    expect(kinds).to_have_count(len(answer["kinds"]))
    for kind, said in zip(answer["kinds"], kinds.all(), strict=True):
        expect(said.locator("summary .number")).to_have_text(str(kind["count"]))
        if said.get_attribute("open") is None:
            said.locator("summary").click()
    rows = dialog.locator("tbody tr")
    expect(rows).to_have_count(3)
    places = set()
    for row in rows.all():
        place, _, reason = row.locator("td").all_text_contents()
        places.add(place)
        assert reason
    assert places == {f"broken/rollouts.rank_0.jsonl:{line}" for line in (2, 4, 5)}
    # A line without a sample cannot be opened: its place is copied, for an editor.
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copy = dialog.get_by_test_id("problem-copy").first
    path = copy.inner_text().strip()
    assert path in places
    copy.click()
    expect(copy).to_contain_text("copied")
    assert tab.js("() => navigator.clipboard.readText()") == path
    tab.press("Escape")
    expect(dialog).to_have_count(0)
    # The lines around them are all there.
    assert server.ask("samples", run="broken", step_min=0)["total"] == 3


def test_a_problem_leads_to_the_sample_of_its_line(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server).open(run="misfit")
    expect(tab.get("step-input")).to_have_value("3")
    tab.get("problems-button").click()
    expect(tab.get("problem-kind-length_mismatch")).to_contain_text("values that do not fit the tokens 1")
    tab.get("problem-open").click()
    expect(tab.get("problems-dialog")).to_have_count(0)
    (sample,) = server.ask("samples", run="misfit", step=2)["columns"]["id"]
    expect(tab.get("drawer")).to_have_attribute("data-id", sample)
    tab.expect_selected(step="2", view="samples")
    expect(tab.get("sample-problems")).to_contain_text("values")
