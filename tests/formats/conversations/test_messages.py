"""Conversations as the interfaces and frameworks spell them, in one structure and as text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorboard_plugin_rlboard.formats.conversations.messages import (
    as_messages,
    messages_to_text,
    split_conversation,
)

KEYS = (
    *("role", "content", "type", "text", "function", "name", "arguments", "input", "tool_calls", "message"),
    *("thinking", "reasoning", "sampled", "function_call", "summary"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS) | st.text(max_size=8),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)
# Lists that get past the first check, so that what lies behind it is met too.
CONVERSATION = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "tool", "system", ""])},
        optional={
            "content": JSON,
            "reasoning_content": JSON,
            "thinking": JSON,
            "tool_calls": JSON,
            "function_call": JSON,
            "name": JSON,
            "tool_call_id": JSON,
            "sampled": JSON,
        },
    ),
    min_size=1,
    max_size=4,
)


def one(message: dict[str, Any]) -> dict[str, object]:
    found = as_messages([message])
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    "value",
    [
        None,
        "user: hello",
        [],
        {},
        {"role": "user", "content": "a"},
        ["a"],
        [{"content": "no role"}],
        [{"role": 1, "content": "a"}],
        [{"role": "user", "content": "a"}, "and a text"],
        [{"message": "no object"}],
    ],
)
def test_what_is_no_conversation(value: object) -> None:
    assert as_messages(value) is None


def test_openai_chat_with_tools() -> None:
    found = as_messages(
        [
            {"role": "system", "content": "Use tools."},
            {"role": "user", "content": [{"type": "text", "text": "What is 6·7?"}]},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "c1",
                        "type": "function",
                        "function": {"name": "calc", "arguments": '{"x": "6*7"}'},
                    },
                    {"function": {"name": "poem", "arguments": {"题": "月"}}},
                ],
            },
            {"role": "tool", "content": "42", "tool_call_id": "c1", "name": "calc"},
            {"role": "assistant", "content": "It is 42."},
        ]
    )
    assert found == [
        {"role": "system", "content": "Use tools."},
        {"role": "user", "content": "What is 6·7?"},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {"name": "calc", "arguments": '{"x": "6*7"}'},
                {"name": "poem", "arguments": '{"题": "月"}'},
            ],
        },
        {"role": "tool", "content": "42", "name": "calc", "tool_call_id": "c1"},
        {"role": "assistant", "content": "It is 42."},
    ]
    prompt, response = split_conversation(found)
    assert messages_to_text(prompt) == "system: Use tools.\n\nuser: What is 6·7?"
    assert messages_to_text(response) == (
        'assistant: tool call: calc({"x": "6*7"})\ntool call: poem({"题": "月"})'
        "\n\ntool (calc): 42\n\nassistant: It is 42."
    )


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([{"id": "1", "name": "f", "arguments": "{}"}], [("f", "{}")]),  # verifiers
        ([json.dumps({"function": {"name": "f", "arguments": "{}"}})], [("f", "{}")]),  # as texts in a list
        (
            json.dumps([{"function": {"name": "f", "arguments": {"a": 1}}}]),
            [("f", '{"a": 1}')],
        ),  # as one text
        ([{"function": {"name": "f", "arguments": None}}], [("f", "")]),
        ([{"function": {"arguments": "{}"}}], [("", "{}")]),
        ([{"function": "f", "arguments": "{}"}], [("f", "{}")]),
        ([None, 3, "no call", {}], []),
        (None, []),
    ],
)
def test_tool_calls(calls: object, expected: list[tuple[str, str]]) -> None:
    found = one({"role": "assistant", "content": "", "tool_calls": calls})
    if not expected:
        assert "tool_calls" not in found
    else:
        assert found["tool_calls"] == [{"name": name, "arguments": given} for name, given in expected]


def test_a_function_call_of_old_chat() -> None:
    found = one({"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}})
    assert found["tool_calls"] == [{"name": "f", "arguments": "{}"}]


@pytest.mark.parametrize(
    ("fields", "thinking"),
    [
        ({"reasoning_content": "so"}, "so"),
        ({"reasoning": "so"}, "so"),
        ({"thinking": "so"}, "so"),
        ({"reasoning_content": None, "reasoning": "", "thinking": "so"}, "so"),
        ({"thinking_blocks": [{"type": "thinking", "thinking": "so"}, {"thinking": "on"}]}, "so\non"),
        ({"content": [{"type": "thinking", "thinking": "so"}, {"type": "text", "text": "out"}]}, "so"),
        ({"reasoning": {"effort": "high"}}, None),
        ({"thinking": 3}, None),
        ({}, None),
    ],
)
def test_thinking(fields: dict[str, Any], thinking: str | None) -> None:
    found = one({"role": "assistant", "content": "out", **fields})
    assert found["content"] == "out"
    assert found.get("thinking") == thinking
    if thinking:
        assert messages_to_text([found]) == f"<think>\n{thinking}\n</think>\nout"


def test_thinking_inside_the_text_stays_there() -> None:
    text = "<think>\n64+53 = 117\n</think>\n\\boxed{117} ✅"
    assert one({"role": "assistant", "content": text}) == {"role": "assistant", "content": text}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ("", ""),
        ("诗", "诗"),
        ([], ""),
        (["a", "b"], "a\nb"),
        (
            [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "data:…"}}],
            "a\n[image]",
        ),
        ([{"type": "image", "text": None}, {"type": "text", "text": "a"}], "[image]\na"),
        ([{"type": "input_image"}, {"type": "input_audio"}, {"type": "video"}], "[image]\n[audio]\n[video]"),
        ([{"type": "output_text", "text": "a"}, {"type": "refusal", "refusal": "No."}], "a\nNo."),
        (
            [{"type": "tool_result", "content": [{"type": "text", "text": "7"}, {"type": "image"}]}],
            "7\n[image]",
        ),
        ([{"type": "tool_result", "content": "7"}], "7"),
        ([{"type": "text", "text": None}], ""),
        ([{"text": "no type"}], "no type"),
        ({"text": "one part"}, "one part"),
        ({"answer": 7}, '{"answer": 7}'),
        (7, "7"),
        (True, "true"),
    ],
)
def test_content(content: object, text: str) -> None:
    assert one({"role": "user", "content": content})["content"] == text


def test_anthropic_tool_use_among_the_parts() -> None:
    found = one({"role": "assistant", "content": [{"type": "tool_use", "name": "f", "input": {"a": 1}}]})
    assert found == {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"name": "f", "arguments": '{"a": 1}'}],
    }


def test_sampled_is_read_from_nodes_choices_and_art() -> None:
    node = {"parent": 0, "sampled": True, "message": {"role": "assistant", "content": "a"}}
    assert one(node) == {"role": "assistant", "content": "a", "sampled": True}
    assert one({"role": "user", "content": "q", "trainable": False})["sampled"] is False
    assert "sampled" not in one({"role": "user", "content": "q", "sampled": None})


def roles(messages: list[dict[str, object]]) -> list[str]:
    return [str(message["role"])[0] for message in messages]


@pytest.mark.parametrize(
    ("said", "prompt", "response"),
    [
        ("sua", "su", "a"),
        ("suau", "su", "au"),
        ("uataa", "u", "ataa"),
        ("aua", "au", "a"),  # a greeting belongs to the prompt
        ("a", "", "a"),
        ("su", "su", ""),
        ("s", "s", ""),
        ("uaua*", "uau", "a"),  # * marks the message before it as sampled: the first answer was an example
        ("ua*ua*", "u", "aua"),
    ],
)
def test_where_the_response_begins(said: str, prompt: str, response: str) -> None:
    names = {"s": "system", "u": "user", "a": "assistant", "t": "tool"}
    messages: list[dict[str, object]] = []
    for letter in said:
        if letter == "*":
            messages[-1]["sampled"] = True
        else:
            messages.append({"role": names[letter], "content": letter})
    before, after = split_conversation(messages)
    assert (roles(before), roles(after)) == (list(prompt), list(response))


def test_text_of_one_message_is_what_it_says_and_of_none_nothing() -> None:
    assert messages_to_text([{"role": "assistant", "content": "It is 4."}]) == "It is 4."
    assert messages_to_text([]) == ""


def test_nesting_deeper_than_the_parser_goes() -> None:
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]
    assert one({"role": "user", "content": {"x": deep}})["content"] == "[nested too deeply]"
    assert one({"role": "user", "content": "a", "tool_calls": "[" * 100_000}) == {
        "role": "user",
        "content": "a",
    }


@settings(max_examples=examples(40))
@given(JSON | CONVERSATION)
def test_any_json_is_read_or_refused(value: object) -> None:
    found = as_messages(value)
    if found is None:
        return
    assert isinstance(value, list)
    assert len(found) == len(value)
    for message in found:
        assert isinstance(message["role"], str)
        assert isinstance(message["content"], str)
        assert isinstance(message.get("thinking", ""), str)
        assert isinstance(message.get("sampled", True), bool)
        calls = message.get("tool_calls", [])
        assert isinstance(calls, list)
        assert all(isinstance(call[key], str) for call in calls for key in ("name", "arguments"))
    prompt, response = split_conversation(found)
    assert prompt + response == found
    assert isinstance(messages_to_text(found), str)
    # What was made once is read as it is: rows may pass through twice.
    assert as_messages(found) == found
