"""What looks wrong is seen at once, and one press leads to the token that proves it; a healthy run is quiet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from accessibility import serious_in_light_and_dark
from hosting import Gallery, TensorBoard
from planted_runs.run import Plan, write_run
from playwright.sync_api import expect
from tab import OpenTab, Tab

pytestmark = pytest.mark.browser

SPIKE = Plan("kl_spike", "medium", "grpo_few", 1)
STEADY = Plan("steady", "medium", "grpo_few", 1)


class Planted(NamedTuple):
    """A TensorBoard with a run with a spike and a healthy one, and what was planted."""

    server: TensorBoard
    truth: dict[str, Any]


@pytest.fixture(scope="module")
def planted(gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> Planted:
    home: Path = tmp_path_factory.mktemp("planted")
    logs, truths = home / "logs", home / "truths"
    write_run(STEADY, logs, truths)
    truth = json.loads(write_run(SPIKE, logs, truths).read_text("utf-8"))
    return Planted(gallery.show(logs, SPIKE.name, STEADY.name), truth)


def shown_by(planted: Planted) -> dict[tuple[int, int], list[int]]:
    """Step and place in it of each sample that was made to show the spike -> its tokens that do."""
    return {(each["step"], each["sample"]): each["tokens"] for each in planted.truth["evidence"]}


def place_of(tab: Tab, planted: Planted) -> tuple[int, int]:
    """Step and place in it of the sample that is open."""
    now = tab.selected()
    ids = planted.server.ask("samples", run=SPIKE.name, step=now["step"], limit=100)["columns"]["id"]
    return int(now["step"]), ids.index(now["sample"])


def test_from_the_first_glance_to_the_planted_token_and_back(planted: Planted, open_tab: OpenTab) -> None:
    tab = open_tab(planted.server).open(run=SPIKE.name)
    named = tab.get("findings-named").first
    expect(named).to_have_attribute("data-finding", "kl_spike:k3_mean")
    expect(named).to_contain_text(str(planted.truth["onset"]))
    expect(tab.get("findings-badge")).to_be_visible()
    # Its steps are marked on the curves and on the slider.
    expect(tab.get("chart-kl").locator(".chart-band-shaded").first).to_be_attached()
    expect(tab.view.locator(".scrubber-band").first).to_be_attached()
    named.click()
    tab.expect_selected(view="findings", finding="kl_spike:k3_mean")
    expect(tab.get("finding-summary")).to_be_visible()
    tab.press("Enter")
    expect(tab.get("drawer")).to_be_visible()
    expect(tab.get("token-info")).to_be_visible()
    place = place_of(tab, planted)
    assert place in shown_by(planted), "the strongest sample is one that was made to show it"
    assert int(tab.selected()["token"]) in shown_by(planted)[place]
    tab.expect_selected(metric="k3", about="k3_mean")
    for wanted in ({"token": None}, {"sample": None}, {"view": None}):
        tab.press("Escape")
        tab.expect_selected(**wanted)


def test_the_worst_is_open_by_itself_and_one_press_from_its_proof(
    planted: Planted, open_tab: OpenTab
) -> None:
    tab = open_tab(planted.server).open(run=SPIKE.name, view="findings")
    expect(tab.get("finding-summary")).to_have_count(1)
    tab.press("Enter")
    expect(tab.get("token-info")).to_be_visible()
    tab.expect_selected(finding="kl_spike:k3_mean")
    assert place_of(tab, planted) in shown_by(planted)


def test_a_band_on_a_chart_opens_its_finding_and_not_its_step(planted: Planted, open_tab: OpenTab) -> None:
    tab = open_tab(planted.server).open(run=SPIKE.name, step=0)
    tab.get("chart-kl").locator(".chart-band i").first.click(position={"x": 1, "y": 1})
    tab.expect_selected(view="findings", finding="kl_spike:k3_mean", step="0", about=None)


def test_a_link_to_a_sample_of_a_finding_opens_both(planted: Planted, open_tab: OpenTab) -> None:
    found = planted.server.ask("findings", run=SPIKE.name)["findings"][0]
    sample, token = found["samples"][0], found["tokens"][0]
    tab = open_tab(planted.server, width=900, height=600).open(
        run=SPIKE.name, view="findings", finding="kl_spike:k3_mean", sample=sample, token=token["position"]
    )
    expect(tab.get("drawer")).to_have_attribute("data-id", sample)
    expect(tab.view.locator(f"[data-testid=evidence][data-id='{sample}']")).to_have_attribute(
        "aria-current", "true"
    )
    # What is read in the list is looked for in the sample: they stand side by side, in a narrow frame as well.
    boxes = [tab.get(name).bounding_box() for name in ("finding-summary", "drawer")]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]


def test_a_threshold_is_tried_at_once(planted: Planted, open_tab: OpenTab) -> None:
    tab = open_tab(planted.server).open(run=SPIKE.name, view="findings")
    expect(tab.get("finding-head").first).to_contain_text("KL")
    tab.get("thresholds").locator("summary").click()
    tab.get("threshold-kl_spike_rise").fill("1000")
    tab.press("Enter")
    tab.expect_selected(thresholds="kl_spike_rise:1000")
    expect(tab.view.locator("[data-finding='kl_spike:k3_mean']")).to_have_count(0)
    tab.get("thresholds-reset").click()
    expect(tab.view.locator("[data-finding='kl_spike:k3_mean']")).to_have_count(1)


def test_a_healthy_run_is_quiet(planted: Planted, open_tab: OpenTab) -> None:
    tab = open_tab(planted.server).open(run=STEADY.name)
    expect(tab.get("findings-strip")).to_contain_text("Looks healthy: ")
    expect(tab.get("findings-strip")).to_contain_text("checks on")
    expect(tab.get("findings-badge")).to_have_count(0)
    expect(tab.view.locator(".chart-band")).to_have_count(0)


def test_axe_finds_nothing_serious_in_the_findings(planted: Planted, open_tab: OpenTab, axe: str) -> None:
    tab = open_tab(planted.server).open(run=SPIKE.name)
    expect(tab.get("findings-strip")).to_be_visible()
    expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
    assert serious_in_light_and_dark(tab, axe) == []
    tab.open(run=SPIKE.name, view="findings", finding="kl_spike:k3_mean")
    expect(tab.get("finding-summary")).to_be_visible()
    tab.get("thresholds").locator("summary").click()
    assert serious_in_light_and_dark(tab, axe) == []
