"""A curve as a small drawing (SVG): the line, the steps of the finding, its onset and its threshold. No script, no style of its own."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from tensorboard_plugin_rlboard.findings.number_format import format_number
from tensorboard_plugin_rlboard.report.curves import svg_path
from tensorboard_plugin_rlboard.report.document import Curve
from tensorboard_plugin_rlboard.report.pages.page_language import PageLanguage
from tensorboard_plugin_rlboard.texts import visible

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 700, 150, 64, 20, 8


def add_curve(
    parent: ET.Element, curve: Curve, steps: tuple[int, int], onset: int, language: PageLanguage
) -> None:
    """Draws a curve; nothing where it has no number.

    Args:
        parent: the element that it comes into.
        curve: what is drawn.
        steps: the first and the last step of the finding.
        onset: the step since which it is so.
        language: the language of its words.
    """
    numbers = [float(value) for value in curve.value if value is not None]
    if not numbers:
        return
    ends = numbers if curve.threshold is None else [*numbers, curve.threshold]
    low, high = min(ends), max(ends)
    first, last = curve.step[0], curve.step[-1]

    def x(step: int) -> float:
        share = (min(max(step, first), last) - first) / (last - first) if last > first else 0.5
        return _LEFT + share * (_WIDTH - _LEFT - 4)

    def y(value: float) -> float:
        # halves: the distance of two floats may be infinite
        share = (value / 2 - low / 2) / (high / 2 - low / 2) if high > low else 0.5
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _BOTTOM - _TOP)

    named = curve.metric
    if curve.statistic:
        named = language.phrase("of", statistic=curve.statistic, metric=curve.metric)
    if curve.unit:
        named = language.phrase("in", named=named, unit=language.translate(curve.unit))
    svg = ET.SubElement(parent, "svg", viewBox=f"0 0 {_WIDTH} {_HEIGHT}", role="img")
    between = {"low": format_number(min(numbers)), "high": format_number(max(numbers))}
    svg.set("aria-label", visible(language.phrase("curve", named=named, first=first, last=last, **between)))
    floor = _HEIGHT - _BOTTOM
    start, end = x(steps[0]), x(steps[1])
    _shape(svg, "rect", "band", x=start - 1, y=_TOP, width=end - start + 2, height=floor - _TOP)
    _shape(svg, "line", "axis", x1=_LEFT, x2=_WIDTH, y1=floor, y2=floor)
    _shape(svg, "line", "onset", x1=x(onset), x2=x(onset), y1=_TOP, y2=floor)
    if curve.threshold is not None:
        height = y(curve.threshold)
        _shape(svg, "line", "threshold", x1=_LEFT, x2=_WIDTH, y1=height, y2=height)
    places = [
        None if value is None else (x(step), y(float(value)))
        for step, value in zip(curve.step, curve.value, strict=True)
    ]
    ET.SubElement(svg, "path", {"class": "curve", "d": svg_path(places)})
    _text(svg, format_number(high), _LEFT - 6, _TOP + 8, "end")
    _text(svg, format_number(low), _LEFT - 6, floor, "end")
    _text(svg, language.phrase("step", first=first), _LEFT, _HEIGHT - 5, "start")
    _text(svg, str(last), _WIDTH, _HEIGHT - 5, "end")
    _text(svg, named, (_LEFT + _WIDTH) / 2, _HEIGHT - 5, "middle")


def _shape(svg: ET.Element, tag: str, kind: str, **places: float) -> None:
    ET.SubElement(svg, tag, {"class": kind} | {name: f"{value:.1f}" for name, value in places.items()})


def _text(svg: ET.Element, text: str, x: float, y: float, anchor: str) -> None:
    element = ET.SubElement(svg, "text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor})
    element.text = visible(text)
