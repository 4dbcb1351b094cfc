"""Reads OpenCompass's evaluations: `predictions/{model}/{data set}.json` and the details of `results/`.

Writers, of open-compass/opencompass a5acc4b: `opencompass/openicl/icl_inferencer/icl_base_inferencer.py` (the output
handlers), `opencompass/tasks/openicl_eval.py` (`format_details`), `opencompass/openicl/icl_evaluator/icl_base_evaluator.py`
(`BaseEvaluator.evaluate`: a list for each key of a detail, one entry for each repetition).

A prediction is a text, several texts for one prompt, one text for each turn of the user, or a whole dialogue. Of the
details of an evaluator there is only what it took out of an answer, which is shown as the response then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tensorboard_plugin_rlboard.formats.base import Format, LineContext, LineSamples, Row
from tensorboard_plugin_rlboard.formats.conversations.messages import as_messages, messages_to_text
from tensorboard_plugin_rlboard.formats.frameworks.eval_harnesses import (
    CHOSE,
    path_defaults,
    question_samples,
    text_of,
)
from tensorboard_plugin_rlboard.formats.rows.extra_fields import identifier_text, says_step

_SPEAKERS = {"HUMAN": "user", "BOT": "assistant"}
_CORRECT = ("correct", "is_correct", "cascade_correct")
_GOLD = ("answer", "refr", "references", "gold", "ref")


def _is_opencompass(row: Row) -> bool:
    is_detail = "example_abbr" in row and isinstance(row.get("pred"), list)
    is_scored = "origin_prediction" in row and "predictions" in row
    if says_step(row):
        return False  # somebody's training, in its words
    is_unscored = "score" not in row and "reward" not in row
    return is_detail or is_scored or ("origin_prompt" in row and "prediction" in row and is_unscored)


def _to_samples(row: Row, _: LineContext) -> LineSamples:
    taken = row.get("pred")
    if isinstance(taken, list):
        return _details(row, taken)
    whole = row.get("origin_prediction", row.get("prediction"))
    if isinstance(row.get("origin_prediction"), Mapping) or any(key.startswith("label: ") for key in row):
        raise ValueError(CHOSE)
    if isinstance(whole, Mapping) and "prediction" in whole:
        whole = whole["prediction"]
    asked = row.get("prompt") if row.get("prompt") is not None else row.get("origin_prompt")
    gold = row.get("references", row.get("gold"))
    if isinstance(whole, list) and whole and all(isinstance(turn, Mapping) for turn in whole):
        return _dialogue(whole)
    if isinstance(asked, list) and isinstance(whole, list) and _are_turns(asked, whole):
        return _turns(asked, whole, gold)
    question = {"ground_truth": text_of(gold), "prediction": text_of(row.get("predictions"))}
    question["group_id"] = identifier_text(row.get("example_abbr"))
    messages = _messages(asked)
    filled = _filled(messages, whole)
    if filled:
        return _conversation(filled, question)
    answers = whole if isinstance(whole, list) else [whole]
    question["prompt"] = text_of(asked) if messages is None else _prompt(messages)
    scored = len(answers) == 1 and "correct" in row
    return question_samples(question, answers, [{"correct": row["correct"]}] if scored else ())


def _messages(asked: object) -> list[dict[str, object]] | None:
    """A prompt as messages, by the roles of OpenCompass's templates or of an API; None where it is none."""
    if not isinstance(asked, list) or not asked or not all(isinstance(turn, Mapping) for turn in asked):
        return None
    return as_messages(
        [
            {
                "role": _SPEAKERS.get(str(turn.get("role")).upper(), str(turn.get("role", "user")).lower()),
                "content": turn.get("prompt", turn.get("content")) or "",
            }
            for turn in asked
        ]
    )


def _prompt(messages: Sequence[Mapping[str, object]]) -> str | None:
    """Messages as text; the only one of a user as it is."""
    only = messages[0] if len(messages) == 1 and messages[0]["role"] == "user" else {}
    return text_of(only["content"]) if only else messages_to_text(messages)


def _are_turns(asked: Sequence[object], whole: Sequence[object]) -> bool:
    """Whether a list of answers has one for each of the user's turns, which are texts."""
    return 0 < len(asked) == len(whole) and all(isinstance(turn, str) for turn in (*asked, *whole))


def _turns(asked: Sequence[object], answers: Sequence[object], gold: object) -> LineSamples:
    right = gold if isinstance(gold, list) and len(gold) == len(answers) else [gold] * len(answers)
    rows: list[Row] = []
    for turn, (prompt, answer, truth) in enumerate(zip(asked, answers, right, strict=True)):
        question = {"prompt": text_of(prompt), "ground_truth": text_of(truth), "turn": turn}
        rows += question_samples(question, [answer]).rows
    return LineSamples(rows)


def _dialogue(turns: Sequence[Mapping[str, object]]) -> LineSamples:
    messages = [
        {"role": role, "content": turn.get(role) or ""} for turn in turns for role in ("user", "assistant")
    ]
    return _conversation(messages, {})


def _filled(messages: list[dict[str, object]] | None, whole: object) -> list[dict[str, object]] | None:
    """A conversation whose empty turns were answered one by one, with the answers in it; None where it is none."""
    if messages is None or not isinstance(whole, list):
        return None
    slots = [message for message in messages if message["role"] == "assistant"]
    if len(slots) != len(whole) or not any(slot["content"] == "" for slot in slots):
        return None
    answers = iter(whole)
    return [
        {**message, "content": next(answers)} if message["role"] == "assistant" else message
        for message in messages
    ]


def _conversation(messages: Sequence[Mapping[str, object]], question: Mapping[str, object]) -> LineSamples:
    """A conversation as one sample: its last answer is the response, and what was said before is the prompt."""
    last = max((at for at, turn in enumerate(messages) if turn["role"] == "assistant"), default=len(messages))
    whole = {**question, "prompt": _prompt(messages[:last]), "messages": as_messages(list(messages))}
    return question_samples(whole, [turn["content"] for turn in messages[last : last + 1]])


def _details(row: Row, taken: Sequence[object]) -> LineSamples:
    """The repetitions of a question, of which an evaluator has kept what it took out of each answer."""
    rows: list[Row] = []
    for at, pred in enumerate(taken):
        detail = {
            key: value[at]
            for key, value in row.items()
            if isinstance(value, list) and len(value) == len(taken)
        }
        messages = _messages(detail.get("prompt"))
        question = {
            "prompt": text_of(detail.get("prompt")) if messages is None else _prompt(messages),
            "ground_truth": text_of(next((detail[key] for key in _GOLD if key in detail), None)),
            "group_id": identifier_text(row.get("example_abbr")),
        }
        answer = detail.get("origin_prediction", pred)
        correct = next((detail[key] for key in _CORRECT if detail.get(key) is not None), None)
        rows += question_samples(
            question, [answer], [{"correct": correct}] if correct is not None else ()
        ).rows
    return LineSamples(rows)


def paired_run(run: str) -> tuple[str, bool]:
    """The run of the same evaluation that lies beside a run of predictions or results, and whether it has the scores.

    Both folders hold the same tree of models; the name is empty where a run lies in neither.
    """
    folders = run.split("/")
    for own, other in (("predictions", "results"), ("results", "predictions")):
        if own in folders:
            at = len(folders) - 1 - folders[::-1].index(own)
            return "/".join([*folders[:at], other, *folders[at + 1 :]]), other == "results"
    return "", False


OPENCOMPASS = Format(
    name="opencompass",
    definition=(
        "opencompass/openicl (a5acc4b): predictions/ and the details of results/; the reward is `correct`, of results only. "
        "Turns that were answered one by one are samples each, a dialogue is one."
    ),
    recognise=_is_opencompass,
    to_samples=_to_samples,
    path_defaults=path_defaults,
)
