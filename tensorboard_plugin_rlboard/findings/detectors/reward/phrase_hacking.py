"""A phrase spreads because it is rewarded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import RESPONSES, DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding, Severity
from tensorboard_plugin_rlboard.findings.number_format import format_number, format_percent
from tensorboard_plugin_rlboard.findings.robust import persistent_since
from tensorboard_plugin_rlboard.findings.texts.rising_phrases import RisingPhrase, rising_phrases
from tensorboard_plugin_rlboard.findings.texts.score_difference import ScoreDifference, score_difference
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold

_RISE = Threshold(
    "phrase_hacking_rise",
    0.12,
    "of the responses",
    "by how much the share of responses with the phrase rises from the first quarter of the steps to the last",
    MEASURED,
    high=1.0,
)
_ODDS = Threshold(
    "phrase_hacking_odds",
    12.0,
    "",
    "how many times the odds of the phrase become: one that is there from the start is a template",
    MEASURED,
    low=1.0,
)
_DEVIATIONS = Threshold(
    "phrase_hacking_deviations",
    1.5,
    "standard errors",
    "by how much the mean reward of responses with it lies above that of the others of their step",
    MEASURED,
)
_SEVERE = Threshold(
    "phrase_hacking_error",
    0.7,
    "of the responses",
    "share of the newest responses with the phrase from which on it is an error",
    MEASURED,
    high=1.0,
)
_MIN_STANDARD_ERRORS = 3.0
"""Standard errors by which the trusted score has to be higher with the phrase for it to belong to better answers."""
_MAX_SHOWN_CHARACTERS = 60


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    phrases = rising_phrases(data.texts, limits[_RISE.name], limits[_ODDS.name])
    if not phrases:
        return []
    has = np.logical_or.reduce([phrase.has for phrase in phrases])
    steps = np.repeat(np.arange(len(data.texts)), [len(each.responses) for each in data.texts])
    start = _onset(np.asarray([has[steps == index].mean() for index in range(len(data.texts))]))
    since = steps >= start
    paid = score_difference(
        has[since], steps[since], np.concatenate([each.reward for each in data.texts])[since]
    )
    if paid is None or paid.deviations < limits[_DEVIATIONS.name]:
        return []
    trusted = score_difference(
        has[since], steps[since], np.concatenate([each.valid_reward for each in data.texts])[since]
    )
    earned = trusted is not None and trusted.deviations >= _MIN_STANDARD_ERRORS
    early, late = (
        phrases[0].early,
        float(has[steps >= len(data.texts) - max(3, round(len(data.texts) / 4))].mean()),
    )
    first = data.texts[start].step
    severity: Severity = "info" if earned else "error" if late >= limits[_SEVERE.name] else "warning"
    return [
        Finding(
            kind="phrase_hacking",
            severity=severity,
            title=f"A phrase is in {format_percent(late)} of the newest responses, and pays: {_quoted(phrases[0].words)}",
            summary=_summary(phrases, early, paid, trusted, earned),
            first=first,
            last=int(data.step[-1]),
            onset=first,
            is_open=True,
            metric="reward",
            statistic="mean",
            value=late,
            threshold=early + limits[_RISE.name],
            threshold_name=_RISE.name,
            excess=late / max(early + limits[_RISE.name], 1e-9),
            evidence=EvidenceQuery(
                "reward",
                "desc",
                _where(phrases),
                "logprobs" if "logprobs" in data.token_metrics else "",
                marks=tuple(phrase.core for phrase in phrases),
            ),
        )
    ]


def _summary(
    phrases: Sequence[RisingPhrase],
    early: float,
    paid: ScoreDifference,
    trusted: ScoreDifference | None,
    earned: bool,
) -> str:
    others = "; ".join(_quoted(phrase.words) for phrase in phrases[1:])
    more = f" So do: {others}." if others else ""
    gold = ""
    if trusted is not None:
        gold = f" The trusted score is {format_number(trusted.with_it)} with it and {format_number(trusted.without)} without."
    if earned:
        gold = f"{gold} So it may well belong to better answers."
    return f"It was in {format_percent(early)} of the first responses.{more} With it the reward is {format_number(paid.with_it)}, without it {format_number(paid.without)} in the same steps.{gold}"


def _quoted(words: str) -> str:
    """A phrase on one line, not too long."""
    line = " ".join(words.split())
    return line if len(line) <= _MAX_SHOWN_CHARACTERS else f"{line[:_MAX_SHOWN_CHARACTERS]}…"


def _onset(share: np.ndarray) -> int:
    """Index of the step since which it is there."""
    late = float(np.median(share[-max(3, len(share) // 4) :]))
    start = persistent_since(share >= max(0.25 * late, 1e-9), 0.75, 3)
    if start is None:
        return max(0, len(share) - max(3, len(share) // 4))
    return start


def _where(phrases: Sequence[RisingPhrase]) -> str:
    """The filter of responses that have one of the phrases."""
    quoted = (phrase.core.replace("'", "''") for phrase in phrases if phrase.core)
    return " OR ".join(f"contains(response, '{words}')" for words in quoted)


DETECTOR = Detector(
    kind="phrase_hacking",
    title="A phrase that pays whatever is written",
    question="reward",
    needs=(Need("responses as text", RESPONSES, 8), Need("reward", "reward", 8)),
    thresholds=(_RISE, _ODDS, _DEVIATIONS, _SEVERE),
    meaning="The policy has found words that are rewarded whatever the answer is: usually the reward model likes their tone, or a rule looks for them.",
    next="Read a response with the phrase and one without to the same prompt, and score both without it: if the reward falls, take the phrase out before scoring, or pay against it.",
    find=_find,
)
