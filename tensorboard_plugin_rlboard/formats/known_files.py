"""Recognises files of known programs that a guess cannot read, and gives the remedy for each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from tensorboard_plugin_rlboard.formats.base import Row

_OPENAI_EVALS = (
    "It is a log of OpenAI's evals, where an answer (sampling) and whether it is right (match) stand on lines of their own: "
    "write one line for each sample_id, with prompt, response and reward."
)
_HELM_STATE = (
    "It is what HELM asked and was answered, and the scores are in its per_instance_stats.json: write one line for each "
    "instance, with prompt, response and reward."
)
_HELM_PREDICTIONS = (
    "It is HELM's list of predictions, which has no prompts: to open it without them, write into an rlboard.toml in its "
    'folder: [mapping], response = "predicted_text", reward = "stats.exact_match" or another of its stats.'
)
_SIMPLE_EVALS = (
    "It is a result of simple-evals, which holds conversations without their scores: write one line for each of them, with "
    "messages and reward."
)
_KNOWN = (
    (frozenset({"run_id", "event_id", "sample_id", "type", "data"}), _OPENAI_EVALS),
    (frozenset({"adapter_spec", "request_states"}), _HELM_STATE),
    (frozenset({"instance_id", "predicted_text", "stats"}), _HELM_PREDICTIONS),
    (frozenset({"score", "convos", "htmls"}), _SIMPLE_EVALS),
)
"""Keys of files that benchmarks write, which hold no whole samples, and what is said of them."""
_NUMBER, _SENTENCE = re.compile(r"[+-]?\d{1,9}(?:\.\d{1,9})?", re.ASCII), 2
"""A number as a cell has it; more words than that are no name of a column."""
_INPUTS, _OUTPUTS = "attributes.input.value", "attributes.output.value"
_MLFLOW_INPUTS, _MLFLOW_OUTPUTS = "mlflow.spanInputs", "mlflow.spanOutputs"
_ROOT_INPUTS = f"data.spans.0.attributes.{_MLFLOW_INPUTS}"
_ROOT_OUTPUTS = f"data.spans.0.attributes.{_MLFLOW_OUTPUTS}"


def known_file_message(rows: Sequence[Row]) -> str:
    """The message, with its remedy, on a file that a known program wrote; empty for any other."""
    known = (message for keys, message in _KNOWN if any(keys <= row.keys() for row in rows))
    return next((message for message in (*known, *map(_row_message, rows[:1])) if message), "")


def _row_message(row: Row) -> str:
    if _is_headed_by_a_row(row):
        return "Its first line seems to be a row, and no names of columns: write these above it (step,prompt,response,reward)."
    info, data, responses = (_object(row, key) for key in ("info", "data", "responses"))
    if isinstance(data.get("spans"), list) and ("trace_id" in info or "request_id" in info):
        opened = (
            "It is a list of MLflow's traces, whose texts stand in their first spans: to open it, write into an rlboard.toml in "
            f'its folder: [mapping], prompt = "{_ROOT_INPUTS}", response = "{_ROOT_OUTPUTS}".'
        )
        return f"{opened} {_scores_message(info.get('assessments'))}".strip()
    inner = _object(row, "attributes")
    if any(key in inner for key in (_MLFLOW_INPUTS, _MLFLOW_OUTPUTS)):
        return (
            "It is the list of the spans of one of MLflow's traces, as its store keeps them: to open it, write into an rlboard.toml "
            f'in its folder: [mapping], prompt = "attributes.{_MLFLOW_INPUTS}", response = "attributes.{_MLFLOW_OUTPUTS}".'
        )
    if _OUTPUTS in row or "output.value" in inner or isinstance(_object(inner, "output").get("value"), str):
        return (
            "It is a list of OpenInference's spans, as Phoenix exports them: to open it, write into an rlboard.toml in its folder: "
            f'[mapping], prompt = "{_INPUTS}", response = "{_OUTPUTS}".'
        )
    lists = [key for key, value in responses.items() if isinstance(value, list) and _are_judged(value)]
    if lists and "token_usages" in row:
        response, reward = (f"responses.{lists[0]}[].{key}" for key in ("content", "correctness"))
        return (
            "It is a result of SkyThought, whose responses stand under their temperature: to open those of one, write into an "
            f'rlboard.toml in its folder: [mapping], prompt = "prompt", response = "{response}", reward = "{reward}".'
        )
    return ""


def _scores_message(assessments: object) -> str:
    """A sentence on how the scores of an MLflow trace are read; empty if it has none."""
    listed = assessments if isinstance(assessments, list) else []
    scored = [
        at for at, one in enumerate(listed) if isinstance(one, dict) and "value" in _object(one, "feedback")
    ]
    if not scored:
        return ""
    of_one = f'Its score is read with reward = "info.assessments.{scored[0]}.feedback.value" beside them.'
    return of_one if len(scored) == 1 else f"{of_one} That is the first of {len(scored):,}."


def _is_headed_by_a_row(row: Row) -> bool:
    """Whether the names of a table's columns are values: a number above numbers, a sentence above sentences."""
    numbers = [row[name] for name in row if _NUMBER.fullmatch(str(name).strip())]
    under_sentences = [row[name] for name in row if len(str(name).split()) > _SENTENCE]
    are_alike = all(isinstance(one, (int, float)) for one in numbers) and all(
        isinstance(one, str) for one in under_sentences
    )
    return bool(numbers and under_sentences) and are_alike


def _object(row: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = row.get(key)
    return value if isinstance(value, dict) else {}


def _are_judged(entries: Iterable[object]) -> bool:
    return all(isinstance(entry, dict) and "content" in entry and "correctness" in entry for entry in entries)
