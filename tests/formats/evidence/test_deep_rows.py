"""Texts and rewards deep in a row, tasks in place of prompts, and rewards of tokens only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from answers import columns, ignored

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.formats.guessing.guess import guess_mapping

Open = Callable[[Path], Board]
Write = Callable[[Path, Iterable[Any]], Path]


def chat(text: str) -> dict[str, Any]:
    return {"status_code": 200, "body": {"choices": [{"message": {"role": "assistant", "content": text}}]}}


def test_the_answer_in_a_batch_of_openai_is_the_response(
    tmp_path: Path, write_rows: Write, open_board: Open
) -> None:
    rows = [{"step": n, "prompt": "q", "response": chat(f"o {n}"), "reward": n} for n in range(3)]
    write_rows(tmp_path / "log.jsonl", rows)
    found = columns(open_board(tmp_path), "step", "response", "reward")
    assert found == [(n, f"o {n}", n) for n in range(3)]


def test_a_total_below_several_objects_is_the_reward() -> None:
    rows = [
        {"rollout": {"input": {"text": "q"}, "output": {"text": f"o {n}"}, "eval": {"reward": {"total": n}}}}
        for n in range(3)
    ]
    assert guess_mapping(rows).keys["reward"] == "rollout.eval.reward.total"


def test_the_remedy_of_a_text_deep_in_a_row_opens_it(
    tmp_path: Path, write_rows: Write, open_board: Open
) -> None:
    answer = {"candidates": [{"content": {"role": "model", "parts": [{"text": "It is 2."}]}}]}
    write_rows(tmp_path / "log.jsonl", [{"prompt": "1+1?", "response": answer, "score": 1.0}] * 2)
    ((_, reason),) = ignored(open_board(tmp_path))
    (tmp_path / "rlboard.toml").write_text("\n".join(["[mapping]", *re.findall(r'\w+ = "[^"]+"', reason)]))
    assert columns(open_board(tmp_path), "prompt", "response", "reward") == [("1+1?", "It is 2.", 1.0)] * 2


@pytest.mark.parametrize(
    ("tasks", "is_group"), [([0, 0, 1, 1], True), ([0, 1, 2, 3], False), ([0] * 4, False)]
)
def test_samples_of_a_task_without_a_prompt_are_a_group(tasks: list[int], *, is_group: bool) -> None:
    rows = [{"task_id": f"T/{task}", "completion": f"o {n}", "passed": n % 2} for n, task in enumerate(tasks)]
    assert (guess_mapping(rows).keys.get("group_id") == "task_id") == is_group


def test_rewards_of_tokens_alone_are_said_and_their_sum_is_read(
    tmp_path: Path, write_rows: Write, open_board: Open
) -> None:
    tokens = {"response_tokens": ["a", "b"], "rewards": [0.25, 0.5]}
    write_rows(
        tmp_path / "log.jsonl", [{"step": n, "prompt": "q", "response": "ab", **tokens} for n in range(2)]
    )
    (run,) = open_board(tmp_path).runs().runs
    assert run.mapping_doubt.startswith("No reward was taken: rewards holds those of tokens.")
    remedy = re.findall(r'reward = "[^"]+"', run.mapping_doubt)
    lines = ["[mapping]", 'response = "response"', 'token_rewards = "rewards"', *remedy]
    (tmp_path / "rlboard.toml").write_text("\n".join(lines))
    assert columns(open_board(tmp_path), "reward") == [(0.75,)] * 2
