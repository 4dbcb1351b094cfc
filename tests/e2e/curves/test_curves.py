"""Curves: what their axes say, what lies beyond them, and how a reader looks closer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import rollouts
from axis_numbers import numbers_beside
from hosting import Gallery, TensorBoard
from playwright.sync_api import expect
from tab import OpenTab, Tab

pytestmark = pytest.mark.browser

SPIKE = 30
TINY = 0.00025


def sizes() -> list[rollouts.Row]:
    """Sixty steps of tiny rewards, one of them minus a hundred million."""
    return [
        {
            "step": step,
            "prompt": f"p{index}",
            "response": "one two three",
            "reward": -1e8 if step == SPIKE else TINY * (step % 4),
        }
        for step in range(60)
        for index in range(2)
    ]


def comb() -> list[rollouts.Row]:
    """Two thousand steps that go up and down by turns."""
    return [
        {"step": step, "prompt": "p", "response": "one", "reward": float(step % 2)} for step in range(2000)
    ]


def both_signs() -> list[rollouts.Row]:
    """Rewards of both signs and of ten sizes, each step another one."""
    sizes = [sign * 10.0**power for power in range(-4, 6) for sign in (1, -1)]
    return [
        {"step": step, "prompt": "p", "response": "one", "reward": size}
        for step, size in enumerate([0.0, *sizes])
    ]


def critic() -> list[rollouts.Row]:
    """Two steps of two samples with a critic; the returns of the first sample hardly differ from each other."""
    flat, wide = [1.0, 1.0 + 1e-6, 1.0, 1.0 + 1e-6], [0.0, 1.0, 2.0, 4.0]
    rows = []
    for step in (1, 2):
        for returns, off in ((flat, 0.5), (wide, 0.25 * step)):
            values = [x + (off if i % 2 else -off) for i, x in enumerate(returns)]
            tokens = {"response_tokens": list("abcd"), "values": values, "returns": returns}
            rows.append({"step": step, "prompt": "p", "response": "abcd", "reward": 1.0, **tokens})
    return rows


@pytest.fixture(scope="module")
def server(gallery: Gallery, tmp_path_factory: pytest.TempPathFactory) -> TensorBoard:
    home: Path = tmp_path_factory.mktemp("curves")
    rollouts.write(home / "sizes", sizes())
    rollouts.write(home / "comb", comb())
    rollouts.write(home / "both_signs", both_signs())
    rollouts.write(home / "critic", critic())
    return gallery.show(home, "sizes", "comb", "both_signs", "critic")


def drag(tab: Tab, chart: str, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drags over the plot of a chart; places are shares of its width and height."""
    box = tab.get(f"chart-{chart}").locator(".u-over").bounding_box()
    assert box is not None
    (x0, y0), (x1, y1) = (
        (box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)
    )
    tab.page.mouse.move(x0, y0)
    tab.page.mouse.down()
    tab.page.mouse.move((x0 + x1) / 2, (y0 + y1) / 2, steps=3)
    tab.page.mouse.move(x1, y1, steps=3)
    tab.page.mouse.up()


@pytest.mark.parametrize(("looks", "wanted"), [("", "0.0005"), ("reward;linear;all", "-1e8")])
def test_no_number_of_an_axis_is_cut(server: TensorBoard, open_tab: OpenTab, looks: str, wanted: str) -> None:
    tab = open_tab(server).open(run="sizes", step=10, looks=looks)
    expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
    labels = numbers_beside(tab, "chart-reward")
    assert wanted in {label["text"] for label in labels}
    assert [label for label in labels if label["left"] < 0] == []


def test_a_lone_spike_does_not_flatten_the_curve_and_is_said(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server).open(run="sizes", step=10)
    chart = tab.get("chart-reward")
    expect(chart.get_by_test_id("look-reset")).to_have_text("▲ 1 off the chart")
    chart.get_by_test_id("look-reset").click()
    tab.expect_selected(looks="reward;linear;all")
    expect(chart.get_by_test_id("look-reset")).to_have_count(0)


def test_values_are_zoomed_by_a_drag_typed_and_reset(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server).open(run="sizes", step=10)
    chart = tab.get("chart-reward")
    expect(chart.locator("canvas")).to_be_visible()
    drag(tab, "reward", (0.5, 0.25), (0.52, 0.75))
    expect(chart.get_by_test_id("look-reset")).to_have_text("zoomed ✕")
    low, high = (float(end) for end in tab.selected()["looks"].split(";")[2:])
    # The middle half of 0 … 0.00075.
    assert 0.0001 < low < 0.0003
    assert 0.00045 < high < 0.00065
    # A drag along the values is neither a range of steps nor a click.
    tab.expect_selected(step="10", step_min=None, step_max=None)
    tab.get("look-reward").click()
    tab.get("look-from").fill("-2e8")
    tab.get("look-from").press("Enter")
    tab.get("look-scale").select_option("symlog")
    assert tab.selected()["looks"].startswith("reward;symlog;-200000000;")
    tab.press("Escape")
    chart.get_by_test_id("look-reset").click()
    tab.expect_selected(looks="reward;symlog", step="10")


def test_a_curve_of_both_signs_and_many_sizes_is_seen_on_both_sides_of_zero(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(server).open(run="both_signs", step=10)
    chart = tab.get("chart-reward")
    tab.get("look-reward").click()
    tab.get("look-scale").select_option("log")
    # Ten values below 0, and 0.
    expect(chart).to_contain_text("▽ 11 at or below 0")
    tab.get("look-scale").select_option("symlog")
    tab.press("Escape")
    expect(chart).not_to_contain_text("at or below 0")
    expect(chart).not_to_contain_text("off the chart")
    labels = [float(label["text"].replace(",", "")) for label in numbers_beside(tab, "chart-reward")]
    assert min(labels) <= -1e4
    assert max(labels) >= 1e4
    assert 0.0 in labels


def test_the_critics_curve_is_of_the_step_and_no_mean_of_samples(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    # Returns 1, 1, 1, 1 (a millionth apart) and 0, 1, 2, 4: their mean is 11/8, their squares are 25, and the variance
    # is 25/8 - (11/8)^2. Errors are off and -off, with the mean 0: half of the squares are of the one sample and half
    # of the other. The first sample by itself has about -1e12.
    variance = 25 / 8 - (11 / 8) ** 2
    first, second = (1 - (0.25 + (0.25 * step) ** 2) / 2 / variance for step in (1, 2))
    tab = open_tab(server).open(run="critic", step=2)
    rows = tab.show_as_table("critic").locator("tbody tr")
    for row, wanted in zip(rows.all(), (first, second), strict=True):
        assert float(row.locator("td").last.inner_text()) == pytest.approx(wanted, rel=1e-3)
    expect(tab.get("tile-critic").locator("b")).to_have_text(f"{second:.4g}")


def test_more_steps_than_pixels_are_a_line_of_means_and_each_is_still_found(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(server).open(run="comb", step=10)
    chart = tab.get("chart-reward")
    expect(chart).to_contain_text("steps a point")
    box = chart.locator(".u-over").bounding_box()
    assert box is not None
    tab.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.frame.wait_for_function("() => document.querySelector('[data-testid=step-input]').value !== '10'")
    assert abs(int(tab.get("step-input").input_value()) - 1000) < 10
    # A narrow range has a point for each step again.
    drag(tab, "reward", (0.5, 0.5), (0.53, 0.52))
    expect(chart).not_to_contain_text("steps a point")


def test_the_gaps_are_compared_with_those_of_the_pinned_step(library: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(library).open(run="ppo", step=50, pin=10)
    said = tab.get("gap-pinned")
    rows = [row for row in rollouts.training(range(10, 121, 10), samples=12) if row["step"] == 10]
    gaps = [row["reward"] - row["ref_reward"] for row in rows]
    win, lose = (100 * sum(found) / len(gaps) for found in ([g > 0 for g in gaps], [g < 0 for g in gaps]))
    expect(said).to_have_text(re.compile(rf"pinned step 10: {win:.3g}\d* % win, {lose:.3g}\d* % lose"))
    expect(tab.get("panel-gap").locator(".chart-beside")).to_have_attribute("d", re.compile("^M"))
    tab.press("p", "p")
    tab.expect_selected(pin=None)
    expect(said).to_have_count(0)
    expect(tab.get("panel-gap").locator(".chart-beside")).to_have_count(0)
