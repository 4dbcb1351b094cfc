"""That each benchmark measures what it says, on small logs; `make test-slow` runs it, as it takes minutes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.browser import tab_speed
from benchmarks.hosts import host_speed, writer_speed
from benchmarks.indexing import index_speed, large_log, small_files
from benchmarks.questions import (
    alignment_speed,
    findings_speed,
    long_sample,
    many_prompts,
    million,
    new_line,
)
from benchmarks.shared import bench

pytestmark = pytest.mark.benchmark
LINUX = pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is read from /proc")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[bench.Workspace]:
    made = bench.Workspace(tmp_path)
    yield made
    made.close()


def measured(row: bench.Row[Any], size: Any, workspace: bench.Workspace) -> dict[str, float]:
    found = {figure.what: figure.value for figure in row.measure(size, workspace)}
    assert found
    return found


def test_cold_index_beside_the_others(workspace: bench.Workspace) -> None:
    pytest.importorskip("simdjson")
    found = measured(index_speed.ROW, index_speed.Sizes((80,), 1, 1), workspace)
    assert set(found) == {
        "80 tokens: ours : loop",
        "80 tokens: ours : parse alone",
        "80 tokens: sums : parse alone",
        *(f"80 tokens: {way}" for way in ("ours", "loop", "parse", "sums")),
    }
    assert min(found.values()) > 0


@LINUX
def test_a_large_log_in_small(workspace: bench.Workspace) -> None:
    found = measured(large_log.ROW, large_log.Sizes(1, 50, 1, 0.1), workspace)
    for what in ("cold: first steps answered", "cold: all indexed", "reopened: all curves answered"):
        assert found[what] > 0
    assert found["plain TensorBoard"] > 0


def test_two_responses_side_by_side(workspace: bench.Workspace) -> None:
    found = measured(alignment_speed.ROW, alignment_speed.Sizes(300, 600, 1), workspace)
    assert len(found) == 11
    assert found["300 tokens a side, unlike"] >= 0


def test_questions_over_http_and_in_process(workspace: bench.Workspace) -> None:
    found = measured(million.ROW, million.Sizes(200, 2), workspace)
    for what in ("a page of a step", "top 100 of the run", "the overview's curves", "curves of a search"):
        assert found[f"{what}, over HTTP: p95"] > 0
        assert found[f"{what}, in process: p95"] > 0


def test_questions_about_groups_prompts_and_comparisons(workspace: bench.Workspace) -> None:
    found = measured(many_prompts.ROW, many_prompts.Sizes(400, 2), workspace)
    assert found["prompts, asked for the first time"] > 0
    assert found["prompts of that index, asked as its rows are loaded"] > 0
    assert found["memory: a page of the prompts, after the first time"] >= 0
    for what in ("groups of a step", "a prompt's page", "two ranges of steps on the prompts that they share"):
        assert found[f"{what}, over HTTP: p95"] > 0
        assert found[f"{what}, in process: p95"] > 0


def test_findings_of_a_run_that_grows(workspace: bench.Workspace) -> None:
    found = measured(findings_speed.ROW, findings_speed.Sizes(2_000, 1), workspace)
    assert set(found) == {
        "in the background, the first time",
        "in the background, for a new step",
        "asked by the tab, the first time",
        "asked by the tab after a new step",
    }
    assert min(found.values()) > 0


def test_logging_in_small(workspace: bench.Workspace) -> None:
    found = measured(writer_speed.ROW, writer_speed.Sizes(16, 40, 3), workspace)
    assert 0.1 < found["bytes against json.dumps, arrays alone"] < 0.45
    assert 0.1 < found["bytes against json.dumps, whole lines"] < 0.6
    assert found["caller blocked, NumPy, idle"] > 0
    assert found["the thread writes, NumPy"] > 0


@LINUX
def test_a_long_sample_and_what_our_indexing_costs_the_host(workspace: bench.Workspace) -> None:
    assert min(measured(long_sample.ROW, long_sample.Sizes(100, 4), workspace).values()) > 0
    assert measured(host_speed.ROW, host_speed.Sizes(1, 50, 2, 20, 1, 1.0), workspace)["p95 idle"] > 0


@LINUX
def test_a_new_line_and_small_files(workspace: bench.Workspace) -> None:
    assert len(measured(new_line.ROW, new_line.Sizes(100, 200, 1, 1.0), workspace)) == 4
    assert measured(small_files.ROW, small_files.Sizes(4, 2, 0.5), workspace)["files: all indexed"] > 0


def test_keys_in_a_browser(workspace: bench.Workspace) -> None:
    found = measured(tab_speed.ROW, tab_speed.ROW.sizes["quick"], workspace)
    for what in ("next step", "next sample", "next long sample", "metric of a long sample"):
        assert found[f"{what}: main thread"] > 0
        assert found[f"{what}: key to paint"] > 0
        assert found[f"{what}: questions"] == 0, "what a key needs is loaded before"
    assert found["click to first chart: by the clock"] > 0
