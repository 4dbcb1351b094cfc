"""RLBoardCallback in real CPU trainings of TRL, with a tiny model that is made here.

Needs trl, which the other tests do without: `pip install trl==1.16.0`, then `pytest -m slow tests/integrations/test_trl.py`.
"""

from __future__ import annotations

import json
import logging
import math
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from trl_training import PROMPTS, Trained, curve, logged, recomputed, rows

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.runs.question import ProblemsQuestion
from tensorboard_plugin_rlboard.board.samples.question import SampleQuestion, SamplesQuestion, TokensQuestion
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.texts import TextRules

pytestmark = pytest.mark.slow
trl = pytest.importorskip("trl", reason="trl is not installed: pip install trl==1.16.0")

from transformers import PreTrainedTokenizerFast  # noqa: E402 - TRL brings it


def test_what_the_tab_shows_is_what_trl_reports(
    train: Trained, tiny: Path, open_board: Callable[[Path], Board]
) -> None:
    trainer, folder = train()
    board = open_board(folder)
    (run,) = board.runs().runs
    assert (run.problems, run.samples, run.formats) == (0, 24, ["native"])
    assert {metric.name for metric in run.token_metrics} >= {"logprobs", "ref_logprobs", "entropies", "k3"}
    settings = json.loads((folder / "rollouts.config.json").read_text())["config"]
    names = ("beta", "epsilon", "num_generations", "algorithm", "learning_rate", "reward_weight_brevity")
    assert [settings[name] for name in names] == [0.05, 0.2, 4, "GRPOTrainer", 0.01, 0.5]
    pairs = {
        "reward": "reward",
        "digits": "rewards/digits/mean",
        "brevity": "rewards/brevity/mean",
        "k3_mean": "kl",
        "entropies_mean": "entropy",
        "n_tokens": "completions/mean_length",
        "truncated": "completions/clipped_ratio",
    }
    for ours, theirs in pairs.items():
        assert curve(board, ours) == pytest.approx(logged(trainer, theirs), abs=2e-5), ours
    assert curve(board, "k3_mean")[1] == pytest.approx(0, abs=1e-6), "the policy begins as the reference"
    assert curve(board, "k3_mean")[3] > 1e-3, "and the training moved it"
    written = rows(folder)
    assert Counter(row["step"] for row in written) == {1: 8, 2: 8, 3: 8}
    groups = defaultdict(list)
    for row in written:
        groups[row["step"], row["group_id"]].append(row)
        assert row["ground_truth"] == str(row["level"])
        assert row["reward"] == pytest.approx(row["digits"] + 0.5 * row.get("brevity", 0))
    for members in groups.values():
        assert len(members) == 4
        assert len({row["prompt"] for row in members}) == 1
        mean = fmean(row["reward"] for row in members)
        spread = math.sqrt(sum((row["reward"] - mean) ** 2 for row in members) / 3)
        for row in members:
            assert row["advantage"] == pytest.approx((row["reward"] - mean) / (spread + 1e-4), abs=1e-4)


def test_token_arrays_belong_to_the_tokens(
    train: Trained, tiny: Path, open_board: Callable[[Path], Board]
) -> None:
    # Four small batches a step, which TRL shuffles.
    _, folder = train(per_device_train_batch_size=4, gradient_accumulation_steps=4, max_steps=2)
    written = rows(folder)
    assert len(written) == 32
    assert len({len(row["response_tokens"]) for row in written}) > 1, (
        "nothing would show if they were shifted"
    )
    for row in written:
        assert (
            len(row["response_tokens"])
            == len(row["logprobs"])
            == len(row["entropies"])
            == len(row["ref_logprobs"])
        )
        first = recomputed(tiny, row)
        assert row["ref_logprobs"] == pytest.approx(first, abs=1e-4)
        if row["step"] == 1:
            assert row["logprobs"] == pytest.approx(first, abs=1e-4)
        else:
            assert row["logprobs"] != pytest.approx(first, abs=1e-4)
    board = open_board(folder)
    page = board.samples(SamplesQuestion(Selection("."), TextRules(), columns=("line",), limit=32))
    ids: Any = page.columns["id"]
    lines: Any = page.columns["line"]
    for name, line in zip(ids, lines, strict=True):
        opened = board.sample(SampleQuestion(".", name, TextRules()))
        assert list(opened.raw_tokens) == written[line - 1]["response_tokens"]
        shown = board.token_lists(TokensQuestion(".", name))
        assert shown["entropies"] == pytest.approx(written[line - 1]["entropies"], abs=1e-5)
    assert not board.problems(ProblemsQuestion(".")).total


def test_conversations_and_an_evaluation(train: Trained, open_board: Callable[[Path], Board]) -> None:
    trainer, folder = train(chat=True, eval_strategy="steps", eval_steps=2, max_steps=2)
    for row in rows(folder):
        assert [message["role"] for message in row["messages"]] == ["user", "assistant"]
        assert row["messages"][0]["content"] in PROMPTS
        assert row["messages"][1] == {"role": "assistant", "content": row["response"], "sampled": True}
        assert (
            row["prompt"]
            == f"<|im_start|>user\n{row['messages'][0]['content']}<|im_end|>\n<|im_start|>assistant\n"
        )
    evaluated = rows(folder, "eval")
    assert Counter(row["step"] for row in evaluated) == {2: 16}
    assert len({row["group_id"] for row in evaluated}) == 4
    board = open_board(folder)
    page = board.samples(SamplesQuestion(Selection("."), TextRules(), columns=("line",), limit=1))
    shown = board.sample(SampleQuestion(".", str(page.columns["id"][0]), TextRules())).messages
    assert shown is not None
    assert [(message.role, message.sampled) for message in shown] == [("user", False), ("assistant", True)]
    assert curve(board, "reward", "eval") == pytest.approx(logged(trainer, "eval_reward"), abs=1e-5)
    assert curve(board, "entropies_mean", "eval").keys() == {2}


def test_later_passes_are_the_new_log_probabilities(train: Trained, tiny: Path) -> None:
    """Samples are used for four updates: the old log-probabilities are those of the first weights for all of them."""
    _, folder = train(steps_per_generation=4, per_device_train_batch_size=4, max_steps=4)
    written = rows(folder)
    assert Counter(row["step"] for row in written) == {1: 16}
    for row in written:
        assert row["logprobs"] == pytest.approx(recomputed(tiny, row), abs=1e-4)
    later = [row for row in written if "new_logprobs" in row]
    assert len(later) == 12, "those of the first update had no other log-probabilities"
    assert any(row["new_logprobs"] != pytest.approx(row["logprobs"], abs=1e-3) for row in later)


def test_masked_truncated_samples_are_left_out_of_statistics(
    train: Trained, open_board: Callable[[Path], Board]
) -> None:
    trainer, folder = train(
        mask_truncated_completions=True,
        max_completion_length=150,
        per_device_train_batch_size=16,
        max_steps=1,
    )
    written = rows(folder)
    assert {row["finish_reason"] for row in written} == {"stop", "length"}, "16 samples at one in 300 a token"
    for row in written:
        expected = [0] * len(row["response_tokens"]) if row["finish_reason"] == "length" else None
        assert row.get("response_mask", [1])[0] == (0 if expected else 1)
    assert curve(open_board(folder), "entropies_mean") == pytest.approx(logged(trainer, "entropy"), abs=1e-5)


def test_rloo(train: Trained, tiny: Path, open_board: Callable[[Path], Board]) -> None:
    trainer, folder = train("RLOO", max_steps=2)
    for row in rows(folder):
        assert row["ref_logprobs"] == pytest.approx(recomputed(tiny, row), abs=1e-4)
        assert len(row["logprobs"]) == len(row["entropies"]) == len(row["response_tokens"])
    board = open_board(folder)
    for ours, theirs in {"reward": "reward", "log_ratio_mean": "kl", "entropies_mean": "entropy"}.items():
        assert curve(board, ours) == pytest.approx(logged(trainer, theirs), abs=2e-5), ours


@pytest.mark.parametrize("kind", ["GRPO", "RLOO"])
def test_adapters_have_the_model_below_them_as_reference(train: Trained, tiny: Path, kind: str) -> None:
    """Policy and reference are one model then, with and without its adapter."""
    peft = pytest.importorskip("peft", reason="peft is not installed")
    lora = peft.LoraConfig(r=4, lora_alpha=64, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    _, folder = train(kind, max_steps=1, more={"peft_config": lora})
    for row in rows(folder):
        first = recomputed(tiny, row)
        assert row["ref_logprobs"] == pytest.approx(first, abs=1e-4)
        assert row["logprobs"] != pytest.approx(first, abs=1e-3), "the adapter is not zero at the start"


def test_a_rollout_of_ones_own(train: Trained, tiny: Path, open_board: Callable[[Path], Board]) -> None:
    """As tools and environments do, it says what the sampler's log-probabilities are, and which tokens are not its."""
    tokenizer = PreTrainedTokenizerFast.from_pretrained(tiny)
    response = [40, 41, 42, 43, tokenizer.eos_token_id]

    def rollout(prompts: list[str], _: Any) -> dict[str, Any]:
        size = len(prompts)
        return {
            "prompt_ids": [tokenizer(prompt)["input_ids"] for prompt in prompts],
            "completion_ids": [response] * size,
            "logprobs": [[-1.0, -2.0, 0.0, 0.0, -3.0]] * size,
            "env_mask": [[1, 1, 0, 0, 1]] * size,
        }

    trainer, folder = train(max_steps=1, more={"rollout_func": rollout})
    written = rows(folder)
    assert len(written) == 8
    for row in written:
        assert row["response_tokens"] == tokenizer.convert_ids_to_tokens(response)
        assert row["rollout_logprobs"] == [-1, -2, 0, 0, -3]
        assert row["response_mask"] == [1, 1, 0, 0, 1]
        assert row["logprobs"] == pytest.approx(recomputed(tiny, row), abs=1e-4)
    board = open_board(folder)
    assert curve(board, "rollout_logprobs_mean") == {1: -2}, "what the environment said is not counted"
    assert curve(board, "entropies_mean") == pytest.approx(logged(trainer, "entropy"), abs=1e-5)


def test_a_training_goes_on_whatever_happens_to_the_log(
    train: Trained, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from tensorboard_plugin_rlboard.integrations.trl_batch import TrainerView

    def broken(*_: Any) -> None:
        raise KeyError("completion_ids")

    monkeypatch.setattr(TrainerView, "fill", broken)
    with caplog.at_level(logging.WARNING):
        trainer, folder = train(max_steps=2)
    assert trainer.state.global_step == 2
    assert not rows(folder)
    assert [record.message for record in caplog.records if "RL Board" in record.message] == [
        "RL Board's callback for TRL: KeyError: 'completion_ids'. The training goes on; more such are only counted."
    ]


def test_listening_changes_nothing(train: Trained) -> None:
    """Losses, rewards and gradients of a training are the same numbers with and without the callback."""

    def history(listening: bool) -> list[dict[str, Any]]:
        trainer, _ = train(listening=listening, gradient_accumulation_steps=2)
        timed = ("time", "runtime", "per_second")
        return [
            {key: value for key, value in entry.items() if not key.endswith(timed)}
            for entry in trainer.state.log_history
        ]

    assert history(listening=True) == history(listening=False)
