"""The table of the trainings, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from broken_trainings.proof import ExaminedTraining
from broken_trainings.variants import VARIANTS
from tensorboard_plugin_rlboard.findings.finding import Finding

WHY_NOT: dict[str, str] = {}
"""Variant -> why it is not found, or what is found in a healthy training and why; a sentence that was checked by hand."""
TRAINERS = {"grpo": "GRPO of TRL", "ppo": "PPO example"}


def table(examined: Sequence[ExaminedTraining]) -> str:
    """A row for each training, and how many of them are right."""
    lines = [
        "| training | broken | since step | the first three findings (steps) | named |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [_row(each) for each in examined]
    lines.append("")
    for seed in dict.fromkeys(each.variant.base_seed for each in examined):
        of_seed = [each for each in examined if each.variant.base_seed == seed]
        broken, healthy = (
            [each for each in of_seed if bool(each.variant.expected) is is_broken]
            for is_broken in (True, False)
        )
        named, quiet = (sum(each.is_right for each in trainings) for trainings in (broken, healthy))
        summary = f"Seed {seed}: named among the first three findings, in steps of the failure: {named} of {len(broken)}"
        lines += [
            f"{summary}; healthy, without an error and with one warning at most: {quiet} of {len(healthy)}.",
            "",
        ]
    untrained = [
        f"`{name}`" for name in VARIANTS if name not in {each.variant.base_name for each in examined}
    ]
    lines += [f"Not trained for this table: {', '.join(untrained)}.", ""] if untrained else []
    notes = [
        f"`{each.variant.name}`: {WHY_NOT[each.variant.base_name]}"
        for each in examined
        if each.variant.base_name in WHY_NOT and not each.is_right
    ]
    return "\n".join([*lines, *notes]).strip() + "\n"


def _row(each: ExaminedTraining) -> str:
    variant = each.variant
    since = str(variant.since) if variant.expected else "–"
    verdict = "yes" if each.is_right else "**no**"
    if not variant.expected:
        verdict = "quiet" if each.is_right else "**not quiet**"
    summary = ", ".join(_finding_text(finding) for finding in each.findings[:3]) or "nothing"
    return f"| `{variant.name}`, {TRAINERS[variant.trainer]} | {variant.description} | {since} | {summary} | {verdict} |"


def _finding_text(finding: Finding) -> str:
    below = f", with {', '.join(f'`{each.kind}`' for each in finding.symptoms)}" if finding.symptoms else ""
    return f"{finding.severity} `{finding.kind}` ({finding.onset}–{finding.last}{below})"
