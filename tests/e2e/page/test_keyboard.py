"""Everything without a mouse, and nothing while someone types."""

from __future__ import annotations

import re

import pytest
from hosting import TensorBoard
from playwright.sync_api import expect
from tab import IFRAME, OpenTab, Tab

pytestmark = pytest.mark.browser


def ids(server: TensorBoard, step: int) -> list[str]:
    found: list[str] = server.ask("samples", run="ppo", step=step, limit=50)["columns"]["id"]
    return found


def opened(
    server: TensorBoard, open_tab: OpenTab, width: int = 1280, *, host: bool = False, **selection: object
) -> Tab:
    tab = open_tab(server, width=width, host=host).open(run="ppo", **selection)
    expect(tab.get("step-input")).to_be_visible()
    tab.page.wait_for_function(
        "iframe => document.activeElement === document.querySelector(iframe)", arg=IFRAME
    )
    return tab


def test_arrows_walk_the_steps_and_p_pins_without_a_click_before(
    library: TensorBoard, open_tab: OpenTab
) -> None:
    tab = opened(library, open_tab, host=True, step=50)
    tab.press("ArrowRight", "ArrowRight")
    expect(tab.get("step-input")).to_have_value("70")
    tab.press("ArrowLeft")
    expect(tab.get("step-input")).to_have_value("60")
    tab.press("p")
    expect(tab.get("pinned")).to_contain_text("60")
    tab.expect_selected(pin="60")
    tab.press("ArrowLeft")
    expect(tab.get("step-input")).to_have_value("50")
    expect(tab.get("pinned")).to_contain_text("60")
    tab.press("ArrowRight", "p")
    tab.expect_selected(pin=None)


def test_the_tab_key_leads_from_tensorboards_header_into_the_tab(
    library: TensorBoard, open_tab: OpenTab
) -> None:
    tab = opened(library, open_tab, host=True, step=50)
    tab.page.locator("app-header-reload button").focus()
    inside = "iframe => document.activeElement === document.querySelector(iframe)"
    assert not tab.page.evaluate(inside, IFRAME)
    for _ in range(12):
        tab.press("Tab")
        if tab.page.evaluate(inside, IFRAME):
            break
    assert tab.page.evaluate(inside, IFRAME)
    tab.press("Tab")
    reached = set()
    for _ in range(40):
        reached.add(tab.js("() => document.activeElement.dataset.testid ?? ''"))
        tab.press("Tab")
    assert {
        "tab-overview",
        "tab-samples",
        "lang",
        "help",
        "step-prev",
        "scrubber",
        "step-next",
        "step-input",
    } <= reached


def test_j_k_and_enter_read_through_the_samples(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = opened(library, open_tab, step=50, view="samples")
    order = ids(library, 50)
    tab.expect_rows(order[:5])
    marked = tab.view.locator("[data-testid=sample-row].active")
    expect(marked).to_have_count(0)
    tab.press("j")
    expect(marked).to_have_attribute("data-id", order[0])
    tab.press("j", "k", "j", "j", "Enter")
    expect(tab.get("drawer")).to_have_attribute("data-id", order[2])
    tab.press("j")
    expect(tab.get("drawer")).to_have_attribute("data-id", order[3])
    tab.press("k", "k")
    expect(tab.get("drawer")).to_have_attribute("data-id", order[1])
    tab.press("ArrowRight")
    expect(tab.get("step-input")).to_have_value("60")
    tab.press("Escape")
    expect(tab.get("drawer")).to_have_count(0)


def test_m_and_n_walk_metrics_and_extreme_tokens(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = opened(library, open_tab, step=50, view="samples", sample=ids(library, 50)[0], metric="log_ratio")
    expect(tab.get("token").first).to_be_visible()
    tab.press("m")
    expect(tab.get("token-metric")).not_to_have_value("log_ratio")
    second = tab.get("token-metric").input_value()
    tab.press("m")
    expect(tab.get("token-metric")).not_to_have_value(second)
    tab.press("M")
    expect(tab.get("token-metric")).to_have_value(second)
    tab.press("M")
    expect(tab.get("token-metric")).to_have_value("log_ratio")
    places = []
    for key in ("n", "n", "N"):
        tab.press(key)
        expect(tab.view.locator("[data-testid=token][data-focus]")).to_have_count(1)
        place = re.search(r"token (\d+) of", tab.get("token-info").inner_text())
        assert place is not None
        places.append(int(place[1]))
    assert places[0] != places[1]
    assert places[2] == places[0]
    # An extreme one it is: further from zero than most.
    values = [abs(float(v or 0)) for v in _shown(tab, places[:2])]
    logged = library.ask("tokens", run="ppo", id=ids(library, 50)[0], format="json")["log_ratio"]
    sizes = sorted(abs(float(value)) for value in logged)
    assert min(values) >= sizes[len(sizes) // 2]
    tab.press("ArrowRight")
    expect(tab.get("token-info")).to_contain_text(f"token {places[2] + 1:,} of")
    expect(tab.get("step-input")).to_have_value("50")


def _shown(tab: Tab, places: list[int]) -> list[str]:
    """The log ratios that the tab tells of these tokens."""
    found = []
    for place in places:
        tab.token(place).hover()
        expect(tab.get("token-info")).to_contain_text(f"token {place:,} of")
        found.append(tab.shown_value("log_ratio").inner_text())
    tab.get("drawer-close").hover()
    return found


def test_no_key_is_taken_while_someone_types(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = opened(library, open_tab, step=50, pin=10)
    tab.press("/")
    expect(tab.get("search")).to_be_focused()
    tab.expect_selected(view="samples")
    tab.page.keyboard.type("jkmnpMN?/moon")
    tab.press("ArrowLeft", "ArrowRight")
    expect(tab.get("search")).to_have_value("jkmnpMN?/moon")
    tab.expect_selected(search="jkmnpMN?/moon", step="50", pin="10", sample=None, view="samples", metric=None)
    expect(tab.get("help-dialog")).to_have_count(0)
    expect(tab.get("drawer")).to_have_count(0)
    expect(tab.get("search")).to_be_focused()
    tab.press("Escape")
    expect(tab.get("search")).to_have_value("")
    tab.expect_selected(search=None, view="samples")
    tab.expect_rows(ids(library, 50)[:5])
    tab.press("Escape", "j", "Enter")
    expect(tab.get("drawer")).to_have_attribute("data-id", ids(library, 50)[0])


def test_after_a_choice_from_a_list_the_keys_are_the_views_again(
    library: TensorBoard, open_tab: OpenTab
) -> None:
    """→ goes to the next step and not to the next run; j to the next sample and not to a metric of that letter."""
    tab = opened(library, open_tab, step=50, view="samples")
    tab.get("preset").select_option("best")
    best = library.ask("samples", run="ppo", step=50, preset="best", limit=5)["columns"]["id"]
    tab.expect_rows(best)
    tab.press("j", "j", "Enter")
    expect(tab.get("drawer")).to_have_attribute("data-id", best[1])
    tab.get("token-metric").select_option("k3")
    tab.press("j")
    expect(tab.get("drawer")).to_have_attribute("data-id", best[2])
    tab.press("ArrowRight")
    tab.expect_selected(step="60", metric="k3", run="ppo")


def test_after_a_click_enter_opens_the_marked_sample_and_presses_nothing_again(
    library: TensorBoard, open_tab: OpenTab
) -> None:
    tab = opened(library, open_tab, step=50)
    tab.get("tab-samples").click()
    tab.expect_rows(ids(library, 50)[:5])
    tab.get("col-head-reward").click()
    tab.expect_selected(sort="reward", order=None)
    ranked = library.ask("samples", run="ppo", step=50, sort="reward", order="desc", limit=5)["columns"]["id"]
    tab.expect_rows(ranked)
    tab.press("j", "j", "Enter")
    expect(tab.get("drawer")).to_have_attribute("data-id", ranked[1])
    tab.expect_selected(sort="reward", order=None, view="samples")


def test_the_focus_stays_in_the_sample_when_its_token_goes_and_after_the_help(
    library: TensorBoard, open_tab: OpenTab
) -> None:
    tab = opened(library, open_tab, step=50, view="samples", sample=ids(library, 50)[0])
    expect(tab.get("token").first).to_be_visible()
    tab.press("n")
    expect(tab.view.locator("[data-testid=token][data-focus]")).to_be_focused()
    tab.press("j")
    expect(tab.get("drawer")).to_have_attribute("data-id", ids(library, 50)[1])
    inside = "() => document.activeElement.closest('[data-testid=drawer]') !== null"
    assert tab.js(inside)
    tab.press("?")
    expect(tab.get("help-dialog")).to_be_visible()
    tab.press("Escape")
    expect(tab.get("help-dialog")).to_have_count(0)
    assert tab.js(inside)


def test_digits_lead_to_the_views_and_brackets_to_the_runs(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = opened(library, open_tab, step=50)
    tab.press("2")
    tab.expect_selected(view="samples")
    tab.press("3")
    tab.expect_selected(view="groups")
    tab.press(tab.key_of("tokens"))
    tab.expect_selected(view="tokens")
    tab.press("]")
    tab.expect_selected(run="sft")
    tab.press("]", "[")
    tab.expect_selected(run="ppo", view="tokens")
    tab.press("1")
    tab.expect_selected(view=None)


def test_a_typed_step_gives_the_arrows_back_to_the_steps(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = opened(library, open_tab, step=50)
    tab.get("step-input").fill("70")
    tab.press("Enter", "ArrowRight")
    expect(tab.get("step-input")).to_have_value("80")


def test_what_is_typed_right_behind_the_slash_is_in_the_field(
    library: TensorBoard, open_tab: OpenTab
) -> None:
    tab = opened(library, open_tab, step=50, view="samples")
    expect(tab.get("sample-row").first).to_be_visible()
    tab.page.keyboard.type("/moon")
    expect(tab.get("search")).to_have_value("moon")
    tab.expect_selected(search="moon", metric=None)


@pytest.mark.parametrize("width", [1280, 700])
def test_slash_searches_from_an_open_sample(library: TensorBoard, open_tab: OpenTab, width: int) -> None:
    tab = opened(library, open_tab, width=width, step=50, view="samples", sample=ids(library, 50)[0])
    expect(tab.get("token").first).to_be_visible()
    tab.press("/")
    field = tab.get("search")
    expect(field).to_be_focused()
    # Where the sample covers the whole page, the field must not be under it.
    field.click()
    tab.page.keyboard.type("秋天")
    wanted = library.ask("samples", run="ppo", step=50, search="秋天", limit=50)
    assert 0 < wanted["total"] < 12
    expect(tab.get("sample-row")).to_have_count(wanted["total"])
    tab.expect_rows(wanted["columns"]["id"])


def test_the_question_mark_lists_the_keys_that_work_here(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = opened(library, open_tab, step=50, view="samples", sample=ids(library, 50)[0])
    expect(tab.get("token").first).to_be_visible()
    tab.press("?")
    dialog = tab.get("help-dialog")
    expect(dialog).to_be_visible()
    keys = dialog.locator("kbd").all_text_contents()
    listed = set(keys)
    assert len(listed) == len(keys), "a key that acts here does nothing else"
    assert {"←", "→", "j", "k", "n", "N", "m", "M", "p", "/", "Esc", "?", "Enter"} <= listed
    # Nothing below the dialog hears a key.
    tab.press("ArrowRight", "m", "j")
    tab.expect_selected(step="50", sample=ids(library, 50)[0], metric=None)
    tab.press("Escape")
    expect(dialog).to_have_count(0)
    expect(tab.get("drawer")).to_be_visible()


def test_j_k_and_enter_walk_the_worst_tokens(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = opened(library, open_tab, step=50, view="tokens")
    expect(tab.get("worst-row").first).to_be_visible()
    tab.press("j", "j", "k", "j")
    second = tab.get("worst-open").nth(1)
    expect(second).to_be_focused()
    worst = library.ask("worst_tokens", run="ppo", step=50, metric="k3", per_sample=1, limit=2)["columns"]
    tab.press("?")
    expect(tab.get("help-dialog")).to_contain_text("open the token in its sample")
    tab.press("Escape")
    expect(second).to_be_focused()
    tab.press("Enter")
    tab.expect_selected(view="samples", sample=worst["id"][1], token=str(worst["position"][1]))
