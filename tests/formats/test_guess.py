"""Logs of no known format: guessed by their keys, or refused with a remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

import pytest
from example_counts import examples
from guessed_rows import CHAT
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.formats.base import Format, LineContext
from tensorboard_plugin_rlboard.formats.evidence.value_types import is_answer
from tensorboard_plugin_rlboard.formats.format_specs import from_spec
from tensorboard_plugin_rlboard.formats.generic.fields import RESPONSE_FIELDS
from tensorboard_plugin_rlboard.formats.generic.key_paths import value_at
from tensorboard_plugin_rlboard.formats.guessing.guess import as_guessed, guess_mapping
from tensorboard_plugin_rlboard.formats.native import NATIVE
from tensorboard_plugin_rlboard.formats.registry import recognise


def flat(toml: str) -> dict[str, str]:
    """The mapping of an rlboard.toml, its columns as words."""
    said: dict[str, Any] = tomllib.loads(toml)["mapping"]
    return {f"columns.{name}": key for name, key in said.pop("columns", {}).items()} | said


def keys_of(guessed: Format | None) -> Mapping[str, str]:
    assert guessed is not None and guessed.mapping is not None  # noqa: PT018 (one thing: there is a mapping)
    return guessed.mapping.keys


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            {"question": "2+2?", "output": "4", "score": 1.0, "global_step": 3},
            {"prompt": "question", "response": "output", "reward": "score", "step": "global_step"},
        ),
        (
            {"query": "q", "generated_text": "g", "total_reward": 0.5, "iteration": 7}
            | {"uid": "a", "answer": "4"},
            {
                "prompt": "query",
                "response": "generated_text",
                "reward": "total_reward",
                "step": "iteration",
                "group_id": "uid",
                "ground_truth": "answer",
            },
        ),
        (
            {"problem": "p", "answer": "a", "correct": True, "epoch": 2},
            {"prompt": "problem", "response": "answer", "reward": "correct", "step": "epoch"},
        ),
        (
            {
                "completion": "c",
                "step": "4",
                "rewards": "0.5",
                "log_probs": [-0.1, None],
                "tokens": ["a", "b"],
            },
            {
                "response": "completion",
                "step": "step",
                "reward": "rewards",
                "logprobs": "log_probs",
                "response_tokens": "tokens",
            },
        ),
        (
            {"input": "i", "generation": "g", "info": {"reward": 1, "step": 2}, "meta": {"promptId": 5}},
            {
                "prompt": "input",
                "response": "generation",
                "reward": "info.reward",
                "step": "info.step",
                "group_id": "meta.promptId",
            },
        ),
        # The numbers beside a nested score, and those of an object that is named like one, become metrics.
        (
            {
                "prompt": "p",
                "output": "o",
                "info": {"reward": 1.0, "acc": 0.5, "why": "x", "prompt": 3, "n": 2},
                "n": 7,
            },
            {"prompt": "prompt", "response": "output", "reward": "info.reward", "columns.acc": "info.acc"},
        ),
        (
            {
                "prompt": "p",
                "output": "o",
                "rewards": {"format": 1.0, "right": False, "note": None},
                "usage": {"n": 3},
            },
            {
                "prompt": "prompt",
                "response": "output",
                "reward": "rewards.*",
                "columns.format": "rewards.format",
                "columns.right": "rewards.right",
            },
        ),
        ({"messages": CHAT, "reward": 1.0}, {"messages": "messages", "reward": "reward"}),
        (
            {"messages": CHAT[:1], "completion": "4", "score": 1},
            {"prompt": "messages", "response": "completion", "reward": "score"},
        ),
        (
            {"prompt": CHAT[:1], "completion": CHAT[1:], "score": 1},
            {"prompt": "prompt", "response": "completion", "reward": "score"},
        ),
        (
            {"prompt": "p", "completion_ids": [5, 6], "logprobs": [-1.0, -2.0], "rewards": [0.0, 1.0]},
            {
                "prompt": "prompt",
                "response_token_ids": "completion_ids",
                "logprobs": "logprobs",
                "token_rewards": "rewards",
            },
        ),
        # Several components and no total: they stay what they are.
        (
            {"prompt": "p", "completion": "c", "format_reward": 1.0, "accuracy_reward": 0.0},
            {"prompt": "prompt", "response": "completion"},
        ),
        (
            {"id": 7, "prompt": "p", "completion": "c", "helpful_score": 3},
            {"prompt": "prompt", "response": "completion", "reward": "helpful_score", "sample_id": "id"},
        ),
        ({"prompt": "p", "output": "c", "score": None}, None),
        # A path must not lead to a key that is spelt like it.
        (
            {"info.reward": "later", "info": {"reward": 1.0, "score": 2.0}, "prompt": "p", "output": "o"},
            {"prompt": "prompt", "response": "output", "reward": "info.score"},
        ),
    ],
)
def test_common_shapes_are_read(row: dict[str, Any], words: dict[str, str] | None) -> None:
    found = guess_mapping([row])
    assert found.format is not None, found.reason
    if words is not None:
        assert dict(found.keys) == words
    assert found.format.name == "mapping"
    assert found.format.recognise(row)
    assert all(key in found.reason for key in found.keys.values())
    assert from_spec(found.format.spec).options == found.format.options
    assert from_spec(found.format.spec).mapping == found.format.mapping
    assert flat(found.toml) == dict(found.keys)


LOOK_ALIKES: dict[str, dict[str, Any]] = {
    "ms-swift logging": {
        "loss": 0.1,
        "reward": 0.5,
        "kl": 0.0,
        "global_step/max_steps": "1/50",
        "elapsed_time": "3s",
    },
    "LLaMA-Factory trainer log": {
        "current_steps": 5,
        "total_steps": 10,
        "loss": 0.3,
        "lr": 1e-6,
        "percentage": 50.0,
    },
    "LLaMA-Factory predictions": {"prompt": "p", "predict": "x", "label": "y"},
    "verl FileLogger": {"step": 1, "data": {"actor/loss": 0.1, "critic/score/mean": 0.5}},
    "SkyRL aggregated": {"eval/all/avg_score": 0.5, "eval/all/pass_at_1": 0.5},
    "metrics": {"step": 3, "reward": 0.5, "loss": 0.1},
    "metrics with a text": {"step": 3, "reward": 0.5, "name": "mean", "phase": "train"},
    "timing spans": {"name": "sample", "start": 0.1, "end": 0.2, "step": 3},
    "OpenTelemetry": {
        "name": "s",
        "trace_id": "a",
        "span_id": "b",
        "attributes": {"output": "x", "input": "y"},
    },
    "checkpoints": {"name": "000010", "batch": 10, "state_path": "x://a", "sampler_path": "x://b"},
    "log": {"timestamp": "2026", "level": "INFO", "message": "started", "output": "fine", "step": 3},
    "log of text": {"ts": 1.5, "msg": "started", "text": "fine", "step": 3},
    "SFT data": {"prompt": "p", "completion": "c"},
    "SFT data with notes": {
        "instruction": "i",
        "input": "",
        "output": "o",
        "id": 3,
        "version": 1,
        "source": "web",
    },
    "questions and answers": {"question": "q", "answer": "a", "difficulty": 3},
    "chat data": {"messages": CHAT, "id": 1},
    "web text": {"text": "t", "score": 3.5, "url": "u"},
    "preferences": {"prompt": "p", "chosen": "a", "rejected": "b", "score": 1.0},
    "a step and a text": {"step": 1, "output": "Saved."},
    "transitions": {"state": "s", "action": "left", "reward": 0.1, "next_state": "t", "done": False},
    "prompts only": {"prompt": "p", "reward": 0.5, "step": 3},
    "columns of answers": {"question": ["a", "b"], "answers": ["c", "d"]},
    "empty": {},
}


NOTHING_TO_MAP = {"LLaMA-Factory trainer log", "verl FileLogger", "SkyRL aggregated", "metrics", "empty"}


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_look_alikes_are_refused_with_a_remedy(name: str) -> None:
    row = LOOK_ALIKES[name]
    found = guess_mapping([row])
    assert found.format is None
    assert not found.keys
    assert found.reason.endswith(".")
    assert all(key in found.reason for key in sorted(row)[:3])
    if name in NOTHING_TO_MAP:
        assert ("rlboard.toml" in found.reason, found.toml) == (False, "")
        return
    assert "rlboard.toml" in found.reason
    assert "[mapping]" in found.reason
    asked = tomllib.loads(found.toml)["mapping"]
    assert set(asked) & set(RESPONSE_FIELDS), "the remedy says where the response is to be named"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("SFT data", "no number as score, no step"),
        ("preferences", "preferred"),
        ("log", "program's log"),
        ("web text", "no prompt"),
        ("metrics", "as logs of metrics (its first row has the keys loss, reward, step)."),
        ("metrics with a text", "no text of a response"),
        ("a step and a text", "neither a prompt nor a score"),
        ("columns of answers", "no text of a response"),
        ("transitions", "action may be any text"),
    ],
)
def test_a_refusal_says_what_is_missing(name: str, reason: str) -> None:
    assert reason in guess_mapping([LOOK_ALIKES[name]]).reason


WORDS = (
    "prompt question response output text answer messages reward score step info role content logprobs tokens "
    "completion_ids level a.b outputText"
)


NAMES = st.sampled_from([*WORDS.split(), "", "\ud800"]) | st.text(max_size=5)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@example({"FUNC": []})
@example({"response": {"role": [], "content": {"reward": False}}})
@example({"response": {"role": "assistant", "content": [{"type": "text", "text": "a"}]}})
@given(st.dictionaries(NAMES, VALUES, max_size=8))
@settings(max_examples=examples(100), deadline=None)
def test_a_guess_never_raises_and_always_has_a_text(row: dict[str, Any]) -> None:
    found = guess_mapping([row])
    assert found.reason
    tomllib.loads(found.toml)
    if found.format is None:
        return
    assert set(found.keys) & {"prompt", *RESPONSE_FIELDS}
    if not any("[]" in path for path in found.keys.values()):
        values = [value_at(row, path) for path in found.keys.values()]
        assert any(isinstance(value, (str, list)) or is_answer(value) for value in values)
    assert from_spec(found.format.spec).mapping == found.format.mapping
    assert flat(found.toml) == dict(found.keys)
    if found.format.to_samples is not None:
        found.format.to_samples(row, LineContext())


def test_our_own_format_gives_way_where_the_step_has_another_name() -> None:
    row = {"prompt": "p", "response": "r", "score": 1.0, "global_step": 3}
    assert recognise(row) is NATIVE
    guessed, _ = as_guessed(NATIVE, [row])
    assert keys_of(guessed)["step"] == "global_step"
    texts = {"prompt": "p", "response": "r"}
    for other in ({**texts, "reward": 1.0, "step": 3}, {**texts, "note": "n", "seconds": 2.5}, texts):
        assert as_guessed(NATIVE, [other]) == (NATIVE, "")
    guessed, _ = as_guessed(NATIVE, [{**row, "step": 3}])
    assert (keys_of(guessed)["step"], keys_of(guessed)["reward"]) == ("step", "score")
    verl = {"input": "i", "output": "o", "score": 1.0, "gts": "4", "step": 1}
    known = recognise(verl)
    assert known is not None
    assert as_guessed(known, [{**verl, "global_step": 3}]) == (known, "")
