"""Reads the samples of evaluation harnesses: an evaluation is of a checkpoint, and its split is `eval`.

Harnesses and what they write: EleutherAI's lm-evaluation-harness (`--log_samples`: samples_{task}_{time}.jsonl), lighteval
(`--save-details`: details_….parquet), Inspect (logs as JSON); OpenCompass and LiveCodeBench have files of their own. A line is a question with what the model answered, once or several times.

The step is that of the path (`checkpoint-500/`), if there is one. Of several scores of one answer none is the reward: they
are metrics under their own names. A harness counts the questions of each task from 0 or 1 on and writes all tasks into one
folder, so these numbers are no groups: equal prompts are.
Those of lm-evaluation-harness, Inspect and lighteval were checked on files that they wrote (scripts/real_dumps; docs/formats-more.md).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from tensorboard_plugin_rlboard.formats.arrays.score_texts import score_from_value
from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, PathDefaults, Row
from tensorboard_plugin_rlboard.formats.conversations.from_row import structure_to_text
from tensorboard_plugin_rlboard.formats.conversations.messages import as_messages
from tensorboard_plugin_rlboard.formats.rows.extra_fields import identifier_text, nested_object
from tensorboard_plugin_rlboard.formats.rows.path_names import step_and_split_from_names

_GRADES = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
"""Inspect's grades: correct, partly correct, incorrect, no answer (value_to_float of its scorers)."""
CHOSE = "The model chose among given answers and wrote none: the line has no response."
"""Said of a line of multiple choice."""


def path_defaults(path: PurePosixPath) -> PathDefaults:
    """The step that the path of a checkpoint tells."""
    return PathDefaults(step_and_split_from_names(path).step)


def question_samples(
    question: Mapping[str, object], answers: Sequence[object], scores: Sequence[Mapping[str, object]] = ()
) -> LineSamples:
    """The samples of a question.

    Args:
        question: what all answers share.
        answers: the texts.
        scores: for each answer the scores, by the name of the metric; empty where there are none.
    """
    rows: list[Row] = []
    for at, answer in enumerate(answers):
        own = {name: score_from_value(value) for name, value in (scores[at] if scores else {}).items()}
        known = {name: number for name, number in own.items() if number is not None}
        sample = {
            **question,
            **known,
            "response": _answer(answer),
            "split": "eval",
        }
        if len(known) == 1:
            sample["reward"] = next(iter(known.values()))
        rows.append({key: value for key, value in sample.items() if value is not None or key == "response"})
    return LineSamples(rows)


def text_of(value: object) -> str | None:
    """A text as it is, a conversation as text, anything else as JSON."""
    return value if value is None or isinstance(value, str) else structure_to_text(value)


def _answer(value: object) -> str | None:
    """An answer as text: numbers and objects that a harness has made of it as JSON; None if there is none."""
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    return text_of(value)


def _is_lm_eval(row: Row) -> bool:
    lists = (row.get("resps"), row.get("filtered_resps"))
    return {"doc_id", "doc"} <= row.keys() and all(isinstance(one, list) for one in lists)


def _lm_eval(row: Row, _: LineContext) -> LineSamples:
    first = row.get("arguments")
    for key in ("gen_args_0", "arg_0") if isinstance(first, Mapping) else (0, 0):
        if isinstance(first, Mapping):
            first = first.get(key)
        else:
            first = first[0] if isinstance(first, list) and first else None
    resps = row.get("resps")
    answers = resps[0] if isinstance(resps, list) and resps and isinstance(resps[0], list) else []
    if not answers or not all(isinstance(answer, str) for answer in answers):
        raise ValueError(CHOSE)
    names = row.get("metrics")
    measured = (
        names if isinstance(names, list) else ("exact_match", "acc", "pass@1", "prompt_level_strict_acc")
    )
    scores = {str(name): row.get(str(name)) for name in measured}
    name = identifier_text(row.get("doc_id"))
    question = {"prompt": text_of(first), "ground_truth": text_of(row.get("target"))}
    question |= {
        "sample_id": name,
        "filter": text_of(row.get("filter")),
        "filtered": text_of(row.get("filtered_resps")),
    }
    left = row.get(
        "filtered_resps"
    )  # what the metrics are of: one of several answers, or none of them (a vote)
    is_counted = [len(answers) == 1 or left == [answer] for answer in answers]
    return question_samples(question, answers, [scores if counted else {} for counted in is_counted])


def _is_lighteval(row: Row) -> bool:
    if "full_prompt" in row and "metrics" in row:
        return isinstance(row.get("predictions"), list)
    return "query" in nested_object(row, "doc") and "text" in nested_object(row, "model_response")


def _gold(doc: Mapping[str, object]) -> object:
    """The right ones of the choices of a question, which are all of them where none could be chosen."""
    choices, index = doc.get("choices"), doc.get("gold_index")
    if not isinstance(choices, list):
        return choices
    right = [
        choices[i]
        for i in (index if isinstance(index, list) else [index])
        if type(i) is int and 0 <= i < len(choices)
    ] or choices
    return right[0] if len(right) == 1 else right


def _lighteval(row: Row, _: LineContext) -> LineSamples:
    doc, response = nested_object(row, "doc"), nested_object(row, "model_response")
    prompt = row.get("full_prompt") or response.get("input") or doc.get("query")
    gold = row.get("gold") or _gold(doc)
    answers = row.get("predictions") if "full_prompt" in row else response.get("text")
    listed = answers if isinstance(answers, list) else [answers]
    if not listed:
        raise ValueError(CHOSE)
    scores = nested_object(row, "metrics") or nested_object(row, "metric")
    question = {
        "prompt": text_of(prompt),
        "ground_truth": text_of(gold),
        "task": text_of(doc.get("task_name")),
    }
    return question_samples(question, listed, [scores] * len(listed) if len(listed) == 1 else ())


def _is_inspect(row: Row) -> bool:
    scores = nested_object(row, "scores").values()
    has_keys = {"epoch", "input", "target", "scores"} <= row.keys() and all(
        isinstance(one, Mapping) for one in scores
    )
    return has_keys and "completion" in nested_object(row, "output")


def _inspect(row: Row, _: LineContext) -> LineSamples:
    output = nested_object(row, "output")
    values = {
        str(name): score.get("value")
        for name, score in nested_object(row, "scores").items()
        if isinstance(score, Mapping)
    }
    scores = {
        name: _GRADES.get(value, value) if isinstance(value, str) else value for name, value in values.items()
    }
    choices = output.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], Mapping) else {}
    failed = nested_object(row, "error").get("message")
    question = {
        "prompt": text_of(row.get("input")),
        "ground_truth": text_of(row.get("target")),
        "sample_id": identifier_text(row.get("id")),
        "messages": as_messages(row.get("messages")),
        "finish_reason": choice.get("stop_reason"),
        "epoch": row.get("epoch"),
        "error": text_of(failed),
        "limit": nested_object(row, "limit").get("type"),
    }
    answer = (
        output.get("completion") if choice or not failed else None
    )  # without a choice it is an empty text
    return question_samples(question, [answer], [scores])


LM_EVAL = Format(
    name="lm-eval",
    definition=(
        "lm_eval/loggers/evaluation_tracker.py (0.4): samples_{task}_{time}.jsonl. The reward is the only metric of the task. "
        "A task with several filters has a line, and so a sample, for each. Multiple choice has no response."
    ),
    recognise=_is_lm_eval,
    to_samples=_lm_eval,
    path_defaults=path_defaults,
)
LIGHTEVAL = Format(
    name="lighteval",
    definition="lighteval/logging/info_loggers.py: the details of a task; the reward is its only metric.",
    recognise=_is_lighteval,
    to_samples=_lighteval,
    path_defaults=path_defaults,
)
INSPECT = Format(
    name="inspect",
    definition="inspect_ai/log/_log.py, EvalSample: a log as JSON. The reward is the score of the only scorer.",
    recognise=_is_inspect,
    to_samples=_inspect,
    path_defaults=path_defaults,
)
EVAL_HARNESSES = (LM_EVAL, LIGHTEVAL, INSPECT)
