"""The short form of the soak: logs change for some seconds; and that what rises is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest
from soak import soak
from soaking.changing_logs import RUNS, ChangingLogs
from soaking.gauges import GAUGES, Gauge, SoakMeasurements, rise_sentence, slope, without_warm_up


def test_no_line_is_lost_of_logs_that_change() -> None:
    measurements, answers, failures = soak(minutes=0.1, clients=1, seed=1, rest=0.05, memory=160)
    assert [said for said in failures if " rose from " not in said] == []  # it has just started
    assert answers.seconds["runs"]
    for series in (measurements.changing, measurements.resting):
        assert series.moments
        assert {len(values) for values in series.values.values()} == {len(series.moments)}
    assert max(measurements.changing.moments) < min(measurements.resting.moments)
    assert [row[0] for row in measurements.rows()] == [gauge.name for gauge in GAUGES]


def test_every_run_has_lines_before_the_writing_starts(tmp_path: Path) -> None:
    logs = ChangingLogs(tmp_path, 1)
    assert {run: logs.lines(run) for run in RUNS} == dict.fromkeys(RUNS, 16)


def test_a_slope_is_told_for_an_hour() -> None:
    assert slope([0, 10, 20, 30], [5, 6, 7, 8]) == pytest.approx(360)


def test_what_rises_by_more_than_it_may_is_told() -> None:
    gauge = Gauge("threads", 4, 0.1)
    values = [90.0, 90, 10, 10, 12, 12, 14, 14, 15, 15]
    assert without_warm_up(values) == [10, 10, 12, 12, 14, 14, 15, 15]
    assert rise_sentence(gauge, values) == ""  # 10 + 4 + 1
    assert rise_sentence(gauge, [*values[:-2], 15.5, 15.5]) == "threads rose from 10 to 16"


def test_at_rest_a_quarter_of_a_rise_is_too_much() -> None:
    measurements = SoakMeasurements()
    for moment in range(20):
        values = dict.fromkeys((gauge.name for gauge in GAUGES), 100.0)
        is_rest = moment >= 10
        values["memory of TensorBoard, MB"] = 100 + 3 * moment if is_rest else 100
        measurements.add(moment, values, is_rest=is_rest)
    # Of 60 MB and a tenth a quarter: 17.5 and 3.3 MB. From 136 and 139 to 154 and 157 are 18.
    assert measurements.rises() == []
    for moment in range(5):
        measurements.resting.values["memory of TensorBoard, MB"][-1 - moment] += 5
    assert measurements.rises() == ["memory of TensorBoard, MB rose from 138 to 160 while the logs rested"]
    # Without the first fifth 136, 139, 142, 150 … 162: by least squares 163.5 / 42 a second.
    assert measurements.rows()[0] == ("memory of TensorBoard, MB", "100", "100", "100", "+0.0", "+14014.3")
