"""A finding: what looks wrong, since when, by which number against which threshold, and how to see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""The worst first."""


@dataclass(frozen=True)
class EvidenceQuery:
    """How the samples that show it are found, in the words of /samples.

    Attributes:
        sort: the sample metric that they are ordered by; empty for the order of the log.
        order: `desc` where large values show it, `asc` where small ones do.
        where: a filter expression that they fulfil; empty for none.
        token_metric: the token metric that colours the tokens that show it; empty where whole samples do.
        end: which tokens show it: `highest`, `lowest`, `furthest` from 0, `nonfinite` for those without a number; or, of
            whatever metric, the `last`, or the one where the response begins to go round in circles (`loop`).
        grouped: whether samples of one prompt are shown together, as they are equal or follow each other.
        marks: words that show it: of each sample the token where the first of them begins that it has.
        repeated: whether only samples count whose response another one of their prompt and step has as well.
    """

    sort: str = ""
    order: Literal["asc", "desc"] = "desc"
    where: str = ""
    token_metric: str = ""
    end: Literal["highest", "lowest", "furthest", "nonfinite", "last", "loop"] = "highest"
    grouped: bool = False
    repeated: bool = False
    marks: tuple[str, ...] = ()

    @property
    def names_tokens(self) -> bool:
        """Whether single tokens show it."""
        return bool(self.token_metric or self.marks or self.end in {"last", "loop"})


@dataclass(frozen=True)
class Finding:
    """One thing that looks wrong.

    Attributes:
        kind: its stable name.
        severity: `error`, `warning` or `info`.
        title: one line.
        summary: one or two sentences with numbers and units.
        first, last: the first and the last step that show it.
        onset: the step since which it is so.
        is_open: whether the newest step that was looked at shows it.
        metric: the sample or step metric that shows it.
        statistic: which statistic of a sample metric; empty for a step metric.
        value: what the kind counts, at its worst: that statistic, or a share, a ratio, deviations of it.
        threshold: what it is compared with, in the same unit.
        threshold_name: of the entry in the table of thresholds.
        excess: how far it is beyond its threshold, 1 at it: orders findings of one severity.
        evidence: how to find the samples.
        symptoms: what follows from the same cause.
    """

    kind: str
    severity: Severity
    title: str
    summary: str
    first: int
    last: int
    onset: int
    is_open: bool
    metric: str
    statistic: str
    value: float
    threshold: float
    threshold_name: str
    excess: float
    evidence: EvidenceQuery = EvidenceQuery()
    symptoms: tuple[Finding, ...] = ()
