"""Reads the replay buffers that Open-Reasoner-Zero dumps: PPO's training data, token by token, without any text.

Trainer: Open-Reasoner-Zero (orz/ppo/trainer.py and orz/ppo/replay_buffer.py at 3fdd9a07); forks of OpenRLHF that write
its `Experience` as JSON.
Option: always; files are `{save_path}/dumped_replay_buffer/iter{N}_replay_buffer.jsonl`, where N is the global step.
Line: one packed sequence of several prompts with their responses, `packed_seq_lens` tokens each, of which the last
`num_actions` are the response; or one sequence, or a padded batch of them. Each response becomes a sample. Arrays hold
the response tokens of all sequences of a line, one behind the other.

Not there: texts (only ids: without a tokenizer a prompt is its ids), the rewards of packed sequences (the trainer drops
them; `return` is what it computed at the first token, the sum of rewards where γ and λ are 1), and which of them are one
group (equal prompts are). Values are null without a critic.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, PathDefaults, Row
from tensorboard_plugin_rlboard.formats.rows import extra_fields
from tensorboard_plugin_rlboard.formats.rows.column_batches import (
    as_float,
    as_token_ids,
    has_lists,
    ids_as_text,
)
from tensorboard_plugin_rlboard.texts import plural

_ARRAYS = {
    "action_log_probs": "logprobs",
    "base_action_log_probs": "ref_logprobs",
    "values": "values",
    "returns": "returns",
    "advantages": "advantages",
}
_FILE = re.compile(r"iter(\d{1,15})_replay_buffer\.[a-z0-9.]{1,20}")
_LENGTHS = frozenset({"response_length", "total_length", "num_actions"})
"""What `info` tells of lengths, as means of a line: they are counted here."""


def _recognise(row: Row) -> bool:
    return has_lists(row, "sequences", "action_log_probs") and ("num_actions" in row or "action_mask" in row)


def _path_defaults(path: PurePosixPath) -> PathDefaults:
    """The step in the file's name; only what is trained on is dumped."""
    found = _FILE.fullmatch(path.name)
    return PathDefaults(int(found[1]) if found else None, "train")


def _to_samples(row: Row, context: LineContext) -> LineSamples:
    batch = _rows(row.get("sequences"))
    problems: list[str] = []
    rows: list[Row] = []
    for number in range(len(batch)):
        ids = as_token_ids(_of_row(row.get("sequences"), number, len(batch)))
        if ids is None:
            raise ValueError("The line has no token ids as sequences.")
        keys = (*_ARRAYS, "attention_mask", "action_mask", "num_actions", "packed_seq_lens")
        own = {key: _of_row(row.get(key), number, len(batch)) for key in keys}
        samples, found = _samples(ids, own, context)
        problems += found
        info = extra_fields.nested_object(row, "info")
        _add_info(samples, {key: _of_row(value, number, len(batch)) for key, value in info.items()})
        rows += samples
    return LineSamples(rows, problems)


def _rows(sequences: object) -> list[object]:
    """The sequences of a batch; one where there is only one, which then may stand without a list around it."""
    if not isinstance(sequences, list) or not sequences:
        raise ValueError("The line has no token ids as sequences.")
    return sequences if isinstance(sequences[0], list) else [sequences]


def _of_row(value: object, number: int, count: int) -> object:
    """The entry of a batch for one of its rows: lists of lists, and any list if there are several rows, have one a row."""
    if not isinstance(value, list) or not value:
        return value
    if len(value) == count and (count > 1 or isinstance(value[0], list)):
        return value[number]
    return value


def _whole_numbers(value: object) -> list[int] | None:
    """Whole numbers, which tensors of floats hold as well; None for anything else."""
    listed = value if isinstance(value, list) else [value]
    found = [as_float(one) for one in listed]
    if any(one is None or not one.is_integer() or one < 0 for one in found):
        return None
    return [int(one) for one in found if one is not None]


def _samples(
    ids: list[int], own: Mapping[str, object], context: LineContext
) -> tuple[list[dict[str, object]], list[str]]:
    """The samples of one sequence, and one sentence for each thing that is left out."""
    lengths = _whole_numbers(own["packed_seq_lens"]) if own["packed_seq_lens"] else [len(ids)]
    actions = _whole_numbers(own["num_actions"]) if own["num_actions"] is not None else None
    mask = own["action_mask"]
    if actions is None and isinstance(mask, list):
        actions = [len(mask)]
    if lengths is None or actions is None or len(lengths) != len(actions) or sum(lengths) != len(ids):
        raise ValueError(
            "packed_seq_lens and num_actions do not say where the responses of its sequences are, so they cannot be told."
        )
    if any(count > length for count, length in zip(actions, lengths, strict=True)):
        raise ValueError("A response has more tokens than its sequence.")
    arrays, problems = _split_arrays(own, actions)
    attention = own["attention_mask"]
    samples: list[dict[str, object]] = []
    offset = 0
    for i, (length, count) in enumerate(zip(lengths, actions, strict=True)):
        prompt = ids[offset : offset + length - count]
        response = ids[offset + length - count : offset + length]
        if isinstance(attention, list) and len(attention) == len(ids):  # a padded batch
            prompt = [one for one, seen in zip(prompt, attention[offset:], strict=False) if seen]
        text = context.text(prompt)
        sample: dict[str, object] = {
            "prompt": ids_as_text(prompt) if text is None else text,
            "response_tokens": context.tokens(response),
        }
        written = context.text(response)
        if written is not None:
            sample["response"] = written
        if isinstance(mask, list) and len(mask) == count:
            sample["response_mask"] = [int(bool(kept)) for kept in mask]
        sample |= {name: values[i] for name, values in arrays.items()}
        first = arrays["returns"][i][:1] if "returns" in arrays else []
        if first and as_float(first[0]) is not None:
            sample["return"] = first[0]
        samples.append(sample)
        offset += length
    return samples, problems


def _split_arrays(
    own: Mapping[str, object], actions: Sequence[int]
) -> tuple[dict[str, list[list[object]]], list[str]]:
    """Our array -> its values by sequence, and one sentence for each array that is left out."""
    arrays: dict[str, list[list[object]]] = {}
    problems: list[str] = []
    for key, name in _ARRAYS.items():
        values = own[key]
        if not isinstance(values, list):
            continue
        if len(values) != sum(actions):
            problems.append(
                f"{key} has {len(values):,} {plural(len(values), 'value', 'values')} for {sum(actions):,} response {plural(sum(actions), 'token', 'tokens')} and is left out."
            )
            continue
        begin, found = 0, []
        for count in actions:
            found.append(values[begin : begin + count])
            begin += count
        arrays[name] = found
    return arrays, problems


def _add_info(samples: Sequence[dict[str, object]], info: Mapping[str, object]) -> None:
    """Adds the numbers of `info` that are of one sample; a mean of a packed line is nobody's own."""
    for key, value in info.items():
        listed = value if isinstance(value, list) else [value]
        if key in _LENGTHS or len(listed) != len(samples):
            continue
        for sample, one in zip(samples, listed, strict=True):
            if key == "reward" and as_float(one) is not None:
                sample["reward"] = one
            else:
                extra_fields.add_extra_fields(sample, [(key, one)], "info")


ORZ = Format(
    name="orz",
    definition="Open-Reasoner-Zero, orz/ppo/replay_buffer.py: dumped_replay_buffer/iter{N}_replay_buffer.jsonl; no text",
    recognise=_recognise,
    to_samples=_to_samples,
    path_defaults=_path_defaults,
    uses_tokenizer=True,
)
