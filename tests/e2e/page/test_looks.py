"""Light and dark, large and small, and for those who do not see the screen."""

from __future__ import annotations

import pytest
from accessibility import serious_in_light_and_dark
from hosting import TensorBoard
from playwright.sync_api import expect
from tab import OpenTab, Tab

pytestmark = pytest.mark.browser

BACKGROUND = "() => getComputedStyle(document.body).backgroundColor"


def choose_theme(tab: Tab, name: str) -> None:
    """Presses what a reader presses in TensorBoard's header."""
    tab.page.locator("app-header-dark-mode-toggle button").click()
    tab.page.get_by_role("menuitem", name=name, exact=True).click()
    expect(tab.view.locator("html")).to_have_attribute("data-theme", name.lower())


def brightness(colour: str) -> float:
    """Mean of the channels of `rgb(r, g, b)`, 0 to 255."""
    channels = colour.partition("(")[2].rstrip(")").split(",")[:3]
    return sum(float(channel) for channel in channels) / 3


def ink(tab: Tab) -> float:
    """Mean brightness of what is drawn on the reward's canvas: of axes, mostly."""
    found: float = tab.js(
        """() => {
            const canvas = document.querySelector("[data-testid=chart-reward] canvas");
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let [sum, weight] = [0, 0];
            for (let i = 0; i < data.length; i += 4) {
                sum += data[i + 3] * (data[i] + data[i + 1] + data[i + 2]) / 3;
                weight += data[i + 3];
            }
            return sum / weight;
        }"""
    )
    return found


def test_the_theme_follows_tensorboards_switch_at_once(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(library, host=True).open(run="ppo", step=50)
    expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
    choose_theme(tab, "Light")
    tab.js("() => { window.sameDocument = true; }")
    assert brightness(tab.js(BACKGROUND)) > 230
    drawn = ink(tab)
    choose_theme(tab, "Dark")
    assert brightness(tab.js(BACKGROUND)) < 70
    # Canvases know nothing of style sheets: they have to be painted again, in lighter ink.
    tab.frame.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    assert ink(tab) > drawn
    choose_theme(tab, "Light")
    assert brightness(tab.js(BACKGROUND)) > 230
    assert tab.js("() => window.sameDocument") is True


def test_a_dark_system_opens_dark(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(library, theme="dark", host=True).open(run="ppo", step=50)
    expect(tab.view.locator("html")).to_have_attribute("data-theme", "dark")
    assert brightness(tab.js(BACKGROUND)) < 70


def show(tab: Tab, view: str) -> None:
    """Opens a view of the run `ppo`, and waits for what is in it."""
    if view == "overview":
        tab.open(run="ppo", step=50)
        expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
        expect(tab.get("panel-marks").locator("svg").first).to_be_visible()
        return
    if view == "tokens":
        tab.open(run="ppo", step=50, view="tokens")
        expect(tab.get("worst-row").first).to_be_visible()
        return
    tab.open(run="ppo", step=50, view="samples")
    expect(tab.get("summary")).to_contain_text("12 samples")
    if view == "sample":
        tab.get("sample-row").first.click()
        expect(tab.get("token").first).to_be_visible()
        tab.token(2).click()
        expect(tab.get("token-info")).to_contain_text("token 2 of")


def test_axe_finds_nothing_serious(library: TensorBoard, open_tab: OpenTab, axe: str) -> None:
    tab = open_tab(library)
    found = {}
    show(tab, "overview")
    found["overview"] = serious_in_light_and_dark(tab, axe)
    tab.get("chart-picker").click()
    expect(tab.get("chart-search")).to_be_visible()
    found["choice of charts"] = serious_in_light_and_dark(tab, axe)
    show(tab, "samples")
    found["samples"] = serious_in_light_and_dark(tab, axe)
    tab.get("filter").fill("reward >")
    expect(tab.get("filter-sheet")).to_be_visible()
    found["filter"] = serious_in_light_and_dark(tab, axe)
    show(tab, "tokens")
    found["tokens"] = serious_in_light_and_dark(tab, axe)
    show(tab, "sample")
    tab.get("matrix-toggle").click()
    expect(tab.get("matrix").get_by_role("table")).to_be_visible()
    found["sample"] = serious_in_light_and_dark(tab, axe)
    tab.press("?")
    expect(tab.get("help-dialog")).to_be_visible()
    found["keys"] = serious_in_light_and_dark(tab, axe)
    assert found == {screen: [] for screen in found}


BARS = (
    "run-select",
    "run-info",
    "tab-overview",
    "tab-samples",
    "tab-tokens",
    "tab-findings",
    "step-prev",
    "step-input",
    "step-next",
    "lang",
    "help",
)
OWN = {
    "overview": ("chart-picker", "drawing", "tiles"),
    "tokens": ("worst-metric", "worst-end", "worst-by", "worst-scope", "worst-summary"),
    "samples": ("search", "filter", "preset", "columns", "col-head-prompt"),
    "sample": ("drawer-close", "sample-prev", "sample-next", "token-metric", "legend", "matrix-toggle"),
}


@pytest.mark.parametrize("size", [(1280, 600), (700, 800)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_nothing_important_is_cut_on_a_small_screen(
    library: TensorBoard, open_tab: OpenTab, size: tuple[int, int]
) -> None:
    tab = open_tab(library, width=size[0], height=size[1])
    for view, own in OWN.items():
        show(tab, view)
        widths = tab.js("() => [document.documentElement.scrollWidth, window.innerWidth]")
        assert widths[0] <= widths[1], f"{view} scrolls sideways"
        for name in own:
            expect(tab.get(name)).to_be_visible()
        assert tab.js(_CUT, [*BARS, *own]) == {}, view
    # Reading needs room: some of the response is on screen beside all the controls.
    expect(tab.get("token").first).to_be_in_viewport()


_CUT = """names => Object.fromEntries(names.flatMap((name) => {
    const element = document.querySelector(`[data-testid="${name}"]`);
    if (!element?.checkVisibility({ visibilityProperty: true })) return [[name, "is not to be seen"]];
    const box = element.getBoundingClientRect();
    const inside = box.left >= -1 && box.top >= -1
        && box.right <= window.innerWidth + 1 && box.bottom <= window.innerHeight + 1;
    if (!inside) return [[name, `lies at ${JSON.stringify(box)} of ${window.innerWidth} x ${window.innerHeight}`]];
    const hit = document.elementFromPoint(box.left + Math.min(box.width / 2, 20), box.top + box.height / 2);
    const seen = element.contains(hit) || hit?.contains(element);
    return seen ? [] : [[name, `is covered by ${hit?.outerHTML.slice(0, 200)}`]];
}))"""


_CUT_WORDS = """selector => [...document.querySelectorAll(selector)]
    .filter((element) => element.getClientRects().length > 0)
    .filter((element) => element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 3)
    .map((element) => element.textContent)
"""
# Names of tiles are one line, so that names and numbers of a row stand side by side. No row of a narrow page is a rest.
# Cards of a row begin their plots at the same height.
_OUT_OF_LINE = """() => {
    const rows = (selector) => Object.values(Object.groupBy(
        [...document.querySelectorAll(selector)], (element) => Math.round(element.getBoundingClientRect().top)));
    const tiles = rows(".overview-tile");
    const plots = rows(".overview-card").flatMap((row) => {
        const tops = row.flatMap((card) => card.querySelector("canvas")?.getBoundingClientRect().top ?? []);
        return tops.length > 1 && Math.max(...tops) - Math.min(...tops) > 1 ? [row.map((card) => card.textContent)] : [];
    });
    return [
        ...[...document.querySelectorAll(".overview-tile-label")]
            .filter((label) => label.offsetHeight > 17).map((label) => label.textContent),
        ...(Math.max(...tiles.map((row) => row.length)) - tiles.at(-1).length >= tiles.length ? ["a rest of tiles"] : []),
        ...plots,
    ];
}"""
_OVERLAID = """() => {
    const shown = [...document.querySelectorAll(".bars button, .bars .live, .bars .chip, .bars input")]
        .filter((element) => element.getClientRects().length > 0 && !element.closest(".scrubber"));
    const apart = (a, b) => a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
    return shown.flatMap((one, i) => shown.slice(i + 1)
        .filter((other) => !one.contains(other) && !other.contains(one))
        .filter((other) => !apart(one.getBoundingClientRect(), other.getBoundingClientRect()))
        .map((other) => `${one.textContent} | ${other.textContent}`));
}"""


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
@pytest.mark.parametrize("size", [(1440, 900), (1280, 600), (800, 700)], ids=lambda s: f"{s[0]}x{s[1]}")
def test_words_stay_whole_and_nothing_lies_over_another(
    library: TensorBoard, open_tab: OpenTab, size: tuple[int, int], locale: str
) -> None:
    tab = open_tab(library, width=size[0], height=size[1], locale=locale)
    tab.open(run="ppo", step=50)
    expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
    words = ".overview-tile-label, .overview-tile-change, .overview-tile b, .overview-card h3, .overview-name"
    assert tab.js(_CUT_WORDS, words) == []
    assert tab.js(_OUT_OF_LINE) == []
    # The switch has its word at every size.
    expect(tab.get("follow")).to_contain_text("newest" if locale == "en-US" else "最新")
    assert tab.js(_OVERLAID) == []
    # One row where there is little height, else two: run and views, steps and all that is said of the page.
    assert tab.js("() => document.querySelector('.bars').offsetHeight") <= 34 * (1 if size[1] <= 600 else 2)
    # Everything that can narrow the views at once.
    tab.open(run="ppo", step=50, pin=10, about="k3_mean", where="reward > -2", search="moon", step_min=10)
    expect(tab.get("filter-chip")).to_be_visible()
    assert tab.js(_OVERLAID) == []
