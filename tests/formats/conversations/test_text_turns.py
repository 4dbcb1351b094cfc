"""Turns without roles: texts in a list with one reward, and token ids; each such row is one sample."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from answers import columns, reasons
from understood import read, understood, written

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion
from tensorboard_plugin_rlboard.formats.base import LineContext
from tensorboard_plugin_rlboard.index.detect.sniff import sniff


def test_texts_with_one_reward_are_turns(tmp_path: Path, open_board: Callable[[Path], Board]) -> None:
    row = {"step": 2, "prompt": "p", "response": ["one", "two"], "reward": 0.5}
    written(tmp_path / "log.jsonl", [row, row | {"response": ["only"], "reward": 0.25}])
    board = open_board(tmp_path)
    turns = "assistant: one\n\nassistant: two"
    assert columns(board, "step", "prompt", "response", "reward") == [
        (2, "p", turns, 0.5),
        (2, "p", "only", 0.25),
    ]
    assert reasons(board) == []
    assert "the turns of one response" in board.runs().runs[0].mapping_sources["messages"]


@pytest.mark.parametrize("speakers", [("user", "assistant"), ("human", "gpt")])
def test_turns_whose_keys_are_the_speakers_have_rewards_of_their_own(
    speakers: tuple[str, str], tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    asks, answers = speakers
    turns = [
        {asks: "p", answers: "one", "reward": 0.25, "tokens_used": 7},
        {asks: "and?", answers: "two", "reward": 0.5},
    ]
    written(tmp_path / "log.jsonl", [{"step": 2, "turns": turns}] * 2)
    board = open_board(tmp_path)
    text = "assistant: one\n\nuser: and?\n\nassistant: two"
    assert columns(board, "step", "prompt", "response", "reward") == [(2, "p", text, 0.75)] * 2
    sample = board.sample(SampleQuestion(".", columns(board, "id")[0][0]))
    assert [(message.role, message.reward) for message in sample.messages or ()] == [
        ("user", None),
        ("assistant", 0.25),
        ("user", None),
        ("assistant", 0.5),
    ]
    assert [notice.kind for notice in board.runs().runs[0].notices] == []  # rewards of turns have no weights


def test_objects_of_speakers_with_texts_of_others_are_no_turns(tmp_path: Path) -> None:
    turns = [{"user": "p", "assistant": "one", "judge": "good"}]
    path = written(tmp_path / "log.jsonl", [{"step": 2, "turns": turns}] * 2)
    assert sniff(str(path))[0] is None


def test_prompts_of_each_turn_stand_between(tmp_path: Path) -> None:
    row = {"global_step": 2, "question": ["p", "and?"], "output": ["one", "two"], "score": 0.5}
    turns = "assistant: one\n\nuser: and?\n\nassistant: two"
    assert read(tmp_path, [row] * 2, "prompt", "response", "reward", "step") == [("p", turns, 0.5, 2)] * 2


@pytest.mark.parametrize(
    ("last", "reward"), [([], {"total_reward": 0.5}), (["end"], {"rewards": [0.25, 0.25]})]
)
def test_actions_and_observations_are_an_episode(
    last: list[str], reward: dict[str, Any], tmp_path: Path
) -> None:
    row = {"iteration": 2, "observations": ["a wall", "a door", *last], "actions": ["turn", "open"], **reward}
    turns = "assistant: turn\n\nuser: a door\n\nassistant: open" + "".join(
        f"\n\ntool: {text}" for text in last
    )
    assert (
        read(tmp_path, [row] * 2, "prompt", "response", "reward", "step") == [("a wall", turns, 0.5, 2)] * 2
    )


@pytest.mark.parametrize("reward", [{"rewards": [0.5, 0.0]}, {"scores": [0.5, 0.0], "reward": 0.5}])
def test_texts_with_a_reward_each_are_samples(reward: dict[str, object], tmp_path: Path) -> None:
    row = {"step": 2, "prompt": "p", "response": ["one", "two"], **reward}
    assert read(tmp_path, [row] * 2, "response") == [("one",), ("two",)] * 2


def test_several_responses_are_samples(tmp_path: Path) -> None:
    path = written(
        tmp_path / "log.jsonl", [{"step": 2, "prompt": "p", "responses": ["a", "b"], "reward": 0.5}] * 2
    )
    mapping = understood(path).mapping
    assert mapping is not None
    assert mapping.keys["response"] == "responses[]"


def test_parts_of_a_message_are_one_text(tmp_path: Path, open_board: Callable[[Path], Board]) -> None:
    asked = [{"type": "image_url", "image_url": "data:"}, {"type": "text", "text": "what?"}]
    said = [
        {"type": "thinking", "thinking": "hm"},
        {"type": "text", "text": "a"},
        {"type": "text", "text": "cat"},
    ]
    written(tmp_path / "log.jsonl", [{"step": 2, "prompt": asked, "completion": said, "reward": 0.5}] * 2)
    board = open_board(tmp_path)
    text = "<think>\nhm\n</think>\na\ncat"
    assert columns(board, "prompt", "response", "reward") == [("[image]\nwhat?", text, 0.5)] * 2
    sample = board.sample(SampleQuestion(".", columns(board, "id")[0][0]))
    assert [message.role for message in sample.messages or ()] == ["user", "assistant"]


def test_messages_of_prompt_and_response_are_told_by_their_keys(tmp_path: Path) -> None:
    asked, said = [{"role": "user", "content": "p"}], [{"role": "assistant", "content": "r"}]
    row = {"step": 2, "prompt_messages": asked, "response_messages": said, "reward": 0.5}
    assert read(tmp_path, [row] * 2, "prompt", "response", "reward") == [("p", "r", 0.5)] * 2


def test_rollouts_that_say_their_type_are_samples(tmp_path: Path) -> None:
    row = {
        "step": 2,
        "prompt": "p",
        "outputs": [{"type": "text", "text": f"r{i}", "reward": i} for i in range(2)],
    }
    assert read(tmp_path, [row] * 2, "response", "reward") == [("r0", 0.0), ("r1", 1.0)] * 2


TOKENS = [["It", " is", " four"], ["It", "Ġis", "Ġfour"], ["你", "好", "！"]]


@pytest.mark.parametrize("tokens", TOKENS)
@pytest.mark.parametrize("more", [{}, {"logprobs": [-0.5, -0.25, -0.75]}])
def test_pieces_of_a_response_are_its_tokens(
    tokens: list[str], more: dict[str, Any], tmp_path: Path, open_board: Callable[[Path], Board]
) -> None:
    row = {"step": 2, "prompt": "p", "response": tokens, "reward": 0.5, **more}
    written(tmp_path / "log.jsonl", [row] * 2)
    board = open_board(tmp_path)
    assert columns(board, "step", "prompt", "reward", "n_tokens") == [(2, "p", 0.5, 3.0)] * 2
    if more:
        assert columns(board, "logprobs_mean") == [(-0.5,)] * 2


def test_short_answers_with_a_score_each_are_no_tokens(tmp_path: Path) -> None:
    row = {"step": 2, "prompt": "p", "response": ["4", "5", "6"], "rewards": [1.0, 0.0, 0.5]}
    assert read(tmp_path, [row] * 2, "response", "reward") == [("4", 1.0), ("5", 0.0), ("6", 0.5)] * 2


TURNS_OF_IDS = [
    {"prompt_ids": [1, 2], "response_ids": [3, 4], "logprobs": [-0.5, -1.0]},
    {"prompt_ids": [1, 2, 3, 4, 9], "response_ids": [5], "logprobs": [-0.25]},
]


def test_turns_of_ids_are_tokens(tmp_path: Path, open_board: Callable[[Path], Board]) -> None:
    written(tmp_path / "log.jsonl", [{"step": 2, "turns": TURNS_OF_IDS, "reward": 0.5}] * 2)
    board = open_board(tmp_path)
    # Without a tokenizer the prompt is its ids. The token between the replies is masked: (-0.5 - 1.0 - 0.25) / 3.
    found = columns(board, "step", "prompt", "response", "reward", "logprobs_mean")
    assert found == [(2, "#1 #2", None, 0.5, pytest.approx(-1.75 / 3))] * 2
    assert reasons(board) == []


def test_turns_of_ids_are_texts_with_a_tokenizer(tmp_path: Path) -> None:
    path = written(tmp_path / "log.jsonl", [{"step": 2, "turns": TURNS_OF_IDS, "reward": 0.5}] * 2)
    context = LineContext(
        to_tokens=lambda ids: [f"t{i}" for i in ids], to_text=lambda ids: "".join(f"t{i}" for i in ids)
    )
    to_samples = understood(path).to_samples
    assert to_samples is not None
    sample = to_samples({"step": 2, "turns": TURNS_OF_IDS, "reward": 0.5}, context).rows[0]
    assert (sample["prompt"], sample["response"]) == ("t1t2", "t3t4t9t5")
    assert (sample["response_tokens"], sample["response_mask"]) == (["t3", "t4", "t9", "t5"], [1, 1, 0, 1])


def _triplet(asked: list[int], said: list[int], reward: float | None) -> dict[str, Any]:
    """As `Triplet` of agentlightning/types has it, of spans that a proxy recorded."""
    logprobs = [-0.5] * len(said)
    return {
        "prompt": {"token_ids": asked},
        "response": {"token_ids": said, "log_probs": logprobs},
        "reward": reward,
    }


def test_triplets_of_ids_are_samples(tmp_path: Path) -> None:
    rows = [{**_triplet([1, 2], [7, 8 + n], n / 2), "metadata": {"agent_name": "a"}} for n in range(3)]
    path = written(tmp_path / "log.jsonl", rows)
    mapping = understood(path).mapping
    assert mapping is not None
    assert mapping.keys["response_token_ids"] == "response.token_ids"
    assert mapping.keys["logprobs"] == "response.log_probs"
    found = read(tmp_path, rows, "prompt", "response", "reward")
    assert found == [("#1 #2", None, n / 2) for n in range(3)]


def test_what_triplets_hold_beside_the_ids_is_their_text(tmp_path: Path) -> None:
    """As `span_to_triplet` of agentlightning/adapter/triplet.py writes it."""
    row: dict[str, Any] = _triplet([1, 2], [7, 8], 0.5)
    row["prompt"] |= {"raw_content": [{"role": "user", "content": "why?"}], "image_urls": []}
    row["response"]["raw_content"] = [{"role": "assistant", "content": "so", "finish_reason": "stop"}]
    path = written(tmp_path / "log.jsonl", [row] * 3)
    mapping = understood(path).mapping
    assert mapping is not None
    assert mapping.keys["response_token_ids"] == "response.token_ids"
    assert read(tmp_path, [row] * 3, "prompt", "response", "reward") == [("why?", "so", 0.5)] * 3


def test_triplets_of_a_rollout_are_its_turns(tmp_path: Path, open_board: Callable[[Path], Board]) -> None:
    turns = [_triplet([1, 2], [7, 8], None), _triplet([1, 2, 7, 8, 3], [9], 1.0)]
    written(
        tmp_path / "log.jsonl",
        [{"rollout_id": f"r{n}", "final_reward": n, "triplets": turns} for n in (0, 1)],
    )
    board = open_board(tmp_path)
    # 7, 8, 3, 9: the id that the environment put in between is a token, whose log-probability is none: 3 * -0.5.
    assert columns(board, "prompt", "reward", "n_tokens", "logprobs_sum") == [
        ("#1 #2", 0.0, 4, -1.5),
        ("#1 #2", 1.0, 4, -1.5),
    ]


def test_small_numbers_are_an_answer_and_large_ones_are_ids(tmp_path: Path) -> None:
    rows = [{"prompt": [1, 2, n], "response": [3, 4], "reward": 0.5, "step": n} for n in range(3)]
    assert sniff(str(written(tmp_path / "small.jsonl", rows)))[0] is None
    rows = [row | {"response": [3, 40_000]} for row in rows]
    assert read(tmp_path, rows, "prompt", "reward")[2] == ("#1 #2 #2", 0.5)


@pytest.mark.parametrize("key", ["history", "conversation", "messages"])
def test_pairs_of_question_and_answer_are_a_conversation(key: str, tmp_path: Path) -> None:
    rows = [{"step": n, key: [["hi?", "hello"], ["how much?", f"it is {n}"]], "reward": n} for n in range(3)]
    said = "assistant: hello\n\nuser: how much?\n\nassistant: it is {}"
    assert read(tmp_path, rows, "prompt", "response", "reward") == [
        ("hi?", said.format(n), n) for n in range(3)
    ]


@pytest.mark.parametrize(("user", "assistant"), [("user", "assistant"), ("Human", "AI")])
def test_pairs_of_a_role_and_what_it_said_are_messages(user: str, assistant: str, tmp_path: Path) -> None:
    chat = [["system", "be short"], [user, "hi?"], [assistant, "hello"]]
    found = read(
        tmp_path, [{"step": n, "messages": chat, "reward": n} for n in range(3)], "prompt", "response"
    )
    assert found == [("system: be short\n\nuser: hi?", "hello")] * 3


@pytest.mark.parametrize(
    "chat",
    [
        [{"human": "hi?", "assistant": "hello"}, {"human": "and?", "assistant": "so"}],
        [{"user": "hi?"}, {"assistant": "hello"}, {"user": "and?"}, {"assistant": "so"}],
    ],
)
def test_objects_whose_keys_are_the_speakers_are_a_conversation(chat: list[Any], tmp_path: Path) -> None:
    rows = [{"step": n, "conversation": chat, "reward": n} for n in range(3)]
    found = read(tmp_path, rows, "prompt", "response", "reward")
    assert found == [("hi?", "assistant: hello\n\nuser: and?\n\nassistant: so", n) for n in range(3)]


def test_pairs_of_completions_are_groups_of_two(tmp_path: Path) -> None:
    row = {"step": 1, "prompts": ["a b", "c d"], "completions": [["r s", "t u"], ["v w", "x y"]]}
    rows = [row | {"rewards": [[0, 1], [1, 0]]}] * 2
    assert read(tmp_path, rows, "prompt", "response")[:3] == [("a b", "r s"), ("a b", "t u"), ("c d", "v w")]
