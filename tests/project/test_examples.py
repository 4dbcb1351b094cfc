"""The couplet example: its reward's rules, its PPO, and the rollouts that are shipped with the project."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import pytest
from repository import ROOT

from examples.ppo_couplets import lexicon, task

SAMPLES = ROOT / "rollout_samples"

needs_torch = pytest.mark.skipif(
    find_spec("torch") is None, reason="torch is not installed: pip install .[examples]"
)

MOUNTAIN = task.Line("zh", "清风入空山")
MOON = task.Line("en", "birds seek the moon")


def rhyme(line: task.Line, answer: str) -> float:
    score = task.score(line, answer, finished=True)
    return float(score.parts["rhyme"])


@pytest.mark.parametrize(
    ("answer", "grade"),
    [
        ("明月过春寒。", 1.0),  # shān – hán
        ("明月过青天。", 1.0),  # shān – tiān: the medial does not matter
        ("明月过斜阳。", 0.5),  # shān – yáng: front and back nasal
        ("明月过空林。", 0.0),
        ("明月过空山。", 0.0),  # the same word is no rhyme
        ("明月过", 0.0),
        ("birds seek the rain.", 0.0),
    ],
)
def test_chinese_rhymes(answer: str, grade: float) -> None:
    assert rhyme(MOUNTAIN, answer) == grade


@pytest.mark.parametrize(
    ("answer", "grade"),
    [
        ("stars find the tune.", 1.0),
        ("stars find the dew.", 0.5),  # the same vowel only
        ("stars find the snow.", 0.0),
        ("stars find the moon.", 0.0),
        ("stars find the poon.", 0.0),  # no word
        ("明月过空山。", 0.0),
    ],
)
def test_english_rhymes(answer: str, grade: float) -> None:
    assert rhyme(MOON, answer) == grade


def test_a_faultless_answer_has_reward_one_in_both_scores() -> None:
    for line, answer in ((MOUNTAIN, "明月过春寒。"), (MOON, "stars find the tune.")):
        score = task.score(line, answer, finished=True)
        assert score.reward == 1.0
        assert score.strict == 1.0


@pytest.mark.parametrize(
    ("answer", "finished", "part", "value", "reward"),
    [
        ("stars find the old tune.", True, "length", 0.5, 0.9),
        ("stars find the old red tune.", True, "length", 0.0, 0.8),
        ("stars find the tune", True, "ending", 0.0, 0.9),
        ("stars find the tune.", False, "ending", 0.0, 0.9),
        ("birds seek the tune.", True, "fresh", 0.5, 0.95),
        ("stars 明月 the tune.", True, "right_language", 12 / 14, 0.985714),
    ],
)
def test_each_fault_costs_its_part(
    answer: str, finished: bool, part: str, value: float, reward: float
) -> None:
    score = task.score(MOON, answer, finished=finished)
    assert score.parts[part] == pytest.approx(value)
    assert score.reward == pytest.approx(reward)
    assert score.strict == 0.0


def test_the_strict_score_also_wants_the_same_medial() -> None:
    assert task.score(MOUNTAIN, "明月过青天。", finished=True).reward == 1.0
    assert task.score(MOUNTAIN, "明月过青天。", finished=True).strict == 0.0


@pytest.mark.parametrize("answer", ["", "。", " ", "."])
def test_an_empty_answer_earns_nothing(answer: str) -> None:
    assert task.score(MOUNTAIN, answer, finished=True).reward == 0.0


def test_repeating_one_character_is_not_fresh() -> None:
    assert task.score(MOUNTAIN, "寒寒寒寒寒。", finished=True).parts["fresh"] == 0.2


def test_no_word_stands_in_two_rhymes() -> None:
    last = [
        word[-1] for finals in lexicon.CHINESE_ENDINGS.values() for words in finals.values() for word in words
    ]
    words = [
        word
        for families in lexicon.ENGLISH_ENDINGS.values()
        for family in families.values()
        for word in family
    ]
    assert len(set(last)) == len(last)
    assert len(set(words)) == len(words)


def test_sloppy_answers_leave_room_and_use_known_tokens_only() -> None:
    rng, known = Random(0), set(task.vocabulary())
    rewards: dict[str, list[float]] = defaultdict(list)
    for _ in range(600):
        line = task.first_line(rng)
        answer = task.sloppy_answer(rng, line)
        assert known >= {*line.prompt_tokens, *answer}
        rewards[line.language].append(task.score(line, answer, finished=True).reward)
    for scores in rewards.values():
        assert len(scores) > 200
        assert 0.5 < sum(scores) / len(scores) < 0.85
        assert min(scores) < 0.3
        assert max(scores) == 1.0


@pytest.mark.slow
@needs_torch
def test_padding_changes_nothing_and_the_sampler_agrees_with_the_trainer() -> None:
    import torch

    from examples.ppo_couplets import ppo
    from examples.ppo_couplets.model import Size, Transformer
    from examples.ppo_couplets.rollout import Characters

    torch.manual_seed(0)
    characters = Characters()
    size = Size(len(characters.names))
    policy = Transformer(size, size.vocabulary)
    prompts = characters.prompts([MOUNTAIN, MOON])
    assert prompts[0, 0] == characters.pad
    rng = torch.Generator().manual_seed(0)
    answers, sampled = policy.sample(prompts, characters.pad, characters.eos, 20, rng)
    tokens = torch.cat([prompts, answers], 1)
    with torch.no_grad():
        trained, _ = ppo.policy_numbers(policy, tokens, prompts.shape[1], characters.pad)
        bare = tokens[:1, int((prompts[0] == characters.pad).sum()) :]
        alone, _ = ppo.policy_numbers(policy, bare, bare.shape[1] - answers.shape[1], characters.pad)
    mask = answers != characters.pad
    torch.testing.assert_close(trained[mask], sampled[mask])
    torch.testing.assert_close(alone[0][mask[0]], trained[0][mask[0]])


@pytest.mark.slow
@needs_torch
def test_advantages_follow_their_definition() -> None:
    import torch

    from examples.ppo_couplets import ppo

    mask = torch.tensor([[True, True, True], [True, True, False]])
    log_ratio = torch.tensor([[0.2, -0.1, 0.3], [0.5, 0.1, 9.0]])
    signal = ppo.shaped_rewards(torch.tensor([1.0, 0.5]), log_ratio, mask, beta=0.1)
    torch.testing.assert_close(signal, torch.tensor([[-0.02, 0.01, 0.97], [-0.05, 0.49, 0.0]]))
    values = torch.tensor([[0.1, 0.2, 0.3], [0.4, 0.5, 7.0]])
    settings = ppo.Settings(gamma=0.9, lam=0.8)
    advantages, returns = ppo.advantages_and_returns(signal, values, mask, settings)
    for row, length in enumerate((3, 2)):
        v = [*values[row, :length].tolist(), 0.0]
        deltas = [signal[row, t].item() + 0.9 * v[t + 1] - v[t] for t in range(length)]
        expected = [sum((0.9 * 0.8) ** (u - t) * deltas[u] for u in range(t, length)) for t in range(length)]
        assert advantages[row, :length].tolist() == pytest.approx(expected, abs=1e-6)
        assert returns[row, :length].tolist() == pytest.approx(
            [e + w for e, w in zip(expected, v[:-1], strict=True)], abs=1e-6
        )
    assert advantages[1, 2] == returns[1, 2] == 0.0


def rows_of(folder: Path) -> list[dict[str, Any]]:
    files = sorted(folder.glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers)


TOKEN_FIELDS = ("logprobs", "ref_logprobs", "values", "token_rewards", "entropies")
TRAIN_FIELDS = (*TOKEN_FIELDS, "rollout_logprobs", "advantages", "returns")


def check_row(row: dict[str, Any], fields: tuple[str, ...]) -> None:
    """The row is whole: aligned arrays of finite numbers, the text is its tokens, the signal is what it says."""
    tokens = row["response_tokens"]
    assert tokens
    for name in fields:
        assert len(row[name]) == len(tokens)
        assert all(math.isfinite(number) for number in row[name])
    assert "".join(token for token in tokens if token != "<eos>") == row["response"]
    assert (row["finish_reason"] == "stop") == (tokens[-1] == "<eos>")
    assert row["prompt"].endswith("<assistant>")
    ratios = zip(row["logprobs"], row["ref_logprobs"], strict=True)
    penalty = [-0.03 * (policy - reference) for policy, reference in ratios]
    penalty[-1] += row["reward"]
    assert row["token_rewards"] == pytest.approx(penalty, abs=1e-3), "the writer rounds to three decimals"
    parts = sum(weight * row[part] for part, weight in task.WEIGHTS.items())
    assert row["reward"] == pytest.approx(parts, abs=1e-6)


@pytest.mark.slow
@needs_torch
def test_a_quick_training_writes_whole_rollouts(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "examples.ppo_couplets.train", "--quick", "--out", str(tmp_path)]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    for rank in (0, 1):
        assert (tmp_path / "train_couplets" / f"rollouts.rank_{rank}.jsonl").stat().st_size
    train, evaluation = rows_of(tmp_path / "train_couplets"), rows_of(tmp_path / "eval_couplets")
    assert {row["step"] for row in train} == {1, 2}
    assert {row["step"] for row in evaluation} == {0, 2}
    for row in train:
        check_row(row, TRAIN_FIELDS)
    assert all("ref_response" in row for row in evaluation)
    assert list((tmp_path / "train_couplets").glob("events.out.tfevents.*"))
    again = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert again.returncode == 2
    assert "already holds a training" in again.stderr


def test_shipped_training_rows_are_whole_and_the_reward_rises() -> None:
    rows = rows_of(SAMPLES / "train_couplets")
    groups: dict[str, set[str]] = defaultdict(set)
    by_step: dict[int, list[float]] = defaultdict(list)
    for row in rows:
        assert row["split"] == "train"
        check_row(row, TRAIN_FIELDS)
        groups[row["group_id"]].add(row["prompt"])
        by_step[row["step"]].append(row["reward"])
    assert all(len(prompts) == 1 for prompts in groups.values())
    steps = sorted(by_step)
    early, late = (mean([r for step in part for r in by_step[step]]) for part in (steps[:3], steps[-3:]))
    assert late > early + 0.15
    first = [row for row in rows if row["step"] == steps[0]]
    assert all(row["logprobs"] == pytest.approx(row["ref_logprobs"], abs=1e-5) for row in first)
    assert {row["language"] for row in rows} == {"zh", "en"}
    assert any(row["rollout_logprobs"] != row["logprobs"] for row in rows)


def test_shipped_evaluation_beats_the_reference() -> None:
    rows = rows_of(SAMPLES / "eval_couplets")
    last = max(row["step"] for row in rows)
    for row in rows:
        assert row["split"] == "eval"
        check_row(row, TOKEN_FIELDS)
    final = [row for row in rows if row["step"] == last]
    start = [row for row in rows if row["step"] == 0]
    assert mean([row["reward"] for row in final]) > mean([row["ref_reward"] for row in final]) + 0.1
    assert [row["response"] for row in start] == [row["ref_response"] for row in start]
    prompts = [row["prompt"] for row in start]
    assert [row["prompt"] for row in final] == prompts
    assert not set(prompts) & {
        row["prompt"].replace("<pad>", "") for row in rows_of(SAMPLES / "train_couplets")
    }


def test_shipped_samples_hold_both_ranks_events_and_stay_small() -> None:
    files = [file for file in SAMPLES.rglob("*") if file.is_file()]
    assert {file.name for file in SAMPLES.glob("train_couplets/*.jsonl")} == {
        "rollouts.rank_0.jsonl",
        "rollouts.rank_1.jsonl",
    }
    for run in ("train_couplets", "eval_couplets"):
        assert list((SAMPLES / run).glob("events.out.tfevents.*"))
    assert sum(file.stat().st_size for file in files) <= 4_000_000
