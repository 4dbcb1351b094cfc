"""Rows of side files: what they are taken for, the keys that they have, the values that they bring."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from tensorboard_plugin_rlboard.index.joins.side_file_type import SideFileType, side_file_type
from tensorboard_plugin_rlboard.index.joins.side_rows import (
    MAX_COLUMNS,
    SideReader,
    id_key,
    prompt_key,
    text_key,
)
from tensorboard_plugin_rlboard.index.parts.clean_texts import prompt_digest

REFERENCE, SCORES = SideFileType("reference", is_sure=True), SideFileType("scores", is_sure=True)


UNSURE = SideFileType("scores", is_sure=False)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"prompt": "p", "ref_response": "r", "ref_reward": 1.0}, REFERENCE),
        ({"prompt": "p", "ref_response": "r"}, REFERENCE),
        ({"prompt": "p", "ref_reward": 1}, REFERENCE),
        ({"prompt": [{"role": "user", "content": "p"}], "ref_response": "r"}, REFERENCE),
        ({"prompt": "p", "response": "x", "ref_response": "r"}, None),
        ({"prompt": "p", "ref_response": "r", "step": 1}, None),
        ({"prompt": "p", "ref_response": "r", "ref_logprobs": [0.1]}, None),
        ({"prompt": "p", "answer": "r"}, None),
        ({"id": "3f2a9c1b04-1c8-0", "score": 0.5}, SCORES),
        ({"id": "3f2a9c1b04-1c8-0", "reward": 0.5}, SCORES),
        ({"sample_id": 7, "valid_reward": True}, SCORES),
        ({"id": "a", "prompt": "p", "response": "r", "score": 1}, UNSURE),
        ({"id": "3f2a9c1b04-1c8-0", "prompt": "p", "response": "r", "score": 1}, SCORES),
        ({"prompt": "p", "response": "r", "score": 1}, UNSURE),
        ({"prompt": "p", "response": "r", "score": 1, "reward": 1}, None),
        ({"prompt": "p", "response": "r", "score": 1, "step": 4}, None),
        ({"prompt": "p", "response": "r", "score": 1, "response_tokens": ["a"]}, None),
        ({"prompt": "p", "response": "r"}, None),
        ({"id": "a", "text": "b"}, None),
        ({"id": 7, "question": "q", "prediction": "r", "correct": True}, UNSURE),
        ({"id": 7, "prediction": "r", "correct": True}, UNSURE),
        ({"id": 7, "question": "q", "answer": "r", "correct": True}, UNSURE),
        ({"id": 7, "reason": "wrong sign", "answer": "r", "correct": True}, SCORES),
        ({"id": "a", "score": 1.0, "spans": [{"name": "x"}]}, None),
        ({"id": "a", "score": 1.0, "timing": {"start": 1}}, None),
        ({"id": "a"}, None),
        ({"loss": 0.5, "epoch": 1}, None),
        ({"prompt": "p", "score": 1.0}, None),
    ],
)
def test_what_a_first_row_is_taken_for(row: dict[str, Any], expected: SideFileType | None) -> None:
    assert side_file_type(row) == expected


def test_keys_are_those_of_the_index() -> None:
    assert prompt_key("<pad><pad>问题") == int(prompt_digest("问题"), 16)
    assert text_key("[PAD]p", "r<pad> <pad>") == text_key("p", "r")
    assert text_key("p", "r") != text_key("pr", "")
    assert id_key(3) == id_key(3.0) == id_key("3") != id_key("3.0")


def read(kind: Any, *rows: Any) -> tuple[Any, SideReader]:
    reader = SideReader(kind)
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    return reader.read(lines), reader


def test_texts_bring_no_column_and_numbers_of_any_kind_do() -> None:
    found, _ = read(
        "scores",
        {"id": 1, "a": 1, "b": True, "why": "7", "c": [1, 2], "d": None},
        {"id": 2, "a": "2.5", "e": math.nan, "f": math.inf},
        {"id": 3, "a": "much"},
    )
    assert {name: values[:1] for name, values in found.numbers.items() if name not in "ef"} == {
        "a": [(0, 1.0)],
        "b": [(0, 1.0)],
    }
    assert found.numbers["a"] == [(0, 1.0), (1, 2.5)]
    assert math.isnan(found.numbers["e"][0][1])
    assert found.numbers["f"] == [(1, math.inf)]
    assert [(problem.line, problem.kind) for problem in found.problems] == [
        (2, "not_a_number"),
        (2, "no_value"),
    ]


def test_a_line_may_have_an_id_and_texts() -> None:
    found, _ = read("scores", {"id": 1, "uid": "u", "prompt": "p", "response": "r", "x": 0})
    assert found.keys == [(0, id_key(1)), (0, id_key("u")), (0, text_key("p", "r"))]
    assert found.has_ids
    assert found.has_texts


def test_plain_answers_and_reference_words() -> None:
    found, _ = read(
        "reference",
        {"prompt": "p", "response": "a", "reward": 1.0, "other": 3.0, "ref_kl": 0.5},
        {"prompt": "q", "response": "a", "ref_response": "b", "reward": 1.0, "ref_reward": 2.0},
    )
    assert found.texts == {"ref_response": [(0, "a"), (1, "b")]}
    assert found.numbers == {"ref_reward": [(0, 1.0), (1, 2.0)], "ref_kl": [(0, 0.5)]}


def test_too_many_columns_are_said_once() -> None:
    row = {f"k{i}": i for i in range(MAX_COLUMNS + 3)}
    found, reader = read("scores", {"id": 1, **row}, {"id": 2, **row})
    assert len(found.numbers) == MAX_COLUMNS
    assert [problem.kind for problem in found.problems] == ["too_many_keys"]
    assert not reader.read([json.dumps({"id": 3, **row}).encode()]).problems
    wide, _ = read("scores", {"id": 1, "x" * 300: 1.0, "ok": 2.0})
    assert set(wide.numbers) == {"ok"}


def test_every_line_is_read_by_the_quick_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "tensorboard_plugin_rlboard.index.parts.line_decoder.decoded_by_python",
        lambda *_: pytest.fail("it was slow"),
    )
    pytest.importorskip("simdjson")
    found, _ = read("scores", *({"id": i, "x": 0.5} for i in range(50)))
    assert len(found.lines) == 50
