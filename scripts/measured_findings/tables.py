"""The tables of what was measured, in Markdown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from measured_findings.examined_runs import CONSEQUENCES, ExaminedRun
from planted_runs.shapes import STRENGTHS

_Z = 1.96


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927); 0 to 1 where there is nothing."""
    if not total:
        return 0.0, 1.0
    share, square = hits / total, _Z * _Z
    centre = (share + square / (2 * total)) / (1 + square / total)
    half = _Z / (1 + square / total) * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    return max(0.0, centre - half), min(1.0, centre + half)


def share(hits: int, total: int) -> str:
    """A share with its interval: `0.95 [0.76, 0.99] of 20`."""
    if not total:
        return "–"
    low, high = wilson(hits, total)
    return f"{hits / total:.2f} [{low:.2f}, {high:.2f}] of {total}"


def render_tables(examined: Sequence[ExaminedRun], seeds: Sequence[int]) -> str:
    """All tables."""
    healthy = [each for each in examined if not each.kind]
    failures = [each for each in examined if each.kind]
    shapes = ", ".join(f"`{shape}`" for shape in dict.fromkeys(each.plan.shape for each in examined))
    lines = [
        f"{len(failures)} runs with a planted failure and {len(healthy)} healthy ones; shapes {shapes}; seeds {', '.join(map(str, seeds))}.",
        "",
    ]
    lines += _by_kind(examined, failures)
    lines += ["", *_consequences(), "", *_evidence(failures), "", *_healthy(healthy)]
    medium = [each for each in failures if each.plan.strength == "medium" and each.is_checked]
    if medium:
        top = sum(each.is_in_top_three for each in medium)
        hits = sum(each.is_hit for each in medium)
        lines += [
            "",
            f"Of medium strength: found {share(hits, len(medium))}, among the first three findings {share(top, len(medium))}.",
        ]
    return "\n".join(lines) + "\n"


def _by_kind(examined: Sequence[ExaminedRun], failures: Sequence[ExaminedRun]) -> list[str]:
    lines = [
        "| planted | recall weak | medium | strong | precision | what follows counted as false | onset off by, median |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for planted in dict.fromkeys(each.plan.kind for each in failures):
        runs = [each for each in failures if each.plan.kind == planted and each.is_checked]
        if not runs:
            lines.append(f"| `{planted}` | not looked for yet | | | | | |")
            continue
        recall = []
        for strength in STRENGTHS:
            of_strength = [each for each in runs if each.plan.strength == strength]
            recall.append(share(sum(each.is_hit for each in of_strength), len(of_strength)))
        kind = runs[0].kind
        hits = sum(each.is_hit for each in runs)
        false = sum(alarm.kind == kind for each in examined for alarm in each.false_alarms)
        strictly = sum(other.kind == kind for each in examined for other in each.other_findings)
        errors = [abs(error) for each in runs if (error := each.onset_error) is not None]
        off = f"{median(errors):g} steps" if errors else "–"
        lines.append(
            f"| `{planted}` | {' | '.join(recall)} | {share(hits, hits + false)} | {share(hits, hits + strictly)} | {off} |"
        )
    return lines


def _consequences() -> list[str]:
    """What the first column of precision does not count as false."""
    named = "; ".join(
        f"of `{kind}` {', '.join(f'`{each}`' for each in sorted(also))}"
        for kind, also in CONSEQUENCES.items()
    )
    rule = "What follows from a failure is true of its run and no false alarm in the first column of precision, where it overlaps the failure's steps"
    return [f"{rule}: {named}. The column behind it counts all of that as false."]


def _evidence(failures: Sequence[ExaminedRun]) -> list[str]:
    """How much of the evidence of what was found is what was planted."""
    lines = [
        "| planted | evidence: samples that are planted | tokens that are planted |",
        "| --- | --- | --- |",
    ]
    for planted in dict.fromkeys(each.plan.kind for each in failures):
        evidence = [each.evidence for each in failures if each.plan.kind == planted]
        samples = share(
            sum(counts.planted_samples for counts in evidence), sum(counts.samples for counts in evidence)
        )
        tokens = share(
            sum(counts.planted_tokens for counts in evidence), sum(counts.tokens for counts in evidence)
        )
        lines.append(f"| `{planted}` | {samples} | {tokens} |")
    return lines


def _healthy(healthy: Sequence[ExaminedRun]) -> list[str]:
    if not healthy:
        return []
    lines = ["| healthy | runs | errors a run | warnings a run | which |", "| --- | --- | --- | --- | --- |"]
    for kind in (*dict.fromkeys(each.plan.kind for each in healthy), ""):
        runs = [each for each in healthy if kind in ("", each.plan.kind)]
        alarms = [alarm for each in runs for alarm in each.findings]
        counts = [
            sum(alarm.severity == severity for alarm in alarms) / len(runs)
            for severity in ("error", "warning")
        ]
        which = ", ".join(sorted({f"`{alarm.kind}`" for alarm in alarms if alarm.severity != "info"}))
        name = f"`{kind}`" if kind else "all"
        lines.append(f"| {name} | {len(runs)} | {counts[0]:.2f} | {counts[1]:.2f} | {which} |")
    return lines
