"""Reads prime-rl's token exports: each sequence as the trainer saw it, token by token, without any text.

Trainer: prime-rl, prime_rl/trainer/rl/token_export.py (schema 1).
Option: `trainer.enable_token_export = true`; files are `token_exports/step_{N}/rank_{R}.jsonl`.
Line: one sequence of one rank's micro-batch; where several were packed into it their positions begin again at 0, and
each becomes a sample.

Not there: texts and token strings (only ids: without a tokenizer a prompt is its ids, so that it can be followed across
steps and equal ones are a group), a reward in most versions, and anything that says which trace a sequence was.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.arrays.prompt_tokens import PROMPT_LOGPROBS, PROMPT_TOKENS
from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, PathDefaults, Row
from tensorboard_plugin_rlboard.formats.rows import extra_fields
from tensorboard_plugin_rlboard.formats.rows.column_batches import as_int, as_token_ids, ids_as_text
from tensorboard_plugin_rlboard.formats.rows.path_names import step_folder_defaults, step_folder_level

_ARRAY_NAMES = {
    "trainer_logprobs": "logprobs",
    "inference_logprobs": "rollout_logprobs",
    "entropy": "entropies",
}
_NOT_ARRAYS = frozenset({"token_ids", "position_ids", "loss_mask", "losses", "env_names", "rewards"})


def _recognise(row: Row) -> bool:
    ids, mask = row.get("token_ids"), row.get("loss_mask")
    if not isinstance(ids, list) or not isinstance(mask, list):
        return False
    return "trainer_logprobs" in row and "inference_logprobs" in row


def _path_defaults(path: PurePosixPath) -> PathDefaults:
    """The step of `token_exports/step_<n>/`; only training is exported."""
    return PathDefaults(step_folder_defaults(path).step, "train")


def _levels_to_run(path: PurePosixPath) -> int:
    """The run is `token_exports`: beside the traces of the same training, which hold the same samples."""
    level = step_folder_level(path)
    return 0 if level is None else level + 1


def _to_samples(row: Row, context: LineContext) -> LineSamples:
    ids, mask = as_token_ids(row.get("token_ids")), row.get("loss_mask")
    if ids is None:
        raise ValueError("The line has no list of token ids as token_ids.")
    if not isinstance(mask, list) or len(mask) != len(ids):
        raise ValueError("The line has no loss_mask of the length of its token_ids.")
    is_trained = [bool(value) for value in mask]
    problems = [
        f"{key} has another length than the {len(ids):,} token_ids and is left out."
        for key, value in row.items()
        if key not in {"losses", "env_names"} and isinstance(value, list) and len(value) != len(ids)
    ]
    starts = _sequence_starts(row.get("position_ids"), len(ids))
    rows: list[Row] = []
    for number, (begin, end) in enumerate(zip(starts, [*starts[1:], len(ids)], strict=True)):
        if True in is_trained[begin:end]:
            first = is_trained.index(True, begin, end)
            last = end - is_trained[begin:end][::-1].index(True)
            rows.append(
                _sample(
                    row, context, ids, is_trained, (begin, first, last), number if len(starts) > 1 else None
                )
            )
    if not rows:
        problems.append("No token of the sequence was trained on.")
    return LineSamples(rows, problems)


def _sequence_starts(positions: object, size: int) -> list[int]:
    """The offsets at which the sequences of a line begin: 0, and wherever the positions begin again."""
    if not isinstance(positions, list) or len(positions) != size:
        return [0]
    return [0, *(i for i in range(1, size) if positions[i] == 0 and positions[i - 1] != 0)]


def _sample(
    row: Row,
    context: LineContext,
    ids: list[int],
    mask: Sequence[bool],
    bounds: tuple[int, int, int],
    number: int | None,
) -> Row:
    """The row of one sequence; its response is from the first token that was trained on to the last one.

    Args:
        row: the line.
        context: for the text of tokens.
        ids: token ids of the line.
        mask: which of them were trained on.
        bounds: where the sequence begins, where its response begins, and where that ends.
        number: which sequence of the line it is; None where it is the only one.
    """
    begin, first, last = bounds
    prompt, response = ids[begin:first], ids[first:last]
    text = context.text(prompt)
    step = as_int(row.get("export_step"))
    name = ":".join(extra_fields.identifier_text(row.get(key)) for key in ("rank", "export_sequence_idx"))
    found: dict[str, object] = {
        "step": as_int(row.get("step")) if step is None else step,
        "split": "train",
        "prompt": ids_as_text(prompt) if text is None else text,
        PROMPT_TOKENS: prompt or None,
        PROMPT_LOGPROBS: _logged(row.get("trainer_logprobs"), begin, first, len(ids)),
        "response": context.text(response),
        "response_tokens": context.tokens(response),
        "response_mask": [int(value) for value in mask[first:last]],
        "sample_id": name if number is None else f"{name}:{number}",
        "data_source": extra_fields.identifier_text(row.get("env_name")),
        "reward": _reward(row.get("rewards"), mask, first, last),
    }
    found = {
        key: value for key, value in found.items() if value not in (None, "") or key == "response_tokens"
    }
    for key, value in row.items():
        if key not in _NOT_ARRAYS and isinstance(value, list) and len(value) == len(ids):
            values = value[first:last]
            if any(item is not None for item in values):
                found[_ARRAY_NAMES.get(key, key)] = values
    return found


def _logged(values: object, begin: int, end: int, count: int) -> list[object] | None:
    """A stretch of a list with one value a token; None where it has none there."""
    if not isinstance(values, list) or len(values) != count:
        return None
    found = values[begin:end]
    return found if any(value is not None for value in found) else None


def _reward(values: object, mask: Sequence[bool], first: int, last: int) -> object:
    """The reward of a sequence, which newer versions repeat for each of its tokens."""
    if not isinstance(values, list) or len(values) != len(mask):
        return None
    given = {values[i] for i in range(first, last) if mask[i] and isinstance(values[i], (int, float))}
    return given.pop() if len(given) == 1 else None


TOKEN_EXPORT = Format(
    name="prime-rl-tokens",
    definition="prime_rl/trainer/rl/token_export.py, schema 1; no text",
    recognise=_recognise,
    to_samples=_to_samples,
    path_defaults=_path_defaults,
    levels_to_run=_levels_to_run,
    uses_tokenizer=True,
)
