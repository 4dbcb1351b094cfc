"""Reads traces of verifiers: prime-rl's rollouts of a training, and evaluations of their own.

Trainer: verifiers (0.4, schema 1), verifiers/v1 (episode.py, trace.py, graph.py); prime-rl for the folders.
Option: on by default. prime-rl since September 2026 (src/prime_rl/monitors/file/monitor.py at 048a6e23, traces/chunks.py
at 551bfc39, traces/update.py at 65a18584 and 799bb508, orchestrator/annotations.py at 96e0cf47,
trainer/rl/annotations.py at 65a18584) writes `monitors/file/traces/stream/{NNNNN}.jsonl`, sealed as `.jsonl.zst`, in the
order of arrival, and what it learns later beside it in `annotations/{producer}/` (`rows/trace_annotations.py`). Before,
`rollouts/step_{N}/{train,eval}/{all,effective}/traces.jsonl` or `traces/step_{N}/{train,eval}/traces.jsonl`
(monitors/file.py at 559b447). Evaluations of verifiers are a `traces.jsonl` (verifiers/v1/cli/output.py at a60a606e).
Line: one episode, with the traces of all its agents; each branch of a trace is one sample, as it is one for the training.
Before episodes (schema 2 of traces, verifiers/v1/trace.py at d388d5fa) a line was one trace.

Not there: token strings (only ids), values of a critic, and the sampler's settings. `traces.jsonl` of other programs
(spans of OpenTelemetry) have no `traces` in them and are not recognised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, Row
from tensorboard_plugin_rlboard.formats.conversations.from_row import structure_to_text
from tensorboard_plugin_rlboard.formats.conversations.messages import messages_to_text
from tensorboard_plugin_rlboard.formats.rows import extra_fields
from tensorboard_plugin_rlboard.formats.rows.column_batches import as_float, as_int
from tensorboard_plugin_rlboard.formats.rows.path_names import step_folder_defaults, step_folder_level
from tensorboard_plugin_rlboard.formats.rows.trace_annotations import (
    merged_info,
    trace_place,
    unknown_branches,
)
from tensorboard_plugin_rlboard.formats.rows.trace_graph import (
    Branch,
    count_leaves,
    find_branches,
    response_tokens,
)
from tensorboard_plugin_rlboard.formats.splits import SPLITS

_TRUNCATED = frozenset(
    {"max_turns", "max_input_tokens", "max_output_tokens", "max_total_tokens", "compaction_failed"}
)
"""Reasons to stop that verifiers itself counts as truncated."""


def _levels_to_run(path: PurePosixPath) -> int:
    if path.parts[-3:-1] == ("traces", "stream"):
        return 4 if path.parts[-5:-3] == ("monitors", "file") else 2
    level = step_folder_level(path)
    if level is None:
        return 0
    above = path.parts[-2::-1][level + 1 : level + 2]
    return level + 2 if above and above[0] in {"rollouts", "traces"} else level + 1


def _superseded_by(relative: str) -> str:
    """Episodes that were trained on are written twice, into `all` and into `effective`; `all` is read."""
    path = PurePosixPath(relative)
    folders = path.parts[-3:-1]
    if len(folders) == 2 and folders[0] in SPLITS and folders[1] == "effective":
        return str(path.parent.parent / "all" / path.name)
    return ""


def _episode(row: Row) -> Row:
    """The episode of a line. Before there were episodes, each trace was a line of its own: an episode of one."""
    if "traces" in row or not isinstance(row.get("nodes"), list) or "rewards" not in row:
        return row
    return {"task": row.get("task"), "run": row.get("run"), "traces": [row]}


def _recognise(row: Row) -> bool:
    episode = _episode(row)
    traces = episode.get("traces")
    if not isinstance(traces, list) or not isinstance(episode.get("task"), Mapping):
        return False
    return all(isinstance(trace, Mapping) and isinstance(trace.get("nodes"), list) for trace in traces)


def _to_samples(row: Row, context: LineContext) -> LineSamples:
    row = _episode(row)
    traces = row.get("traces")
    if not isinstance(traces, list):
        raise ValueError("The line has no list of traces.")  # noqa: TRY004  it is the line that is wrong
    problems = [] if traces else [f"The episode has no trace{_last_error(row)}."]
    episode_fields = _episode_fields(row)
    valid_traces = [trace for trace in traces if isinstance(trace, Mapping)]
    agents = {
        extra_fields.identifier_text(extra_fields.nested_object(trace, "agent").get("name"))
        for trace in valid_traces
    }
    rows: list[Row] = []
    for trace in valid_traces:
        trace_id = extra_fields.identifier_text(trace.get("id"))
        annotations = context.annotations.get(trace_id, ())
        trace_branches, branch_problems = find_branches(trace.get("nodes"))
        problems += branch_problems
        unknown = unknown_branches(annotations, count_leaves(trace.get("nodes"))) if annotations else []
        if unknown:
            problems.append(f"Annotations name branches that the trace does not have: {len(unknown):,}.")
        info = merged_info(extra_fields.nested_object(trace, "info"), annotations)
        place = trace_place(row, info, context)
        if not trace_branches:
            problems.append(f"A trace has no message of the model{_last_error(trace, row)}.")
        for number, branch in enumerate(trace_branches):
            sample, sample_problems = _sample(branch, trace, context, annotations)
            problems += sample_problems
            sample["sample_id"] = trace_id if number == 0 else f"{trace_id}:{number}"
            _add_trace_fields(sample, row, trace, episode_fields | place)
            if info:
                sample.setdefault("info", info)
            sample["num_branches"] = len(trace_branches)
            if len(traces) > 1:
                _add_agent(sample, trace, several=len(agents) > 1)
            rows.append(
                {key: value for key, value in sample.items() if value not in (None, "") or key == "response"}
            )
    if len(valid_traces) < len(traces):
        problems.append("A trace is no object and is left out.")
    return LineSamples(rows, problems)


def _episode_fields(row: Row) -> dict[str, object]:
    """Fields of every sample of the episode."""
    work = extra_fields.nested_object(row, "run", "work")
    env = extra_fields.nested_object(row, "env")
    return {
        "policy_version": as_int(extra_fields.nested_object(work, "policy").get("start")),
        "data_source": extra_fields.identifier_text(env.get("name"))
        or extra_fields.identifier_text(env.get("id")),
        "group_id": extra_fields.identifier_text(extra_fields.nested_object(row, "group").get("id"))
        or extra_fields.identifier_text(extra_fields.nested_object(row, "task").get("key"))
        or extra_fields.identifier_text(extra_fields.nested_object(row, "task", "data").get("idx")),
    }


def _sample(
    branch: Branch, trace: Row, context: LineContext, annotations: Sequence[Row]
) -> tuple[dict[str, object], list[str]]:
    """Conversation and tokens of a branch, and one sentence for each problem."""
    before, after = branch.prompt_and_response()
    without = len(branch.nodes) - len(before) - len(after)
    problems = [f"Messages without a role, which are left out: {without}."] if without else []
    sample: dict[str, object] = {
        "messages": [*before, *after] or None,
        "prompt": messages_to_text(before) if before else _prompt(trace),
        "response": messages_to_text(after),
    }
    tokens = response_tokens(branch, annotations)
    if tokens.ids:
        sample["response_tokens"] = context.tokens(tokens.ids)
        sample["response_mask"] = list(map(int, tokens.mask))
        sample |= tokens.arrays
    ended = _finish_reason(branch, trace)
    sample["finish_reason"] = ended
    stop = trace.get("stop_condition")
    if isinstance(stop, str) and stop != ended:
        sample["stop_condition"] = stop
    return sample, problems + tokens.problems


def _prompt(trace: Row) -> str:
    prompt = extra_fields.nested_object(trace, "task", "data").get("prompt")
    return prompt if isinstance(prompt, str) else "" if prompt is None else structure_to_text(prompt)


def _finish_reason(branch: Branch, trace: Row) -> str | None:
    """Why a branch ended: `length` wherever verifiers counts it as truncated, else what stopped the trace."""
    stop = trace.get("stop_condition")
    calls = trace.get("calls")
    reasons = [
        call.get("finish_reason")
        for call in (calls if isinstance(calls, list) else ())
        if isinstance(call, Mapping) and call.get("node") in branch.node_indices and call.get("error") is None
    ]
    last = reasons[-1] if reasons else branch.last_sampled_node().get("finish_reason")
    if last == "length" or (isinstance(stop, str) and stop in _TRUNCATED):
        return "length"
    return stop if isinstance(stop, str) else last if isinstance(last, str) else None


def _add_trace_fields(
    sample: dict[str, object], row: Row, trace: Row, episode_fields: Mapping[str, object]
) -> None:
    """Add rewards, metrics and the other fields of the whole trace to a sample."""
    sample |= episode_fields
    task = extra_fields.nested_object(trace, "task") or extra_fields.nested_object(row, "task")
    answer = extra_fields.nested_object(task, "data").get("answer")
    if isinstance(answer, (str, int, float)):
        sample["ground_truth"] = str(answer)
    elif answer is not None:
        sample["ground_truth"] = structure_to_text(answer)
    rewards = {
        name: scored
        for name, found in extra_fields.nested_object(trace, "rewards").items()
        if (scored := _score_and_weight(found))
    }
    if rewards:
        sample["reward"] = sum(score * weight for score, weight in rewards.values())
    extra_fields.add_extra_fields(sample, ((name, score) for name, (score, _) in rewards.items()), "rewards")
    extra_fields.add_extra_fields(sample, extra_fields.nested_object(trace, "metrics").items(), "metrics")
    if isinstance(trace.get("ok"), bool):
        extra_fields.add_extra_fields(sample, [("ok", trace["ok"])], "trace")
    if trace.get("ok") is False or row.get("ok") is False:
        extra_fields.add_extra_fields(
            sample, [("error", _last_error(trace, row).removeprefix(": "))], "trace"
        )


def _add_agent(sample: dict[str, object], trace: Row, *, several: bool) -> None:
    """Add the agent that made a sample; samples of different agents are never in one group."""
    agent = extra_fields.nested_object(trace, "agent")
    name = extra_fields.identifier_text(agent.get("name"))
    extra_fields.add_extra_fields(sample, [("agent", name), ("trainable", agent.get("trainable"))], "trace")
    if several and name and sample.get("group_id"):
        sample["group_id"] = f"{sample['group_id']}:{name}"


def _score_and_weight(found: object) -> tuple[float, float] | None:
    """Score and weight of a reward; None where it was not given."""
    score, weight = (
        (found.get("score"), found.get("weight", 1.0)) if isinstance(found, Mapping) else (found, 1.0)
    )
    given, weighs = as_float(int(score) if isinstance(score, bool) else score), as_float(weight)
    return None if given is None or weighs is None else (given, weighs)


def _last_error(*holders: Row) -> str:
    """The last error of the first that has one, as the end of a sentence."""
    for holder in holders:
        errors = holder.get("errors")
        last = errors[-1] if isinstance(errors, list) and errors else None
        if isinstance(last, Mapping):
            texts = [
                text for key in ("type", "message") if (text := extra_fields.identifier_text(last.get(key)))
            ]
            return f": {': '.join(texts)}" if texts else ""
    return ""


VERIFIERS = Format(
    name="verifiers",
    definition=(
        "verifiers 0.4, verifiers/v1/episode.py and trace.py, and prime-rl's stream of them: the step is that of the batch "
        "that shipped a trace, else that of its arrival; no token strings, no critic"
    ),
    recognise=_recognise,
    to_samples=_to_samples,
    path_defaults=step_folder_defaults,
    levels_to_run=_levels_to_run,
    superseded_by=_superseded_by,
    uses_tokenizer=True,
)
