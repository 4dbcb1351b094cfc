"""Reads LiveCodeBench's evaluations: `output/{model}/Scenario.{scenario}_{n}_{temperature}_eval_all.json`.

Writers, of LiveCodeBench/LiveCodeBench 28fef95: `lcb_runner/runner/main.py`, and `insert_output_evaluation` of
`lcb_runner/benchmarks/code_generation.py` (self-repair, too), `code_execution.py`, `test_output_prediction.py`. Beside it
lie the same answers before they were graded (the name without `_eval_all`), and the metrics (`_eval.json`), which are no
answers.
"""

from __future__ import annotations

from collections.abc import Mapping

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, Row
from tensorboard_plugin_rlboard.formats.frameworks.eval_harnesses import (
    path_defaults,
    question_samples,
    text_of,
)
from tensorboard_plugin_rlboard.formats.rows.extra_fields import identifier_text
from tensorboard_plugin_rlboard.texts import plural

_END, _GRADED_END = ".json", "_eval_all.json"
_QUESTION_KEYS = ("platform", "difficulty", "contest_date", "question_title", "starter_code")


def _is_livecodebench(row: Row) -> bool:
    is_execution = {"code", "function_name", "pred_list"} <= row.keys()
    return isinstance(row.get("output_list"), list) and ("question_content" in row or is_execution)


def _question(row: Row) -> dict[str, object]:
    """The fields that the answers to a question share; each test of a question, and each call of a code, is a question."""
    kept: dict[str, object] = {name: text_of(row.get(name)) for name in _QUESTION_KEYS}
    if "question_content" not in row:
        asked = f"{text_of(row.get('code'))}\n\n{text_of(row.get('input'))}"
        return {
            **kept,
            "prompt": asked,
            "ground_truth": text_of(row.get("output")),
            "group_id": identifier_text(row.get("id")),
        }
    name, test = identifier_text(row.get("question_id")), identifier_text(row.get("test_id"))
    return {
        **kept,
        "prompt": text_of(row.get("question_content")),
        "group_id": name if test is None else f"{name}/{test}",
    }


def _to_samples(row: Row, _: LineContext) -> LineSamples:
    listed, graded, notes = row.get("output_list"), row.get("graded_list"), row.get("metadata")
    answers = listed if isinstance(listed, list) else []
    scores: list[Mapping[str, object]] = (
        [{"passed": one} for one in graded] if isinstance(graded, list) else []
    )
    found = question_samples(_question(row), answers, scores if len(scores) == len(answers) else ())
    rows: list[Row] = list(found.rows)
    for values, key in ((notes, "metadata"), (row.get("code_list", row.get("pred_list")), "extracted")):
        if isinstance(values, list) and len(values) == len(rows):
            rows = [{**sample, key: text_of(value)} for sample, value in zip(rows, values, strict=True)]
    if scores and len(scores) != len(answers):
        reason = f"graded_list has {len(scores):,} {plural(len(scores), 'entry', 'entries')} for {len(answers):,} of output_list; it is left out."
        return LineSamples(rows, [reason])
    return LineSamples(rows)


def _superseded_by(relative: str) -> str:
    """The file with the same answers and their grades."""
    if not relative.endswith(_END) or relative.endswith(_GRADED_END):
        return ""
    return relative.removesuffix(_END) + _GRADED_END


LIVECODEBENCH = Format(
    name="livecodebench",
    definition=(
        "lcb_runner/runner/main.py (28fef95): …_eval_all.json; the reward of an answer is whether it passed (graded_list). "
        "Code execution asks with code and call."
    ),
    recognise=_is_livecodebench,
    to_samples=_to_samples,
    path_defaults=path_defaults,
    superseded_by=_superseded_by,
)
