"""The table of the trainings, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from broken_trainings.proof import Examined
from broken_trainings.ways import WAYS
from tensorboard_plugin_rlboard.findings.finding import Finding

WHY_NOT: dict[str, str] = {}
"""Way -> why it is not found, or what is found in a healthy training and why; a sentence that was checked by hand."""
TRAINERS = {"grpo": "GRPO of TRL", "ppo": "PPO example"}


def table(looked: Sequence[Examined]) -> str:
    """A row for each training, and how many of them are right."""
    lines = [
        "| training | broken | since step | the first three findings (steps) | named |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [_row(each) for each in looked]
    lines.append("")
    for seed in dict.fromkeys(each.way.drawn for each in looked):
        of_seed = [each for each in looked if each.way.drawn == seed]
        broken, healthy = (
            [each for each in of_seed if bool(each.way.expected) is is_broken] for is_broken in (True, False)
        )
        named, quiet = (sum(each.is_right for each in some) for some in (broken, healthy))
        said = f"Seed {seed}: named among the first three findings, in steps of the failure: {named} of {len(broken)}"
        lines += [
            f"{said}; healthy, without an error and with one warning at most: {quiet} of {len(healthy)}.",
            "",
        ]
    left = [f"`{name}`" for name in WAYS if name not in {each.way.known for each in looked}]
    lines += [f"Not trained for this table: {', '.join(left)}.", ""] if left else []
    notes = [
        f"`{each.way.name}`: {WHY_NOT[each.way.known]}"
        for each in looked
        if each.way.known in WHY_NOT and not each.is_right
    ]
    return "\n".join([*lines, *notes]).strip() + "\n"


def _row(each: Examined) -> str:
    way = each.way
    since = str(way.since) if way.expected else "–"
    verdict = "yes" if each.is_right else "**no**"
    if not way.expected:
        verdict = "quiet" if each.is_right else "**not quiet**"
    said = ", ".join(_told(found) for found in each.found[:3]) or "nothing"
    return f"| `{way.name}`, {TRAINERS[way.trainer]} | {way.told} | {since} | {said} | {verdict} |"


def _told(found: Finding) -> str:
    below = f", with {', '.join(f'`{each.kind}`' for each in found.symptoms)}" if found.symptoms else ""
    return f"{found.severity} `{found.kind}` ({found.onset}–{found.last}{below})"
