"""Formats whose files are not lines: TRL, slime, ART, rLLM, Tunix, from their files to samples."""

from __future__ import annotations

import json
import math
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from dumps import dump
from logged import LETTERS, exploded, only, opened
from packing import dump_of, sample, tensor, text, whole, write_parquet, write_torch
from repository import SAMPLES

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.formats.base import Format, PathDefaults
from tensorboard_plugin_rlboard.formats.frameworks.art import ART
from tensorboard_plugin_rlboard.formats.frameworks.rllm import RLLM
from tensorboard_plugin_rlboard.formats.frameworks.slime import SLIME, SLIME_TRAINING
from tensorboard_plugin_rlboard.formats.frameworks.trl import TRL
from tensorboard_plugin_rlboard.formats.frameworks.tunix import TUNIX
from tensorboard_plugin_rlboard.formats.registry import recognise
from tensorboard_plugin_rlboard.index.detect.sniff import sniff
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.sources.reader import open_forward

Open = Callable[[Path], Board]

ASKED = [{"role": "system", "content": "Answer 用数字."}, {"role": "user", "content": "2+2?"}]
ANSWERED = [{"role": "assistant", "content": "4"}]


def origin(file_format: Format, path: str) -> tuple[int | None, str]:
    found: PathDefaults = file_format.path_defaults(PurePosixPath(path))
    return found.step, found.split


def ignored(board: Board) -> dict[str, str]:
    return {file.file: file.reason for file in board.runs().ignored}


# --- TRL ---


def trl(**more: Any) -> dict[str, Any]:
    return {"step": 3, "prompt": "2+2?", "completion": "4", **more}


def test_the_real_files_of_trl_are_recognised_and_hold_what_trl_wrote() -> None:
    folder = SAMPLES / "trl" / "plain" / "completions"
    for path in sorted(folder.iterdir()):
        assert sniff(str(path)) == (TRL, "")
        with open_forward(str(path)) as file:
            rows = [json.loads(line) for line in file]
        assert len(rows) == 8
        for row in rows:
            found = only(TRL, row)
            parts = [row["len_reward"], row["digit_reward"] or 0.0]
            assert found["reward"] == sum(parts)
            assert (found["step"], found["response"]) == (row["step"], row["completion"])
            assert (found["ground_truth"], found["advantage"]) == (row["ground_truth"], row["advantage"])


def test_the_sum_fits_the_advantages_that_trl_wrote() -> None:
    """Advantages are the rewards of a group less their mean: so the sum is what TRL has summed, weights of 1."""
    with open_forward(str(SAMPLES / "trl" / "plain" / "completions" / "completions_00001.parquet")) as file:
        rows = [only(TRL, json.loads(line)) for line in file]
    for group in (rows[:4], rows[4:]):
        mean = sum(row["reward"] for row in group) / 4
        spread = math.sqrt(sum((row["reward"] - mean) ** 2 for row in group) / 3)
        for row in group:
            assert (row["reward"] - mean) / (spread + 1e-4) == pytest.approx(row["advantage"], abs=1e-5)


@pytest.mark.parametrize(
    ("columns", "reward"),
    [
        ({"a": 1.0, "b": 0.5, "advantage": 0.0}, 1.5),
        ({"a": 1.0, "b": None, "advantage": 0.0}, 1.0),
        ({"a": None, "b": 0.5, "advantage": 0.0}, 0.5),
        ({"a": math.nan, "b": 0.5, "advantage": 0.0}, 0.5),
        ({"a": None, "b": None, "advantage": None}, None),
        ({"a": 1.0, "ground_truth": "4", "length": 3.0, "advantage": 0.0}, 1.0),  # an extra behind a text
        ({"a": 1.0, "n_digits": 3, "advantage": 0.0}, 1.0),
        ({"a": -0.5, "ok": True, "b": 7.0, "advantage": 0.0}, -0.5),
        ({"a": 1.0, "advantage": 0.0, "late": 9.0}, 1.0),  # an extra behind the advantage
        ({"extra": "x", "a": 1.0, "advantage": 0.0}, None),  # an extra in front: nothing tells what a is
        ({"advantage": 0.5}, None),
        ({"reward": 2.0, "advantage": 0.0}, 2.0),
    ],
)
def test_the_reward_is_the_sum_of_the_columns_of_reward_functions(
    columns: dict[str, Any], reward: float | None
) -> None:
    found = only(TRL, trl(**columns))
    assert found.get("reward") == reward
    for name, value in columns.items():
        if (
            value is not None
            and not math.isnan(value if isinstance(value, float) else 0)
            and name != "reward"
        ):
            assert found[name] == value


def test_a_reward_function_called_reward_stays_beside_the_sum() -> None:
    found = only(TRL, trl(reward=0.25, form=1.0, advantage=0.1))
    assert (found["reward"], found["reward_function"], found["form"]) == (1.25, 0.25, 1.0)


def test_chat_data_keeps_its_messages_and_says_which_were_sampled() -> None:
    found = only(TRL, trl(prompt=ASKED, completion=ANSWERED, a=1.0, advantage=0.0))
    assert found["prompt"] == "system: Answer 用数字.\n\nuser: 2+2?"
    assert found["response"] == "4"
    assert [(m["role"], m.get("sampled")) for m in found["messages"]] == [
        ("system", None),
        ("user", None),
        ("assistant", True),
    ]
    calls = [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"function": {"name": "add", "arguments": "2"}}],
        }
    ]
    turns = [*calls, {"role": "tool", "content": "4", "name": "add"}, *ANSWERED]
    found = only(TRL, trl(prompt="2+2?", completion=turns, a=1.0, advantage=0.0))
    assert [(m["role"], m.get("sampled")) for m in found["messages"]] == [
        ("user", None),
        ("assistant", True),
        ("tool", False),
        ("assistant", True),
    ]
    assert "add(2)" in found["response"]


def test_distillation_is_recognised_by_having_nothing_else() -> None:
    assert recognise(trl()) is TRL
    found = only(TRL, trl())
    assert (found["step"], found["prompt"], found["response"]) == (3, "2+2?", "4")
    assert "reward" not in found


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": "a", "completion": "b", "advantage": 0.5},  # no step
        trl(reward=1.0),  # no advantage, and more than a distillation has
        {**trl(advantage=0.5), "step": "3"},
        {**trl(advantage="high")},
        {"step": [1], "prompt": ["a"], "completion": ["b"], "advantages": [0.5]},  # ms-swift's columns
        {"gen_step": 1, "prompt": "a", "completion": "b", "reward": 1.0},  # ms-swift with Ray
        {"task_id": 1, "prompt": "a", "completion": "b", "reward": 1.0, "tail_version": 3},  # AReaL
    ],
)
def test_relatives_of_trl_are_not_trl(row: dict[str, Any]) -> None:
    assert recognise(row) is not TRL


def test_the_name_of_the_file_tells_the_step_too() -> None:
    assert origin(TRL, "out/completions/completions_00042.parquet") == (42, "")
    assert origin(TRL, "out/completions/other.parquet") == (None, "")


def test_chat_data_in_parquet_is_a_conversation_in_the_tab(tmp_path: Path, open_board: Open) -> None:
    message = "{'role': 'user', 'content': '2+' || i, 'tool_calls': NULL::VARCHAR[]}"
    write_parquet(
        tmp_path / "out" / "completions" / "completions_00007.parquet",
        f"SELECT 7 AS step, [{message}] AS prompt, [{{'role': 'assistant', 'content': 'is ' || j}}] AS completion, "
        "(CASE WHEN j = 0 THEN 1.0 END)::DOUBLE AS right_reward, j::DOUBLE AS long_reward, 'x' AS tag, "
        "0.5::DOUBLE AS advantage FROM range(2) a(i), range(4) b(j) ORDER BY i, j",
    )
    (run,) = open_board(tmp_path).runs().runs
    found = dump(open_board(tmp_path), run.run)
    assert (run.run, run.splits, len(found["samples"]), found["problems"]) == (
        "out/completions",
        ["train"],
        8,
        [],
    )
    first, second = found["samples"][:2]
    assert (first["step"], first["texts"]["prompt"], first["texts"]["response"]) == (7, "2+0", "is 0")
    assert first["messages"][1] == {"role": "assistant", "content": "is 0", "sampled": True}
    assert (first["scalars"]["reward"], second["scalars"]["reward"]) == (1.0, 1.0)
    assert "right_reward" not in second["scalars"]
    assert first["scalars"]["group_mean"] == pytest.approx(
        (1 + 1 + 2 + 3) / 4
    )  # samples of one prompt are a group


def test_an_evaluation_at_the_same_step_takes_the_place_of_the_training(tmp_path: Path) -> None:
    """TRL writes it over the file, cut to a batch (8 of 12 rows): what is there is shown, as nothing says what it is."""
    path = tmp_path / "completions" / "completions_00002.parquet"
    row = "SELECT 2 AS step, '{0}' || i AS prompt, 'b' AS completion, 1.0::DOUBLE AS a, 0.0::DOUBLE AS advantage FROM range({1}) t(i)"
    write_parquet(path, row.format("train", 12))
    registry = Registry(parse_roots(str(tmp_path), ""), 0)
    registry.refresh()
    board = Board(registry)
    assert len(dump(board, "completions")["samples"]) == 12
    write_parquet(path, row.format("eval", 8))
    os.utime(path, (time.time() + 10, time.time() + 10))
    registry.refresh()
    found = dump(board, "completions")["samples"]
    assert sorted(one["texts"]["prompt"] for one in found) == [f"eval{i}" for i in range(8)]
    assert {one["split"] for one in found} == {"train"}
    registry.stop()


def test_a_file_caught_while_it_is_rewritten_keeps_its_samples(tmp_path: Path) -> None:
    path = tmp_path / "completions" / "completions_00001.parquet"
    path.parent.mkdir()
    real = (SAMPLES / "trl" / "plain" / "completions" / "completions_00001.parquet").read_bytes()
    path.write_bytes(real)
    registry = Registry(parse_roots(str(tmp_path), ""), 0)
    registry.refresh()
    board = Board(registry)
    before = dump(board, "completions")["samples"]
    path.write_bytes(real[:2000])
    registry.refresh()
    assert dump(board, "completions")["samples"] == before
    assert "still being written" in board.runs().runs[0].message
    path.write_bytes(real)
    registry.refresh()
    assert dump(board, "completions")["samples"] == before
    assert board.runs().runs[0].message == ""
    registry.stop()


# --- slime ---


def slime(**more: Any) -> dict[str, Any]:
    return {
        "rollout_id": 5,
        "group_index": 2,
        "index": 9,
        "prompt": "2+2?",
        "tokens": [1, 2, 3, 4, 5],
        "response": "cde",
        "response_length": 3,
        "reward": 1.0,
        **more,
    }


def test_the_real_files_of_slime_are_recognised() -> None:
    for path in sorted((SAMPLES / "slime" / "rollout_data").iterdir()):
        assert sniff(str(path)) == (SLIME, "")


def test_a_sample_of_slime_has_the_tokens_of_its_response() -> None:
    row = slime(loss_mask=[1, 0, 1], rollout_log_probs=[-0.1, 0.0, -0.2], status="truncated", label="4")
    found = only(SLIME, row, LETTERS)
    assert found["response_tokens"] == ["C", "D", "E"]
    assert (found["response_mask"], found["rollout_logprobs"]) == ([1, 0, 1], [-0.1, 0.0, -0.2])
    assert (found["step"], found["group_id"], found["sample_id"]) == (5, "2", "9")
    assert (found["finish_reason"], found["ground_truth"], found["reward"]) == ("truncated", "4", 1.0)
    shown = opened(SLIME, row)
    assert shown.token_strings == ["#3", "#4", "#5"]
    assert shown.aligned.mask is not None
    assert shown.aligned.mask.tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("reward", "whole_reward", "others"),
    [
        (0.5, 0.5, {}),
        (None, None, {}),
        ({"score": 1.0, "acc": True}, 1.0, {"score": 1.0, "acc": True}),
        ({"reward": 0.5, "form": 0.1}, 0.5, {"form": 0.1}),
        ({"acc": 1.0}, 1.0, {"acc": 1.0}),
        ({"a": 1.0, "b": 2.0}, None, {"a": 1.0, "b": 2.0}),
        ({"a": 1.0, "step": 7}, None, {"a": 1.0, "reward.step": 7, "step": 5}),
        ({"why": "no number"}, None, {}),
    ],
)
def test_a_reward_of_slime_may_be_an_object(
    reward: Any, whole_reward: float | None, others: dict[str, Any]
) -> None:
    found = only(SLIME, slime(reward=reward))
    assert found.get("reward") == whole_reward
    assert others.items() <= found.items()


def test_prompts_of_slime_may_be_messages_and_labels_objects() -> None:
    found = only(
        SLIME,
        slime(prompt=ASKED, label={"value": 4}, metadata={"rm_type": "math"}, weight_versions=["1", "2"]),
    )
    assert found["messages"][-1] == {"role": "assistant", "content": "cde", "sampled": True}
    assert found["prompt"].endswith("user: 2+2?")
    assert (found["ground_truth"], found["metadata"], found["weight_version"]) == (
        '{"value": 4}',
        {"rm_type": "math"},
        "2",
    )
    assert "policy_version" not in found  # counted otherwise than rollouts, so a staleness would be wrong


@pytest.mark.parametrize(
    "more", [{"response_length": 0}, {"response_length": 9}, {"tokens": ["a", "b", "c"]}, {"tokens": []}]
)
def test_tokens_of_slime_that_do_not_fit_are_left_out(more: dict[str, Any]) -> None:
    found = only(SLIME, slime(**more))
    assert "response_tokens" not in found
    assert found["response"] == "cde"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("0.pt", (0, "train")),
        ("eval_12.pt", (12, "eval")),
        ("rollout_data_7.pt", (7, "train")),
        ("rollout_data_eval_7.pt", (7, "eval")),
        ("model.pt", (None, "")),
    ],
)
def test_the_name_of_a_slime_file_tells_step_and_split(name: str, told: tuple[int | None, str]) -> None:
    assert origin(SLIME, f"rollout_data/{name}") == told


def test_what_slime_trained_on_has_the_arrays_of_the_trainer(tmp_path: Path, open_board: Open) -> None:
    """Tensors, a sample of three tokens and one of two, and the rewards of the whole batch beside them."""
    import numpy as np

    floats = np.array([-0.5, -0.25, -0.125, 1.0, 2.0, 3.0], "<f4")
    ids = np.array([1, 2, 3, 4, 5], "<i8")

    def one(place: int, count: int) -> bytes:
        return sample(
            data_parallel_rank=b"K\x00",
            rollout_position=whole(place),
            sample_index=whole(20 + place),
            tokens=tensor("Long", "0", (5,), (1,)),
            response_lengths=whole(count),
            total_lengths=whole(5),
            loss_masks=tensor("Float", "1", (count,), (0,), offset=3),
            rewards=b"G" + b"\x3f\xe0" + b"\0" * 6,
            log_probs=tensor("Float", "1", (count,), (1,)),
            ref_log_probs=tensor("Float", "1", (count,), (1,), offset=1),
            advantages=tensor("Float", "1", (count,), (1,), offset=3),
        )

    rows = text("samples") + b"](" + one(1, 3) + one(0, 2) + b"e"
    rewards = text("raw_reward") + b"](G" + b"\0" * 8 + b"K\x01e"
    pickled = (
        b"\x80\x02}(" + text("format_version") + b"K\x02" + text("rollout_id") + b"K\x04" + rows + rewards
    )
    pickled += text("dp_shards") + b"](}" + text("micro_batch_indices") + b"]seu."
    path = write_torch(tmp_path / "train_data" / "4.pt", pickled, {"0": ids.tobytes(), "1": floats.tobytes()})
    assert sniff(str(path)) == (SLIME_TRAINING, "")
    found = dump(open_board(tmp_path), "train_data")
    assert found["problems"] == []
    first, second = found["samples"]
    assert first["tokens"] == ["#3", "#4", "#5"]
    assert second["tokens"] == ["#4", "#5"]
    assert first["arrays"]["logprobs"] == [-0.5, -0.25, -0.125]
    assert first["arrays"]["ref_logprobs"] == [-0.25, -0.125, 1.0]
    assert first["arrays"]["advantages"] == [1.0, 2.0, 3.0]
    assert (first["step"], first["split"]) == (4, "train")
    assert (first["scalars"]["reward"], second["scalars"]["reward"]) == (1.0, 0.0)
    assert first["scalars"]["shaped_reward"] == 0.5


def test_a_hostile_dump_is_ignored_with_its_reason(tmp_path: Path, open_board: Open) -> None:
    write_torch(
        tmp_path / "rollout_data" / "1.pt", dump_of(b"cos\nsystem\n(" + text("touch /nowhere") + b"tR")
    )
    board = open_board(tmp_path)
    assert not board.runs().runs
    assert "os.system" in ignored(board)["rollout_data/1.pt"]


# --- ART ---

ART_ROW = (
    "SELECT 0 AS group_index, NULL::VARCHAR AS group_metadata, '{\"judge\": 0.9}' AS group_metrics, [NULL::VARCHAR] AS "
    'group_logs, 1.0 AS reward, \'{"correct": true, "duration": 2.5}\' AS metrics, \'{"scenario": "s1"}\' AS metadata, '
    "NULL::VARCHAR AS tools, ['one', 'two'] AS logs, [{'role': 'user', 'content': 'weather?', 'tool_calls': "
    "NULL::VARCHAR, 'tool_call_id': NULL::VARCHAR, 'trainable': false}, {'role': 'assistant', 'content': NULL, "
    '\'tool_calls\': \'[{"id": "1", "type": "function", "function": {"name": "get", "arguments": "{}"}}]\', '
    "'tool_call_id': NULL, 'trainable': true}, {'role': 'tool', 'content': 'rain', 'tool_calls': NULL, 'tool_call_id': "
    "'1', 'trainable': false}, {'role': 'assistant', 'content': 'It rains.', 'tool_calls': NULL, 'tool_call_id': NULL, "
    "'trainable': true}] AS messages"
)


def test_trajectories_of_art_are_conversations_of_one_run(tmp_path: Path, open_board: Open) -> None:
    model = tmp_path / ".art" / "project" / "models" / "small"
    for split, step in (("train", 0), ("train", 1), ("val", 1)):
        write_parquet(model / "trajectories" / split / f"{step:04d}.parquet", ART_ROW, ", COMPRESSION zstd")
    (model / "history.jsonl").write_text('{"step": 1, "train/reward": 0.5}\n')
    board = open_board(tmp_path)
    (run,) = board.runs().runs
    assert (run.run, sorted(run.splits)) == (".art/project/models/small", ["eval", "train"])
    found = dump(board, run.run)
    assert found["problems"] == []
    assert sorted((one["split"], one["step"]) for one in found["samples"]) == [
        ("eval", 1),
        ("train", 0),
        ("train", 1),
    ]
    one = found["samples"][0]
    assert one["texts"] | {"response": ""} == {
        "prompt": "weather?",
        "response": "",
        "group_id": "0",
        "scenario": "s1",
        "logs": "one\ntwo",
    }
    assert "get({})" in one["texts"]["response"]
    assert one["texts"]["response"].endswith("It rains.")
    assert (one["scalars"]["correct"], one["scalars"]["duration"], one["scalars"]["group_judge"]) == (
        1.0,
        2.5,
        0.9,
    )
    assert [(m["role"], m.get("sampled", False)) for m in one["messages"]] == [
        ("user", False),
        ("assistant", True),
        ("tool", False),
        ("assistant", True),
    ]


def test_older_art_lines_hold_a_group_each() -> None:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "4"}}
    trajectory = {
        "reward": 0.5,
        "metrics": {"step": 2},
        "metadata": {},
        "messages_and_choices": [ASKED[1], choice],
        "logs": [],
    }
    found = exploded(ART, {"trajectories": [trajectory, {**trajectory, "reward": 1.0}, "broken"]})
    assert [row["reward"] for row in found.rows] == [0.5, 1.0]
    assert found.rows[0]["response"] == "4"
    assert found.rows[0]["metrics.step"] == 2
    with pytest.raises(ValueError, match="no messages"):
        exploded(ART, {"trajectories": [{"reward": 1.0, "messages_and_choices": []}]})
    with pytest.raises(ValueError, match="no messages"):
        exploded(ART, {"messages": ["x"], "reward": 1.0, "metrics": None, "metadata": "{broken"})


def test_the_place_of_an_art_file_tells_step_split_and_run() -> None:
    path = ".art/p/models/m/trajectories/val/0012.parquet"
    assert origin(ART, path) == (12, "eval")
    assert origin(ART, path.replace("val", "train")) == (12, "train")
    assert origin(ART, "elsewhere/0012.parquet") == (12, "")
    assert (
        ART.levels_to_run(PurePosixPath(path)),
        ART.levels_to_run(PurePosixPath("elsewhere/0012.parquet")),
    ) == (2, 0)


def test_miles_and_verifiers_are_not_art() -> None:
    miles = {
        "sample_index": 0,
        "group_index": 0,
        "status": "completed",
        "reward": 1.0,
        "prompt": "a",
        "messages": ANSWERED,
    }
    legacy = {"example_id": 0, "prompt": ASKED, "completion": ANSWERED, "reward": 1.0, "metrics": {}}
    assert recognise(miles) is not ART
    assert recognise(legacy) is not ART


# --- rLLM ---


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
    assert ignored(board) == {}


# --- Tunix ---


def test_a_table_of_tunix_is_printed_python(tmp_path: Path, open_board: Open) -> None:
    said = [{"role": "user", "content": 'say "hi",\nplease'}, {"role": "assistant", "content": "it's hi"}]
    cells = {
        "conversation_text": repr(said),
        "prompt_tokens": "[1, 2]",
        "conversation_tokens": "[3, 4, 5]",
        "conversation_masks": "[1, 1, 0]",
        "status": "SUCCEEDED",
        "trajectory_reward": "0.5",
        "env_time": "{'reset_latency': 0.1}",
        "old_logprobs": "[-0.5, nan, 0.0]",
        "policy_version": "6",
        "original_input": repr({"prompts": ["hi?"], "answer": ["hi"]}),
        "group_id": "77",
    }

    def record(values: Any) -> str:
        return ",".join('"' + value.replace('"', '""') + '"' for value in values) + "\n"

    path = tmp_path / "trajectory_log_1766400000.csv"
    path.write_text(
        record(cells) + record(cells.values()) + record({**cells, "policy_version": "7"}.values())
    )
    (tmp_path / "metrics.csv").write_text("step,loss\n1,2\n")
    board = open_board(tmp_path)
    assert ignored(board) == {}
    found = dump(board, ".")
    assert found["problems"] == []
    first, second = found["samples"]
    assert (first["step"], second["step"]) == (6, 7)
    assert (first["texts"]["prompt"], first["texts"]["response"]) == ('say "hi",\nplease', "it's hi")
    assert (first["texts"]["ground_truth"], first["texts"]["group_id"]) == ("hi", "77")
    assert first["tokens"] == ["#3", "#4", "#5"]
    assert first["mask"] == [True, True, False]
    assert first["arrays"]["rollout_logprobs"] == [-0.5, "NaN", 0.0]
    assert (first["scalars"]["reward"], first["texts"]["finish_reason"]) == (0.5, "SUCCEEDED")


@pytest.mark.parametrize(
    "cell",
    [
        "[{'role': 'user', 'content': __import__('os').system('true')}]",
        "[{" * 5000,
        "[{'role': 1}]",
        "[{'role'",
        "[{" + "x" * 5_000_000,
    ],
)
def test_what_tunix_did_not_print_is_shown_as_it_is(cell: str) -> None:
    found = exploded(TUNIX, {"conversation_text": cell, "trajectory_reward": 1.0, "old_logprobs": "[1, x]"})
    assert found.rows[0]["response"] == cell
    assert "rollout_logprobs" not in found.rows[0]
    assert len(found.problems) == 1


def test_the_newer_table_of_tunix_has_texts_of_its_own(tmp_path: Path, open_board: Open) -> None:
    names = "global_step,prompt_id,group_index,rollout_policy_version,status,reward,question,prompt,completion,gold_answer"
    (tmp_path / "trajectory_log.csv").write_text(
        f"{names},prompt_tokens,completion_tokens,metadata,trajectory\n"
        "3,p1,0,2,SUCCEEDED,1.0,2+2?,2+2?,4,4,\"[1, 2]\",\"[3, 4]\",{'a': 1},{'steps': []}\n"
        "3,p1,1,2,SUCCEEDED,0.0,2+2?,,5,4,\"[1, 2]\",,{'a': 1},{'steps': []}\n"
    )
    found = dump(open_board(tmp_path), ".")
    assert found["problems"] == []
    first, second = found["samples"]
    assert (first["step"], first["texts"]["prompt"], first["texts"]["response"]) == (3, "2+2?", "4")
    assert (first["texts"]["ground_truth"], first["texts"]["group_id"]) == ("4", "p1")
    assert (first["tokens"], second["tokens"], second["texts"]["prompt"]) == (["#3", "#4"], [], "2+2?")
    assert first["scalars"]["group_mean"] == 0.5


# --- what is shown of other files ---


def test_only_files_that_are_nothing_but_tables_are_listed_as_ignored(
    tmp_path: Path, open_board: Open
) -> None:
    write_parquet(tmp_path / "data" / "train.parquet", "SELECT 'a.png' AS image, 3 AS label")
    (tmp_path / "data" / "torn.parquet").write_bytes(b"PAR1 half")
    (tmp_path / "data" / "no.parquet").write_bytes(b"<html>" * 100)
    for name in (
        "config.json",
        "tokenizer.json",
        "trainer_state.json",
        "metrics.csv",
        "model.pt",
        "optimizer.pt",
    ):
        (tmp_path / "data" / name).write_bytes(b'{"prompt": "x", "reward": 2}')
    board = open_board(tmp_path)
    assert not board.runs().runs
    found = ignored(board)
    assert sorted(found) == ["data/no.parquet", "data/torn.parquet", "data/train.parquet"]
    assert "image, label" in found["data/train.parquet"]
    assert "still being written" in found["data/torn.parquet"]
    assert "no Parquet file" in found["data/no.parquet"]


def test_a_file_that_is_complete_later_is_opened_then(tmp_path: Path) -> None:
    real = SAMPLES / "trl" / "plain" / "completions" / "completions_00001.parquet"
    path = tmp_path / "completions_00001.parquet"
    path.write_bytes(real.read_bytes()[:1000])
    registry = Registry(parse_roots(str(tmp_path), ""), 0)
    registry.refresh()
    board = Board(registry)
    assert "still being written" in ignored(board)["completions_00001.parquet"]
    shutil.copy(real, path)
    registry.refresh()
    assert ignored(board) == {}
    assert len(dump(board, ".")["samples"]) == 8
    registry.stop()


def test_rows_behind_damage_are_told(tmp_path: Path, open_board: Open) -> None:
    rows = [{"prompt": "a", "response": "b", "reward": 1.0, "step": 1}] * 3
    (tmp_path / "rollouts.json").write_text(json.dumps(rows)[:-1])
    found = dump(open_board(tmp_path), ".")
    assert len(found["samples"]) == 3
    assert [kind for _, kind, _ in found["problems"]] == ["damaged_archive"]
    assert "torn behind its item 3" in found["problems"][0][2]


def test_an_index_that_was_kept_is_loaded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(SAMPLES / "trl", tmp_path / "trl")
    shutil.copytree(SAMPLES / "slime", tmp_path / "slime")
    for path in tmp_path.rglob("*"):
        os.utime(path, (time.time() - 100, time.time() - 100))
    found = []
    for _ in range(2):
        registry = Registry(parse_roots(str(tmp_path), ""), 0)
        registry.refresh()
        board = Board(registry)
        found.append([dump(board, run.run)["samples"] for run in board.runs().runs])
        registry.stop()
    assert found[0] == found[1]
    assert sum(map(len, found[0])) == 4 * 8 + 4 * 12
