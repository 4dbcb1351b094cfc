"""The story of the tab: a curve bends, which step, which responses, which tokens."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import rollouts
from hosting import TensorBoard, tensorboard
from playwright.sync_api import Locator, expect
from tab import IFRAME, OpenTab, Tab

pytestmark = pytest.mark.browser

STEPS = range(10, 121, 10)
SAMPLES = 48
ROWS = rollouts.training(STEPS, SAMPLES)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("journey")


@pytest.fixture(scope="module")
def server(logs: Path) -> Iterator[TensorBoard]:
    rollouts.write(logs / "logs" / "ppo", ROWS)
    rollouts.write(logs / "logs" / "live", ROWS)
    with tensorboard(logs, "--logdir", str(logs / "logs"), "--reload_interval", "1") as running:
        running.wait_for_runs("ppo", "live")
        yield running


def rows_of(step: int) -> list[rollouts.Row]:
    return [row for row in ROWS if row["step"] == step]


def significant(text: str, value: float) -> bool:
    """Whether a number on screen is this value, to the four digits (three of small ones) that are shown."""
    return math.isclose(float(text), value, rel_tol=6e-3 if abs(value) < 0.01 else 6e-4, abs_tol=1e-9)


def painted(canvas: Locator) -> bool:
    """Whether anything is drawn on a canvas."""
    drawn: bool = canvas.evaluate(
        "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((channel) => channel > 0)"
    )
    return drawn


def test_a_folder_of_rollouts_alone_opens_on_our_tab_with_curves(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(server, anew=True, host=True)
    tab.go()
    expect(tab.page.locator(IFRAME)).to_be_visible()
    assert tab.page.evaluate("location.hash").startswith("#rlboard")
    for chart in ("reward", "kl", "length"):
        canvas = tab.get(f"chart-{chart}").locator("canvas")
        expect(canvas).to_be_visible()
        tab.frame.wait_for_function(
            "chart => { const c = document.querySelector(`[data-testid=chart-${chart}] canvas`);"
            " return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((x) => x > 0); }",
            arg=chart,
        )
        assert painted(canvas)
    # The page begins at the newest step.
    expect(tab.get("step-input")).to_have_value("120")


def test_a_curve_is_the_mean_of_what_was_logged(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server, host=True).open(run="ppo")
    chart = tab.get("chart-reward")
    tab.show_as_table("reward")
    heads = chart.locator("thead th").all_text_contents()
    column = heads.index("policy") - 1
    for step in STEPS:
        row = chart.locator("tbody tr").filter(
            has=tab.view.get_by_role("rowheader", name=str(step), exact=True)
        )
        rewards = [float(one["reward"]) for one in rows_of(step)]
        assert significant(row.locator("td").nth(column).inner_text(), sum(rewards) / len(rewards))


def test_a_step_is_typed_walked_dragged_and_clicked(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server, host=True).open(run="ppo", step=50)
    field = tab.get("step-input")
    expect(field).to_have_value("50")
    field.fill("34")
    field.press("Enter")
    expect(field).to_have_value("30")  # there is no step 34; 30 is the nearest
    tab.expect_selected(step="30")
    tab.get("step-next").click()
    expect(field).to_have_value("40")
    tab.get("step-prev").click()
    tab.get("step-prev").click()
    expect(field).to_have_value("20")
    expect(tab.get("panel-marks")).to_contain_text("at step 20")
    tab.get("scrubber").focus()
    tab.press("Home")
    expect(field).to_have_value("10")
    tab.get("step-prev").click()
    expect(field).to_have_value("10")
    tab.press("Tab")
    tab.get("scrubber").focus()
    tab.press("End")
    expect(field).to_have_value("120")
    plot = tab.get("chart-reward").locator(".u-over")
    box = plot.bounding_box()
    assert box is not None
    plot.click(position={"x": 1, "y": box["height"] / 2})
    expect(field).to_have_value("10")
    tab.expect_selected(step="10")


def test_the_table_is_sorted_both_ways_as_the_server_says(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server, host=True).open(run="ppo", step=50)
    tab.get("tab-samples").click()
    logged = server.ask("samples", run="ppo", step=50, limit=10)
    assert logged["total"] == SAMPLES
    tab.expect_rows(logged["columns"]["id"])
    for column in ("reward", "n_tokens", "k3_mean", "response"):
        head = tab.get(f"col-head-{column}")
        sort = tab.view.locator(f"[role=columnheader]:has([data-testid='col-head-{column}'])")
        first = "ascending" if column == "response" else "descending"
        for state in (first, "descending" if first == "ascending" else "ascending"):
            head.click()
            expect(sort).to_have_attribute("aria-sort", state)
            order = "asc" if state == "ascending" else "desc"
            answer = server.ask("samples", run="ppo", step=50, sort=column, order=order, limit=10)
            tab.expect_rows(answer["columns"]["id"])
        # A third press leads back to the order of logging.
        head.click()
        expect(sort).to_have_attribute("aria-sort", "none")
        tab.expect_rows(logged["columns"]["id"])


def test_sorted_rewards_are_the_logged_ones(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server, host=True).open(run="ppo", step=50, view="samples", sort="reward", order="desc")
    best = sorted((row["reward"] for row in rows_of(50)), reverse=True)
    tab.expect_rows(
        server.ask("samples", run="ppo", step=50, sort="reward", order="desc", limit=5)["columns"]["id"]
    )
    shown = tab.cells("reward")[:5]
    assert all(significant(text, value) for text, value in zip(shown, best, strict=False)), (shown, best[:5])


def opened_sample(tab: Tab, place: int) -> rollouts.Row:
    """Opens a row of step 50 by a click; returns what the log says of it."""
    tab.open(run="ppo", step=50, view="samples")
    row = tab.get("sample-row").nth(place)
    expect(row).to_have_attribute("data-id", re.compile("."))
    id_ = row.get_attribute("data-id")
    row.click()
    expect(tab.get("drawer")).to_have_attribute("data-id", id_ or "")
    return rows_of(50)[place]


def test_an_opened_sample_shows_its_texts_and_every_token(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server, host=True)
    row = opened_sample(tab, 2)
    expect(tab.get("drawer")).to_contain_text(row["prompt"])
    expect(tab.get("token").first).to_be_visible()
    assert tab.get("token").all_text_contents() == row["response_tokens"]


def test_another_metric_paints_other_colours_on_another_scale(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server, host=True)
    row = opened_sample(tab, 2)
    paint = "spans => spans.map((span) => getComputedStyle(span).backgroundColor)"
    tab.get("token-metric").select_option("log_ratio")
    tab.expect_selected(metric="log_ratio")
    expect(tab.token(0)).to_have_class(re.compile(r"\bd\d+"))
    signed = tab.get("token").evaluate_all(paint)
    ends = tab.get("legend").inner_text()
    ratios = [rollouts.log_ratio(row, i) for i in range(len(row["logprobs"]))]
    lowest, highest = ratios.index(min(ratios)), ratios.index(max(ratios))
    assert min(ratios) < 0 < max(ratios)
    assert signed[lowest] != signed[highest], "a token below zero has the colour of one above"
    tab.get("token-metric").select_option("k3")
    tab.expect_selected(metric="k3")
    expect(tab.token(0)).to_have_class(re.compile(r"\br\d+"))
    magnitudes = tab.get("token").evaluate_all(paint)
    assert magnitudes != signed
    assert tab.get("legend").inner_text() != ends


def test_the_numbers_of_a_token_are_those_of_the_log(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server, host=True)
    row = opened_sample(tab, 3)
    for i in (0, 7, len(row["logprobs"]) - 1):
        tab.token(i).click()
        tab.expect_selected(token=str(i))
        expect(tab.get("token-info")).to_contain_text(f"token {i:,} of {len(row['logprobs']):,}")
        wanted = {name: row[name][i] for name in ("logprobs", "ref_logprobs", "values", "token_rewards")}
        wanted |= {"log_ratio": rollouts.log_ratio(row, i), "k3": rollouts.k3(row, i)}
        wanted |= {"prob": math.exp(row["logprobs"][i]), "return_to_go": sum(row["token_rewards"][i:])}
        for metric, value in wanted.items():
            assert significant(tab.shown_value(metric).inner_text(), value), metric


def test_the_matrix_has_the_same_numbers_and_esc_leads_up_step_by_step(
    server: TensorBoard, open_tab: OpenTab
) -> None:
    tab = open_tab(server, host=True)
    row = opened_sample(tab, 3)
    tab.get("matrix-toggle").click()
    matrix = tab.get("matrix")
    column = matrix.locator(".matrix-column[data-i='4']")
    expect(column).to_be_visible()
    labels = matrix.get_by_role("columnheader").all_text_contents()
    cells = column.locator("[role=cell]").all_text_contents()
    assert len(cells) == len(labels) - 1
    numbers = dict(zip(labels[1:], cells, strict=True))
    for value in (row["logprobs"][4], row["values"][4], rollouts.k3(row, 4)):
        assert any(significant(text, value) for text in numbers.values() if text != "–"), (value, numbers)
    column.click()
    tab.expect_selected(token="4")
    tab.press("Escape")
    tab.expect_selected(token=None, view="samples")
    assert tab.selected().get("sample")
    tab.press("Escape")
    tab.expect_selected(sample=None, view="samples")
    expect(tab.get("drawer")).to_have_count(0)
    tab.press("Escape")
    tab.expect_selected(view=None, step="50")
    expect(tab.get("chart-reward")).to_be_visible()


def test_what_a_training_adds_appears_and_moves_nothing(
    server: TensorBoard, logs: Path, open_tab: OpenTab
) -> None:
    tab = open_tab(server, host=True).open(run="live", step=20, view="samples")
    tab.get("sample-row").nth(1).click()
    expect(tab.get("drawer")).to_have_attribute("data-id", re.compile("."))
    tab.token(3).click()
    tab.expect_selected(token="3")
    tab.get("layout-split").click()
    grid = tab.view.get_by_role("grid")
    grid.evaluate("grid => { grid.scrollTop = 240; }")
    before = tab.selected()
    last = tab.get("scrubber")
    expect(last).to_have_attribute("max", str(len(STEPS) - 1))
    tab.js("() => { window.sameDocument = true; }")
    whole = rollouts.lines([rollouts.sample(130, index) for index in range(5)])
    cut = len(whole) - 40
    path = logs / "logs" / "live" / "rollouts.rank_0.jsonl"
    rollouts.append(path, whole[:cut])  # the last line is on its way
    expect(last).to_have_attribute("max", str(len(STEPS)))
    assert grid.evaluate("grid => grid.scrollTop") == 240
    assert tab.selected() == before
    assert tab.js("() => window.sameDocument") is True
    expect(tab.get("step-input")).to_have_value("20")
    expect(tab.get("problems-button")).to_have_count(0)
    assert server.ask("samples", run="live", step=130)["total"] == 4
    rollouts.append(path, whole[cut:])
    tab.get("drawer-close").click()
    tab.get("step-input").fill("130")
    tab.get("step-input").press("Enter")
    expect(tab.get("summary")).to_contain_text("5 samples")
    expect(tab.get("sample-row")).to_have_count(5)
    expect(tab.get("problems-button")).to_have_count(0)


def test_a_brush_over_a_curve_selects_a_range_of_steps(server: TensorBoard, open_tab: OpenTab) -> None:
    tab = open_tab(server, host=True).open(run="ppo", view="overview")
    plot = tab.get("chart-reward").first.locator(".u-over")
    plot.wait_for()
    box = plot.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    mouse = tab.page.mouse
    mouse.move(box["x"] + 0.3 * box["width"], middle)
    mouse.down()
    mouse.move(box["x"] + 0.45 * box["width"], middle, steps=6)
    mouse.move(box["x"] + 0.6 * box["width"], middle, steps=6)
    mouse.up()
    expect(tab.page).to_have_url(re.compile(r"p\.rlboard\.step_max="))
    chosen = tab.selected()
    low, high = int(chosen["step_min"]), int(chosen["step_max"])
    assert STEPS[0] < low < high < STEPS[-1], "about a third of the curve, away from both its ends"
    tab.get("tab-samples").click()
    inside = [row for row in ROWS if low <= int(str(row["step"])) <= high]
    expect(tab.frame.get_by_text(re.compile(rf"^{len(inside)} samples"))).to_be_visible()
