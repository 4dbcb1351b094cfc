"""Conversations in one text with several answers: examples of the prompt, or turns of an agent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from answers import columns
from understood import read, written

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.formats.guessing.guess import guess_mapping

_END, _ASKS, _SAYS = "<|im_end|>\n", "<|im_start|>user\n", "<|im_start|>assistant\n"


def _chat(*turns: str) -> str:
    """A conversation with its first question first, up to where the next message begins or the last answer ends."""
    speakers = [_ASKS if at % 2 == 0 else _SAYS for at in range(len(turns))]
    return _END.join(speaker + turn for speaker, turn in zip(speakers, turns, strict=True))


def _rows(texts: list[str], key: str = "text") -> list[dict[str, Any]]:
    return [{"step": 1, key: text, "reward": at % 2} for at, text in enumerate(texts)]


@pytest.mark.parametrize("key", ["text", "response"])
def test_examples_that_all_have_belong_to_the_prompt(key: str, tmp_path: Path) -> None:
    asked = [_chat("1+1?", "2", f"{n}+2?", "") for n in range(4)]
    rows = _rows([f"{text}it is {n}" for n, text in enumerate(asked)], key)
    found = read(tmp_path, rows, "prompt", "response")
    assert found == [(text, f"it is {n}") for n, text in enumerate(asked)]
    guess = guess_mapping(rows)
    assert guess.keys["response"] == f"{key} after {key}"
    assert guess.notes["response"] == "the last of several answers"
    assert guess.doubt == ""


def test_examples_chosen_for_each_prompt_belong_to_it(tmp_path: Path) -> None:
    asked = [_chat(f"like {n // 3}?", f"so {n // 3}", "and?", "") for n in range(6)]
    rows = _rows([f"{text}it is {n}" for n, text in enumerate(asked)])
    found = read(tmp_path, rows, "prompt", "response")
    assert found == [(text, f"it is {n}") for n, text in enumerate(asked)]


@pytest.mark.parametrize(
    ("first", "found"),
    [
        ("look {}", "found {}"),
        ("look", "<tool_response>found</tool_response>"),
        ("look", "Observation: found"),
    ],
    ids=["answers that differ", "a tool's tag", "a tool's word"],
)
def test_turns_of_an_agent_are_the_response(first: str, found: str, tmp_path: Path) -> None:
    asked = _chat("where?", "")
    said = [_END.join((first.format(n), _ASKS + found.format(n), f"{_SAYS}there {n}")) for n in range(4)]
    rows = _rows([asked + each for each in said])
    assert read(tmp_path, rows, "prompt", "response") == [(asked, each) for each in said]
    assert guess_mapping(rows).doubt == ""


def test_what_nothing_tells_is_said_with_a_remedy_that_works(tmp_path: Path, open_board: Any) -> None:
    rows = _rows([_chat(f"is it {n}?", "no", f"and {n}?", f"yes {n}") for n in range(3)])
    written(tmp_path / "log.jsonl", rows)
    board: Board = open_board(tmp_path)
    (info,) = board.runs().runs
    remedy = 'response = "text after text"'
    assert info.mapping_doubt == (
        "The responses may begin later: text has several answers, and all from the first one on was taken for the policy's. "
        f"If the earlier ones are examples of the prompt, write {remedy} into an rlboard.toml."
    )
    assert [response for (response,) in columns(board, "response")] == [
        _END.join(("no", f"{_ASKS}and {n}?", f"{_SAYS}yes {n}")) for n in range(3)
    ]
    (tmp_path / "rlboard.toml").write_text(f"[mapping]\n{remedy}\n")
    assert columns(open_board(tmp_path), "prompt", "response", "reward") == [
        (_chat(f"is it {n}?", "no", f"and {n}?", ""), f"yes {n}", n % 2) for n in range(3)
    ]


def test_a_response_that_is_logged_token_by_token_stays_whole(tmp_path: Path) -> None:
    text = _chat("1+1?", "2")
    rows = [{**row, "response_tokens": [text], "logprobs": [-0.5]} for row in _rows([text] * 3, "response")]
    assert read(tmp_path, rows, "prompt", "response") == [(None, text)] * 3


def test_agents_may_begin_alike_by_chance(tmp_path: Path) -> None:
    asked, begins = _chat("where?", ""), _END.join(("look", f"{_ASKS}a door", _SAYS))
    rows = _rows([f"{asked}{begins}open {n}" for n in range(2)])
    assert read(tmp_path, rows, "prompt", "response") == [(asked, f"{begins}open {n}") for n in range(2)]
    assert guess_mapping(rows).doubt.startswith("The responses may begin later: text has several answers")


def _messages(*turns: str, **of_answers: Any) -> list[dict[str, Any]]:
    speakers = ("user", "assistant")
    return [
        {"role": speakers[at % 2], "content": turn, **(of_answers if at % 2 else {})}
        for at, turn in enumerate(turns)
    ]


def test_examples_in_messages_belong_to_the_prompt(tmp_path: Path, open_board: Any) -> None:
    rows = [
        {"step": 1, "messages": _messages("1+1?", "2", f"{n}+2?", f"it is {n}"), "reward": n}
        for n in range(4)
    ]
    written(tmp_path / "log.jsonl", rows)
    expected = [(f"user: 1+1?\n\nassistant: 2\n\nuser: {n}+2?", f"it is {n}", float(n)) for n in range(4)]
    board: Board = open_board(tmp_path)
    assert columns(board, "prompt", "response", "reward") == expected
    (info,) = board.runs().runs
    assert info.mapping_sources["messages"] == "messages (the last of several answers)"
    (tmp_path / "rlboard.toml").write_text(info.mapping_toml)
    assert columns(open_board(tmp_path), "prompt", "response", "reward") == expected


@pytest.mark.parametrize(
    ("first", "of_answers", "note"),
    [
        ("look {}", {}, None),
        ("look", {"tool_calls": [{"name": "look", "arguments": "{}"}]}, None),
        ("look", {"reward": 0.5}, None),
        ("look", {"sampled": True}, None),
    ],
    ids=["answers that differ", "tools", "rewards of turns", "marks of a sampler"],
)
def test_messages_of_an_agent_are_the_response(
    first: str, of_answers: dict[str, Any], note: str | None, tmp_path: Path
) -> None:
    rows = [
        {
            "step": 1,
            "messages": _messages("where?", first.format(n), "a door", f"open {n}", **of_answers),
            "reward": n,
        }
        for n in range(4)
    ]
    found = read(tmp_path, rows, "prompt", "response")
    assert [prompt for prompt, _ in found] == ["where?"] * 4
    assert all(first.format(n) in response for n, (_, response) in enumerate(found))
    assert guess_mapping(rows).notes.get("messages") == note


def test_messages_that_may_begin_with_examples_are_noted() -> None:
    rows = [{"step": 1, "messages": _messages(f"q{n}", "a", "more", "b"), "reward": n} for n in range(4)]
    assert guess_mapping(rows).notes["messages"] == "from the first of several answers on"
