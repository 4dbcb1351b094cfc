"""The short way: from a point of a curve straight to the sample and token that weigh most, by pointer and by keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
import rollouts
from hosting import Gallery, TensorBoard
from playwright.sync_api import Locator, Position, expect
from tab import OpenTab, Tab

pytestmark = pytest.mark.browser

STEPS = range(1, 21)
SPIKE, SAMPLE, TOKEN = 12, 5, 7


def drifting() -> list[rollouts.Row]:
    """Twenty steps of eight samples. At one token of one of them the reference would hardly ever have said the same."""
    rows = [rollouts.sample(step, index, length=20, drift=0.2) for step in STEPS for index in range(8)]
    odd = rows[(SPIKE - 1) * 8 + SAMPLE]
    assert odd["step"] == SPIKE
    odd["ref_logprobs"][TOKEN] = odd["logprobs"][TOKEN] - 30.0
    # Where the mean is lowest, too, for the way down.
    rows[(SPIKE - 1) * 8 + 2]["reward"] = -9.0
    return rows


@pytest.fixture(scope="module")
def server(gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> TensorBoard:
    home: Path = tmp_path_factory.mktemp("short_way")
    rollouts.write(home / "drifting", drifting())
    return gallery.show(home, "drifting")


def point(chart: Locator, step: int) -> Position:
    """Where a step lies on the plot, in pixels from its corner."""
    box = chart.locator(".u-over").bounding_box()
    assert box is not None
    return {"x": (step - STEPS[0]) / (STEPS[-1] - STEPS[0]) * box["width"], "y": box["height"] / 2}


def sample_of(server: TensorBoard, place: int) -> str:
    found: list[str] = server.ask("samples", run="drifting", step=SPIKE, limit=8)["columns"]["id"]
    return found[place]


def expect_token(tab: Tab, server: TensorBoard) -> None:
    """The planted token is open, in the sample that it is of, with what its colour says."""
    tab.expect_selected(step=str(SPIKE), view="samples", sample=sample_of(server, SAMPLE), token=str(TOKEN))
    expect(tab.get("drawer")).to_have_attribute("data-id", sample_of(server, SAMPLE))
    expect(tab.get("token-info")).to_contain_text(f"token {TOKEN} of 20")
    expect(tab.shown_value("log_ratio")).to_have_text("30")


def test_a_double_click_on_a_spike_opens_the_token_that_made_it(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(server).open(run="drifting", step=3, kl="log_ratio_mean")
    chart = tab.get("chart-kl")
    expect(chart.locator("canvas")).to_be_visible()
    chart.locator(".u-over").dblclick(position=point(chart, SPIKE))
    expect_token(tab, server)
    tab.expect_selected(about="log_ratio_mean", about_order=None)
    # The list beside it goes by the same metric.
    ranked = server.ask("samples", run="drifting", step=SPIKE, sort="log_ratio_mean", order="desc", limit=5)
    tab.expect_rows(ranked["columns"]["id"])
    # Back leads to the curve.
    tab.page.go_back()
    tab.expect_selected(view=None, sample=None)
    expect(chart).to_be_visible()


def test_a_double_click_on_a_dip_of_what_has_no_tokens_opens_the_lowest_sample(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(server).open(run="drifting", step=3)
    chart = tab.get("chart-reward")
    expect(chart.locator("canvas")).to_be_visible()
    chart.locator(".u-over").dblclick(position=point(chart, SPIKE))
    tab.expect_selected(
        step=str(SPIKE), sample=sample_of(server, 2), token=None, about="reward", about_order="asc"
    )


def test_a_number_of_the_step_leads_to_the_samples_that_tell_of_it(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(server).open(run="drifting", step=3)
    chart = tab.get("chart-critic")
    expect(chart.locator("canvas")).to_be_visible()
    chart.locator(".u-over").dblclick(position=point(chart, SPIKE))
    tab.expect_selected(step=str(SPIKE), about="value_mse", about_order=None)
    worst = server.ask(
        "worst_tokens", run="drifting", step=SPIKE, metric="value_error", end="extreme", limit=1
    )
    (sample,), (token,) = worst["columns"]["id"], worst["columns"]["position"]
    tab.expect_selected(sample=sample, token=str(token))


def test_from_the_curve_to_the_token_and_back_without_a_mouse(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server).open(run="drifting", step=SPIKE - 1, kl="log_ratio_mean")
    expect(tab.get("chart-kl").locator("canvas")).to_be_visible()
    for _ in range(12):
        tab.press("j")
        if tab.js("() => document.activeElement.closest('[data-testid=chart-kl]') !== null"):
            break
    curve = tab.get("chart-kl").locator(".chart-curve")
    expect(curve).to_be_focused()
    tab.press("ArrowRight")
    tab.expect_selected(step=str(SPIKE))
    expect(curve).to_be_focused()
    # The keys are listed, with what they do here.
    tab.press("?")
    help_ = tab.get("help-dialog")
    expect(help_.locator("kbd", has_text="Shift+Enter")).to_be_visible()
    expect(help_).to_contain_text("open the sample and token that weigh most")
    tab.press("Escape")
    expect(curve).to_be_focused()
    tab.press("Shift+Enter")
    expect_token(tab, server)
    expect(tab.view.locator(f"[data-i='{TOKEN}'][data-focus]")).to_have_count(1)
    for wanted in ({"token": None}, {"sample": None}, {"view": None}):
        tab.press("Escape")
        tab.expect_selected(**wanted)
    # Enter alone takes the metric along and stays.
    tab.press("k")
    for _ in range(20):
        if tab.js("() => document.activeElement.closest('[data-testid=chart-length]') !== null"):
            break
        tab.press("k")
    tab.press("Enter")
    tab.expect_selected(about="n_tokens", view=None)
