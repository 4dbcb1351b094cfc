"""rLLM: episodes, a document each."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from answers import columns, ignored
from container_formats import ANSWERED, ASKED
from dumps import dump
from logged import exploded, only

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.formats.frameworks.rllm import RLLM

Open = Callable[[Path], Board]


def episode(step: int = 4, **more: Any) -> dict[str, Any]:
    turns = [*ASKED, *ANSWERED]
    later = [*turns, {"role": "user", "content": "sure?"}, {"role": "assistant", "content": "yes"}]
    steps = [
        {
            "observation": "2+2?",
            "model_response": "4",
            "action": "4",
            "reward": 0.0,
            "done": False,
            "chat_completions": turns,
        },
        {
            "observation": "sure?",
            "model_response": "yes",
            "action": "",
            "reward": 1.0,
            "done": True,
            "chat_completions": later,
        },
    ]
    return {
        "training_step": step,
        "epoch": 0,
        "episode_id": "task-1:0",
        "task": {"question": "2+2?", "ground_truth": 4, "data_source": "sums"},
        "task_hash": "abcd1234",
        "is_correct": True,
        "termination_reason": "env_done",
        "metrics": {"acc": 1.0, "step": 9},
        "timing": {},
        "trajectories": [{"name": "solver", "uid": "u", "reward": 1.0, "num_steps": 2, "steps": steps}],
        **more,
    }


def test_an_episode_is_a_sample_for_each_trajectory() -> None:
    found = only(RLLM, episode())
    assert [m["role"] for m in found["messages"]] == ["system", "user", "assistant", "user", "assistant"]
    assert found["prompt"].endswith("2+2?")
    assert found["response"].endswith("yes")
    assert (found["step"], found["reward"], found["turns"]) == (4, 1.0, 2)
    assert (found["group_id"], found["ground_truth"], found["data_source"]) == ("abcd1234", "4", "sums")
    assert (found["finish_reason"], found["acc"], found["metrics.step"]) == ("env_done", 1.0, 9)
    assert (found["is_correct"], found["agent"]) == (True, "solver")


def test_steps_that_are_conversations_of_their_own_are_samples() -> None:
    row = episode()
    row["trajectories"][0]["steps"][1]["chat_completions"] = [{"role": "user", "content": "judge"}, *ANSWERED]
    first, second = exploded(RLLM, row).rows
    assert (first["turn"], first["step_reward"], first["reward"]) == (0, 0.0, 1.0)
    assert (second["turn"], second["step_reward"], second["prompt"]) == (1, 1.0, "judge")
    assert first["sample_id"] != second["sample_id"]


def test_episodes_without_conversations_and_without_steps() -> None:
    row = episode()
    for step in row["trajectories"][0]["steps"]:
        step["chat_completions"] = []
    row["trajectories"] += [{"name": "idle", "reward": 0.0, "steps": []}, "broken"]
    found = exploded(RLLM, row)
    (one,) = found.rows
    assert (one["prompt"], one["response"]) == ("2+2?", "4\n\nyes")
    assert [problem[:14] for problem in found.problems] == ["Trajectory 1 o", "Trajectory 2 o"]


def test_episodes_of_all_folders_are_one_run(tmp_path: Path, open_board: Open) -> None:
    base = tmp_path / "logs" / "project" / "experiment"
    for folder, step, count in (
        ("train_step_1_epoch_0", 1, 3),
        ("val_step_1_epoch_0", 1, 2),
        ("train_step_2_epoch_0", 2, 1),
    ):
        (base / "episodes" / folder).mkdir(parents=True)
        for i in range(count):
            row = episode(step, episode_id=f"t{i}:0", task_hash=f"h{i}")
            (base / "episodes" / folder / f"episode_hashx_id{i}.json").write_text(
                json.dumps(row, indent=2) + "\n"
            )
        summary = {
            "training_step": step,
            "epoch": 0,
            "mode": "train",
            "num_episodes": count,
            "episode_files": [],
        }
        (base / "episodes" / folder / "batch_summary.json").write_text(json.dumps(summary, indent=2))
    (base / "config.json").write_text('{"lr": 1e-6}')
    board = open_board(tmp_path)
    (run,) = board.runs().runs
    assert run.run == "logs/project/experiment"
    found = dump(board, run.run)
    assert sorted((one["split"], one["step"]) for one in found["samples"]) == [
        ("eval", 1),
        ("eval", 1),
        ("train", 1),
        ("train", 1),
        ("train", 1),
        ("train", 2),
    ]
    assert found["problems"] == []
    assert dict(ignored(board)) == {}


def written(**more: Any) -> dict[str, Any]:
    """An episode as `Episode.to_dict` gives it: `id` in place of `episode_id`, no step, ids and log-probabilities."""
    row = episode(**more)
    for key in ("training_step", "epoch", "task_hash", "timing", "episode_id"):
        del row[key]
    return {"id": "task-1:0", "session_id": None, **row}


def test_episodes_that_are_written_as_a_list_are_opened(tmp_path: Path, open_board: Open) -> None:
    (tmp_path / "countdown.json").write_text(json.dumps([written(), written(is_correct=False)], indent=4))
    board = open_board(tmp_path)
    (run,) = board.runs().runs
    assert run.formats == ["rllm"]
    assert columns(board, "reward", "is_correct", "group_id") == [(1.0, 1.0, "task-1"), (1.0, 0.0, "task-1")]


def test_an_evaluation_is_one_run_of_the_eval_split(tmp_path: Path, open_board: Open) -> None:
    """As `EvalEpisodeStore.write` dumps the models of rllm/types.py: most fields of a step are empty."""
    step: dict[str, Any] = {
        "input": None,
        "output": "4",
        "action": None,
        "reward": 0.0,
        "chat_completions": [],
        "prompt_ids": [],
    }
    for at, reward in enumerate((1.0, None)):
        trajectory = {
            "name": "react",
            "steps": [step],
            "reward": reward,
            "output": None,
            "signals": {"f1": 0.5},
        }
        task = {"id": f"gsm8k-{at}", "instruction": "2+2?", "metadata": {"ground_truth": "4"}}
        row = {"id": f"u{at}", "task": task, "termination_reason": None, "is_correct": True}
        path = tmp_path / "gsm8k_qwen_1" / "episodes" / f"episode_{at:06d}_gsm8k-{at}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(row | {"trajectories": [trajectory], "metrics": {}, "eval_idx": at}))
    board = open_board(tmp_path)
    (run,) = board.runs().runs
    assert (run.run, run.splits) == ("gsm8k_qwen_1", ["eval"])
    names = ("prompt", "response", "ground_truth", "group_id", "reward", "f1")
    assert columns(board, *names, run=run.run, split="eval") == [
        ("2+2?", "4", "4", "gsm8k-0", 1.0, 0.5),
        ("2+2?", "4", "4", "gsm8k-1", None, 0.5),  # a step's reward is 0 unless somebody sets it
    ]


def test_tokens_of_several_steps_are_one_response() -> None:
    row = written()
    first, second = row["trajectories"][0]["steps"]
    first |= {"prompt_ids": [1, 2], "response_ids": [3], "logprobs": [-0.5]}
    second |= {"prompt_ids": [1, 2, 3, 8, 9], "response_ids": [4, 5], "logprobs": [-0.25, -1.0]}
    found = only(RLLM, row)
    assert found["response_tokens"] == ["#3", "#8", "#9", "#4", "#5"]
    assert found["response_mask"] == [1, 0, 0, 1, 1]
    assert found["rollout_logprobs"] == [-0.5, None, None, -0.25, -1.0]


def test_tokens_of_steps_that_do_not_follow_each_other_are_left_out() -> None:
    row = written()
    first, second = row["trajectories"][0]["steps"]
    first |= {"prompt_ids": [1, 2], "response_ids": [3]}
    second |= {"prompt_ids": [1, 7, 3], "response_ids": [4, 5]}
    found = exploded(RLLM, row)
    assert "response_tokens" not in found.rows[0]
    assert found.problems == [
        "The ids of step 1 do not begin with those of the steps before it; the tokens are left out."
    ]


def test_an_answer_without_steps_is_a_sample() -> None:
    row = written()
    row["trajectories"] = [{"name": "flow", "steps": [], "reward": 0.5, "output": "four"}]
    found = only(RLLM, row)
    assert (found["prompt"], found["response"], found["reward"]) == ("2+2?", "four", 0.5)
