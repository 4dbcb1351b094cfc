"""What a key means: by its words, by where it stands, and by what its values are like in several rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from understood import Row, read

from tensorboard_plugin_rlboard.formats.guessing.guess import Guess, guess_mapping

Rows = list[Row]


def sample(number: int = 0, **more: Any) -> Row:
    return {"question": f"q{number}", "output": f"o{number}", **more}


def guessed(*rows: Row) -> Guess:
    found = guess_mapping(rows)
    assert found.format is not None, found.reason
    return found


REWARDS: dict[str, tuple[Row, str | None]] = {
    "a total before parts": (
        {"total_reward": 1.5, "format_reward": 0.5, "accuracy_reward": 1.0},
        "total_reward",
    ),
    "a lone part": ({"accuracy_reward": 1.0}, "accuracy_reward"),
    "several parts and no total": ({"accuracy_reward": 1.0, "format_reward": 0.5}, None),
    "a score before whether it is right": ({"correct": True, "score": 0.5}, "score"),
    "weights are none": ({"scalar_reward": 0.05, "reward_weights": {"correctness": 0.8}}, "scalar_reward"),
    "settings are none": ({"score": 0.5, "config": {"reward": 9.0}}, "score"),
    "metadata is none": ({"step": 1, "metadata": {"score": 0.9}}, None),
    "thresholds and ratings are none": (
        {"step": 1, "reward_threshold": 0.5, "rating": 4, "max_score": 1},
        None,
    ),
    "statistics are none": ({"step": 1, "reward_std": 0.5, "reward_mean": 0.1}, None),
    "the worst of several is none": ({"step": 1, "worst_reward": 0.1, "best_reward": 0.5}, None),
    "an object of parts": ({"rewards": {"format": 1.0, "accuracy": 0.0}}, "rewards.*"),
    "a total among parts": ({"rewards": {"format": 1.0, "overall": 1.0}}, "rewards.overall"),
    "the only part": ({"reward": {"accuracy": 1.0}}, "reward.accuracy"),
    "one number in a list": ({"reward": [1.0]}, "reward.0"),
    "one number in a list of another name": ({"score": [0.5]}, "score.0"),
    "one truth value in a list": ({"is_correct": [True]}, "is_correct.0"),
    "a text of a number": ({"score": "0.5"}, "score"),
    "a text of a truth value": ({"score": "True"}, "score"),
    "outside before nested": ({"info": {"score": 0.1}, "score": 0.2}, "score"),
    "a reward within before a right answer": ({"info": {"reward": 0.1}, "correct": True}, "info.reward"),
    "capitals and slashes": ({"reward/total": 1.0, "reward/format": 0.5}, "reward/total"),
    "a list of parts": ({"rewards": [1.0, 0.5]}, "rewards.*"),
    "a return": ({"step": 1, "returns": 1.0}, "returns"),
    "ratings of 1 to 5 are none": ({"step": 1, "correctness": 4, "helpfulness": 3}, None),
    "Chinese": ({"得分": 1.0}, "得分"),
    "a Chinese value before whether it is right": ({"是否正确": True, "奖励值": 0.5}, "奖励值"),
    "weights and counts among parts": (
        {"rewards": {"accuracy": 1.0, "format": 1.0, "format_weight": 0.1, "n_tests": 5}},
        "rewards.accuracy + rewards.format",
    ),
    "the only part beside statistics": (
        {"reward": {"correct": 1.0, "max_score": 10.0, "correct_mean": 0.5}},
        "reward.correct",
    ),
    "a penalty is a part": ({"rewards": {"accuracy": 1.0, "length_penalty": -0.5}}, "rewards.*"),
    "a name of the reward": ({"reward": "accuracy", "reward_score": 1.0}, "reward_score"),
    "the reward of an outcome": ({"outcome_reward": 1.0}, "outcome_reward"),
    "the reward of an outcome beside others": ({"outcome_reward": 1.0, "process_reward": 0.2}, None),
    "a model's reward beside that of rules": ({"rm_reward": 0.3, "rule_reward": 1.0}, None),
}


@pytest.mark.parametrize("name", REWARDS)
def test_reward(name: str) -> None:
    row, path = REWARDS[name]
    assert guessed(sample(**row), sample(1, **row)).keys.get("reward") == path


def test_sum_of_parts_is_said_and_so_is_a_missing_total() -> None:
    row = sample(rewards={"format": 1.0, "accuracy": 0.0})
    assert (
        guessed(row).doubt
        == "The reward is the plain sum of format, accuracy: their weights are not in the rows."
    )
    row = sample(format_reward=1.0, accuracy_reward=0.0)
    assert "No reward was taken: format_reward, accuracy_reward are parts" in guessed(row).doubt
    assert guessed(row).alternatives["reward"] == ("format_reward", "accuracy_reward")


def test_weights_that_belong_to_no_part_are_named_as_not_applied() -> None:
    row = sample(rewards={"format": 1.0, "accuracy": 0.0}, reward_weights={"length": 0.1})
    assert (
        guessed(row).doubt
        == "The reward is the plain sum of format, accuracy: reward_weights is not applied."
    )


def test_rewards_as_many_as_tokens_are_those_of_tokens() -> None:
    row = sample(response_tokens=["a", "b"], logprobs=[-1.0, -2.0], rewards=[0.0, 1.0])
    assert guessed(row).keys["token_rewards"] == "rewards"


def test_two_rewards_of_one_rank_are_said() -> None:
    rows = [sample(n, step=1, final_reward=n / 2, rm_score=n / 3) for n in range(4)]
    assert (
        guessed(*rows).doubt
        == "The reward may be another one: final_reward was taken, rm_score would do as well."
    )
    same = [sample(n, step=1, final_reward=n / 2, rm_score=n / 2) for n in range(4)]
    assert guessed(*same).doubt == ""


def test_reward_that_never_varies_gives_way_to_one_that_does() -> None:
    rows = [sample(n, step=1, final_reward=0.0, rm_score=n / 3) for n in range(4)]
    assert guessed(*rows).keys["reward"] == "rm_score"


def steps(name: str, *values: Any, prompts: int = 1) -> Rows:
    return [sample(n // prompts, score=n % 2, **{name: value}) for n, value in enumerate(values)]


STEPS: dict[str, tuple[Rows, str | None]] = {
    "iterations": (steps("iteration", 0, 0, 1, 1), "iteration"),
    "steps that samples share": (steps("steps", 1, 1, 2, 2), "steps"),
    "steps that fall": (steps("steps", 7, 3, 5, 2), None),
    "steps that differ within a prompt": (steps("steps", 3, 7, 3, 7, prompts=2), None),
    "steps of one row": (steps("steps", 7), None),
    "turns": (steps("num_turns", 1, 1, 2, 2), None),
    "positions": (steps("step_idx", 0, 1, 2, 3), None),
    "totals": (steps("total_steps", 9, 9, 9, 9), None),
    "versions": (steps("policy_version", 1, 1, 2, 2), None),
    "epochs": (steps("epoch", 0, 0, 1, 1), "epoch"),
    "texts of numbers": (steps("global_step", "1", "1", "2", "2"), "global_step"),
    "no whole numbers": (steps("step_time", 0.5, 0.25, 1.5, 0.1), None),
}


@pytest.mark.parametrize("name", STEPS)
def test_step(name: str) -> None:
    rows, path = STEPS[name]
    assert guessed(*rows).keys.get("step") == path


def test_step_that_counts_turns_gives_way_to_one_that_lies_like_a_trainings() -> None:
    turns = steps("step", 0, 1, 2, 3, 0, 1, 2, 3, prompts=2)
    found = guessed(*[{**row, "train_iter": 40 + n // 4} for n, row in enumerate(turns)])
    assert (found.keys["step"], found.alternatives["step"]) == ("train_iter", ("step",))
    rising = [{**row, "train_iter": 9} for row in steps("step", 1, 1, 2, 2)]
    assert guessed(*rising).keys["step"] == "step"


def test_what_may_count_steps_is_named_beside_a_missing_one() -> None:
    assert guessed(*steps("policy_version", 1, 1, 2, 2)).alternatives["step"] == ("policy_version",)
    assert guessed(*steps("steps", 7, 3)).alternatives["step"] == ("steps",)


def beside(step: list[int], **other: list[int]) -> Rows:
    """Rows that have a `step` and another number, two answers to a prompt each."""
    ((name, values),) = other.items()
    return [
        sample(n // 2, score=n, step=a, **{name: b})
        for n, (a, b) in enumerate(zip(step, values, strict=True))
    ]


INNER: dict[str, tuple[Rows, str]] = {
    "turns that restart": (beside([0, 1, 2, 0, 1, 2], global_step=[4, 4, 4, 5, 5, 5]), "global_step"),
    "turns of one step": (beside([0, 1, 2, 3], train_iter=[40, 40, 40, 40]), "train_iter"),
    "steps beside a number of each sample": (beside([1, 1, 2, 2], global_step=[4, 5, 6, 7]), "step"),
    "steps beside an inner loop": (beside([0, 1, 2, 3], iteration=[0, 0, 0, 0]), "step"),
    "steps of writers side by side": (beside([1, 1, 3, 3, 2, 2], global_step=[1, 1, 1, 1, 1, 1]), "step"),
}


@pytest.mark.parametrize("name", INNER)
def test_step_that_counts_within_another(name: str) -> None:
    rows, path = INNER[name]
    assert guess_mapping(rows).keys["step"] == path
    assert guess_mapping(rows).alternatives["step"]


GROUPS: dict[str, tuple[list[str], str | None]] = {
    "one for each prompt": (["a", "a", "b", "b"], "uid"),
    "one for each sample": (["a", "b", "c", "d"], None),
    "one for all prompts": (["a", "a", "a", "a"], None),
}


@pytest.mark.parametrize("name", GROUPS)
def test_group(name: str) -> None:
    values, path = GROUPS[name]
    rows = [sample(n // 2, score=n % 2, step=1, uid=value) for n, value in enumerate(values)]
    assert guessed(*rows).keys.get("group_id") == path


def test_split_needs_a_word_for_one() -> None:
    rows = [sample(n, score=n, phase=word) for n, word in enumerate(["train", "eval/math500", "train"])]
    assert guessed(*rows).keys["split"] == "phase"
    rows = [sample(n, score=n, mode=word) for n, word in enumerate(["rollout", "rollout", "rollout", "eval"])]
    assert guessed(*rows).keys["split"] == "mode"
    rows = [sample(n, score=n, type=word) for n, word in enumerate(["rollout", "rollout", "eval"])]
    assert guessed(*rows).keys["split"] == "type"
    rows = [sample(n, score=n, type=word) for n, word in enumerate(["math", "unit test", "eval"])]
    assert "split" not in guessed(*rows).keys
    rows = [sample(n, score=n, phase=word) for n, word in enumerate(["solid", "liquid"])]
    assert "split" not in guessed(*rows).keys


def test_rows_that_differ_are_read_by_the_first_key_that_is_there(tmp_path: Path) -> None:
    rows = [sample(0, score=0.5, step=1), {"step": 2, "prompt": "q1", "completion": "o1", "reward": 1.0}] * 2
    found = read(tmp_path, rows, "step", "prompt", "response", "reward")
    assert found == [(1, "q0", "o0", 0.5), (2, "q1", "o1", 1.0)] * 2


def test_our_own_word_switches_no_other_off(tmp_path: Path) -> None:
    row = {
        "step": 1,
        "question": "q",
        "response": "r",
        "score": 0.5,
        "ref_log_prob": [-0.5],
        "logprobs": [-1.0],
    }
    keys = guess_mapping([row], is_native=True).keys
    assert (keys["prompt"], keys["reward"], keys["ref_logprobs"]) == ("question", "score", "ref_log_prob")
    assert read(tmp_path, [row], "prompt", "response", "reward") == [("q", "r", 0.5)]


def test_conversation_without_an_answer_is_the_prompt(tmp_path: Path) -> None:
    asked = [{"role": "user", "content": "2+2?"}]
    rows = [{"step": 1, "messages": asked, "response": text, "reward": 1.0} for text in ("4", "5")]
    assert read(tmp_path, rows, "prompt", "response") == [("2+2?", "4"), ("2+2?", "5")]


HEADER = {"run": "x", "created": "2026-01-01"}


@pytest.mark.parametrize("noise", [HEADER, {}, "", {"prompt": "q", "output": None, "score": 0}])
def test_one_other_line_hides_nothing(noise: Row | str, tmp_path: Path) -> None:
    rows = [sample(n, score=n, global_step=n) for n in range(3)]
    found = read(tmp_path, [noise, *rows], "prompt", "response", "reward", "step")
    assert [one for one in found if one[1] is not None] == [(f"q{n}", f"o{n}", n, n) for n in range(3)]


@pytest.mark.parametrize("noise", ["[1, 2]", "{torn", '"text"'])
def test_line_that_is_no_row_hides_nothing(noise: str, tmp_path: Path) -> None:
    rows = [sample(n, score=n, global_step=n) for n in range(3)]
    found = read(tmp_path, [rows[0], noise, *rows[1:]], "prompt", "response", "reward", "step")
    assert found == [(f"q{n}", f"o{n}", n, n) for n in range(3)]


DATA_SETS: dict[str, Rows] = {
    "prompts and responses": [{"prompt": f"q{n}", "response": "a"} for n in range(4)],
    "with an answer key": [{"prompt": f"q{n}", "response": "a", "answer": "b", "id": n} for n in range(4)],
    "conversations": [{"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}]
    * 3,
    "accepted answers": [{"question": "q", "context": "c", "answers": ["a", "b"]}],
    "compared answers": [{"prompt": "q", "responses": ["a", "b"], "preference": 0}],
    "preferences": [
        {"prompt": "q", "chosen": "a", "rejected": "b", "score_chosen": 1.0, "score_rejected": 0.0}
    ],
    "references of an evaluation": [
        {"doc": {"question": "q", "answer": "4"}, "acc": 1.0, "resps": [["It is 4"]]}
    ],
    "a summary": [{"results": {"math": {"acc": 0.5, "n": 100}}, "config": {"model": "x"}}],
    "settings with a named reward": [{"prompt": "x", "output": "dir", "reward": "fn", "hidden_size": 10}],
    "token ids of supervised training": [{"input_ids": [5, 6, 7], "labels": [-100, 6, 7]}] * 3,
    "paths of outputs": [{"step": n, "reward": 0.5, "output": f"out/step_{n}.jsonl"} for n in range(3)],
    "messages of a program": [
        {"level": "INFO", "ts": 1.5, "msg": "m", "step": 1, "output": "saved it", "reward": 0.5}
    ],
    "a rare text in metrics": [{"step": n, "loss": 0.1} for n in range(20)]
    + [{"output": "saved", "score": 1}],
}


@pytest.mark.parametrize("name", DATA_SETS)
def test_look_alikes_stay_out(name: str) -> None:
    rows = DATA_SETS[name]
    found = guess_mapping(rows, is_native="response" in rows[0])
    assert found.format is None
    assert found.reason.endswith(".")


@pytest.mark.parametrize("more", [{"step": 1}, {"logprobs": [-0.1]}, {"reward": "0.5"}])
def test_one_sample_is_no_settings(more: Row) -> None:
    assert guess_mapping([sample(reward="n/a") | more]).format is not None


def test_same_prompt_twice_is_no_data_set() -> None:
    rows = [{"prompt": "q", "response": text} for text in ("a", "b", "c")]
    assert not guess_mapping(rows, is_native=True).is_refused


def test_several_lists_before_the_rows_hide_nothing(tmp_path: Path) -> None:
    rows = [sample(n, score=n, global_step=n) for n in range(3)]
    found = read(tmp_path, ["[1, 2]", "[3]", *rows], "prompt", "response", "reward", "step")
    assert found == [(f"q{n}", f"o{n}", n, n) for n in range(3)]
