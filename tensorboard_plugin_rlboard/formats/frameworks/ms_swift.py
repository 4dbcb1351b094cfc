"""Reads the completions of ms-swift; no token ids.

Trainer: ms-swift (GRPO, Megatron, Ray, GKD), `log_completions` in swift/rlhf_trainers/grpo_trainer.py.
Option: `--log_completions true`; the file is `completions.jsonl`.
Line: a batch in columns; with Ray one sample.

The reward is the sum of the columns of reward functions where there is no `reward`; their weights are not logged. A
function that returned nothing for a sample is logged as NaN and counts as absent. A batch that stands twice in one line
is read once, and so is a line that repeats the one before it, as where a step is logged twice (only within one range of
64 MB, because each range is read by itself). Samples of an
evaluation carry no mark and count as training. Not there: groups, log-probabilities, token strings.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, Row
from tensorboard_plugin_rlboard.formats.evidence.number_words import NO_REWARD_FUNCTIONS
from tensorboard_plugin_rlboard.formats.rows.column_batches import as_float, as_int, has_lists, split_columns
from tensorboard_plugin_rlboard.texts import plural

_STEPS = ("step", "gen_step")
_DIGITS = re.compile(r"[0-9]{1,15}")
_NOT_REWARD_FUNCTIONS = frozenset(
    {*_STEPS, "prompt", "completion", "reward", "advantages", "num_turns", "entropy", "solution"}
)
"""Columns that are no reward function's; any other column of numbers is taken for one."""


def _recognise(row: Row) -> bool:
    """Whether a row is a batch in columns, or a sample with `gen_step`: with `step` it would be a row of TRL's."""
    if any(has_lists(row, key, "prompt", "completion") for key in _STEPS):
        return True
    texts = isinstance(row.get("completion"), str) and isinstance(row.get("prompt"), (str, list))
    return (
        texts
        and as_int(row.get("gen_step")) is not None
        and (NO_REWARD_FUNCTIONS - _NOT_REWARD_FUNCTIONS).isdisjoint(row)
    )


def _to_samples(row: Row, _: LineContext) -> LineSamples:
    problems: list[str] = []
    if isinstance(row.get("completion"), list):
        logged, problems = split_columns(_with_common_step(row), "completion")
        if not logged and any(isinstance(value, list) and value for value in row.values()):
            problems = ["The line has no completions: it holds no sample."]
    else:
        logged = [{key: value for key, value in row.items() if value is not None}]
    reward_functions = _reward_functions(logged)
    unique = _without_repeats(logged)
    if len(unique) < len(logged):
        problems.append(
            f"The line holds its batch of {len(unique):,} {plural(len(unique), 'sample', 'samples')} more than once: it is read once."
        )
    return LineSamples([_sample(entry, reward_functions) for entry in unique], problems)


def _with_common_step(row: Row) -> Row:
    """Replace a column of equal steps by that step: such a column may have another length than the batch."""
    found = {
        key: value[0]
        for key in _STEPS
        if isinstance(value := row.get(key), list) and value and all(entry == value[0] for entry in value)
    }
    return {**row, **{key: value for key, value in found.items() if isinstance(value, (str, int))}}


def _reward_functions(logged: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    """The columns of reward functions: those of which every entry is a number."""
    keys = dict.fromkeys(key for entry in logged for key in entry if key not in _NOT_REWARD_FUNCTIONS)
    return tuple(key for key in keys if all(as_float(entry.get(key, 0.0)) is not None for entry in logged))


def _without_repeats(logged: list[dict[str, object]]) -> list[dict[str, object]]:
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


def _sample(logged: Mapping[str, object], reward_functions: Sequence[str]) -> Row:
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
    scores = {key: score for key in reward_functions if (score := as_float(sample.get(key))) is not None}
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
    drops_repeated_lines=True,
    sums_reward_functions=True,
)
