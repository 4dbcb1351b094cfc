"""Thresholds that numbers are compared with. They are hints with a source, never truth: the user may set every one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tensorboard_plugin_rlboard.errors import ArgumentError

Limits = Mapping[str, float]
"""Name of a threshold -> its value, as it counts for one question."""


@dataclass(frozen=True)
class Threshold:
    """One threshold.

    Attributes:
        name: as rlboard.toml and requests name it: the kind of the finding, then what is bounded.
        value: unless the user says otherwise.
        unit: of the value; empty where it has none.
        meaning: what is compared with it.
        source: who says so; what it was set by where nobody does.
        low, high: bounds of what a user may set.
    """

    name: str
    value: float
    unit: str
    meaning: str
    source: str
    low: float = 0.0
    high: float = 1e9


MEASURED = "set on planted runs, so that healthy ones stay quiet (docs/findings.md)"
"""The source of a threshold that nobody in the literature names."""


def limits_of(table: Iterable[Threshold], chosen: Mapping[str, float]) -> dict[str, float]:
    """The value of every threshold: the chosen one, else its own.

    Raises:
        ArgumentError: what is chosen is no threshold, or lies outside of its bounds.
    """
    limits = {threshold.name: threshold for threshold in table}
    for name, value in chosen.items():
        if problem := _problem(limits.get(name), name, value):
            raise ArgumentError(problem)
    return {name: chosen.get(name, threshold.value) for name, threshold in limits.items()}


def usable(table: Iterable[Threshold], chosen: Mapping[str, float]) -> tuple[dict[str, float], list[str]]:
    """The thresholds of a file that can be used, and one sentence for each that cannot."""
    known = {threshold.name: threshold for threshold in table}
    problems = {name: _problem(known.get(name), name, value) for name, value in chosen.items()}
    valid = {name: value for name, value in chosen.items() if not problems[name]}
    return valid, [problem for problem in problems.values() if problem]


def _problem(threshold: Threshold | None, name: str, value: float) -> str:
    """Why a value cannot be a threshold's; empty where it can."""
    if threshold is None:
        return f"{name[:60]} is no threshold of a finding; /findings lists them."
    if threshold.low <= value <= threshold.high:
        return ""
    return f"{name}={value:g} is out of range: it takes {threshold.low:g} to {threshold.high:g}."
