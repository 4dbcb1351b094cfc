"""Findings that were found before and are gone now, so that none vanishes unnoticed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tensorboard_plugin_rlboard.findings.finding import Finding

MAX_PAST = 50
_MAX_ONSET_SHIFT = 10
"""Two findings of a kind whose onsets lie no further apart are the same."""


@dataclass(frozen=True)
class GoneFinding:
    """A finding as it was last found, and the newest step at the first examination without it."""

    finding: Finding
    not_since: int


class FindingHistory:
    """The findings of one split and attempt of a run with the usual thresholds, as they came and went."""

    def __init__(self) -> None:
        self._shown: list[Finding] = []
        self._past: list[GoneFinding] = []

    @property
    def past(self) -> tuple[GoneFinding, ...]:
        """The findings that are gone, the newest first."""
        return tuple(reversed(self._past))

    def update(self, findings: Iterable[Finding], newest_step: int) -> None:
        """Compares the findings of now, symptoms among them, with those of before."""
        now = [each for finding in findings for each in (finding, *finding.symptoms)]
        gone = [old for old in self._shown if not any(_is_same(old, new) for new in now)]
        self._past = [old for old in self._past if not any(_is_same(old.finding, new) for new in now)]
        self._past += [GoneFinding(replace(finding, symptoms=()), newest_step) for finding in gone]
        del self._past[:-MAX_PAST]
        self._shown = now


def _is_same(one: Finding, other: Finding) -> bool:
    """Whether two findings are one: of a kind and a metric, with steps that meet or an onset that moved a little."""
    if (one.kind, one.metric) != (other.kind, other.metric):
        return False
    meets = one.first <= other.last and other.first <= one.last
    return meets or abs(one.onset - other.onset) <= _MAX_ONSET_SHIFT
