"""Texts of a sample that its tokens do not say: ids, fewer tokens than text, and metrics that it does not have."""

from __future__ import annotations

import pytest
import rollouts
from hosting import Gallery, TensorBoard
from playwright.sync_api import expect
from tab import OpenTab

pytestmark = pytest.mark.browser

KEPT = 9
WORDS = ["the", "quick", "brown", "fox"]


def rows() -> dict[str, list[rollouts.Row]]:
    """A run whose first nine tokens are logged, one of ids, one without a reference, and one of bare words."""
    fewer, ids, alone, words = ([rollouts.sample(1, index) for index in range(3)] for _ in range(4))
    for row in words:
        row["response"], row["response_tokens"] = " ".join(WORDS), WORDS
        for name in ("logprobs", "ref_logprobs", "values", "token_rewards"):
            row[name] = row[name][: len(WORDS)]
    for row in fewer:
        for name in ("response_tokens", "logprobs", "ref_logprobs", "values", "token_rewards"):
            row[name] = row[name][:KEPT]
    for row in ids:
        row["response_tokens"] = [50_000 + i for i in range(len(row["response_tokens"]))]
    for row in alone:
        del row["ref_logprobs"]
        row["entropies"] = [0.25] * len(row["response_tokens"])
    return {"fewer": fewer, "ids": ids, "alone": alone, "words": words}


@pytest.fixture(scope="module")
def server(gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> TensorBoard:
    made = tmp_path_factory.mktemp("texts")
    for name, samples in rows().items():
        rollouts.write(made / f"texts_{name}", samples)
    return gallery.show(made, *(f"texts_{name}" for name in rows()))


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en-US", "The logged tokens cover the first {n} of the response’s {all} characters."),
        ("zh-CN", "记录的 token 只覆盖回复 {all} 个字符中的前 {n} 个"),
    ],
)
def test_where_the_tokens_end_the_text_goes_on_and_that_is_said(
    server: TensorBoard, open_tab: OpenTab, locale: str, said: str
) -> None:
    row = rows()["fewer"][0]
    tab = open_tab(server, locale=locale).open(run="texts_fewer", view="samples")
    tab.get("sample-row").first.click()
    expect(tab.get("token")).to_have_count(KEPT)
    spelled = "".join(row["response_tokens"]).lstrip()
    whole = row["response"].lstrip()
    rest = tab.get("text-rest")
    expect(rest).to_contain_text(said.format(n=len(spelled), all=len(whole)))
    shown = "".join(tab.get("token").all_text_contents()) + (rest.locator(".text").text_content() or "")
    assert shown.strip() == row["response"].strip(), "nothing is lost between the tokens and the rest"


def test_words_that_were_logged_without_blanks_are_read_as_the_response_is(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(server).open(run="texts_words", view="samples")
    tab.get("sample-row").first.click()
    expect(tab.get("token")).to_have_text(WORDS)
    expect(tab.view.locator(".token-text")).to_have_text(" ".join(WORDS))
    expect(tab.get("text-apart")).to_have_count(0)


def test_ids_stand_once_below_the_text_that_they_do_not_say(server: TensorBoard, open_tab: OpenTab) -> None:
    row = rows()["ids"][0]
    tab = open_tab(server).open(run="texts_ids", view="samples")
    tab.get("sample-row").first.click()
    expect(tab.get("token").first).to_have_text("#50000")
    expect(tab.get("undecoded")).to_contain_text(row["response"].strip())
    text = tab.view.locator(".drawer-content").inner_text()
    assert text.count(row["response"].strip()) == 1
    assert text.count("#50003") == 1
    # No second way to the same text in place of the ids.
    expect(tab.view.locator(".token-tools").get_by_role("button", name="as logged")).to_have_count(0)
    broken = tab.js(
        "() => [...document.querySelectorAll('[data-testid=token]')].filter((t) => t.getClientRects().length > 1).length"
    )
    assert broken == 0, "an id is broken over two lines"


def test_a_metric_that_colours_nothing_says_why(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server).open(run="texts_alone", view="samples", metric="k3")
    tab.get("sample-row").first.click()
    expect(tab.get("absent-metric")).to_have_text("k3 colours nothing here: the log has no ref_logprobs")
    expect(tab.get("token-metric")).not_to_have_value("k3")
    tab.get("token-metric").select_option("entropies")
    expect(tab.get("absent-metric")).to_have_count(0)
    expect(tab.get("same-everywhere")).to_have_text("0.25 at every token: nothing to tell apart by colour")
