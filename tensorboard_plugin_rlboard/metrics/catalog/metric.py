"""An entry of the metric registry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["signed", "magnitude", "probability", "log_probability", "count", "flag", "value"]
"""How the values of a metric are coloured and formatted; the contract (http_api.md) says what each kind means."""
Section = Literal["per-token", "per-sample", "per-step"]


@dataclass(frozen=True, slots=True)
class Label:
    """A metric in one language.

    Attributes:
        label: what it is called on screen.
        hint: one line: what it is, with its formula.
    """

    label: str
    hint: str


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        name: its stable name, in URLs, files and docs/metrics.md.
        kind: how its values are coloured and formatted.
        unit: of its values; empty where they have none.
        formula: as docs/metrics.md writes it.
        section: the section of docs/metrics.md that defines it.
        en: label and hint in English; None where the tab shows the name.
        zh: label and hint in Chinese; None where the tab shows the name.
    """

    name: str
    kind: Kind
    unit: str
    formula: str
    section: Section
    en: Label | None = None
    zh: Label | None = None

    @property
    def anchor(self) -> str:
        """Where the documentation defines it."""
        return f"docs/metrics.md#{self.section}"
