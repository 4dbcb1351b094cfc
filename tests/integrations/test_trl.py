"""RLBoardCallback in real CPU trainings of TRL, with a tiny model that is made here.

Needs trl, which the other tests do without: `pip install trl==1.16.0`, then `pytest -m slow tests/integrations/test_trl.py`.
"""

from __future__ import annotations

import json
import logging
import math
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from repository import ROOT

from tensorboard_plugin_rlboard.board.board import Board
from tensorboard_plugin_rlboard.board.selection import Selection
from tensorboard_plugin_rlboard.index.registry import Registry
from tensorboard_plugin_rlboard.sources.discovery.logdir import parse_roots
from tensorboard_plugin_rlboard.texts import TextRules

pytestmark = pytest.mark.slow
trl = pytest.importorskip("trl", reason="trl is not installed: pip install trl==1.16.0")

import torch  # noqa: E402 - trl brings it
from datasets import Dataset  # noqa: E402
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers  # noqa: E402
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast  # noqa: E402

from tensorboard_plugin_rlboard.integrations.trl import RLBoardCallback  # noqa: E402

PROMPTS = [
    f"What is {a}+{b}?" for a, b in ((29, 66), (3, 4), (51, 12), (7, 80), (33, 9), (64, 53), (2, 2), (90, 8))
]
CHAT = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
Trained = Callable[..., tuple[Any, Path]]


def digits(completions: list[Any], **_: Any) -> list[float]:
    return [sum(c.isdigit() for c in said(completion)) / 4 for completion in completions]


def brevity(completions: list[Any], answer: list[str], **_: Any) -> list[float | None]:
    """Judges only every second sample."""
    return [None if i % 2 else -len(said(c)) / 20 for i, c in enumerate(completions)]


def said(completion: Any) -> str:
    return completion if isinstance(completion, str) else str(completion[0]["content"])


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random two-layer Llama and a byte-level BPE tokenizer trained on a few lines."""
    folder = tmp_path_factory.mktemp("tiny")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<pad>", "<|im_start|>", "<|im_end|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=special, initial_alphabet=alphabet)
    tokenizer.train_from_iterator([*PROMPTS, "user assistant system 答案"], trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<|im_end|>", padding_side="left"
    )
    fast.chat_template = CHAT
    fast.save_pretrained(folder)
    torch.manual_seed(0)
    shape = LlamaConfig(
        vocab_size=len(fast),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=256,
        bos_token_id=None,
        eos_token_id=fast.eos_token_id,
        pad_token_id=fast.pad_token_id,
    )
    LlamaForCausalLM(shape).save_pretrained(folder)
    return folder


@pytest.fixture
def train(tiny: Path, tmp_path: Path) -> Trained:
    def make(
        kind: str = "GRPO", chat: bool = False, listening: bool = True, more: Any = None, **settings: Any
    ) -> tuple[Any, Path]:
        prompts = [[{"role": "user", "content": text}] for text in PROMPTS] if chat else PROMPTS
        data = Dataset.from_dict(
            {"prompt": prompts, "answer": [str(i) for i in range(8)], "level": list(range(8))}
        )
        config = getattr(trl, f"{kind}Config")(
            **{
                "output_dir": str(tmp_path / "out"),
                "per_device_train_batch_size": 8,
                "per_device_eval_batch_size": 8,
                "num_generations": 4,
                "max_completion_length": 12,
                "max_steps": 3,
                "logging_steps": 1,
                "learning_rate": 1e-2,
                "beta": 0.05,
                "report_to": "none",
                "save_strategy": "no",
                "use_cpu": True,
                "bf16": False,
                "reward_weights": [1.0, 0.5],
                "seed": 1,
                **settings,
            }
        )
        callback = RLBoardCallback(tmp_path / "runs" / "x", columns=["level"], precision=None)
        callbacks = [callback] if listening else []
        trainer = getattr(trl, f"{kind}Trainer")(
            model=str(tiny),
            reward_funcs=[digits, brevity],
            args=config,
            train_dataset=data,
            eval_dataset=data.select(range(4)),
            processing_class=PreTrainedTokenizerFast.from_pretrained(tiny),
            callbacks=callbacks,
            **(more or {}),
        )
        trainer.train()
        callback.close()
        return trainer, tmp_path / "runs" / "x"

    return make


def rows(folder: Path, split: str = "train") -> list[dict[str, Any]]:
    found = [
        json.loads(line)
        for path in sorted(folder.glob("rollouts*.jsonl"))
        for line in path.read_text().splitlines()
    ]
    return [row for row in found if row["split"] == split]


@pytest.fixture
def open_run() -> Iterator[Callable[[Path], Board]]:
    opened: list[Registry] = []

    def make(folder: Path) -> Board:
        registry = Registry(parse_roots(str(folder), ""), 0)
        opened.append(registry)
        registry.refresh()
        return Board(registry)

    yield make
    for registry in opened:
        registry.stop()


def logged(trainer: Any, key: str) -> dict[int, float]:
    return {entry["step"]: entry[key] for entry in trainer.state.log_history if entry.get(key) is not None}


def curve(board: Board, metric: str, split: str = "train") -> dict[int, float]:
    found = board.steps(Selection(".", split=split), (metric,))
    return {
        step: mean
        for step, mean in zip(found.step, found.metrics[metric].mean, strict=True)
        if mean is not None
    }


def recomputed(tiny: Path, row: dict[str, Any]) -> list[float]:
    """Log-probabilities of a sample under the untrained model, from its logged prompt and tokens alone."""
    tokenizer = PreTrainedTokenizerFast.from_pretrained(tiny)
    model = LlamaForCausalLM.from_pretrained(tiny).eval()
    prompt = tokenizer(row["prompt"], add_special_tokens=False)["input_ids"]
    response = tokenizer.convert_tokens_to_ids(row["response_tokens"])
    with torch.no_grad():
        logits = model(torch.tensor([prompt + response])).logits[0].log_softmax(-1)
    return [float(logits[len(prompt) + i - 1, token]) for i, token in enumerate(response)]


def test_what_the_tab_shows_is_what_trl_reports(
    train: Trained, tiny: Path, open_run: Callable[[Path], Board]
) -> None:
    trainer, folder = train()
    board = open_run(folder)
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
    train: Trained, tiny: Path, open_run: Callable[[Path], Board]
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
    board = open_run(folder)
    page = board.samples(Selection("."), TextRules(), columns=["line"], limit=32)
    ids: Any = page.columns["id"]
    lines: Any = page.columns["line"]
    for name, line in zip(ids, lines, strict=True):
        opened = board.sample(".", name, TextRules())
        assert list(opened.raw_tokens) == written[line - 1]["response_tokens"]
        shown = board.token_lists(".", name)
        assert shown["entropies"] == pytest.approx(written[line - 1]["entropies"], abs=1e-5)
    assert not board.problems(".").total


def test_conversations_and_an_evaluation(train: Trained, open_run: Callable[[Path], Board]) -> None:
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
    board = open_run(folder)
    page = board.samples(Selection("."), TextRules(), columns=["line"], limit=1)
    shown = board.sample(".", str(page.columns["id"][0]), TextRules()).messages
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
    train: Trained, open_run: Callable[[Path], Board]
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
    assert curve(open_run(folder), "entropies_mean") == pytest.approx(logged(trainer, "entropy"), abs=1e-5)


def test_rloo(train: Trained, tiny: Path, open_run: Callable[[Path], Board]) -> None:
    trainer, folder = train("RLOO", max_steps=2)
    for row in rows(folder):
        assert row["ref_logprobs"] == pytest.approx(recomputed(tiny, row), abs=1e-4)
        assert len(row["logprobs"]) == len(row["entropies"]) == len(row["response_tokens"])
    board = open_run(folder)
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


def test_a_rollout_of_ones_own(train: Trained, tiny: Path, open_run: Callable[[Path], Board]) -> None:
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
    board = open_run(folder)
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


TWO_PROCESSES = """
import sys
from pathlib import Path

from test_trl import PROMPTS, brevity, digits
from datasets import Dataset
from trl import GRPOConfig, GRPOTrainer
from tensorboard_plugin_rlboard.integrations.trl import RLBoardCallback

tiny, out = sys.argv[1:]
config = GRPOConfig(
    output_dir=out + "/out", per_device_train_batch_size=4, num_generations=8, max_completion_length=8, max_steps=2,
    logging_steps=1, beta=0.05, report_to="none", save_strategy="no", use_cpu=True, bf16=False, learning_rate=1e-2,
)
data = Dataset.from_dict({"prompt": PROMPTS, "answer": [str(i) for i in range(8)]})
callback = RLBoardCallback(out + "/x", precision=None)
trainer = GRPOTrainer(tiny, [digits, brevity], config, train_dataset=data, callbacks=[callback])
trainer.train()
callback.close()
if trainer.accelerator.is_main_process:
    import json
    Path(out, "log.json").write_text(json.dumps(trainer.state.log_history))
"""


def test_two_processes_write_their_own_samples(tiny: Path, tmp_path: Path) -> None:
    """A group of eight is spread over both; TRL gathers rewards of both in each."""
    script = tmp_path / "train.py"
    script.write_text(TWO_PROCESSES)
    path = os.pathsep.join([str(Path(__file__).parent), str(ROOT), *sys.path])
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc_per_node=2",
        str(script),
    ]
    done = subprocess.run(
        [*command, str(tiny), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    files = sorted((tmp_path / "x").glob("rollouts.rank_*.jsonl"))
    assert [path.name for path in files] == ["rollouts.rank_0.jsonl", "rollouts.rank_1.jsonl"]
    written = rows(tmp_path / "x")
    assert Counter(row["step"] for row in written) == {1: 8, 2: 8}
    logs = {
        entry["step"]: entry for entry in json.loads((tmp_path / "log.json").read_text()) if "reward" in entry
    }
    for step in (1, 2):
        here = [row for row in written if row["step"] == step]
        assert len({row["group_id"] for row in here}) == 1
        assert len({row["prompt"] for row in here}) == 1
        assert fmean(row["reward"] for row in here) == pytest.approx(logs[step]["reward"], abs=1e-5)
        assert sum(row["advantage"] for row in here) == pytest.approx(0, abs=1e-3)
        for row in here:
            assert row["digits"] == sum(c.isdigit() for c in row["response"]) / 4, (
                "rewards are its own process's"
            )
            assert len(row["logprobs"]) == len(row["ref_logprobs"]) == len(row["response_tokens"])


class Unknown:
    """A trainer of a version that has only half of what is listened to, with a generation of two samples."""

    class Model:
        training = True

    class State:
        global_step = 4

    class Accelerator:
        process_index = 1

    def __init__(self, tokenizer: Any) -> None:
        self.processing_class = tokenizer
        self.model, self.state, self.accelerator = self.Model(), self.State(), self.Accelerator()
        self.args = type("Args", (), {"output_dir": "unused"})()
        self.num_generations = 2

    def _generate_and_score_completions(self, inputs: list[Any]) -> dict[str, Any]:
        ids = torch.tensor([[10, 11, 2], [12, 2, 0]])
        mask = torch.tensor([[1, 1, 1], [1, 1, 0]])
        prompt = torch.tensor([[0, 20], [0, 20]])
        return {
            "prompt_ids": prompt,
            "prompt_mask": torch.tensor([[0, 1], [0, 1]]),
            "completion_ids": ids,
            "completion_mask": mask,
            "advantages": torch.tensor([[0.5, 0.25, 0.125], [-1.0, -2.0, 0.0]], dtype=torch.bfloat16),
        }


def test_an_unknown_version_gives_what_it_has(
    tiny: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trainer = Unknown(PreTrainedTokenizerFast.from_pretrained(tiny))
    with caplog.at_level(logging.WARNING):
        callback = RLBoardCallback(tmp_path).attach(trainer)
        trainer._generate_and_score_completions([{"prompt": "p"}, {"prompt": "p"}])
        callback.close()
    told = [record.message for record in caplog.records]
    assert len(told) == 2
    assert "has no _calculate_rewards; rewards are not written" in told[0]
    assert "shows no log-probabilities" in told[1]
    first, second = (
        json.loads(line) for line in (tmp_path / "rollouts.rank_1.jsonl").read_text().splitlines()
    )
    assert (first["step"], first["prompt"], first["finish_reason"]) == (5, "p", "stop")
    assert first["advantages"] == [0.5, 0.25, 0.125]
    assert second["advantages"] == [-1.0, -2.0]
    assert second["response_tokens"][-1] == "<|im_end|>"
    assert first["group_id"] == second["group_id"] == "0.1"
    assert "reward" not in first


def test_without_a_folder_it_is_the_trainers_own(tiny: Path, tmp_path: Path) -> None:
    trainer = Unknown(PreTrainedTokenizerFast.from_pretrained(tiny))
    trainer.args.output_dir = str(tmp_path / "out")
    callback = RLBoardCallback().attach(trainer)
    trainer._generate_and_score_completions([{"prompt": "p"}, {"prompt": "p"}])
    callback.close()
    assert len(rows(tmp_path / "out")) == 2


def test_a_callback_alone_says_that_it_has_no_trainer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        callback = RLBoardCallback(tmp_path)
        callback.on_train_begin(None, None, None)
        callback.on_train_end(None, None, None)
    assert "could not be found: call .attach(trainer)" in caplog.text
    assert not list(tmp_path.iterdir())
