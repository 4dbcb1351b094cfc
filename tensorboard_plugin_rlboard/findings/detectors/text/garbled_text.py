"""Responses have characters that no text has, or letters of a script that nobody asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tensorboard_plugin_rlboard.findings.detector import Detector, Need
from tensorboard_plugin_rlboard.findings.detector_input import RESPONSES, DetectorInput
from tensorboard_plugin_rlboard.findings.finding import EvidenceQuery, Finding
from tensorboard_plugin_rlboard.findings.lasting_rise import lasting_rise
from tensorboard_plugin_rlboard.findings.number_format import format_percent
from tensorboard_plugin_rlboard.findings.robust import frozen_baseline
from tensorboard_plugin_rlboard.findings.texts.characters import BAD_PATTERN, SCRIPTS, odd_share
from tensorboard_plugin_rlboard.findings.texts.step_texts import StepTexts
from tensorboard_plugin_rlboard.findings.thresholds import MEASURED, Limits, Threshold
from tensorboard_plugin_rlboard.metrics.segments import Bools
from tensorboard_plugin_rlboard.texts import plural

_WINDOW = 5
_USUAL_SHARE, _MIN_LETTERS = 0.02, 2
_MIN_MIXED_SHARE, _MAX_MIXED_SHARE = 0.01, 0.7
"""A response is mixed where so large a share of its letters is odd: more than that is an answer in another language."""
_SHARE = Threshold(
    "garbled_text_share",
    0.05,
    "of the responses",
    "share of a step's responses with such characters, above that of the first steps",
    MEASURED,
    high=1.0,
)
_SEVERE = Threshold(
    "garbled_text_error",
    0.4,
    "of the responses",
    "share of such responses from which on it is an error, where some have characters of no text",
    MEASURED,
    high=1.0,
)


def _find(data: DetectorInput, limits: Limits) -> Sequence[Finding]:
    usual = _usual_scripts(data.texts)
    bad = [each.letter_counts[:, -1] > 0 for each in data.texts]
    mixed = [_is_mixed(each, usual) for each in data.texts]
    share = np.asarray([float((one | other).mean()) for one, other in zip(bad, mixed, strict=True)])
    before = frozen_baseline(share).level
    limit = limits[_SHARE.name] + (before if before < limits[_SEVERE.name] else 0.0)
    found = lasting_rise(share, limit, _WINDOW)
    if found is None:
        return []
    late = data.texts[found.start :]
    first = late[0].step
    n_bad = sum(int(each.sum()) for each in bad[found.start :])
    n_mixed = sum(int(each.sum()) for each in mixed[found.start :])
    scripts = _odd_scripts(late, mixed[found.start :], usual)
    inside = "".join(rf"\p{{{name}}}" for name in scripts) + (BAD_PATTERN if n_bad else "")
    was = f" It was {format_percent(found.before)} at first." if np.isfinite(found.before) else ""
    named = f", {n_mixed:,} have letters that are not usual here ({', '.join(scripts)})" if n_mixed else ""
    title = f"{format_percent(found.value)} of the responses are garbled"
    if not n_bad:
        title = f"{format_percent(found.value)} of the responses mix in letters of another script: {', '.join(scripts)}"
    # words of another language may be read; characters of no text cannot
    severe = n_bad > 0 and found.value >= limits[_SEVERE.name]
    responses = sum(len(each.responses) for each in late)
    return [
        Finding(
            kind="garbled_text",
            severity="error" if severe else "warning",
            title=title,
            summary=f"Of {responses:,} {plural(responses, 'response', 'responses')} that were looked at since step {first}, {n_bad:,} {plural(n_bad, 'has', 'have')} characters that belong to no text{named}.{was}",
            first=first,
            last=int(data.step[-1]),
            onset=first,
            is_open=True,
            metric="n_chars",
            statistic="mean",
            value=found.value,
            threshold=limit,
            threshold_name=_SHARE.name,
            excess=found.value / max(limit, 1e-9),
            # a bad character at the very end is that of a response that was cut
            evidence=EvidenceQuery(
                "",
                "asc",
                f"regexp_matches(response, '[{inside}][^\\x{{FFFD}}]')",
                "logprobs" if "logprobs" in data.token_metrics else "",
                marks=("\N{REPLACEMENT CHARACTER}",) if n_bad else (),
            ),
        )
    ]


def _usual_scripts(texts: Sequence[StepTexts]) -> Bools:
    """Scripts that some of the responses of the first quarter of the steps have: bool [scripts]."""
    count = int(np.clip(round(len(texts) / 4), 3, 12))
    letters = np.concatenate([each.letter_counts[:, :-1] for each in texts[:count]])
    found: Bools = (letters >= _MIN_LETTERS).mean(axis=0) >= _USUAL_SHARE
    return found


def _is_mixed(texts: StepTexts, usual: Bools) -> Bools:
    """Which responses mix letters of scripts into others that neither the run's first responses nor their prompt has."""
    own = texts.prompt_letter_counts[:, :-1] > 0
    share = odd_share(texts.letter_counts, own | usual)
    letters = np.where(own | usual, 0, texts.letter_counts[:, :-1]).sum(axis=1)
    found: Bools = (share >= _MIN_MIXED_SHARE) & (share <= _MAX_MIXED_SHARE) & (letters >= _MIN_LETTERS)
    return found


def _odd_scripts(texts: Sequence[StepTexts], mixed: Sequence[Bools], usual: Bools) -> list[str]:
    """Names of the odd scripts of mixed responses, the most frequent first, three at most."""
    found = np.zeros(len(SCRIPTS), np.int64)
    for each, flags in zip(texts, mixed, strict=True):
        own = each.prompt_letter_counts[:, :-1] > 0
        found += np.where(own | usual, 0, each.letter_counts[:, :-1])[flags].sum(axis=0)
    return [SCRIPTS[place] for place in np.argsort(-found, kind="stable")[:3] if found[place]]


DETECTOR = Detector(
    kind="garbled_text",
    title="Text that is garbled",
    question="text",
    needs=(Need("responses as text", RESPONSES, 3),),
    thresholds=(_SHARE, _SEVERE),
    meaning="Characters of no text, or letters of a script that neither the prompts nor the first responses have: usually a decoding bug, a wrong tokenizer, a temperature that is too high, or a policy that falls apart.",
    next="Open one at the first odd token: if its probability is high the policy has learned it; if it is tiny look at the sampler's temperature and its tokenizer.",
    find=_find,
)
