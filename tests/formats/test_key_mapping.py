"""Mappings of keys that the settings name or a guess made."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from example_counts import examples
from guessed_rows import CHAT
from hypothesis import given, settings
from hypothesis import strategies as st
from understood import read

from tensorboard_plugin_rlboard.formats.base import LineContext
from tensorboard_plugin_rlboard.formats.format_specs import from_spec
from tensorboard_plugin_rlboard.formats.generic import key_mapping
from tensorboard_plugin_rlboard.formats.generic.fields import FIELDS
from tensorboard_plugin_rlboard.formats.generic.key_mapping import mapping_format
from tensorboard_plugin_rlboard.formats.generic.key_paths import value_at
from tensorboard_plugin_rlboard.formats.guessing.guess import guess_mapping
from tensorboard_plugin_rlboard.formats.mapping import KeyMapping


def test_paths_lead_into_objects_and_lists() -> None:
    row = {"a": {"b": [{"c": 1}]}, "x.y": 2, "x": {"y": 3}}
    assert value_at(row, "a.b.0.c") == 1
    assert value_at(row, "x.y") == 2
    for path in ("a.b.1.c", "a.b.z", "a.c", "nothing", "a.b.0.c.d", "a.b.٠.c"):
        assert value_at(row, path) is None


def test_paths_to_keys_with_dots() -> None:
    row = {"a": {"b.c": 1, "d": {"e.f.g": 2}, "x": {"y": 3}, "x.y": 4}, "data.text": "t", "p.q": {"r": 5}}
    assert [value_at(row, path) for path in ("a.b.c", "a.d.e.f.g", "a.x.y", "data.text", "p.q.r")] == [
        1,
        2,
        3,
        "t",
        5,
    ]
    assert [value_at(row, path) for path in ("a.b", "a.d.e.f", "data", "p.q.s", "a.b.c.d")] == [None] * 5


NAMES = [
    ({"data/prompt": "p", "data/response": "r", "reward/total": 1.0, "reward/format": 0.5}, "reward/total"),
    ({"data.prompt": "p", "data.response": "r", "reward.total": 1.0, "train.step": 3}, "reward.total"),
    ({"prompt": "p", "output": "r", "info": {"reward.total": 1.0}}, "info.reward.total"),
    ({"prompt": "p", "completion": "r", "val/reward": 1.0}, "val/reward"),
    ({"prompt": "p", "completion": "r", "rewards/accuracy": 1.0, "rewards/format": 0.0}, None),
    ({"prompt": "p", "completion": "r", "config/reward": 1.0, "step": 1}, None),
]


@pytest.mark.parametrize(("row", "reward"), NAMES)
def test_keys_that_are_written_like_paths(row: dict[str, Any], reward: str | None) -> None:
    found = guess_mapping([row])
    assert found.format is not None
    assert found.keys.get("reward") == reward
    assert found.keys["response"] in {"data/response", "data.response", "output", "completion"}
    assert found.keys.get("step") == next((key for key in row if key.endswith("step")), None)
    toml = tomllib.loads(found.toml)["mapping"]  # what is shown opens the same
    assert toml["response"] == found.keys["response"]


def test_samples_of_rows_with_dots_in_their_keys(tmp_path: Path) -> None:
    row = {
        "step": 1,
        "prompt": "p",
        "rollouts": [{"gen.text": f"It is {n}.", "reward.total": n / 2} for n in (0, 1)],
    }
    assert read(tmp_path, [row], "response", "reward") == [("It is 0.", 0.0), ("It is 1.", 0.5)]


def test_a_plain_mapping_is_read_without_a_function_and_a_deep_one_with() -> None:
    plain = mapping_format(KeyMapping({"prompt": "q", "response": "a", "reward": "s"}))
    assert plain.to_samples is None
    assert (plain.text_keys["prompt"], plain.number_keys["reward"], plain.step_keys) == (
        ("q",),
        ("s",),
        ("step",),
    )
    deep = mapping_format(
        KeyMapping(
            {
                "prompt": "info.q",
                "response": "out",
                "reward": "info.s",
                "columns.acc": "info.acc",
                "group_id": "g",
            }
        )
    )
    assert deep.to_samples is not None
    row = {
        "info": {"q": "2+2?", "s": 1.0, "acc": 0.5},
        "out": "4",
        "prompt": "raw",
        "step": 3,
        "g": "u1",
        "n": 7,
    }
    assert list(deep.to_samples(row, LineContext()).rows) == [
        {
            "info": row["info"],
            "logged.prompt": "raw",
            "step": 3,
            "n": 7,
            "prompt": "2+2?",
            "response": "4",
            "reward": 1.0,
            "acc": 0.5,
            "group_id": "u1",
        }
    ]


def test_conversations_and_ids_become_samples() -> None:
    known = mapping_format(KeyMapping({"messages": "chat", "reward": "r"}))
    assert known.to_samples is not None
    (row,) = known.to_samples({"chat": CHAT, "r": 1.0}, LineContext()).rows
    assert (row["prompt"], row["response"], row["reward"]) == ("2+2?", "4", 1.0)
    assert row["messages"] == CHAT
    broken = known.to_samples({"chat": [1], "r": 1.0}, LineContext())
    assert "chat" in broken.problems[0]
    known = mapping_format(KeyMapping({"response_token_ids": "ids", "prompt_token_ids": "p"}))
    assert known.to_samples is not None
    (row,) = known.to_samples({"ids": [5, 6], "p": [1]}, LineContext()).rows
    assert row["response_tokens"] == ["#5", "#6"]
    assert "response" not in row
    read = LineContext(
        to_tokens=lambda ids: [f"t{i}" for i in ids], to_text=lambda ids: "".join(f"t{i}" for i in ids)
    )
    (row,) = known.to_samples({"ids": [5, 6], "p": [1]}, read).rows
    assert (row["response_tokens"], row["response"], row["prompt"]) == (["t5", "t6"], "t5t6", "t1")
    assert "ids" in known.to_samples({"ids": ["a"]}, LineContext()).problems[0]


def test_a_mapping_says_why_a_row_is_none_of_it() -> None:
    assert key_mapping.reason_not_mapped({"response": "a"}, {"a": "x"}) == ""
    assert "under a;" in key_mapping.reason_not_mapped({"response": "a"}, {"b": "x"})
    assert key_mapping.reason_not_mapped({"prompt": "a"}, {"response": "x"}) == ""
    assert "under response or response_tokens;" in key_mapping.reason_not_mapped({"prompt": "a"}, {"a": "x"})


def test_wrong_options_are_no_format() -> None:
    for options in ({}, {"mapping": "[]"}, {"mapping": "{"}, {"mapping": json.dumps({"prompt": 3})}):
        with pytest.raises(KeyError):
            from_spec(f"mapping?{urlencode(options)}")


@given(st.dictionaries(st.sampled_from(sorted(set(FIELDS))), st.text(min_size=1), min_size=1))
@settings(max_examples=examples(100), deadline=None)
def test_the_text_of_a_mapping_says_the_same(words: dict[str, str]) -> None:
    said = tomllib.loads(key_mapping.mapping_toml(words, "one\ntwo"))["mapping"]
    assert said == {word: key.encode("utf-8", "replace").decode() for word, key in words.items()}
    assert from_spec(mapping_format(KeyMapping(words)).spec).mapping == KeyMapping(words)


def test_columns_have_a_table_of_their_own() -> None:
    words = {"response": "r", "columns.acc": "info.acc", "columns.a b": "x"}
    assert tomllib.loads(key_mapping.mapping_toml(words))["mapping"] == {
        "response": "r",
        "columns": {"acc": "info.acc", "a b": "x"},
    }
