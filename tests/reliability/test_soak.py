"""The short form of the soak: logs change for some seconds; and that what rises is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest
from soak import soak
from soaking.changing_logs import RUNS, ChangingLogs
from soaking.gauges import GAUGES, Gauge, risen, rows, settled, slope


def test_no_line_is_lost_of_logs_that_change() -> None:
    moments, measured, got, failures = soak(minutes=0.1, clients=1, seed=1)
    assert [said for said in failures if " rose from " not in said] == []  # it has just started
    assert got.seconds["runs"]
    assert {len(values) for values in measured.values()} == {len(moments)}
    assert [row[0] for row in rows(moments, measured)] == [gauge.name for gauge in GAUGES]


def test_every_run_has_lines_before_the_writing_starts(tmp_path: Path) -> None:
    logs = ChangingLogs(tmp_path, 1)
    assert {run: logs.lines(run) for run in RUNS} == dict.fromkeys(RUNS, 16)


def test_a_slope_is_told_for_an_hour() -> None:
    assert slope([0, 10, 20, 30], [5, 6, 7, 8]) == pytest.approx(360)


def test_what_rises_by_more_than_it_may_is_told() -> None:
    gauge = Gauge("threads", 4, 0.1)
    values = [90.0, 90, 10, 10, 12, 12, 14, 14, 15, 15]
    assert settled(values) == [10, 10, 12, 12, 14, 14, 15, 15]
    assert risen(gauge, values) == ""  # 10 + 4 + 1
    assert risen(gauge, [*values[:-2], 15.5, 15.5]) == "threads rose from 10 to 16"
