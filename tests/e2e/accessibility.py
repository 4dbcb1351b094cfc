"""What axe has to say about the page that is on screen."""

from __future__ import annotations

from tab import Tab


def serious(tab: Tab, axe: str) -> list[tuple[str, str, str]]:
    """What axe finds on the screen that keeps someone from using it: rule, element, and what to do."""
    if not tab.js("() => 'axe' in window"):
        tab.js(axe)
    result = tab.js("() => axe.run(document, { resultTypes: ['violations'] })")
    assert len(result["passes"]) > 10, "axe looked at nothing"
    return [
        (violation["id"], str(node["target"]), node["failureSummary"])
        for violation in result["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"][:5]
    ]
