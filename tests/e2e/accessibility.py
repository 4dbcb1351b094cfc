"""What axe has to say about the page that is on screen."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect
from tab import Tab

Found = list[tuple[str, str, str]]
"""Rule, element, and what to do."""

# Its rules that look at colours. All others say the same of a page in light and in dark.
_OF_COLOURS = "runOnly: ['color-contrast', 'link-in-text-block']"


def serious(tab: Tab, axe: str) -> Found:
    """What axe finds on the screen that keeps someone from using it."""
    result = _asked(tab, axe, "")
    assert len(result["passes"]) > 10, "axe looked at nothing"
    return _serious(result)


def serious_in_light_and_dark(tab: Tab, axe: str) -> Found:
    """The same of a light page, and what axe finds in its colours when it is dark; afterwards it is light again."""
    expect(tab.view.locator("html")).to_have_attribute("data-theme", "light")
    found = serious(tab, axe)
    tab.darken(True)
    expect(tab.view.locator("html")).to_have_attribute("data-theme", "dark")
    result = _asked(tab, axe, _OF_COLOURS)
    # Of what lies over something else it can say nothing for certain.
    assert result["passes"] or result["incomplete"] or result["violations"], "axe looked at no colour"
    found += [(f"{rule}, in dark", element, advice) for rule, element, advice in _serious(result)]
    tab.darken(False)
    expect(tab.view.locator("html")).to_have_attribute("data-theme", "light")
    return found


def _asked(tab: Tab, axe: str, rules: str) -> dict[str, Any]:
    """What axe says of the page, by some of its rules or by all of those that it begins with."""
    if not tab.js("() => 'axe' in window"):
        tab.js(axe)
    said: dict[str, Any] = tab.js(f"() => axe.run(document, {{ resultTypes: ['violations'], {rules} }})")
    return said


def _serious(result: dict[str, Any]) -> Found:
    return [
        (violation["id"], str(node["target"]), node["failureSummary"])
        for violation in result["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"][:5]
    ]
