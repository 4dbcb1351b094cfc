"""A whole GRPO training with TRL that runs on a CPU in about a minute, with its rollouts in RL Board.

    pip install "trl==1.16.0" .
    python examples/trl_first_run.py
    tensorboard --logdir runs

A model of two small layers, made here with random weights, is asked for a fruit, a colour or an animal, in English and
Chinese, and is paid for words of the right kind and for stopping in time. Nothing is downloaded.
"""

from __future__ import annotations

import argparse
import tempfile

from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, set_seed
from trl import GRPOConfig, GRPOTrainer

from tensorboard_plugin_rlboard.integrations.trl import RLBoardCallback

KINDS = {
    "fruit": ["apple", "pear", "plum", "fig"],
    "colour": ["red", "green", "blue", "black"],
    "animal": ["cat", "horse", "owl", "whale"],
    "水果": ["苹果", "梨", "桃子"],
    "颜色": ["红色", "绿色", "蓝色"],
}
ASKED = {kind: f"name a {kind} :" if kind.isascii() else f"说 一种 {kind} ：" for kind in KINDS}


def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """A tokenizer whose tokens are the words of this file."""
    words = dict.fromkeys(word for kind in KINDS for word in [*ASKED[kind].split(), *KINDS[kind]])
    vocabulary = {word: i for i, word in enumerate(["<pad>", "<eos>", "<unk>", *words])}
    plain = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    plain.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=plain, pad_token="<pad>", eos_token="<eos>", unk_token="<unk>"
    )


def save_tiny_model(folder: str) -> None:
    """Writes a Llama of two layers with random weights, and its tokenizer, as `save_pretrained` does."""
    tokenizer = tiny_tokenizer()
    tokenizer.save_pretrained(folder)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=64,
            intermediate_size=128,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=64,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.eos_token_id,
            bos_token_id=None,
        )
    )
    model.save_pretrained(folder)


def right_kind(completions: list[str], kind: list[str], **_: object) -> list[float]:
    """The share of words that are of the kind that was asked for."""
    return [
        sum(word in KINDS[wanted] for word in completion.split()) / max(1, len(completion.split()))
        for completion, wanted in zip(completions, kind, strict=True)
    ]


def in_time(completions: list[str], **_: object) -> list[float]:
    """1 for an answer of one to four words."""
    return [float(1 <= len(completion.split()) <= 4) for completion in completions]


def main() -> None:
    """Trains, and writes rollouts and TensorBoard's own curves to `runs/first`."""
    parser = argparse.ArgumentParser(description="Train a tiny model with GRPO on a CPU.")
    parser.add_argument("--out", default="runs/first", help="the run's folder")
    parser.add_argument("--steps", type=int, default=60)
    arguments = parser.parse_args()
    set_seed(1)
    rows = [{"prompt": ASKED[kind], "kind": kind, "answer": " ".join(KINDS[kind])} for kind in KINDS] * 100
    with tempfile.TemporaryDirectory() as folder:
        save_tiny_model(folder)
        trainer = GRPOTrainer(
            model=folder,
            reward_funcs=[right_kind, in_time],
            args=GRPOConfig(
                output_dir=arguments.out,
                report_to="tensorboard",
                logging_steps=1,
                max_steps=arguments.steps,
                save_strategy="no",
                use_cpu=True,
                bf16=False,
                learning_rate=3e-3,
                beta=0.01,
                per_device_train_batch_size=40,
                num_generations=8,
                max_completion_length=8,
                reward_weights=[1.0, 0.5],
            ),
            train_dataset=Dataset.from_list(rows),
            callbacks=[RLBoardCallback(arguments.out)],
        )
        trainer.train()


if __name__ == "__main__":
    main()
