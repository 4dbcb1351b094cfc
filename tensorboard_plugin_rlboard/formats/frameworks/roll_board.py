"""Reads ROLL's board dump: nearly our own format, with two arrays that have other positions.

Trainer: ROLL (Alibaba), roll/pipeline/rlvr/rlvr_pipeline.py.
Option: `save_logging_board_dir`; files are `data_{time}.jsonl`.
Line: one sample.

`token_rewards` has a value for every token of the padded prompt and response but the first one (what a logit predicts),
so its end is the end of the response. `values` is a copy of it, written under that name whether there is a critic or
not, and is left out. Not there: group, ground truth, split, samples of agentic pipelines.
"""

from __future__ import annotations

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, Row
from tensorboard_plugin_rlboard.formats.rows.column_batches import has_lists
from tensorboard_plugin_rlboard.texts import plural

_OWN_KEYS = ("log_probs2", "old_log_probs2_entropy", "new_response_mask")
_PADDED_ARRAYS = ("token_rewards", "values")


def _recognise(row: Row) -> bool:
    """Whether a row has the keys of our own format and at least two of those that only ROLL writes."""
    return (
        has_lists(row, "response_tokens")
        and isinstance(row.get("response"), str)
        and sum(key in row for key in _OWN_KEYS) >= 2
    )


def _to_samples(row: Row, _: LineContext) -> LineSamples:
    sample = dict(row)
    count = next(
        (len(found) for key in ("response_tokens", "logprobs") if isinstance(found := row.get(key), list)), 0
    )
    problems: list[str] = []
    if _same_numbers(sample.get("values"), sample.get("token_rewards")):
        sample.pop("values", None)
    if "old_log_probs2_entropy" in sample:
        sample["entropies"] = sample.pop("old_log_probs2_entropy")
    for key in _PADDED_ARRAYS:
        value = sample.get(key)
        if not count or not isinstance(value, list) or len(value) <= count:
            continue
        if any(entry not in {0.0, None} for entry in value[:-count] if not isinstance(entry, (list, dict))):
            problems.append(
                f"{key} has {len(value):,} values, some of them before the {count:,} response {plural(count, 'token', 'tokens')}: it is left out, "
                "because nothing says which token each value belongs to."
            )
            del sample[key]
        else:
            sample[key] = value[-count:]
    return LineSamples([sample], problems)


def _same_numbers(one: object, other: object) -> bool:
    """Whether two lists hold the same numbers, NaN among them."""
    if not isinstance(one, list) or not isinstance(other, list):
        return one is None
    return len(one) == len(other) and all(
        a == b or (a != a and b != b)  # noqa: PLR0124 (only NaN differs from itself)
        for a, b in zip(one, other, strict=True)
    )


ROLL_BOARD = Format(
    name="roll-board",
    definition="ROLL: roll/pipeline/rlvr/rlvr_pipeline.py, save_logging_board_dir; no group, ground truth or values",
    recognise=_recognise,
    to_samples=_to_samples,
)
