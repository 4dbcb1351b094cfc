"""Merges annotations, which prime-rl logs of a trace later, into that trace.

Each line of an annotation stream names a trace and holds an `info` object, which is merged into the trace's own, and
for some branches one value a token, from the first token of the branch on (its prompt included), null where nothing is
known. Later lines count before earlier ones. prime_rl/monitors/file/traces/update.py is where both are defined.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tensorboard_plugin_rlboard.formats.base import LineContext, Row
from tensorboard_plugin_rlboard.formats.rows import extra_fields
from tensorboard_plugin_rlboard.formats.rows.column_batches import as_float, as_int
from tensorboard_plugin_rlboard.formats.splits import SPLITS
from tensorboard_plugin_rlboard.texts import plural

STREAMS: Mapping[str, str] = {
    "advantages": "advantages",
    "trainer_logprobs": "logprobs",
    "entropies": "entropies",
    "is_masked": "is_masked",
    "mismatch_kl": "mismatch_kl",
}
"""Key of an annotation's branch -> our array."""
_EVENTS = ("ship", "arrival", "dispatch")
"""What has happened to a trace of a stream, each with its step: the first that is known says where it stands."""


def is_annotation(row: Row) -> bool:
    """Whether a row is an annotation of a trace, by its keys and their types."""
    if not isinstance(row.get("trace_id"), str) or not isinstance(row.get("info"), Mapping):
        return False
    branches = row.get("branches")
    return isinstance(branches, list) and all(isinstance(branch, Mapping) for branch in branches)


def is_stream_index(row: Row) -> bool:
    """Whether a row is one of the index that lies beside a stream of traces or annotations: where a line of it lies."""
    names = isinstance(row.get("trace_ids"), list) or isinstance(row.get("trace_id"), str)
    return names and all(type(row.get(key)) is int for key in ("chunk", "offset"))


def merged_info(info: Mapping[str, object], annotations: Sequence[Row]) -> Mapping[str, object]:
    """The `info` of a trace with that of its annotations, objects merged key by key; the last one counts."""
    for annotation in annotations:
        found = annotation.get("info")
        if isinstance(found, Mapping) and found:
            info = _merged(info, found)
    return info


def _merged(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    found = dict(old)
    for key, value in new.items():
        before = found.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            found[key] = _merged(before, value)
        else:
            found[key] = value
    return found


def trace_place(row: Row, info: Mapping[str, object], context: LineContext) -> dict[str, object]:
    """Step and split of a trace, and of one of a stream whether a batch took it and with which advantage.

    The folder's step counts first. In a stream it is the step whose batch shipped the trace; before that, the one at
    which it arrived. The step at which it was dispatched is the last resort: an old rollout may arrive much later.
    """
    work, run = extra_fields.nested_object(row, "run", "work"), extra_fields.nested_object(row, "run")
    words = (context.defaults.split, info.get("kind"), work.get("type"), run.get("type"))
    split = next((word for word in words if word in SPLITS), "eval")
    events = [as_int(extra_fields.nested_object(info, event).get("step")) for event in _EVENTS]
    steps = (context.defaults.step, *events, as_int(work.get("step")), as_int(run.get("step")))
    step = next((found for found in steps if found is not None), None)
    place: dict[str, object] = {
        "step": 0 if step is None and split == "eval" else step,  # an evaluation by itself has no step
        "split": split,
        "advantage": as_float(info.get("advantage")),
    }
    if split == "train" and "arrival" in info:
        place["shipped"] = int("ship" in info)
    return place


def branch_streams(annotations: Sequence[Row], index: int) -> dict[str, list[object]]:
    """Our array -> values of all tokens of a branch, of the last annotation that has any for it.

    Args:
        annotations: those of its trace.
        index: the branch: leaves of the trace are counted from 0, in the order of its nodes.
    """
    found: dict[str, list[object]] = {}
    for annotation in annotations:
        branches = annotation.get("branches")
        for branch in branches if isinstance(branches, list) else ():
            if not isinstance(branch, Mapping) or branch.get("index") != index:
                continue
            for key, name in STREAMS.items():
                values = branch.get(key)
                if isinstance(values, list) and values:
                    found[name] = values
    return found


def unknown_branches(annotations: Sequence[Row], count: int) -> list[object]:
    """The indices that annotations name and that are none of a trace with so many branches."""
    listed = [annotation.get("branches") for annotation in annotations]
    indices = [
        branch.get("index")
        for branches in listed
        if isinstance(branches, list)
        for branch in branches
        if isinstance(branch, Mapping)
    ]
    return [i for i in indices if not (isinstance(i, int) and not isinstance(i, bool) and 0 <= i < count)]


def aligned_streams(
    streams: Mapping[str, list[object]], size: int, begin: int, mask: Sequence[bool]
) -> tuple[dict[str, list[object]], list[str]]:
    """The values of the tokens of a branch's response, and one sentence for each thing that is left out.

    Args:
        streams: array -> values from the first token of the branch on.
        size: tokens of the branch.
        begin: tokens of its prompt.
        mask: which tokens of the response the model sampled; the others have no value.
    """
    arrays: dict[str, list[object]] = {}
    problems: list[str] = []
    shortest = size
    for name, values in streams.items():
        if len(values) > size:
            problems.append(
                f"An annotation has {len(values):,} {name} for a branch of {size:,} {plural(size, 'token', 'tokens')}: which is whose cannot be told, "
                "so they are left out."
            )
            continue
        shortest = min(shortest, len(values))
        known = [*values[begin:], *[None] * (size - max(begin, len(values)))]
        arrays[name] = [
            (int(value) if isinstance(value, bool) else value) if sampled else None
            for value, sampled in zip(known, mask, strict=True)
        ]
    if shortest < size:
        problems.append(
            f"Annotations know the first {shortest:,} of the branch's {size:,} {plural(size, 'token', 'tokens')}; the rest has no value of its own."
        )
    return arrays, problems
