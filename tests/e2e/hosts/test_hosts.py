"""The ways TensorBoard is started, and what lies in its log directory."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import rollouts
from hosting import Serve, TensorBoard, until
from playwright.sync_api import expect
from tab import IFRAME, OpenTab, Tab
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

pytestmark = pytest.mark.browser

LOSSES = {10: 0.75, 20: 0.5, 30: 0.25}


def write_events(folder: Path) -> None:
    """Writes TensorBoard's own scalars into a run's folder."""
    writer = EventFileWriter(str(folder))
    for step, loss in LOSSES.items():
        summary = Summary(value=[Summary.Value(tag="train/loss", simple_value=loss)])
        writer.add_event(Event(wall_time=time.time(), step=step, summary=summary))
    writer.close()


def small(steps: tuple[int, ...] = (10, 20, 30)) -> list[rollouts.Row]:
    return rollouts.training(steps, samples=4)


def expect_curves_and_a_sample(tab: Tab) -> None:
    """Both views work: that is all routes, and all files of the bundle."""
    expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
    tab.get("tab-samples").click()
    tab.get("sample-row").first.click()
    expect(tab.get("token").first).to_be_visible()


def test_named_folders_below_a_path_prefix_have_tensorboards_run_names(
    tmp_path: Path, serve: Serve, open_tab: OpenTab
) -> None:
    first, second = tmp_path / "x" / "seed1", tmp_path / "y"
    rollouts.write(first, small())
    rollouts.write(second / "late" / "seed2", small((40, 50)))
    write_events(first)
    write_events(second / "late" / "seed2")
    server = serve("--logdir_spec", f"a:{first},b:{second}", "--path_prefix", "/foo")
    assert server.url.endswith("/foo/")
    server.wait_for_runs("a/.", "b/late/seed2")
    named = ["a/.", "b/late/seed2"]
    until(lambda: sorted(server.get("data/runs")) == named or None, "TensorBoard's own runs")
    tab = open_tab(server, host=True).open()
    until(lambda: tab.run_names() == named or None, "both runs in the list")
    tab.choose_run("b/late/seed2")
    expect(tab.get("step-input")).to_have_value("50")
    tab.expect_selected(run="b/late/seed2")
    expect_curves_and_a_sample(tab)
    ours = [url for url in tab.requests if "/plugin/rlboard/" in url]
    assert ours
    assert all(url.startswith(f"{server.origin}/foo/") for url in ours)


def with_events(folder: Path, serve: Serve, load_fast: str) -> TensorBoard:
    """A TensorBoard on a run beside event files, which it reads with its own reader or with the fast one."""
    rollouts.write(folder / "ppo", small())
    write_events(folder / "ppo")
    server = serve("--logdir", str(folder), f"--load_fast={load_fast}")
    server.wait_for_runs("ppo")
    until(lambda: server.ask("scalars", run="ppo")["tags"] or None, "the scalars' names")
    return server


def test_tensorboards_own_reader_knows_the_scalars_as_well(tmp_path: Path, serve: Serve) -> None:
    server = with_events(tmp_path / "logs", serve, "false")
    assert server.ask("scalars", run="ppo")["tags"] == {"ppo": ["train/loss"]}
    curve = server.ask("scalars", run="ppo", tag="train/loss")["train/loss"]
    assert (curve["step"], curve["value"]) == (list(LOSSES), list(LOSSES.values()))


def test_beside_event_files_tensorboards_scalars_are_drawn(
    tmp_path: Path, serve: Serve, open_tab: OpenTab
) -> None:
    server = with_events(tmp_path / "logs", serve, "auto")
    tab = open_tab(server, host=True)
    tab.go()
    tab.page.wait_for_function("() => location.hash.startsWith('#timeseries')")
    expect(tab.page.locator(IFRAME)).to_have_count(0)
    # A click that comes before TensorBoard has drawn its own page may be lost.
    expect(tab.page.get_by_text("train/loss").first).to_be_visible()
    tab.page.get_by_role("tab", name="RL Board").click()
    expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
    tab.get("chart-picker").click()
    tab.get("chart-search").fill("loss")
    tab.view.get_by_role("checkbox", name="train/loss").check()
    chart = tab.get("chart-train/loss")
    expect(chart.locator("canvas")).to_be_visible()
    expect(chart).to_contain_text("3 points")
    tab.press("Escape")
    tab.show_as_table("train/loss")
    drawn = [
        row.split() for row in chart.locator("tbody tr").evaluate_all("rows => rows.map((r) => r.innerText)")
    ]
    assert [[float(cell) for cell in row] for row in drawn] == [[s, v] for s, v in LOSSES.items()]


def test_an_empty_folder_fills_and_grows_under_the_readers_eyes(
    tmp_path: Path, serve: Serve, open_tab: OpenTab
) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    server = serve("--logdir", str(logs), "--reload_interval", "1")
    tab = open_tab(server, host=True).open()
    it_says_where_it_looked(tab, logs)
    it_names_a_file_that_only_looks_like_rollouts(tab, logs)
    path = rollouts.write(logs / "ppo", small())
    server.wait_for_runs("ppo")
    tab.view.get_by_role("button", name="Look again").click()
    expect(tab.get("chart-reward").locator("canvas")).to_be_visible()
    assert tab.selected()["run"] == "ppo"
    tensorboards_reload_button_asks_at_once(tab, path)
    a_run_that_begins_later_appears(tab, logs)


def it_says_where_it_looked(tab: Tab, logs: Path) -> None:
    expect(tab.view.get_by_role("heading", name="No rollout files found")).to_be_visible()
    expect(tab.view.locator("main")).to_contain_text(str(logs))
    expect(tab.view.locator("main")).to_contain_text("RolloutWriter(")


def it_names_a_file_that_only_looks_like_rollouts(tab: Tab, logs: Path) -> None:
    metrics = [{"step": step, "loss": 1 / step, "lr": 1e-5} for step in range(1, 6)]
    rollouts.write(logs / "trainer", metrics, "metrics.jsonl")
    ignored = until(lambda: tab.server.ask("runs")["ignored"] or None, "the ignored file")
    assert [entry["file"] for entry in ignored] == ["trainer/metrics.jsonl"]
    assert ignored[0]["reason"]
    # "Look again" asks at once; without it the page asks by itself.
    tab.view.get_by_role("button", name="Look again").click()
    expect(tab.view.locator("main")).to_contain_text(f"trainer/metrics.jsonl: {ignored[0]['reason']}")
    expect(tab.get("run-select")).to_have_count(0)


def tensorboards_reload_button_asks_at_once(tab: Tab, path: Path) -> None:
    expect(tab.get("scrubber")).to_have_attribute("max", "2")
    rollouts.append(path, rollouts.lines(small((40,))))
    until(lambda: _newest(tab.server) == 40 or None, "the server to have read it")
    asked = sum("/plugin/rlboard/runs" in url for url in tab.requests)
    with tab.page.expect_request(lambda request: "/plugin/rlboard/runs" in request.url):
        tab.page.locator("app-header-reload button").click()
    assert sum("/plugin/rlboard/runs" in url for url in tab.requests) > asked
    expect(tab.get("scrubber")).to_have_attribute("max", "3")


def _newest(server: TensorBoard) -> object:
    return server.ask("runs")["runs"][0]["steps"]["last"]


def a_run_that_begins_later_appears(tab: Tab, logs: Path) -> None:
    tab.get("step-input").fill("20")
    tab.get("step-input").press("Enter")
    tab.expect_selected(run="ppo", step="20")
    rollouts.write(logs / "sweep" / "late", small((1, 2)))
    until(lambda: tab.run_names() == ["ppo", "sweep/late"] or None, "the later run in the list")
    expect(tab.get("step-input")).to_have_value("20")
    tab.expect_selected(run="ppo", step="20")
    tab.choose_run("sweep/late")
    expect(tab.get("step-input")).to_have_value("2")
    expect_curves_and_a_sample(tab)
