"""The page that most tests put in the place of TensorBoard's own is to our frame what TensorBoard's is."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from hosting import TensorBoard
from playwright.sync_api import expect
from tab import IFRAME, OpenTab, Tab

pytestmark = pytest.mark.browser

# What our frame can see of its host, and the host of it.
_SEEN = """iframe => {
    const frame = document.querySelector(iframe);
    const inner = frame.contentWindow;
    return {
        attributes: Object.fromEntries([...frame.attributes].map(({ name, value }) => [name, value])),
        box: frame.getBoundingClientRect().toJSON(),
        border: getComputedStyle(frame).borderWidth,
        room: [inner.innerWidth, inner.innerHeight],
        address: [location.pathname, location.search, location.hash],
        base: inner.document.baseURI,
        top: inner.parent === window && window.top === window,
        title: document.title,
        dark: document.body.classList.contains("dark-mode"),
        theme: inner.document.documentElement.dataset.theme,
        frames: window.length,
    };
}"""


def seen(tab: Tab) -> dict[str, Any]:
    tab.open(run="ppo", step=50, view="samples")
    expect(tab.get("sample-row").first).to_be_visible()
    found: dict[str, Any] = tab.page.evaluate(_SEEN, IFRAME)
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_our_frame_finds_the_same_around_it(
    library: TensorBoard, open_tab: OpenTab, theme: Literal["light", "dark"]
) -> None:
    real, bare = (open_tab(library, theme=theme, host=host) for host in (True, False))
    assert seen(bare) == seen(real)
    # TensorBoard's page is the one with other tabs.
    expect(real.page.get_by_role("tab", name="RL Board")).to_have_count(1)
    expect(bare.page.get_by_role("tab", name="RL Board")).to_have_count(0)


def test_a_second_link_goes_on_in_the_same_document_and_a_reload_begins_anew(
    library: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(library, anew=True).open(run="ppo", step=50)
    tab.page.evaluate("() => { window.same = true; }")
    tab.js("() => { window.same = true; }")
    tab.open(run="ppo", step=70)
    expect(tab.get("step-input")).to_have_value("70")
    assert tab.page.evaluate("() => window.same") is True
    assert tab.js("() => window.same") is True
    tab.reload()
    expect(tab.get("step-input")).to_have_value("70")
    assert tab.page.evaluate("() => window.same ?? null") is None
    assert tab.js("() => window.same ?? null") is None
