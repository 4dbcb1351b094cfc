"""Responses of sixteen thousand tokens: all of the text is there, and only what is looked at is made."""

from __future__ import annotations

import re

import pytest
import rollouts
from hosting import Gallery, TensorBoard
from playwright.sync_api import expect
from tab import OpenTab

pytestmark = pytest.mark.browser

LONG = 16_384


def long() -> list[rollouts.Row]:
    row = rollouts.sample(1, 0, LONG)
    row["logprobs"][
        9000
    ] = -400.0  # beside this one no other is extreme: a twentieth of it is more than they have
    return [row, rollouts.sample(1, 1)]


@pytest.fixture(scope="module")
def server(gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> TensorBoard:
    made = tmp_path_factory.mktemp("long")
    rollouts.write(made / "long", long())
    return gallery.show(made, "long")


def test_sixteen_thousand_tokens_open_and_only_what_is_near_is_made(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(server).open(run="long", view="samples", metric="logprobs")
    tab.get("sample-row").first.click()
    expect(tab.token(0)).to_be_visible()
    expect(tab.view.locator(".token-text")).to_have_attribute("aria-label", re.compile("16,?384"))
    first = tab.get("token").count()
    assert 0 < first < 6000, "a span for every token"
    # The text as a whole is in the page all the same, for searching and copying.
    assert tab.view.locator(".token-text").evaluate("text => text.textContent.length") == len(
        long()[0]["response"]
    )
    tab.get("matrix-toggle").click()
    columns = tab.get("matrix").locator(".matrix-column")
    expect(columns.first).to_be_visible()
    assert columns.count() < 100
    tab.get("lang").hover()
    tab.view.locator(".token-text").focus()
    tab.press("End")
    expect(tab.get("token-info")).to_contain_text(f"token {LONG - 1:,} of {LONG:,}")
    expect(tab.token(LONG - 1)).to_be_in_viewport()
    expect(tab.get("matrix").locator(f".matrix-column[data-i='{LONG - 1}']")).to_be_in_viewport()
    assert columns.count() < 100
    assert tab.get("token").count() < 2 * 6000
    before = tab.get("drawer").get_attribute("data-id")
    tab.get("sample-next").click()
    expect(tab.get("drawer")).not_to_have_attribute("data-id", before or "")
    expect(tab.get("token")).to_have_count(24)
    tab.get("sample-prev").click()
    expect(tab.get("drawer")).to_have_attribute("data-id", before or "")
    expect(tab.token(0)).to_be_visible()


def test_a_resting_pointer_does_not_outshout_the_keys(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server).open(run="long", view="samples", metric="logprobs")
    tab.get("sample-row").first.click()
    tab.get("matrix-toggle").click()
    columns = tab.get("matrix").locator(".matrix-column")
    columns.nth(3).hover()
    expect(tab.get("token-info")).to_contain_text("token 3 of")
    tab.view.locator(".token-text").focus()
    # Other tokens scroll under the pointer, which has not moved.
    tab.press("End")
    expect(tab.get("matrix").locator(f".matrix-column[data-i='{LONG - 1}']")).to_be_in_viewport()
    tab.js("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(tab.get("token-info")).to_contain_text(f"token {LONG - 1:,} of")
    columns.nth(2).hover()
    expect(tab.get("token-info")).not_to_contain_text(f"token {LONG - 1:,} of")


def test_the_most_extreme_of_sixteen_thousand_is_found_by_key(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server).open(run="long", view="samples", metric="logprobs")
    tab.get("sample-row").first.click()
    expect(tab.token(0)).to_be_visible()
    tab.press("n")
    expect(tab.get("token-info")).to_contain_text(f"token 9,000 of {LONG:,}")
    expect(tab.token(9000)).to_be_in_viewport()
    expect(tab.shown_value("logprobs")).to_have_text("-400")
