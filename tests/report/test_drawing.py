"""What a report draws: points of a curve, its path, colours of tokens; each with numbers worked out by hand."""

from __future__ import annotations

import math
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from detector_inputs import detector_input_of, found

from tensorboard_plugin_rlboard.findings.detectors.log import non_finite
from tensorboard_plugin_rlboard.report.colour_scale import Scale, bucket_of, colour_class, robust_scale
from tensorboard_plugin_rlboard.report.curves import own_curve, svg_path, thinned_places
from tensorboard_plugin_rlboard.report.document import Curve
from tensorboard_plugin_rlboard.report.pages.curve_drawing import add_curve
from tensorboard_plugin_rlboard.report.pages.page_language import english
from tensorboard_plugin_rlboard.report.pages.styles import palette


def test_few_points_are_all_drawn() -> None:
    assert thinned_places([3.0, None, 1.0], 4) == [0, 1, 2]


def test_of_many_points_the_lowest_and_highest_of_neighbours_stay() -> None:
    values = [5.0, 1.0, 9.0, 5.0, None, math.nan, 5.0, math.inf, 2.0, 5.0, 7.0, 5.0]
    # two bins of six: 1 and 9 of the first; 2 and 7 of the second
    assert thinned_places(values, 4) == [1, 2, 8, 10]


def test_neighbours_without_a_number_leave_a_gap() -> None:
    assert thinned_places([None, None, math.nan, 1.0, 2.0, 3.0], 4) == [0, 3, 5]


def test_the_curve_of_a_share_that_a_detector_counts() -> None:
    data = detector_input_of(
        10, nonfinite__positive=[0, 2, 5], nonfinite__sum=[0, 7, 9], nonfinite__mean=[0, 0.7, 0.9]
    )
    (finding,) = found(non_finite.DETECTOR, data)
    info: Any = SimpleNamespace(**asdict(finding), unit="")
    drawn = own_curve(info, data, "address")
    assert drawn is not None
    assert (drawn.step, drawn.value) == ([0, 1, 2], [0, 0.2, 0.5]), "of ten samples"
    assert (drawn.metric, drawn.statistic, drawn.threshold, drawn.of_steps) == ("nonfinite", "share", 0, 3)
    assert finding.value == max(value for value in drawn.value if value is not None)
    spike: Any = SimpleNamespace(kind="kl_spike")
    assert own_curve(spike, data, "") is None


def test_a_path_has_gaps_and_dashes() -> None:
    assert svg_path([(0, 1), (2, 3.25), None, (4, 5), None]) == "M0.0 1.0L2.0 3.2M4.0 5.0h2"
    assert svg_path([None]) == ""


def curve(*values: float | None, threshold: float | None = None) -> Curve:
    return Curve("k3_mean", "mean", "nats", range(len(values)), values, len(values), threshold, "")


def test_a_curve_is_drawn_in_its_box() -> None:
    parent = ET.Element("div")
    add_curve(parent, curve(0.0, 1.0, None, 4.0, threshold=2.0), (1, 3), 1, english())
    svg = parent[0]
    assert svg.get("aria-label") == "mean of k3_mean in nats, steps 0 to 3: from 0 to 4"
    by_class = {child.get("class"): child for child in svg}
    # x: 64 + share × 632; y: 130 − share × 122
    assert by_class["curve"].get("d") == "M64.0 130.0L274.7 99.5M696.0 8.0h2"
    assert by_class["threshold"].get("y1") == "69.0"
    assert (by_class["onset"].get("x1"), by_class["band"].get("width")) == ("274.7", "423.3")


@pytest.mark.parametrize("values", [(2.0,), (1e308, -1e308), (3.0, 3.0)])
def test_an_odd_curve_has_finite_places(values: tuple[float, ...]) -> None:
    parent = ET.Element("div")
    add_curve(parent, curve(*values), (-5, 99), 0, english())
    written = ET.tostring(parent, "unicode")
    assert "nan" not in written
    assert "inf" not in written.replace("info", "")


def test_a_curve_without_numbers_is_not_drawn() -> None:
    parent = ET.Element("div")
    add_curve(parent, curve(None, None), (0, 1), 0, english())
    assert len(parent) == 0


def test_scales_are_those_of_the_tab() -> None:
    assert robust_scale([None, math.nan, math.inf], "signed") is None
    assert robust_scale([-2.0, 1.0], "signed") == pytest.approx(Scale("diverging", -1.97, 1.97))
    # the 1st percentile of 0 … 100 is 1, the 99th 99
    numbers = [float(x) for x in range(101)]
    assert robust_scale(numbers, "value") == Scale("ramp", 1, 99)
    assert robust_scale(numbers, "magnitude") == Scale("ramp", 0, 99)
    assert robust_scale([0.2, 0.9], "probability") == Scale("ramp", 0, 1, is_low_strong=True)
    assert robust_scale([0.0, 0.0], "log_probability") == Scale("ramp", -1, 0, is_low_strong=True)
    assert robust_scale([5.0], "count") == Scale("ramp", 0, 5)
    assert robust_scale([0.0], "value") == Scale("ramp", 0, 1)
    assert robust_scale([0.0, 1.0], "flag") == Scale("ramp", 0, 1)


def test_buckets_and_classes() -> None:
    about_zero = Scale("diverging", -2, 2)
    assert [bucket_of(about_zero, x) for x in (-9, -2, 0, 1, 9)] == [0, 0, 15, 23, 30]
    assert bucket_of(Scale("ramp", -3, 0, is_low_strong=True), -3) == 30
    assert [colour_class(about_zero, x) for x in (0.0, None, math.nan, -math.inf)] == ["d15", "n", "x", "x"]
    assert colour_class(None, 1.0) == ""


def test_colours_are_those_of_the_tab() -> None:
    # as frontend/src/lib/heatmapColours.ts computes them
    light, dark = palette("diverging", "light"), palette("diverging", "dark")
    assert (light[0], light[7], light[15], light[30]) == (
        (81, 156, 236),
        (164, 203, 247),
        (255, 255, 255),
        (239, 133, 46),
    )
    assert (dark[0], dark[15], dark[30]) == ((29, 96, 188), (48, 48, 48), (161, 79, 9))
    assert palette("ramp", "light")[15] == (165, 216, 195)
    assert palette("ramp", "dark")[30] == (5, 117, 88)
