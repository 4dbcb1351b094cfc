"""Small logs as projects and people write them, each with what a user expects of it: one row a sample."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from answers import columns, problems
from rollout_log import lines
from understood import Row

from tensorboard_plugin_rlboard.board.board import Board

_TWO: list[tuple[str, float | None]] = [("A", 1.0), ("B", 0.0)]
_FULL = [(1, "Q", "A", 1.0), (1, "Q", "B", 0.0)]
_OURS = ("step", "prompt", "response", "reward")


def _rows(**fields: Any) -> list[Row]:
    """Two rows; a tuple has a value for each of them."""
    return [
        {key: value[at] if isinstance(value, tuple) else value for key, value in fields.items()}
        for at in range(2)
    ]


def _asked(**fields: Any) -> list[Row]:
    """Two answers to a prompt at step 1, with a reward unless the fields say another one."""
    given = {"step": 1, "prompt": "Q", "completion": ("A", "B"), **fields}
    return _rows(**given)


def _columns(board: Board, *names: str) -> list[tuple[Any, ...]]:
    (info,) = board.runs().runs
    return [row for split in info.splits for row in columns(board, *names, run=info.run, split=split)]


def _write(path: Path, content: object) -> None:
    """Writes bytes and texts as they are, a list as lines, and any other value as one JSON document."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        content = content.encode()
    elif isinstance(content, list):
        content = lines(*content)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content, indent=1).encode())


TABLES = {
    "a column of row numbers": "Unnamed: 0,step,prompt,completion,reward\n0,1,Q,A,1.0\n1,1,Q,B,0.0\n",
    "row numbers without a name": ",step,prompt,completion,reward\n0,1,Q,A,1.0\n1,1,Q,B,0.0\n",
    "a header that comes again": "".join(
        f"step,prompt,completion,reward\n1,Q,{answer}\n" for answer in ("A,1.0", "B,0.0")
    ),
    "semicolons and decimal commas": "step;prompt;completion;reward\n1;Q;A;1,0\n1;Q;B;0,0\n",
    "bars": "step|prompt|response|reward\n1|Q|A|1.0\n1|Q|B|0.0\n",
    "a mark of the byte order": "\ufeffstep,prompt,completion,reward\n1,Q,A,1.0\n1,Q,B,0.0\n",
    "Windows' line ends and capitals": "Step,Prompt,Response,Correct\r\n1,Q,A,True\r\n1,Q,B,False\r\n",
    "per cent": "step,prompt,response,score\n1,Q,A,100%\n1,Q,B,0%\n",
    "tabs": "step\tprompt\tcompletion\treward\n1\tQ\tA\t1.0\n1\tQ\tB\t0.0\n",
}


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("is_packed", [False, True])
def test_tables(text: str, tmp_path: Path, open_board: Any, *, is_packed: bool) -> None:
    name = "table.csv.gz" if is_packed else "table.csv"
    _write(tmp_path / name, gzip.compress(text.encode()) if is_packed else text)
    board: Board = open_board(tmp_path)
    assert _columns(board, *_OURS) == _FULL
    assert problems(board) == []
    assert "Unnamed: 0" not in {metric.name for metric in board.runs().runs[0].metrics}


_RECORDS = _asked(reward=(1.0, 0.0))
DOCUMENTS: dict[str, Any] = {
    "columns": {key: [row[key] for row in _RECORDS] for key in _RECORDS[0]},
    "pandas": {key: {str(at): row[key] for at, row in enumerate(_RECORDS)} for key in _RECORDS[0]},
    "pandas, split": {
        "columns": [*_RECORDS[0]],
        "index": [0, 1],
        "data": [[*row.values()] for row in _RECORDS],
    },
    "pandas, table": {
        "schema": {"fields": [{"name": "index", "type": "integer"}], "pandas_version": "1.4.0"},
        "data": [{"index": at, **row} for at, row in enumerate(_RECORDS)],
    },
    "pages of a data set's viewer": {
        "features": [{"feature_idx": 0, "name": "prompt"}],
        "rows": [{"row_idx": at, "row": row, "truncated_cells": []} for at, row in enumerate(_RECORDS)],
    },
    "by step": {"1": [{key: row[key] for key in row if key != "step"} for row in _RECORDS]},
    "by the name of a step": {
        "step_1": [{key: row[key] for key in row if key != "step"} for row in _RECORDS]
    },
    "by name": {f"sample-{at}": row for at, row in enumerate(_RECORDS)},
    "a step beside samples": {
        "step": 1,
        "mean_reward": 0.5,
        "samples": [{key: row[key] for key in row if key != "step"} for row in _RECORDS],
    },
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_documents(document: object, tmp_path: Path, open_board: Any) -> None:
    _write(tmp_path / "rollouts.json", document)
    assert _columns(open_board(tmp_path), *_OURS) == _FULL


REWARDS: dict[str, tuple[list[Row], list[tuple[str, float | None]]]] = {
    "the shaped one": (_asked(raw_reward=(2.0, 3.0), reward=(1.0, 0.0)), _TWO),
    "a total less a penalty": (
        _asked(correctness_reward=(2.0, 0.5), length_penalty=(-1.0, -0.5), total=(1.0, 0.0)),
        _TWO,
    ),
    "no mean of the group": (_asked(reward=(1.0, 0.0), reward_mean=0.5, reward_std=0.5), _TWO),
    "no threshold": (_asked(score=(1.0, 0.0), score_threshold=0.5), _TWO),
    "no setting": (_asked(score=(1.0, 0.0), config={"reward": 3.0}), _TWO),
    "no metadata": (_asked(score=(1.0, 0.0), metadata={"reward": 5}), _TWO),
    "of turns and of the episode": (
        _asked(turn_rewards=([0.0, 1.0], [0.0, 0.0]), episode_reward=(1.0, 0.0)),
        _TWO,
    ),
    "of functions in a list": (_asked(reward_names=["a", "f"], rewards=([0.5, 0.5], [0.0, 0.0])), _TWO),
    "in the metrics": (_asked(metrics=({"reward": 1.0, "kl": 0.1}, {"reward": 0.0, "kl": 0.1})), _TWO),
    "in an object with what it was computed of": (
        _asked(reward=({"score": 1.0, "acc": True, "pred": "A"}, {"score": 0.0, "acc": False, "pred": "B"})),
        _TWO,
    ),
    "in a list of one": (_asked(reward=([1.0], [0.0])), _TWO),
    "in words": (_asked(reward=("yes", "no")), _TWO),
    "a truth value in words": (_asked(reward=("True", "False")), _TWO),
    "with a comma": (_asked(reward=("1,0", "0,0")), _TWO),
    "with its slashes": (_asked(**{"rewards/accuracy_reward": 2.0, "reward": (1.0, 0.0)}), _TWO),
    "not yet there": (_asked(reward=(1.0, None)), [("A", 1.0), ("B", None)]),
    "of Weave": (_asked(scores=({"exact": {"correct": True}}, {"exact": {"correct": False}})), _TWO),
}


@pytest.mark.parametrize(("rows", "expected"), REWARDS.values(), ids=REWARDS)
def test_rewards(
    rows: list[Row], expected: list[tuple[str, float | None]], tmp_path: Path, open_board: Any
) -> None:
    _write(tmp_path / "log.jsonl", rows)
    assert _columns(open_board(tmp_path), "response", "reward") == expected


_SCORED = {"reward": (1.0, 0.0)}
_CHAT = [{"role": "user", "content": "Q"}]
_ANSWERED = tuple([*_CHAT, {"role": "assistant", "content": text}] for text in "AB")
SHAPES: dict[str, list[Row]] = {
    "dots": _rows(
        **{"meta.step": 1, "input.prompt": "Q", "output.text": ("A", "B"), "reward.total": (1.0, 0.0)}
    ),
    "slashes": _rows(
        **{"train/step": 1, "train/prompt": "Q", "train/completion": ("A", "B"), "train/reward": (1.0, 0.0)}
    ),
    "camels": _rows(globalStep=1, promptText="Q", responseText=("A", "B"), rewardScore=(1.0, 0.0)),
    "a step of W&B": _rows(_step=1, _timestamp=1764460000.1, prompt="Q", completion=("A", "B"), **_SCORED),
    "a step among more": _rows(prompt="Q", response=("A", "B"), extra_info={"global_step": 1}, **_SCORED),
    "a whole float": _rows(global_step=1.0, prompt="Q", completion=("A", "B"), **_SCORED),
    "turns beside a step": _rows(turn=(0, 1), training_step=1, prompt="Q", output=("A", "B"), **_SCORED),
    "a raw prompt": _rows(
        step=1, prompt={"raw": "Q", "label": "p"}, response=({"output": "A"}, {"output": "B"}), **_SCORED
    ),
    "messages in the prompt": _rows(step=1, prompt={"messages": _CHAT}, response=("A", "B"), **_SCORED),
    "messages as text": _rows(step=1, messages=tuple(map(json.dumps, _ANSWERED)), **_SCORED),
    "parts of Google's": _rows(
        step=1,
        contents=tuple(
            [{"role": "user", "parts": [{"text": "Q"}]}, {"role": "model", "parts": [{"text": text}]}]
            for text in "AB"
        ),
        **_SCORED,
    ),
    "a completion of OpenAI's": _rows(
        step=1,
        prompt="Q",
        completion=tuple(
            {"object": "chat.completion", "choices": [{"message": chat[1], "finish_reason": "stop"}]}
            for chat in _ANSWERED
        ),
        **_SCORED,
    ),
    "a trajectory": _rows(
        step=1,
        trajectory=tuple(
            {"chat_completions": chat, "reward": reward}
            for chat, reward in zip(_ANSWERED, (1.0, 0.0), strict=True)
        ),
    ),
    "reasoning beside the content": _rows(
        step=1, prompt="Q", reasoning_content="hm hm", content=("A", "B"), **_SCORED
    ),
    "Gymnasium": _rows(global_step=1, obs="Q", action=("A", "B"), next_obs="x", terminated=True, **_SCORED),
    "DeepEval": _rows(step=1, input="Q", actual_output=("A", "B"), expected_output="x", score=(1.0, 0.0)),
    "an original input": _rows(step=1, original_input="Q", response=("A", "B"), **_SCORED),
    "a prefix of messages": [
        {
            "step": 1,
            "messages_prefix": _CHAT,
            "samples": [{"completion": "A", "reward": 1.0}, {"completion": "B", "reward": 0.0}],
        }
    ],
    "one message": _rows(step=1, messages=_CHAT, completion=tuple(chat[1] for chat in _ANSWERED), **_SCORED),
    "a batch a line": [
        {"step": 1, "rollouts": [{"prompt": "Q", "response": "A", "reward": 1.0}]},
        {"step": 1, "rollouts": [{"prompt": "Q", "response": "B", "reward": 0.0}]},
    ],
    "a system prompt beside": _rows(
        step=1, system_prompt="Be short.", prompt="Q", output=("A", "B"), **_SCORED
    ),
    "choices and rewards": [
        {"step": 1, "messages": _CHAT, "choices": [{"message": c[1]} for c in _ANSWERED], "rewards": [1, 0]}
    ],
    "candidates by number": [
        {
            "step": 1,
            "prompt": "Q",
            "candidates": {"0": {"text": "A", "reward": 1}, "1": {"text": "B", "reward": 0}},
        }
    ],
    "lists of one prompt": [{"step": 1, "prompt": ["Q"] * 2, "response": ["A", "B"], "score": [1, 0]}],
    "functions in lists": [
        {
            "step": 1,
            "prompt": "Q",
            "completions": ["A", "B"],
            "rewards": {"a": [0.5, 0.0], "f": [0.5, 0.0]},
            "total": [1.0, 0.0],
        }
    ],
}


@pytest.mark.parametrize("rows", SHAPES.values(), ids=SHAPES)
def test_shapes(rows: list[Row], tmp_path: Path, open_board: Any) -> None:
    _write(tmp_path / "log.jsonl", rows)
    assert _columns(open_board(tmp_path), *_OURS) == _FULL


def test_a_whole_text_that_begins_with_the_prompt(tmp_path: Path, open_board: Any) -> None:
    rows = _rows(step=1, prompt="What is it?", full_text=("What is it? A", "What is it? B"), **_SCORED)
    _write(tmp_path / "log.jsonl", rows)
    assert _columns(open_board(tmp_path), "response", "reward") == [(" A", 1.0), (" B", 0.0)]


@pytest.mark.parametrize("mask", ["loss_mask", "action_mask", "assistant_mask"])
def test_a_mask_over_prompt_and_response_cuts_the_prompt(mask: str, tmp_path: Path, open_board: Any) -> None:
    ids = {"tokens": [5, 6, 7, 8], mask: [0, 0, 1, 1], "logprobs": [0.0, -0.5, -0.25]}
    _write(tmp_path / "log.jsonl", _rows(step=1, prompt="Q", response=("A", "B"), **ids, **_SCORED))
    board: Board = open_board(tmp_path)
    assert _columns(board, "response", "n_tokens", "logprobs_sum") == [("A", 2.0, -0.75), ("B", 2.0, -0.75)]
