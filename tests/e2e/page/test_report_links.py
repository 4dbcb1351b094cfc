"""A report's links open what they name in the tab; its page reads well in light and dark, at 320 px, and on paper."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hosting import Gallery, TensorBoard
from planted_runs.run import Plan, write_run
from playwright.sync_api import Browser, expect
from tab import OpenTab

from tensorboard_plugin_rlboard import cli

pytestmark = pytest.mark.browser

SPIKE = Plan("kl_spike", "strong", "grpo_few", 1)
_LIGHT_PAPER = "rgb(255, 255, 255)"


class Reported(NamedTuple):
    """A TensorBoard, the report of its run as JSON, and the page."""

    server: TensorBoard
    finding: dict[str, Any]
    page: Path


@pytest.fixture(scope="module")
def reported(gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> Reported:
    home: Path = tmp_path_factory.mktemp("reported")
    write_run(SPIKE, home / "logs", home / "truths")
    # Before the run lies among those of all other tests: the report would look at every one of them.
    ask = ("report", str(home / "logs"), "--run", SPIKE.name, "--tab-url", gallery.url)
    for name in ("x.json", "x.html"):
        assert cli.main([*ask, "-o", str(home / name)]) == 0
    server = gallery.show(home / "logs", SPIKE.name)
    made = json.loads((home / "x.json").read_text("utf-8"))
    return Reported(server, made["runs"][0]["findings"][0], home / "x.html")


def test_a_link_opens_the_token_that_shows_it(reported: Reported, open_tab: OpenTab) -> None:
    example = reported.finding["examples"][0]
    position = example["passage"]["before"] + example["passage"]["shown_at"]
    tab = open_tab(reported.server, host=True).open()
    tab.page.goto(example["address"])
    expect(tab.get("drawer")).to_have_attribute("data-id", example["id"])
    expect(tab.get("token-metric")).to_have_value("k3")
    expect(tab.get("token-info")).to_contain_text(f"token {position:,} of")
    tab.expect_selected(finding=reported.finding["name"], step=str(example["step"]))


def test_a_link_opens_the_finding_and_its_onset(reported: Reported, open_tab: OpenTab) -> None:
    tab = open_tab(reported.server, host=True).open()
    tab.page.goto(reported.finding["address"])
    expect(tab.get("finding-summary")).to_have_text(reported.finding["summary"])
    tab.page.goto(reported.finding["onset_address"])
    expect(tab.get("step-input")).to_have_value(str(reported.finding["onset"]))
    expect(tab.get("chart-kl").locator("canvas")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_reads_well(reported: Reported, chromium: Browser, axe: str, scheme: Any) -> None:
    shown = chromium.new_context(
        color_scheme=scheme, viewport={"width": 320, "height": 600}, bypass_csp=True
    ).new_page()
    shown.goto(reported.page.as_uri())
    width: int = shown.evaluate("document.documentElement.scrollWidth")
    assert width <= 320
    paper = "getComputedStyle(document.body).backgroundColor"
    assert (shown.evaluate(paper) == _LIGHT_PAPER) == (scheme == "light")
    shown.evaluate(axe)
    result = shown.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert len(result["passes"]) > 10
    found = [
        (one["id"], node["html"][:200], node["failureSummary"])
        for one in result["violations"]
        for node in one["nodes"]
    ]
    assert found == []
    shown.emulate_media(media="print")
    assert shown.evaluate(paper) == _LIGHT_PAPER
    shown.context.close()
