"""The table of the trainings, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from broken_trainings.proof import Examined
from broken_trainings.ways import WAYS
from tensorboard_plugin_rlboard.findings.finding import Finding

WHY_NOT = {
    "ppo_no_penalty": "the mean log-ratio ends at 0.3 to 0.6 nats a token, four times that of the healthy training (0.07 to 0.12); `kl_runaway` compares a run with the growth of its own first steps, and here it grows from the first step on.",
    "grpo_learning_rate": "the KL is at 0.2 to 0.9 nats a token from the second step on (healthy: below 0.08 but for one spike of 0.13) and stays there; `kl_runaway` looks for growth over the first third of the steps, or 1 nat. A spike late in the run does not name it: the healthy training has one as well, of one token in a hundred short responses.",
    "grpo_phrase": "the policy has only begun to learn it: the phrase is in 3 % of the responses of the first steps and in 10 % of those of the last; `phrase_hacking` asks for 12 points more and 12 times the odds.",
}
"""Way -> why it is not found, or what is found in a healthy training and why; a sentence that was checked by hand."""
TRAINERS = {"grpo": "GRPO of TRL", "ppo": "PPO example"}


def table(looked: Sequence[Examined]) -> str:
    """A row for each training, and how many of them are right."""
    lines = [
        "| training | broken | since step | the first three findings (steps) | named |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [_row(each) for each in looked]
    broken = [each for each in looked if each.way.expected]
    healthy = [each for each in looked if not each.way.expected]
    named, quiet = (sum(each.is_right for each in some) for some in (broken, healthy))
    lines += ["", f"Named among the first three findings, in steps of the failure: {named} of {len(broken)}."]
    lines += [f"Healthy, without an error and with one warning at most: {quiet} of {len(healthy)}."]
    left = [f"`{name}`" for name in WAYS if name not in {each.way.name for each in looked}]
    lines += ["", f"Not trained for this table: {', '.join(left)}."] if left else []
    notes = [
        f"`{each.way.name}`: {WHY_NOT[each.way.name]}"
        for each in looked
        if each.way.name in WHY_NOT and not each.is_right
    ]
    return "\n".join([*lines, *(["", *notes] if notes else [])]) + "\n"


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
