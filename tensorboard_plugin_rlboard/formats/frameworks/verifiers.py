"""Traces of verifiers (0.4, schema 1): prime-rl's rollouts of a training, and evaluations of their own.

Definition: verifiers/v1 (episode.py, trace.py, graph.py), and prime_rl/monitors/file.py for the folders. One line is one
episode, with the traces of all its agents; each branch of a trace is one sample, as it is one for the training. What is
not there: token strings (only ids), values of a critic, and the sampler's settings. `traces.jsonl` of other programs
(spans of OpenTelemetry) have no `traces` in them and are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.base import (
    SPLITS,
    Format,
    LineContext,
    LineSamples,
    Row,
)
from tensorboard_plugin_rlboard.formats.conversations.from_row import structure_text
from tensorboard_plugin_rlboard.formats.conversations.messages import as_text
from tensorboard_plugin_rlboard.formats.rows import extra_fields
from tensorboard_plugin_rlboard.formats.rows.column_batches import number, whole
from tensorboard_plugin_rlboard.formats.rows.path_names import step_folder_defaults, step_folder_level
from tensorboard_plugin_rlboard.formats.rows.trace_graph import Branch, branches, token_data

_TRUNCATED = frozenset(
    {"max_turns", "max_input_tokens", "max_output_tokens", "max_total_tokens", "compaction_failed"}
)
"""Reasons to stop that verifiers itself counts as truncated."""


def _levels_to_run(path: PurePosixPath) -> int:
    level = step_folder_level(path)
    if level is None:
        return 0
    above = path.parts[-2::-1][level + 1 : level + 2]
    return level + 2 if above and above[0] in {"rollouts", "traces"} else level + 1


def _superseded_by(relative: str) -> str:
    """Of the episodes that arrived (`all`) those that were trained on are written a second time (`effective`)."""
    path = PurePosixPath(relative)
    folders = path.parts[-3:-1]
    if len(folders) == 2 and folders[0] in SPLITS and folders[1] == "effective":
        return str(path.parent.parent / "all" / path.name)
    return ""


def _recognise(row: Row) -> bool:
    traces = row.get("traces")
    if not isinstance(traces, list) or not isinstance(row.get("task"), Mapping):
        return False
    return all(isinstance(trace, Mapping) and isinstance(trace.get("nodes"), list) for trace in traces)


def _to_samples(row: Row, context: LineContext) -> LineSamples:
    traces = row.get("traces")
    if not isinstance(traces, list):
        raise ValueError("The line has no list of traces.")  # noqa: TRY004  it is the line that is wrong
    problems = [] if traces else [f"The episode has no trace{_because(row)}."]
    told = _episode(row, context)
    known = [trace for trace in traces if isinstance(trace, Mapping)]
    agents = {extra_fields.text(extra_fields.section(trace, "agent").get("name")) for trace in known}
    rows: list[Row] = []
    for trace in known:
        paths, odd = branches(trace.get("nodes"))
        problems += odd
        if not paths:
            problems.append(f"A trace has no message of the model{_because(trace, row)}.")
        for place, path in enumerate(paths):
            sample, complaints = _sample(path, trace, context)
            problems += complaints
            trace_id = extra_fields.text(trace.get("id"))
            sample["sample_id"] = trace_id if place == 0 else f"{trace_id}:{place}"
            _about(sample, row, trace, told)
            sample["num_branches"] = len(paths)
            if len(traces) > 1:
                _agent(sample, trace, many=len(agents) > 1)
            rows.append(
                {key: value for key, value in sample.items() if value not in (None, "") or key == "response"}
            )
    if len(known) < len(traces):
        problems.append("A trace is no object and is left out.")
    return LineSamples(rows, problems)


def _episode(row: Row, context: LineContext) -> dict[str, object]:
    """What holds for every sample of the episode; the folder tells the step better than the time of dispatch."""
    work, run = extra_fields.section(row, "run", "work"), extra_fields.section(row, "run")
    split = next(
        (word for word in (context.defaults.split, work.get("type"), run.get("type")) if word in SPLITS),
        "eval",
    )
    step = context.defaults.step if context.defaults.step is not None else whole(work.get("step"))
    env = extra_fields.section(row, "env")
    return {
        "step": 0 if step is None and split == "eval" else step,  # an evaluation by itself has no step
        "split": split,
        "policy_version": whole(extra_fields.section(work, "policy").get("start")),
        "data_source": extra_fields.text(env.get("name")) or extra_fields.text(env.get("id")),
        "group_id": extra_fields.text(extra_fields.section(row, "group").get("id"))
        or extra_fields.text(extra_fields.section(row, "task").get("key")),
    }


def _sample(path: Branch, trace: Row, context: LineContext) -> tuple[dict[str, object], list[str]]:
    """The conversation of a branch and its tokens."""
    before, after = path.messages()
    without = len(path.nodes) - len(before) - len(after)
    problems = [f"Messages without a role, which are left out: {without}."] if without else []
    sample: dict[str, object] = {
        "messages": [*before, *after] or None,
        "prompt": as_text(before) if before else _prompt(trace),
        "response": as_text(after),
    }
    found = token_data(path)
    if found.ids:
        sample["response_tokens"] = context.tokens(found.ids)
        sample["response_mask"] = [int(kept) for kept in found.mask]
        sample |= found.arrays
    ended = _ended(path, trace)
    sample["finish_reason"] = ended
    stop = trace.get("stop_condition")
    if isinstance(stop, str) and stop != ended:
        sample["stop_condition"] = stop
    return sample, problems + found.problems


def _prompt(trace: Row) -> str:
    prompt = extra_fields.section(trace, "task", "data").get("prompt")
    return prompt if isinstance(prompt, str) else "" if prompt is None else structure_text(prompt)


def _ended(path: Branch, trace: Row) -> str | None:
    """Why a branch ended: `length` wherever verifiers counts it as truncated, else what stopped the trace."""
    stop = trace.get("stop_condition")
    calls = trace.get("calls")
    reasons = [
        call.get("finish_reason")
        for call in (calls if isinstance(calls, list) else ())
        if isinstance(call, Mapping) and call.get("node") in path.index and call.get("error") is None
    ]
    last = reasons[-1] if reasons else path.last().get("finish_reason")
    if last == "length" or (isinstance(stop, str) and stop in _TRUNCATED):
        return "length"
    return stop if isinstance(stop, str) else last if isinstance(last, str) else None


def _about(sample: dict[str, object], row: Row, trace: Row, told: Mapping[str, object]) -> None:
    """Rewards, metrics and everything that is known of the whole trace."""
    sample |= told
    task = extra_fields.section(trace, "task") or extra_fields.section(row, "task")
    answer = extra_fields.section(task, "data").get("answer")
    if isinstance(answer, (str, int, float)):
        sample["ground_truth"] = str(answer)
    elif answer is not None:
        sample["ground_truth"] = structure_text(answer)
    rewards = {
        name: scored
        for name, found in extra_fields.section(trace, "rewards").items()
        if (scored := _score(found))
    }
    if rewards:
        sample["reward"] = sum(score * weight for score, weight in rewards.values())
    extra_fields.add(sample, ((name, score) for name, (score, _) in rewards.items()), "rewards")
    extra_fields.add(sample, extra_fields.section(trace, "metrics").items(), "metrics")
    if isinstance(trace.get("ok"), bool):
        extra_fields.add(sample, [("ok", trace["ok"])], "trace")
    if trace.get("ok") is False or row.get("ok") is False:
        extra_fields.add(sample, [("error", _because(trace, row).removeprefix(": "))], "trace")
    if extra_fields.section(trace, "info"):
        sample.setdefault("info", trace["info"])


def _agent(sample: dict[str, object], trace: Row, *, many: bool) -> None:
    """Which of an episode's agents made a sample: each is compared with its like only."""
    agent = extra_fields.section(trace, "agent")
    name = extra_fields.text(agent.get("name"))
    extra_fields.add(sample, [("agent", name), ("trainable", agent.get("trainable"))], "trace")
    if many and name and sample.get("group_id"):
        sample["group_id"] = f"{sample['group_id']}:{name}"


def _score(found: object) -> tuple[float, float] | None:
    """Score and weight of a reward; None where it was not given."""
    score, weight = (
        (found.get("score"), found.get("weight", 1.0)) if isinstance(found, Mapping) else (found, 1.0)
    )
    given, weighs = number(int(score) if isinstance(score, bool) else score), number(weight)
    return None if given is None or weighs is None else (given, weighs)


def _because(*holders: Row) -> str:
    """The last error of the first that has one, as the end of a sentence."""
    for holder in holders:
        errors = holder.get("errors")
        last = errors[-1] if isinstance(errors, list) and errors else None
        if isinstance(last, Mapping):
            said = [text for key in ("type", "message") if (text := extra_fields.text(last.get(key)))]
            return f": {': '.join(said)}" if said else ""
    return ""


VERIFIERS = Format(
    name="verifiers",
    definition="verifiers 0.4, verifiers/v1/episode.py and trace.py; no token strings, no critic",
    recognise=_recognise,
    to_samples=_to_samples,
    path_defaults=step_folder_defaults,
    levels_to_run=_levels_to_run,
    superseded_by=_superseded_by,
    uses_tokenizer=True,
)
