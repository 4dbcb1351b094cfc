"""Habits of trainers and of people who log by hand: Chinese keys, samples as one text, rows of several kinds in one file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from answers import columns
from understood import Row, read, written

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.formats.guessing.guess import guess_mapping


def test_chinese_keys_are_words_for_our_fields(tmp_path: Path) -> None:
    rows = [
        {
            "训练步": n // 2,
            "题目": "一加一等于几？",
            "模型回答": f"答案是{n}。",
            "格式奖励": 0.5,
            "总奖励": n / 2,
            "标准答案": "2",
            "题号": "q-1",
        }
        for n in range(4)
    ]
    names = ("step", "prompt", "response", "reward", "ground_truth", "格式奖励")
    assert read(tmp_path, rows, *names) == [
        (n // 2, "一加一等于几？", f"答案是{n}。", n / 2, "2", 0.5) for n in range(4)
    ]
    assert guess_mapping(rows).keys["group_id"] == "题号"


@pytest.mark.parametrize("phase", ["验证", "验证集", "评测", "评估", "测试"])
def test_chinese_phases_tell_the_split(phase: str, tmp_path: Path, open_board: Any) -> None:
    rows = [
        {"阶段": phase if n else "训练", "global_step": 1, "prompt": "问", "completion": f"答{n}", "score": n}
        for n in range(3)
    ]
    written(tmp_path / "log.jsonl", rows)
    board: Board = open_board(tmp_path)
    (run,) = board.runs().runs
    assert run.splits == ["train", "eval"]
    assert columns(board, "reward", split="eval") == [(1.0,), (2.0,)]


def test_a_file_that_is_called_evaluation_in_chinese_is_one(tmp_path: Path, open_board: Any) -> None:
    for name in ("训练", "评测"):
        written(tmp_path / f"{name}.jsonl", [{"step": 1, "prompt": "问", "response": name, "reward": 1}])
    board: Board = open_board(tmp_path)
    assert columns(board, "response", split="train") == [("训练",)]
    assert columns(board, "response", split="eval") == [("评测",)]


SAID = {"global_step": 3, "text": "user: 1+1?\nassistant: it is 2", "reward": 1.0}


def test_a_table_of_whole_texts_and_rewards_is_a_log(tmp_path: Path) -> None:
    """As `WandbLogger` of openrlhf/utils/logging_utils.py logs it: columns global_step, text, reward; no prompt."""
    rows = [SAID | {"global_step": n} for n in range(3)]
    assert read(tmp_path, rows, "step", "response", "reward") == [(n, SAID["text"], 1.0) for n in range(3)]
    levels = [row | {"level": 3} for row in rows]  # of difficulty
    assert read(tmp_path, levels, "response", "level") == [(SAID["text"], 3)] * 3


@pytest.mark.parametrize(
    "row",
    [
        SAID | {"level": "INFO"},
        SAID | {"text": "checkpoint"},
        {"text": SAID["text"], "reward": 1.0},
        {"global_step": 3, "text": SAID["text"], "accuracy": 1.0},
    ],
    ids=["a program's log", "single words", "no step", "a measure of a training"],
)
def test_texts_beside_something_else_are_none(row: Row) -> None:
    assert guess_mapping([row] * 4).format is None


@pytest.mark.parametrize(
    "chat",
    [
        {"conversations": [{"from": "用户", "value": "你好"}, {"from": "助手", "value": "好"}]},
        {"messages": [{"role": "用户", "content": "你好"}, {"role": "模型", "content": "好"}]},
        {"对话": [{"角色": "用户", "内容": "你好"}, {"角色": "助手", "内容": "好"}]},
    ],
)
def test_chinese_speakers_are_roles(chat: Row, tmp_path: Path) -> None:
    rows = [{"step": n, **chat, "奖励": 0.5} for n in range(3)]
    assert read(tmp_path, rows, "prompt", "response", "reward") == [("你好", "好", 0.5)] * 3


def test_parts_of_a_reward_in_chinese_are_said() -> None:
    said = {"问题": "多少", "回答": "是一", "平均奖励": 0.5}
    rows = [{"步数": n, **said, "准确奖励": n / 2, "格式奖励": 1.0} for n in range(3)]
    assert guess_mapping(rows).doubt.startswith("No reward was taken: 准确奖励, 格式奖励 are parts of one")
    for row in rows:
        del row["格式奖励"]
    assert guess_mapping(rows).keys["reward"] == "准确奖励"


def test_a_verdict_in_chinese_is_the_reward(tmp_path: Path, open_board: Any) -> None:
    said = {"问题": "多少", "回答列表": ["是一", "是二"], "判定列表": ["正确", "错误"]}
    written(tmp_path / "log.jsonl", [{"步数": n, **said} for n in range(2)])
    assert columns(open_board(tmp_path), "response", "reward") == [("是一", 1.0), ("是二", 0.0)] * 2


def test_texts_in_objects_that_are_called_prompt_and_response(tmp_path: Path) -> None:
    rows = [
        {
            "step": n,
            "prompt": {"text": "why?", "id": n},
            "response": {"text": f"so {n}", "ids": [1]},
            "reward": n,
        }
        for n in range(3)
    ]
    assert read(tmp_path, rows, "prompt", "response", "reward") == [("why?", f"so {n}", n) for n in range(3)]


def test_a_list_of_one_prompt_is_that_of_all_responses(tmp_path: Path) -> None:
    rows = [{"step": 1, "prompts": ["why?"], "completions": ["a b", "c"], "rewards": [1, 0]}] * 2
    found = read(tmp_path, rows, "prompt", "response", "reward")
    assert found == [("why?", "a b", 1.0), ("why?", "c", 0.0)] * 2


@pytest.mark.parametrize("difficulty", [True, False])
def test_a_pass_rate_is_the_reward_where_answers_to_a_prompt_differ_in_it(*, difficulty: bool) -> None:
    rows = [
        {
            "step": n,
            "problem": f"write {n // 2}",
            "code": f"return {n}",
            "pass_rate": 0.2 if difficulty else n / 4,
        }
        for n in range(4)
    ]
    assert guess_mapping(rows).keys.get("reward") == (None if difficulty else "pass_rate")


def test_ids_of_a_query_are_the_prompt() -> None:
    """As VinePPO's episodes have them: query_token_ids, response_token_ids, reward, advantages."""
    episode = {
        "query_token_ids": [1, 2],
        "response_token_ids": [3, 4],
        "reward": 1.0,
        "advantages": [0.5, 0.5],
    }
    keys = guess_mapping([episode] * 3).keys
    assert (keys["prompt_token_ids"], keys["response_token_ids"]) == ("query_token_ids", "response_token_ids")


@pytest.mark.parametrize(
    "row",
    [{"completions": ["a b", "c"], "rewards": "[1.0, 0.0]"}, {"completion": "a b", "scores": "[1, 0.5]"}],
)
def test_lists_written_as_text_are_said(row: Row) -> None:
    found = guess_mapping([{"step": n, "prompt": "why?", **row} for n in range(3)])
    assert found.format is not None
    assert "reward" not in found.keys
    assert re.fullmatch(
        r"No reward was taken: \w+ holds lists written as text; log a row for each sample, or lists\.",
        found.doubt,
    )


@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.parametrize("key", ["is_train", "training", "tag", "record_type"])
def test_a_flag_or_a_tag_of_the_training_tells_the_split(
    key: str, tmp_path: Path, open_board: Any, *, ours: bool
) -> None:
    response = "response" if ours else "completion"
    values = (False, True) if key in {"is_train", "training"} else ("eval", "train")
    rows = [
        {"step": 1, "prompt": "why?", response: f"r{n}", "reward": n, key: values[n % 2]} for n in range(4)
    ]
    written(tmp_path / "log.jsonl", rows)
    board: Board = open_board(tmp_path)
    assert columns(board, "reward", split="train") == [(1.0,), (3.0,)]
    assert columns(board, "reward", split="eval") == [(0.0,), (2.0,)]


@pytest.mark.parametrize(("before", "split"), [("val", "eval"), ("eval/math", "eval"), ("train", "train")])
def test_keys_that_are_written_like_an_evaluations_metrics_tell_the_split(
    before: str, split: str, tmp_path: Path, open_board: Any
) -> None:
    names = ("step", "prompt", "response", "reward")
    rows = [
        dict(zip((f"{before}/{name}" for name in names), (n, "p", f"r{n}", 1.0), strict=True))
        for n in range(3)
    ]
    written(tmp_path / "log.jsonl", rows)
    assert open_board(tmp_path).runs().runs[0].splits == [split]


def test_numbers_under_the_word_of_a_flag_tell_nothing(tmp_path: Path, open_board: Any) -> None:
    rows = [{"step": 1, "prompt": "why?", "response": f"r{n}", "reward": n, "train": n} for n in range(3)]
    written(tmp_path / "log.jsonl", rows)
    assert open_board(tmp_path).runs().runs[0].splits == ["train"]


def _of_kinds() -> list[Row]:
    rows: list[Row] = []
    for n in range(3):
        asked = {"step": n, "question": "why is it?"}
        rows += [
            {"type": "config", "step": n, "text": "a config"},
            {"type": "rollout", **asked, "answer": f"because {n}", "reward": n},
            {"type": "eval", **asked, "answer": f"since {n}", "reward": 1},
        ]
    return rows


def test_rows_of_another_kind_are_no_samples_and_hide_no_split(tmp_path: Path, open_board: Any) -> None:
    written(tmp_path / "log.jsonl", _of_kinds())
    board: Board = open_board(tmp_path)
    assert columns(board, "response", "reward", split="train") == [(f"because {n}", n) for n in range(3)]
    assert columns(board, "response", "reward", split="eval") == [(f"since {n}", 1.0) for n in range(3)]


def test_what_was_taken_is_no_other_candidate() -> None:
    data = [{"step": n, "prompt": "p", "completion": f"c {n}", "reward": n} for n in range(4)]
    guess = guess_mapping([{"event": "rollout", "data": one} for one in data])
    assert guess.keys["step"] == "data.step"
    assert guess.alternatives == {}
