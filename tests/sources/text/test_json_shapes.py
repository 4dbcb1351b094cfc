"""How one JSON object holds rows, told by its members and their names."""

from __future__ import annotations

from typing import Any

import pytest

from tensorboard_plugin_rlboard.sources.text.json_members import members_of
from tensorboard_plugin_rlboard.sources.text.json_shapes import DocumentShape, plan_of
from tensorboard_plugin_rlboard.sources.text.row_names import split_or_step_of

ROWS = [{"a": "x", "b": 1}, {"a": "y", "b": 2}]
SAMPLES = [{"prompt": "Q", "completion": "A", "reward": 1}, {"prompt": "Q", "completion": "B", "reward": 0}]


@pytest.mark.parametrize(
    ("document", "shape"),
    [
        ({"columns": ["a", "b"], "data": [["x", 1], ["y", 2]]}, DocumentShape.TABLE),
        ({"headers": ["a", "b"], "rows": [["x", 1], ["y", 2]]}, DocumentShape.TABLE),
        ({"values": [["x", 1], ["y", 2]], "fields": ["a", "b"]}, DocumentShape.TABLE),
        ({"results": ROWS, "config": {"lr": 1}}, DocumentShape.LIST),
        ({"anything": ROWS, "n": 2}, DocumentShape.LIST),
        ({"anything": ROWS, "config": {"lr": 1}}, DocumentShape.ROW),
        ({"results": ROWS, "others": ROWS}, DocumentShape.ROW),
        ({"correct": SAMPLES, "incorrect": SAMPLES[:1]}, DocumentShape.MEMBERS),
        ({"model": "m", "train": SAMPLES, "eval": SAMPLES, "config": {"lr": 1}}, DocumentShape.MEMBERS),
        ({"7": SAMPLES, "8": SAMPLES}, DocumentShape.MEMBERS),
        ({"results": SAMPLES, "errors": [{**SAMPLES[0], "error": "timeout"}]}, DocumentShape.MEMBERS),
        ({"results": SAMPLES, "per_task": ROWS}, DocumentShape.LIST),
        ({"train": SAMPLES, "eval": []}, DocumentShape.LIST),
        ({"prompt": "Q", "correct": SAMPLES, "incorrect": SAMPLES}, DocumentShape.ROW),
        ({"good": SAMPLES, "bad": SAMPLES, "labels": [1, 2]}, DocumentShape.ROW),
        ({"messages": SAMPLES, "tool_calls": SAMPLES, "reward": 1.0}, DocumentShape.ROW),
        ({"aime_0": SAMPLES[0], "aime_1": SAMPLES[1]}, DocumentShape.MEMBERS),
        ({"step": 3, "12": SAMPLES[0], "14": SAMPLES[1], "15": {"error": "x"}}, DocumentShape.MEMBERS),
        ({"meta": {"step": 3}, "sample": SAMPLES[0]}, DocumentShape.ROW),
        ({"meta": {"question": "Q"}, "good": SAMPLES, "bad": SAMPLES}, DocumentShape.ROW),
        ({"a": SAMPLES[0], "b": None}, DocumentShape.MEMBERS),
        ({"a": SAMPLES[0], "b": {"x": 1}, "c": {"x": 1}}, DocumentShape.ROW),
        ({"a": SAMPLES[0], "reward": 1.0}, DocumentShape.ROW),
        ({"a": SAMPLES[0], "note": "x"}, DocumentShape.ROW),
        ({"request": {"prompt": "Q"}, "reply": {"completion": "A", "reward": 1.0}}, DocumentShape.ROW),
        ({"input": SAMPLES[0], "verdict": SAMPLES[1]}, DocumentShape.ROW),
        ({"optimizer": {"name": "adam", "lr": 1e-3}, "model": {"name": "m", "layers": 2}}, DocumentShape.ROW),
        (
            {"version": "1", "added_tokens": [{"id": 0, "content": "<s>"}], "model": {"vocab": {}}},
            DocumentShape.ROW,
        ),
        ({"gsm8k": {"acc": 0.5, "alias": "g"}, "math": {"acc": 0.1, "alias": "m"}}, DocumentShape.ROW),
        ({"accuracy": 50, "details": {"3": SAMPLES[0], "9": SAMPLES[1]}}, DocumentShape.MEMBERS),
        ({"config": {"x": 1}, "samples": {"gsm8k": SAMPLES, "math": SAMPLES}}, DocumentShape.MEMBERS),
        ({"results": {"gsm8k": {"acc": 0.5}, "math": {"acc": 0.1}}}, DocumentShape.ROW),
        ({"prompt": "Q", "details": {"a": SAMPLES[0]}}, DocumentShape.ROW),
        ({"prompt": "Q", "rollouts": ROWS}, DocumentShape.ROW),
        ({"promptText": "Q", "rollouts": ROWS}, DocumentShape.ROW),
        ({"asked": "Is it so?", "rollouts": ROWS}, DocumentShape.ROW),
        ({"model": "m", "asked": "Is it so?", "rollouts": SAMPLES}, DocumentShape.LIST),
        ({"messages": ROWS, "reward": 1.0}, DocumentShape.ROW),
        ({"trajectories": [{"steps": [], "reward": 1.0}]}, DocumentShape.ROW),
        ({"results": [{"a": 1}, 2]}, DocumentShape.ROW),
        ({"results": []}, DocumentShape.ROW),
        ({"run": "x", "steps": [{"step": 1, "rollouts": SAMPLES}]}, DocumentShape.LIST),
        ({"steps": [{"step": 1, "action": "a", "tools": [{"x": 1}]}]}, DocumentShape.ROW),
        ({"a": ["x", "y"], "b": [1, 2]}, DocumentShape.COLUMN_LISTS),
        ({"a": ["x", "y"], "b": [1]}, DocumentShape.ROW),
        ({"a": ["x", "y"]}, DocumentShape.ROW),
        ({"a": {"0": "x", "1": "y"}, "b": {"0": 1, "1": 2}}, DocumentShape.COLUMN_OBJECTS),
        ({"a": {"x": "x", "1": "y"}, "b": {"x": 1, "1": 2}}, DocumentShape.ROW),
        ({"0": ROWS[0], "1": ROWS[1]}, DocumentShape.ROW_OBJECTS),
        ({"0": ROWS[0], "2": ROWS[1]}, DocumentShape.ROW),
        ({}, DocumentShape.ROW),
    ],
)
def test_how_an_object_holds_rows(document: dict[str, Any], shape: DocumentShape) -> None:
    assert plan_of(members_of(document), is_line=False).shape is shape
    expected = DocumentShape.ROW if shape is DocumentShape.COLUMN_LISTS else shape
    assert plan_of(members_of(document), is_line=True).shape is expected


def test_one_member_is_a_document_only_where_it_is_no_line() -> None:
    """A line of JSON lines may wrap its sample."""
    members = members_of({"aime_0": SAMPLES[0]})
    assert plan_of(members, is_line=False).shape is DocumentShape.MEMBERS
    assert plan_of(members, is_line=True).shape is DocumentShape.ROW


@pytest.mark.parametrize(
    ("name", "said", "alone"),
    [
        ("train", ("split", "train"), None),
        ("Validation", ("split", "eval"), None),
        ("test", ("split", "eval"), None),
        ("step_7", ("step", 7), None),
        ("global_step_12", ("step", 12), None),
        ("iter3", ("step", 3), None),
        ("7", ("step", 7), ("id", "7")),
        ("misstep_7x", ("member", "misstep_7x"), None),
        ("footstep_7", ("member", "footstep_7"), None),
        ("aime_7", ("member", "aime_7"), None),
        ("1" * 400, ("member", "1" * 400), None),
    ],
)
def test_what_a_name_says_of_its_rows(
    name: str, said: tuple[str, object], alone: tuple[str, object] | None
) -> None:
    assert split_or_step_of(name, numbers_are_steps=True) == said
    assert split_or_step_of(name, numbers_are_steps=False) == (alone or said)
