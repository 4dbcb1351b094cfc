"""ms-swift's `completions.jsonl` (`log_completions`): a line is a batch in columns, or with Ray a sample; no token ids.

The reward is the sum of the columns of reward functions where there is no `reward`; their weights are not logged. A
function that returned nothing for a sample is logged as NaN and counts as absent. A batch that stands twice in one line
is read once; what is not done: the same batch in two lines is not recognised, because each line is read by itself, and
samples of an evaluation, which carry no mark, count as training. Not there: groups, log-probabilities, token strings.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, Row
from tensorboard_plugin_rlboard.formats.rows.column_batches import are_lists, columns, number, whole

_STEPS = ("step", "gen_step")
_DIGITS = re.compile(r"[0-9]{1,15}")
_NO_REWARD = frozenset(
    {*_STEPS, "prompt", "completion", "reward", "advantages", "num_turns", "entropy", "solution"}
)
"""Columns that are no reward function's; any other column of numbers is taken for one."""


def _recognise(row: Row) -> bool:
    """Columns with a step, or a sample whose step is called `gen_step`: `step`, `prompt`, `completion` is TRL's row."""
    if any(are_lists(row, key, "prompt", "completion") for key in _STEPS):
        return True
    texts = isinstance(row.get("completion"), str) and isinstance(row.get("prompt"), (str, list))
    return texts and whole(row.get("gen_step")) is not None


def _to_samples(row: Row, _: LineContext) -> LineSamples:
    problems: list[str] = []
    if isinstance(row.get("completion"), list):
        logged, problems = columns(_with_one_step(row), "completion")
        if not logged and any(isinstance(value, list) and value for value in row.values()):
            problems = ["The line has no completions: it holds no sample."]
    else:
        logged = [{key: value for key, value in row.items() if value is not None}]
    rewarding = _reward_functions(logged)
    kept = _once(logged)
    if len(kept) < len(logged):
        problems.append(f"The line holds its batch of {len(kept)} samples more than once: it is read once.")
    return LineSamples([_sample(entry, rewarding) for entry in kept], problems)


def _with_one_step(row: Row) -> Row:
    """A column of steps that are all the same says the step of every sample, however many it has."""
    found = {
        key: value[0]
        for key in _STEPS
        if isinstance(value := row.get(key), list) and value and all(entry == value[0] for entry in value)
    }
    return {**row, **{key: value for key, value in found.items() if isinstance(value, (str, int))}}


def _reward_functions(logged: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    """Columns of which every entry is a number."""
    keys = dict.fromkeys(key for entry in logged for key in entry if key not in _NO_REWARD)
    return tuple(key for key in keys if all(number(entry.get(key, 0.0)) is not None for entry in logged))


def _once(logged: list[dict[str, object]]) -> list[dict[str, object]]:
    """The samples without repeats of the whole batch.

    Only a batch of several prompts can be told to repeat: equal answers to one prompt are nothing unusual.
    """
    marks = [repr(sorted(entry.items())) for entry in logged]
    count = len(marks)
    for size in range(2, count // 2 + 1):
        if count % size or marks[size:] != marks[:-size]:
            continue
        prompts = {repr(entry.get("prompt")) for entry in logged[:size]}
        return logged[:size] if len(prompts) > 1 else logged
    return logged


def _sample(logged: Mapping[str, object], rewarding: Sequence[str]) -> Row:
    sample: dict[str, object] = dict(logged)
    sample["response"] = sample.pop("completion", None)
    generated = sample.pop("gen_step", None)
    step = sample.get("step", generated)
    if step is not None:
        sample["step"] = int(step) if isinstance(step, str) and _DIGITS.fullmatch(step) else step
    if "solution" in sample:
        sample["ground_truth"] = sample.pop("solution")
    if not isinstance(sample.get("advantages"), list) and "advantages" in sample:
        sample["advantage"] = sample.pop("advantages")
    if isinstance(sample.get("entropy"), list):
        sample["entropies"] = sample.pop("entropy")
    scores = {key: score for key in rewarding if (score := number(sample.get(key))) is not None}
    for key in [key for key, score in scores.items() if math.isnan(score)]:
        del sample[key], scores[key]
    if "reward" not in sample and scores:
        sample["reward"] = sum(scores.values())
    return sample


MS_SWIFT = Format(
    name="ms-swift",
    definition="ms-swift: swift/rlhf_trainers/grpo_trainer.py, log_completions; no groups, no log-probabilities",
    recognise=_recognise,
    to_samples=_to_samples,
)
