"""Addresses of the tab: what stands in a report, as the tab spells it (frontend/src/state/addressFields.ts)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from tensorboard_plugin_rlboard.api import FindingInfo, FindingSymptom

DEFAULT_TAB = "http://localhost:6006/"
_UNESCAPED = "!'()*~-_."
"""What JavaScript's encodeURIComponent leaves as it is."""


def wrong_address(address: str) -> str:
    """What is wrong with the address of a TensorBoard; empty for nothing."""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.fragment
    except ValueError:
        usable = False
    return "" if usable else f"--tab-url {address}: it takes an address such as {DEFAULT_TAB}"


def finding_names(findings: list[FindingInfo]) -> list[str]:
    """The name of each finding in addresses: kind and metric, with the onset where there are two of these."""
    names: list[str] = []
    for finding in findings:
        name = f"{finding.kind}:{finding.metric}"
        names.append(f"{name}:{finding.onset}" if name in names else name)
    return names


@dataclass(frozen=True)
class Links:
    """Addresses of one run.

    Attributes:
        tab: where TensorBoard is.
        run: name of the run.
        split: the split that is shown; empty for the tab's choice.
    """

    tab: str
    run: str
    split: str = ""

    def to(self, **values: str | int | None) -> str:
        """The address of a state of the tab; what is empty or None stays at its default.

        Args:
            values: parameters by their names in the address.
        """
        named = {"run": self.run, "split": self.split} | values
        parts = [
            f"p.rlboard.{name}={quote(str(value).encode('utf-8', 'replace'), safe=_UNESCAPED)}"
            for name, value in named.items()
            if value not in {None, ""}
        ]
        return "&".join([f"{self.tab}#rlboard", *parts])

    def to_finding(self, name: str) -> str:
        """The list of findings, with this one open."""
        return self.to(view="findings", finding=name)

    def to_step(self, finding: FindingInfo, step: int) -> str:
        """A step in the overview, whose curves mark the finding."""
        return self.to(view="overview", step=step, about=finding.evidence.sort)

    def to_list(self, symptom: FindingSymptom) -> str:
        """The samples that show a symptom, in its order and steps."""
        evidence = symptom.evidence
        return self.to(
            view="samples",
            step=evidence.step_max,
            step_min=evidence.step_min,
            step_max=evidence.step_max,
            about=evidence.sort,
            about_order=evidence.order if evidence.sort and evidence.order != "desc" else "",
            where=evidence.where,
            metric=evidence.token_metric,
        )

    def to_sample(self, finding: FindingInfo, name: str, sample: str, step: int, token: int | None) -> str:
        """A sample that shows a finding, over the list, at the token that shows it and in its colours."""
        return self.to(
            view="findings",
            step=step,
            sample=sample,
            token=token,
            metric=finding.evidence.token_metric,
            finding=name,
        )
